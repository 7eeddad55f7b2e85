/**
 * The outlines of all images of a parent, up to a hundred thousand: drawn a little at a time beside the screen, so that
 * the page never waits for them, and found under the pointer.
 */

import { OutlineRaster } from "./outline_raster.js";

const BUDGET_MS = 8;
const CHUNK = 100;
/** As many are drawn as paths, which are smoother. */
const FEW = 300;
/** Square CSS pixels for each outline in view, below which they veil the image. */
const CROWD_PX = 40;
export const HALO = "rgb(0 0 0 / 60%)";
const LINE = "#ffffff";

/**
 * @typedef {import("./plane_camera.js").PlaneCamera} PlaneCamera
 * @typedef {{canvas: HTMLCanvasElement, across: number, down: number, view: import("./plane_camera.js").View}} Drawn for an earlier view
 * @typedef {object} Drawing of one view
 * @property {string} key what it depends on
 * @property {number[]} visible outlines in view
 * @property {number} next how many lines and then halos are done
 * @property {OutlineRaster | null} raster they are drawn on; null before the first and after the last
 */

export class Outlines {
  /** @type {Drawn | null} */ #drawn = null;
  /** @type {Drawing} */ #drawing = { key: "", visible: [], next: 0, raster: null };

  /** @param {ArrayBuffer} data as app/server/parents.py encodes it: count, rings, points; rows, first ring of each, first point of each ring, coordinates */
  constructor(data) {
    const [count, rings, points] = new Uint32Array(data, 0, 3);
    this.rows = new Uint32Array(data, 12, count);
    this.rings = new Uint32Array(data, after(this.rows), count + 1);
    this.points = new Uint32Array(data, after(this.rings), rings + 1);
    /** x and y of each point, px of the parent. */
    this.coordinates = new Float32Array(data, after(this.points), 2 * points);
    this.boxes = new Float32Array(4 * count);
    for (let i = 0; i < count; i++) this.boxes.set(this.#box(i), 4 * i);
  }

  /** How many there are. */
  get count() {
    return this.rows.length;
  }

  /**
   * Draws them: few at once, many as they lay in an earlier view until those of this one are ready.
   * @param {CanvasRenderingContext2D} pen in CSS pixels
   * @param {PlaneCamera} plane
   * @param {number} ratio device pixels of a CSS pixel
   * @param {number} except a row that is not drawn
   * @returns {boolean} whether all is drawn
   */
  draw(pen, plane, ratio, except) {
    const { view, across, down } = plane;
    const key = [view.x, view.y, view.scale, across, down, ratio, except].join();
    if (key !== this.#drawing.key) this.#drawing = { key, visible: this.#inView(plane, except), next: 0, raster: null };
    const { visible } = this.#drawing;
    if (visible.length <= FEW) {
      this.#drawn = null;
      this.#stroke(pen, plane, visible);
      return true;
    }
    const complete = this.#goOn(plane, ratio);
    const drawn = this.#drawn;
    if (!drawn) return complete;
    const grown = view.scale / drawn.view.scale;
    const left = across / 2 + (drawn.view.x - view.x) * view.scale - (drawn.across / 2) * grown;
    const top = down / 2 + (drawn.view.y - view.y) * view.scale - (drawn.down / 2) * grown;
    // So close together that they would hide the image, they only veil it.
    pen.globalAlpha = visible.length * CROWD_PX > across * down ? 0.45 : 1;
    pen.drawImage(drawn.canvas, left, top, drawn.across * grown, drawn.down * grown);
    pen.globalAlpha = 1;
    return complete;
  }

  /** @param {PlaneCamera} plane @param {number} except a row */
  #inView(plane, except) {
    const [left, top] = plane.at(-4, -4), [right, bottom] = plane.at(plane.across + 4, plane.down + 4);
    const { boxes } = this;
    /** @type {number[]} */ const found = [];
    for (let i = 0, b = 0; i < this.count; i++, b += 4) {
      if (boxes[b] <= right && boxes[b + 2] >= left && boxes[b + 1] <= bottom && boxes[b + 3] >= top && this.rows[i] !== except) found.push(i);
    }
    return found;
  }

  /** @param {CanvasRenderingContext2D} pen @param {PlaneCamera} plane @param {number[]} visible */
  #stroke(pen, plane, visible) {
    pen.lineJoin = "round";
    pen.beginPath();
    for (const i of visible) this.trace(pen, plane, i);
    pen.strokeStyle = HALO;
    pen.lineWidth = 3.25;
    pen.stroke();
    pen.strokeStyle = LINE;
    pen.lineWidth = 1.25;
    pen.stroke();
  }

  /** Goes on with the drawing for a while: the lines of all, then the halos. @param {PlaneCamera} plane @param {number} ratio @returns {boolean} whether it is complete */
  #goOn(plane, ratio) {
    const drawing = this.#drawing;
    const { visible } = drawing, { view, across, down } = plane;
    if (drawing.next >= 2 * visible.length) return true;
    const until = performance.now() + BUDGET_MS;
    const raster = (drawing.raster ??= new OutlineRaster(Math.round(across * ratio), Math.round(down * ratio)));
    const [x0, y0] = plane.screen(0, 0).map((at) => at * ratio), grown = view.scale * ratio;
    const thin = Math.max(1, Math.round(1.25 * ratio)), thick = thin + 2 * Math.round(ratio);
    while (drawing.next < 2 * visible.length) {
      if (drawing.next % CHUNK === 0 && performance.now() > until) return false;
      const halo = drawing.next >= visible.length;
      const i = visible[halo ? drawing.next - visible.length : drawing.next];
      drawing.next += 1;
      for (let ring = this.rings[i]; ring < this.rings[i + 1]; ring++) {
        const first = this.points[ring], last = this.points[ring + 1] - 1;
        for (let p = first, q = last; p <= last; q = p++) {
          raster.line(
            x0 + this.coordinates[2 * q] * grown, y0 + this.coordinates[2 * q + 1] * grown,
            x0 + this.coordinates[2 * p] * grown, y0 + this.coordinates[2 * p + 1] * grown, halo ? thick : thin, halo,
          );
        }
      }
    }
    drawing.raster = null;
    this.#drawn = { canvas: raster.canvas(), across, down, view: { ...view } };
    return true;
  }

  /** Adds one to the pen's path. @param {CanvasRenderingContext2D} pen @param {PlaneCamera} plane @param {number} i not its row */
  trace(pen, plane, i) {
    for (let ring = this.rings[i]; ring < this.rings[i + 1]; ring++) {
      for (let p = this.points[ring]; p < this.points[ring + 1]; p++) {
        const [x, y] = plane.screen(this.coordinates[2 * p], this.coordinates[2 * p + 1]);
        if (p === this.points[ring]) pen.moveTo(x, y);
        else pen.lineTo(x, y);
      }
      pen.closePath();
    }
  }

  /**
   * The smallest one around a place, of equal ones that whose middle is nearest; else the nearest one within reach.
   * @param {number} x px @param {number} y px @param {number} reach px
   * @returns {number} -1 where there is none
   */
  hit(x, y, reach) {
    let best = -1, bestArea = Infinity, bestAway = Infinity;
    let near = -1, nearest = reach;
    const { boxes } = this;
    for (let i = 0, b = 0; i < this.count; i++, b += 4) {
      if (boxes[b] > x + reach || boxes[b + 2] < x - reach || boxes[b + 1] > y + reach || boxes[b + 3] < y - reach) continue;
      const [left, top, right, bottom] = this.box(i);
      const away = Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
      if (away > reach) continue;
      if (away === 0 && this.#contains(i, x, y)) {
        const area = Math.round((right - left) * (bottom - top) * 100);
        const off = Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
        if (area < bestArea || (area === bestArea && off < bestAway)) [best, bestArea, bestAway] = [i, area, off];
      } else if (away <= nearest) [near, nearest] = [i, away];
    }
    return best >= 0 ? best : near;
  }

  /** The nearest one in a direction. @param {number[]} from px @param {number[]} direction @param {number} except one that does not count @returns {number} -1 for none */
  step([x, y], [dx, dy], except) {
    let best = -1, least = Infinity;
    for (let i = 0; i < this.count; i++) {
      if (i === except) continue;
      const [mx, my] = this.middle(i);
      const along = (mx - x) * dx + (my - y) * dy, aside = Math.abs((mx - x) * dy - (my - y) * dx);
      if (along <= 0 || aside > along) continue;
      const cost = along + 2 * aside;
      if (cost < least) [best, least] = [i, cost];
    }
    return best;
  }

  /** @param {number} i @returns {number[]} left, top, right, bottom in px */
  box(i) {
    return [this.boxes[4 * i], this.boxes[4 * i + 1], this.boxes[4 * i + 2], this.boxes[4 * i + 3]];
  }

  /** @param {number} i @returns {[number, number]} px */
  middle(i) {
    const [left, top, right, bottom] = this.box(i);
    return [(left + right) / 2, (top + bottom) / 2];
  }

  /** @param {number} i */
  #box(i) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = this.points[this.rings[i]]; p < this.points[this.rings[i + 1]]; p++) {
      const x = this.coordinates[2 * p], y = this.coordinates[2 * p + 1];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    return box;
  }

  /** By the even-odd rule, so that a hole is outside. @param {number} i @param {number} x px @param {number} y */
  #contains(i, x, y) {
    let inside = false;
    for (let ring = this.rings[i]; ring < this.rings[i + 1]; ring++) {
      const first = this.points[ring], last = this.points[ring + 1] - 1;
      for (let p = first, q = last; p <= last; q = p++) {
        const [px, py, qx, qy] = [this.coordinates[2 * p], this.coordinates[2 * p + 1], this.coordinates[2 * q], this.coordinates[2 * q + 1]];
        if (py > y !== qy > y && x < ((qx - px) * (y - py)) / (qy - py) + px) inside = !inside;
      }
    }
    return inside;
  }
}

/** Where the next array begins. @param {Uint32Array} array */
function after(array) {
  return array.byteOffset + array.byteLength;
}

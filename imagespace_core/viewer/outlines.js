/**
 * The outlines of all images of a parent, up to a hundred thousand: drawn a little at a time beside the screen, so that
 * the page never waits for them, and found under the pointer.
 */

const BUDGET_MS = 8;
const CHUNK = 200;
/** Device pixels below which an outline is a dot. */
const DOT = 3;
export const HALO = "rgb(0 0 0 / 60%)";
const LINE = "#ffffff";

/** @typedef {{across: number, down: number, ratio: number, view: import("./plane.js").View}} Seen */

export class Outlines {
  /** @param {ArrayBuffer} data as `packed` in app/scenes.py writes it */
  constructor(data) {
    const [count, rings, points] = new Uint32Array(data, 0, 3);
    let at = 12;
    const next = (Type, length) => {
      const array = new Type(data, at, length);
      at += array.byteLength;
      return array;
    };
    this.rows = next(Uint32Array, count);
    this.rings = next(Uint32Array, count + 1);
    this.points = next(Uint32Array, rings + 1);
    this.places = next(Float32Array, 2 * points);
    this.boxes = new Float32Array(4 * count);
    for (let i = 0; i < count; i++) this.boxes.set(this.#box(i), 4 * i);
    this.back = document.createElement("canvas");
    this.front = document.createElement("canvas");
    /** @type {Seen | null} */ this.shown = null;
    this.key = "";
    this.next = 0;
  }

  /** How many there are. */
  get count() {
    return this.rows.length;
  }

  /**
   * Draws them, those of another view at first where there are many.
   * @param {CanvasRenderingContext2D} pen in CSS pixels
   * @param {import("./plane.js").Plane} plane
   * @param {number} ratio device pixels of a CSS pixel
   * @param {number} except a row that is not drawn
   * @returns {boolean} whether all is drawn
   */
  draw(pen, plane, ratio, except) {
    const { view, across, down } = plane;
    const key = [view.x, view.y, view.scale, across, down, ratio, except].join();
    if (key !== this.key) {
      this.key = key;
      this.next = 0;
      this.job = { across, down, ratio, view: { ...view } };
      this.back.width = Math.round(across * ratio);
      this.back.height = Math.round(down * ratio);
    }
    if (this.next < 2 * this.count) this.#go(plane, except);
    const done = this.next >= 2 * this.count;
    if (done && this.shown !== this.job) {
      [this.front, this.back] = [this.back, this.front];
      this.shown = this.job;
    }
    const [canvas, seen] = this.shown ? [this.front, this.shown] : [this.back, this.job];
    const grown = view.scale / seen.view.scale;
    const left = across / 2 + (seen.view.x - view.x) * view.scale - (seen.across / 2) * grown;
    const top = down / 2 + (seen.view.y - view.y) * view.scale - (seen.down / 2) * grown;
    if (canvas.width && canvas.height) pen.drawImage(canvas, left, top, seen.across * grown, seen.down * grown);
    return done;
  }

  /** First the halos of all, then the lines of all: no halo lies over a line. */
  #go(plane, except) {
    const pen = /** @type {CanvasRenderingContext2D} */ (this.back.getContext("2d"));
    const { ratio } = this.job;
    const until = performance.now() + BUDGET_MS;
    const [left, top] = plane.at(-4, -4), [right, bottom] = plane.at(plane.across + 4, plane.down + 4);
    const small = DOT / ratio / plane.view.scale;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.lineJoin = "round";
    while (this.next < 2 * this.count && performance.now() < until) {
      const lines = this.next >= this.count;
      const begin = this.next - (lines ? this.count : 0);
      const end = Math.min(this.count, begin + CHUNK);
      pen.beginPath();
      for (let i = begin; i < end; i++) {
        const b = 4 * i;
        if (this.boxes[b] > right || this.boxes[b + 2] < left || this.boxes[b + 1] > bottom || this.boxes[b + 3] < top) continue;
        if (this.rows[i] === except) continue;
        if (Math.max(this.boxes[b + 2] - this.boxes[b], this.boxes[b + 3] - this.boxes[b + 1]) < small) {
          const [x, y] = plane.screen(this.boxes[b], this.boxes[b + 1]);
          pen.rect(x, y, 0.01, 0.01); // its line is the dot
        } else this.trace(pen, plane, i);
      }
      pen.strokeStyle = lines ? LINE : HALO;
      pen.lineWidth = lines ? 1.25 : 3.25;
      pen.stroke();
      this.next = (lines ? this.count : 0) + end;
    }
  }

  /** Adds one to the pen's path. @param {number} i not its row */
  trace(pen, plane, i) {
    for (let ring = this.rings[i]; ring < this.rings[i + 1]; ring++) {
      for (let p = this.points[ring]; p < this.points[ring + 1]; p++) {
        const [x, y] = plane.screen(this.places[2 * p], this.places[2 * p + 1]);
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
    for (let i = 0; i < this.count; i++) {
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

  /** The nearest one in a direction. @param {number} i -1 starts from the place @param {number[]} direction */
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

  /** @returns {number[]} left, top, right, bottom in px */
  box(i) {
    return [this.boxes[4 * i], this.boxes[4 * i + 1], this.boxes[4 * i + 2], this.boxes[4 * i + 3]];
  }

  middle(i) {
    const [left, top, right, bottom] = this.box(i);
    return [(left + right) / 2, (top + bottom) / 2];
  }

  #box(i) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = this.points[this.rings[i]]; p < this.points[this.rings[i + 1]]; p++) {
      const x = this.places[2 * p], y = this.places[2 * p + 1];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    return box;
  }

  /** By the even-odd rule, so that a hole is outside. */
  #contains(i, x, y) {
    let inside = false;
    for (let ring = this.rings[i]; ring < this.rings[i + 1]; ring++) {
      const first = this.points[ring], last = this.points[ring + 1] - 1;
      for (let p = first, q = last; p <= last; q = p++) {
        const [px, py, qx, qy] = [this.places[2 * p], this.places[2 * p + 1], this.places[2 * q], this.places[2 * q + 1]];
        if (py > y !== qy > y && x < ((qx - px) * (y - py)) / (qy - py) + px) inside = !inside;
      }
    }
    return inside;
  }
}

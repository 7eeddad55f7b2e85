/** A large image to zoom and pan in, with the outline of one item, those of the others on request, and a mask. */

import { Controls } from "../core/pointer.js";
import { element as make, icon } from "../core/dom.js";
import { listenToKeys } from "../core/keyboard.js";
import { HALO } from "./outlines.js";
import { Plane } from "./plane_camera.js";
import { Regions } from "./image_regions.js";

const ITEM = "#00e5ff";
/** CSS pixels: a smaller outline gets a ring around it, to be found at all. */
const SMALL = 22;
const RING = 15;
/** CSS pixels around a pointer or a finger in which an outline counts as meant. */
const REACH = 5, FINGER = 14;
/** After the last move, before sharper parts are asked for. */
const SETTLE_MS = 140;

/**
 * @typedef {object} Told
 * @property {(row: number) => void} open a neighbor
 * @property {(row: number) => Promise<string>} name
 * @property {(message: string) => void} failed
 * @property {(state: Record<string, string>) => void} drawn after each frame
 */

export class Stage {
  /** @param {Told} told */
  constructor(told) {
    this.told = told;
    this.canvas = make("canvas", { class: "is-sheet", tabindex: "0", role: "application", "aria-roledescription": "zoomable image" });
    this.name = make("div", { class: "is-named", "aria-hidden": "true", hidden: true });
    this.live = make("div", { class: "is-told", "aria-live": "polite" });
    /** For the host to place: over the picture they would lie on outlines. */
    this.tools = make("div", { class: "is-lenses", role: "group", "aria-label": "Zoom" },
      this.#button("plus", "Zoom in (+)", () => this.#nearer(1 / 0.6)),
      this.#button("minus", "Zoom out (−)", () => this.#nearer(0.6)),
      this.#button("fit", "Show all (0)", () => this.fit()));
    this.root = make("div", { class: "is-stage" }, this.canvas, this.name, this.live);
    this.plane = new Plane(() => this.#moved());
    /** @type {Regions | null} */ this.picture = null;
    /** @type {Regions | null} */ this.mask = null;
    /** @type {import("./outlines.js").Outlines | null} */ this.outlines = null;
    this.opacity = 0.5;
    this.item = { row: -1, rings: /** @type {number[][][]} */ ([]), box: [0, 0, 1, 1] };
    this.pointed = -1; // a neighbor under the pointer, or that the keyboard stepped to; not its row
    this.stop = new AbortController();
    this.controls = new Controls(this.canvas, this.name, this.#hand());
    listenToKeys(this.canvas, this.#keys(), this.stop.signal);
    // With all in view the wheel, turned back, scrolls the page: a pointer that came to rest here must not trap it.
    this.root.addEventListener("wheel", (event) => {
      if (this.plane.whole && event.deltaY > 0 && !event.ctrlKey) event.stopPropagation();
    }, { capture: true, signal: this.stop.signal });
    this.canvas.addEventListener("blur", () => this.#point(-1), { signal: this.stop.signal });
    this.sizes = new ResizeObserver(() => this.#resize());
    this.sizes.observe(this.root);
  }

  /** Another image. @param {string} address below which its pictures are @param {number} width px @param {number} height px */
  show(address, width, height) {
    this.clear();
    this.root.style.setProperty("--shape", String(Math.max(0.5, Math.min(1, height / width))));
    this.picture = this.#regions(`${address}/picture`, width, height);
    this.plane.show(width, height);
    this.address = address;
  }

  clear() {
    this.picture?.destroy();
    this.mask?.destroy();
    this.picture = this.mask = this.outlines = null;
    this.pointed = -1;
  }

  /** @param {number} row @param {number[][][]} rings its outline @param {string} label for screen readers */
  mark(row, rings, label) {
    const points = rings.flat();
    const [xs, ys] = [0, 1].map((k) => points.map((point) => point[k]));
    const least = (list) => list.reduce((a, b) => Math.min(a, b)), most = (list) => list.reduce((a, b) => Math.max(a, b));
    this.item = { row, rings, box: [least(xs), least(ys), most(xs), most(ys)] };
    this.canvas.setAttribute("aria-label", label);
    this.pointed = -1;
    const [left, top, right, bottom] = this.plane.seen, { box } = this.item;
    if (box[0] < left || box[1] < top || box[2] > right || box[3] > bottom) {
      this.plane.glide({ ...this.plane.view, x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 });
    }
    this.redraw();
  }

  /** @param {boolean} on @param {number} opacity 0 to 1 */
  cover(on, opacity) {
    this.opacity = opacity;
    if (on && !this.mask && this.picture) {
      this.mask = this.#regions(`${this.address}/mask`, this.picture.width, this.picture.height);
      this.#moved();
    } else if (!on) {
      this.mask?.destroy();
      this.mask = null;
    }
    this.redraw();
  }

  /** @param {import("./outlines.js").Outlines | null} outlines of the neighbors and the item */
  surround(outlines) {
    this.outlines = outlines;
    this.#point(-1);
    this.redraw();
  }

  fit() {
    this.plane.glide({ ...this.plane.view, scale: 0 });
  }

  zoomToItem() {
    this.plane.glide(this.plane.around(this.item.box));
  }

  redraw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.#draw();
    });
  }

  destroy() {
    this.stop.abort();
    this.controls.destroy();
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    cancelAnimationFrame(this.plane.gliding);
    clearTimeout(this.timer);
    this.frame = -1; // nothing is drawn any more
    this.clear();
  }

  #regions(address, width, height) {
    const changed = () => {
      this.#settle();
      this.redraw();
    };
    return new Regions(address, width, height, { changed, failed: this.told.failed });
  }

  #button(name, title, onclick) {
    return make("button", { type: "button", class: "is-lens", title, "aria-label": title, onclick }, icon(name));
  }

  #nearer(factor) {
    const { plane } = this;
    const middle = plane.whole ? [(this.item.box[0] + this.item.box[2]) / 2, (this.item.box[1] + this.item.box[3]) / 2] : null;
    plane.glide({ ...plane.view, ...(middle && factor > 1 ? { x: middle[0], y: middle[1] } : {}), scale: plane.view.scale * factor });
  }

  #resize() {
    this.plane.resize(this.root.clientWidth || 1, this.root.clientHeight || 1);
    this.redraw();
  }

  #moved() {
    this.canvas.style.touchAction = this.plane.whole ? "pan-y" : "none";
    this.redraw();
    this.#settle();
  }

  #settle() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const regions of [this.picture, this.mask]) regions?.sharpen(this.plane, this.ratio);
    }, SETTLE_MS);
  }

  get ratio() {
    return Math.min(3, window.devicePixelRatio || 1);
  }

  /** @returns {import("../core/pointer.js").Hand} */
  #hand() {
    const { plane } = this;
    const none = () => {};
    return {
      draws: () => false, begin: none, draw: none, finish: none, twist: none, hold: none,
      drag: (dx, dy) => plane.pan(dx, dy),
      pan: (dx, dy) => plane.pan(dx, dy),
      zoom: (x, y, factor) => plane.zoom(1 / factor, x, y),
      point: (x, y) => this.#point(this.#hit(x, y, REACH)),
      leave: () => this.#point(-1),
      click: (x, y, { touch }) => {
        const found = this.#hit(x, y, touch ? FINGER : REACH);
        if (found >= 0) this.told.open(this.outlines.rows[found]);
      },
    };
  }

  /** @returns {import("../core/keyboard.js").KeyActions} */
  #keys() {
    const { plane } = this;
    const none = () => {};
    return {
      move: (dx, dy) => plane.pan(dx, dy),
      zoom: (factor) => this.#nearer(1 / factor),
      fit: () => this.fit(),
      step: (direction) => this.#step(direction),
      open: () => this.pointed >= 0 && this.told.open(this.outlines.rows[this.pointed]),
      clear: () => this.pointed >= 0 && (this.#point(-1), true),
      selects: () => false, take: none, toggle: none, view: none, tell: none,
    };
  }

  /** @returns {number} a neighbor; -1 for none, and where the item itself is meant */
  #hit(x, y, reach) {
    const found = this.outlines?.hit(...this.plane.at(x, y), reach / this.plane.view.scale) ?? -1;
    return found >= 0 && this.outlines.rows[found] !== this.item.row ? found : -1;
  }

  #step(direction) {
    if (!this.outlines) return;
    const [left, top, right, bottom] = this.item.box;
    const from = this.pointed >= 0 ? this.outlines.middle(this.pointed) : [(left + right) / 2, (top + bottom) / 2];
    const found = this.outlines.step(from, direction, this.outlines.rows.indexOf(this.item.row));
    if (found < 0) return;
    this.#point(found);
    const [x, y] = this.outlines.middle(found), { seen } = this.plane;
    if (x < seen[0] || y < seen[1] || x > seen[2] || y > seen[3]) this.plane.glide({ ...this.plane.view, x, y });
    this.told.name(this.outlines.rows[found]).then((name) => (this.live.textContent = name), () => {});
  }

  #point(found) {
    if (found === this.pointed) return;
    this.pointed = found;
    this.canvas.style.cursor = found >= 0 ? "pointer" : "";
    this.name.hidden = true;
    if (found >= 0) {
      this.told.name(this.outlines.rows[found]).then((name) => {
        if (found !== this.pointed) return;
        this.name.textContent = name;
        this.name.hidden = false;
      }, () => {});
    }
    this.redraw();
  }

  #draw() {
    const { canvas, plane, ratio, item } = this;
    const width = Math.round(plane.across * ratio), height = Math.round(plane.down * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, plane.across, plane.down);
    this.picture?.draw(pen, plane, ratio);
    pen.globalAlpha = this.opacity;
    this.mask?.draw(pen, plane, ratio);
    pen.globalAlpha = 1;
    const complete = this.outlines?.draw(pen, plane, ratio, item.row) ?? true;
    if (!complete) this.redraw();
    pen.lineJoin = "round";
    if (this.pointed >= 0) {
      pen.beginPath();
      this.outlines.trace(pen, plane, this.pointed);
      stroke(pen, "#ffffff", 2.5);
    }
    this.#drawItem(pen);
    this.told.drawn({
      ready: String(Boolean(this.picture?.whole) && (!this.mask || Boolean(this.mask.whole)) && complete && !plane.gliding),
      scale: plane.view.scale.toFixed(4),
    });
  }

  #drawItem(pen) {
    const { plane, item } = this;
    pen.beginPath();
    for (const ring of item.rings) {
      ring.forEach(([x, y], k) => pen[k ? "lineTo" : "moveTo"](...plane.screen(x, y)));
      pen.closePath();
    }
    stroke(pen, ITEM, 2);
    const [left, top] = plane.screen(item.box[0], item.box[1]), [right, bottom] = plane.screen(item.box[2], item.box[3]);
    if (Math.max(right - left, bottom - top) >= SMALL || !item.rings.length) return;
    pen.beginPath();
    pen.arc((left + right) / 2, (top + bottom) / 2, RING, 0, 2 * Math.PI);
    stroke(pen, ITEM, 2);
  }
}

/** A line that can be read on any picture. */
function stroke(pen, color, width) {
  pen.strokeStyle = HALO;
  pen.lineWidth = width + 2.5;
  pen.stroke();
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke();
}

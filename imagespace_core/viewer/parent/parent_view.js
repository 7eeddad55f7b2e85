/** A large image to zoom and pan in, with the outline of one item, those of the others on request, and a mask. */

import { element, icon } from "../core/dom.js";
import { listenToKeys } from "../core/keyboard.js";
import { Pointer } from "../core/pointer.js";
import { ImageRegions } from "./image_regions.js";
import { ItemOutline, stroke } from "./item_outline.js";
import { PlaneCamera } from "./plane_camera.js";

/** CSS pixels around a pointer or a finger in which an outline counts as meant. */
const REACH = 5, FINGER = 14;
/** After the last move, before sharper regions are fetched. */
const SETTLE_MS = 140;

/**
 * @typedef {object} ParentEvents
 * @property {(row: number) => void} open a neighbor
 * @property {(row: number) => Promise<string>} name
 * @property {(message: string) => void} failed
 * @property {(state: {ready: boolean, scale: number}) => void} drawn after each frame
 */

const none = () => {};

export class ParentView {
  canvas = element("canvas", { class: "is-parent-canvas", tabindex: "0", role: "application", "aria-roledescription": "zoomable image" });
  name = element("div", { class: "is-named", "aria-hidden": "true", hidden: true });
  live = element("div", { class: "is-announced", "aria-live": "polite" });
  root = element("div", { class: "is-parent-view" }, this.canvas, this.name, this.live);
  plane = new PlaneCamera(() => this.#moved());
  /** @type {ImageRegions | null} */ image = null;
  /** @type {ImageRegions | null} */ mask = null;
  /** @type {import("./outlines.js").Outlines | null} */ outlines = null;
  /** Of the image whose parent this is. */ item = new ItemOutline(-1, []);
  /** Below which the regions lie. */ #address = "";
  #opacity = 0.5;
  /** A neighbor under the pointer, or that the keyboard stepped to; not its row. */ #pointed = -1;
  #stop = new AbortController();
  /** The next frame's number; 0 for none, -1 where nothing is drawn any more. */ #frame = 0;
  #timer = 0;

  /** @param {ParentEvents} events */
  constructor(events) {
    this.events = events;
    /** For the host to place: over the image they would lie on outlines. */
    this.tools = element("div", { class: "is-lenses", role: "group", "aria-label": "Zoom" },
      this.#button("plus", "Zoom in (+)", () => this.#nearer(1 / 0.6)),
      this.#button("minus", "Zoom out (−)", () => this.#nearer(0.6)),
      this.#button("fit", "Show all (0)", () => this.fit()));
    const { signal } = this.#stop;
    this.pointer = new Pointer(this.canvas, this.name, this.#pointerActions());
    listenToKeys(this.canvas, this.#keyActions(), signal);
    // With all in view the wheel, turned back, scrolls the page: a pointer that came to rest here must not trap it.
    this.root.addEventListener("wheel", (event) => {
      if (this.plane.whole && event.deltaY > 0 && !event.ctrlKey) event.stopPropagation();
    }, { capture: true, signal });
    this.canvas.addEventListener("blur", () => this.#point(-1), { signal });
    this.sizes = new ResizeObserver(() => this.#resize());
    this.sizes.observe(this.root);
  }

  /** Another image. @param {string} address below which its regions are @param {number} width px @param {number} height px */
  show(address, width, height) {
    this.clear();
    this.root.style.setProperty("--shape", String(Math.max(0.5, Math.min(1, height / width))));
    this.image = this.#regions(`${address}/picture`, width, height);
    this.plane.show(width, height);
    this.#address = address;
  }

  clear() {
    this.image?.destroy();
    this.mask?.destroy();
    this.image = this.mask = this.outlines = null;
    this.#pointed = -1;
  }

  /** @param {number} row @param {number[][][]} rings its outline @param {string} label for screen readers */
  mark(row, rings, label) {
    this.item = new ItemOutline(row, rings);
    this.canvas.setAttribute("aria-label", label);
    this.#pointed = -1;
    const [left, top, right, bottom] = this.plane.seen, { box, middle: [x, y] } = this.item;
    if (box[0] < left || box[1] < top || box[2] > right || box[3] > bottom) this.plane.glide({ ...this.plane.view, x, y });
    this.redraw();
  }

  /** Lays the mask over the image. @param {boolean} on @param {number} opacity 0 to 1 */
  cover(on, opacity) {
    this.#opacity = opacity;
    if (on && !this.mask && this.image) {
      this.mask = this.#regions(`${this.#address}/mask`, this.image.width, this.image.height);
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
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  destroy() {
    this.#stop.abort();
    this.pointer.destroy();
    this.sizes.disconnect();
    cancelAnimationFrame(this.#frame);
    cancelAnimationFrame(this.plane.gliding);
    clearTimeout(this.#timer);
    this.#frame = -1;
    this.clear();
  }

  /** @param {string} address @param {number} width px @param {number} height */
  #regions(address, width, height) {
    const changed = () => {
      this.#settle();
      this.redraw();
    };
    return new ImageRegions(address, width, height, { changed, failed: this.events.failed });
  }

  /** @param {import("../core/dom.js").IconName} name @param {string} title @param {() => void} onclick */
  #button(name, title, onclick) {
    return element("button", { type: "button", class: "is-lens", title, "aria-label": title, onclick }, icon(name));
  }

  /** @param {number} factor above 1 comes nearer, to the item where all was in view */
  #nearer(factor) {
    const { plane } = this;
    const middle = plane.whole ? this.item.middle : null;
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
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      for (const regions of [this.image, this.mask]) regions?.sharpen(this.plane, this.ratio);
    }, SETTLE_MS);
  }

  get ratio() {
    return Math.min(3, window.devicePixelRatio || 1);
  }

  /** @returns {import("../core/pointer.js").PointerActions} */
  #pointerActions() {
    const { plane } = this;
    return {
      draws: () => false, begin: none, draw: none, finish: none, twist: none, hold: none,
      drag: (dx, dy) => plane.pan(dx, dy),
      pan: (dx, dy) => plane.pan(dx, dy),
      zoom: (x, y, factor) => plane.zoom(1 / factor, x, y),
      point: (x, y) => this.#point(this.#hit(x, y, REACH)),
      leave: () => this.#point(-1),
      click: (x, y, { touch }) => {
        this.#open(this.#hit(x, y, touch ? FINGER : REACH));
      },
    };
  }

  /** @returns {import("../core/keyboard.js").KeyActions} */
  #keyActions() {
    const { plane } = this;
    return {
      move: (dx, dy) => plane.pan(dx, dy),
      zoom: (factor) => this.#nearer(1 / factor),
      fit: () => this.fit(),
      step: (direction) => this.#step(direction),
      open: () => this.#open(this.#pointed),
      clear: () => this.#pointed >= 0 && (this.#point(-1), true),
      takesSelections: () => false, take: none, toggle: none, view: none, change: none,
    };
  }

  /** @param {number} neighbor -1 for none */
  #open(neighbor) {
    const row = this.outlines?.rows[neighbor];
    if (row !== undefined) this.events.open(row);
  }

  /** @param {number} x CSS pixels @param {number} y @param {number} reach @returns {number} a neighbor; -1 for none, and where the item itself is meant */
  #hit(x, y, reach) {
    const [px, py] = this.plane.at(x, y);
    const found = this.outlines?.hit(px, py, reach / this.plane.view.scale) ?? -1;
    return this.outlines?.rows[found] !== this.item.row ? found : -1;
  }

  /** @param {[number, number]} direction on the screen */
  #step(direction) {
    if (!this.outlines) return;
    const from = this.#pointed >= 0 ? this.outlines.middle(this.#pointed) : this.item.middle;
    const found = this.outlines.step(from, direction, this.outlines.rows.indexOf(this.item.row));
    if (found < 0) return;
    this.#point(found);
    const [x, y] = this.outlines.middle(found), { seen } = this.plane;
    if (x < seen[0] || y < seen[1] || x > seen[2] || y > seen[3]) this.plane.glide({ ...this.plane.view, x, y });
    this.events.name(this.outlines.rows[found]).then((name) => (this.live.textContent = name), none);
  }

  /** @param {number} found a neighbor; -1 for none */
  #point(found) {
    if (found === this.#pointed) return;
    this.#pointed = found;
    this.canvas.style.cursor = found >= 0 ? "pointer" : "";
    this.name.hidden = true;
    if (found >= 0 && this.outlines) {
      this.events.name(this.outlines.rows[found]).then((name) => {
        if (found !== this.#pointed) return;
        this.name.textContent = name;
        this.name.hidden = false;
      }, none);
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
    this.image?.draw(pen, plane, ratio);
    pen.globalAlpha = this.#opacity;
    this.mask?.draw(pen, plane, ratio);
    pen.globalAlpha = 1;
    const complete = this.outlines?.draw(pen, plane, ratio, item.row) ?? true;
    if (!complete) this.redraw();
    pen.lineJoin = "round";
    if (this.#pointed >= 0 && this.outlines) {
      pen.beginPath();
      this.outlines.trace(pen, plane, this.#pointed);
      stroke(pen, "#ffffff", 2.5);
    }
    item.draw(pen, plane);
    const ready = Boolean(this.image?.whole) && (!this.mask || Boolean(this.mask.whole)) && complete && !plane.gliding;
    this.events.drawn({ ready, scale: plane.view.scale });
  }
}

/** The image one points at, by mouse or keyboard: its ring at once, its card after a short dwell. */

import { pick } from "../space/picking.js";

const DWELL_MS = 80;

export class HoverTarget {
  /** The image under the pointer, and the keyboard's; -1 for none. */
  row = -1;
  focused = -1;
  /** @type {{x: number, y: number} | null} */ #pointer = null;
  #timer = 0;
  #handle = 0;
  #held = false;

  /**
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("../overlay/rings.js").Rings} rings
   * @param {import("../overlay/hover_card.js").HoverCard} card
   * @param {() => void} ringsChanged
   */
  constructor(renderer, rings, card, ringsChanged) {
    this.renderer = renderer;
    this.rings = rings;
    this.card = card;
    this.ringsChanged = ringsChanged;
  }

  /** The mouse is here. @param {number} x CSS pixels of the view @param {number} y */
  move(x, y) {
    this.#pointer = { x, y };
    this.look();
  }

  /** Looks what lies under the pointer, at the next frame. */
  look() {
    if (this.#handle || !this.#pointer) return;
    this.#handle = requestAnimationFrame(() => {
      this.#handle = 0;
      if (!this.#pointer || this.#held) return;
      this.#turnTo(pick(this.renderer, this.#pointer.x, this.#pointer.y));
    });
  }

  leave() {
    this.#pointer = null;
    this.#turnTo(-1);
  }

  /** During a drag nothing is pointed at. @param {boolean} on */
  hold(on) {
    this.#held = on;
    if (on) this.#turnTo(-1);
  }

  /** @param {number} row the keyboard's image; -1 for none */
  focus(row) {
    this.focused = row;
    this.rings.set("focus", row >= 0 ? [row] : []);
    this.ringsChanged();
    clearTimeout(this.#timer);
    if (row >= 0) this.#timer = window.setTimeout(() => this.#showCard(row), DWELL_MS);
    else this.card.hide();
  }

  /** Keeps the card beside its image, or lets it go with it. Called after each frame. */
  follow() {
    if (this.card.row < 0) return;
    const box = this.renderer.gliding ? null : this.renderer.box(this.card.row);
    if (box) this.card.place(around(box));
    else this.card.hide();
  }

  destroy() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#handle);
  }

  /** @param {number} row */
  #turnTo(row) {
    this.renderer.canvas.style.cursor = row >= 0 ? "pointer" : "";
    if (row === this.row) return;
    this.row = row;
    this.rings.set("hover", row >= 0 ? [row] : []);
    this.ringsChanged();
    clearTimeout(this.#timer);
    if (row < 0) {
      this.card.hide();
      return;
    }
    if (this.card.row >= 0 && this.card.row !== row) this.card.hide();
    this.#timer = window.setTimeout(() => this.#showCard(row), DWELL_MS);
  }

  /** @param {number} row */
  #showCard(row) {
    const box = this.renderer.box(row);
    if (box) this.card.show(row, around(box));
  }
}

/** @param {{x: number, y: number, width: number, height: number}} box CSS pixels @returns {{x: number, y: number, gap: number}} */
function around({ x, y, width, height }) {
  return { x, y, gap: Math.max(width, height) / 2 + 4 };
}

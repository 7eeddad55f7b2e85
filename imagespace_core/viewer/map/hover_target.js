/** The image one points at, by mouse or keyboard: its ring at once, its card after a short dwell. */

import { pick } from "../space/picking.js";

const DWELL_MS = 80;

export class Pointing {
  /**
   * @param {import("../draw/renderer.js").Picture} picture
   * @param {import("../overlay/rings.js").Marks} marks
   * @param {import("../overlay/hover_card.js").Card} card
   * @param {() => void} remark shows the rings as they are now
   */
  constructor(picture, marks, card, remark) {
    Object.assign(this, { picture, marks, card, remark });
    /** @type {{x: number, y: number} | null} */ this.pointer = null;
    this.row = -1;
    this.focused = -1;
    this.timer = 0;
    this.handle = 0;
    this.held = false;
  }

  /** The mouse is here. */
  move(x, y) {
    this.pointer = { x, y };
    this.look();
  }

  /** Looks what lies under the pointer, at the next frame. */
  look() {
    if (this.handle || !this.pointer) return;
    this.handle = requestAnimationFrame(() => {
      this.handle = 0;
      if (!this.pointer || this.held) return;
      this.#turnTo(pick(this.picture, this.pointer.x, this.pointer.y));
    });
  }

  leave() {
    this.pointer = null;
    this.#turnTo(-1);
  }

  /** During a drag nothing is pointed at. */
  hold(on) {
    this.held = on;
    if (on) this.#turnTo(-1);
  }

  /** The keyboard's image; -1 for none. */
  focus(row) {
    this.focused = row;
    this.marks.set("focus", row >= 0 ? [row] : []);
    this.remark();
    clearTimeout(this.timer);
    if (row >= 0) this.timer = window.setTimeout(() => this.#showCard(row), DWELL_MS);
    else this.card.hide();
  }

  /** Keeps the card beside its image, or lets it go with it. Called after each frame. */
  follow() {
    if (this.card.row < 0) return;
    const box = this.picture.gliding ? null : this.picture.box(this.card.row);
    if (box) this.card.place(around(box));
    else this.card.hide();
  }

  destroy() {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.handle);
  }

  #turnTo(row) {
    this.picture.canvas.style.cursor = row >= 0 ? "pointer" : "";
    if (row === this.row) return;
    this.row = row;
    this.marks.set("hover", row >= 0 ? [row] : []);
    this.remark();
    clearTimeout(this.timer);
    if (row < 0) {
      this.card.hide();
      return;
    }
    if (this.card.row >= 0 && this.card.row !== row) this.card.hide();
    this.timer = window.setTimeout(() => this.#showCard(row), DWELL_MS);
  }

  #showCard(row) {
    const box = this.picture.box(row);
    if (box) this.card.show(row, around(box));
  }
}

/** @returns {{x: number, y: number, gap: number}} */
function around({ x, y, width, height }) {
  return { x, y, gap: Math.max(width, height) / 2 + 4 };
}

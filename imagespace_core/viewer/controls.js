/** Mouse and touch: what the hand does, told in terms of panning, turning, zooming and clicking. */

/** CSS pixels that a press may wander and still be a click. */
const SLACK = 5;

/**
 * @typedef {object} Hand
 * @property {(dx: number, dy: number) => void} drag with the first button or finger
 * @property {(dx: number, dy: number) => void} pan
 * @property {(x: number, y: number, factor: number) => void} zoom below 1 comes nearer
 * @property {(angle: number) => void} twist two fingers turned, radians
 * @property {(x: number, y: number) => void} point the mouse rests or moves here
 * @property {() => void} leave
 * @property {(x: number, y: number, touch: boolean) => void} click
 * @property {(on: boolean) => void} hold a drag begins or ends
 */

export class Controls {
  /**
   * @param {HTMLElement} surface
   * @param {HTMLElement} over what floats on it: the wheel works there too
   * @param {Hand} hand
   */
  constructor(surface, over, hand) {
    this.surface = surface;
    this.hand = hand;
    /** @type {Map<number, {x: number, y: number}>} */ this.down = new Map();
    this.moved = false;
    this.panning = false;
    this.stop = new AbortController();
    const on = (name, listener) => surface.addEventListener(name, listener, { signal: this.stop.signal });
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#lift(event, true));
    on("pointercancel", (event) => this.#lift(event, false));
    on("pointerleave", () => this.down.size || hand.leave());
    on("contextmenu", (event) => event.preventDefault());
    for (const part of [surface, over]) {
      part.addEventListener("wheel", (event) => this.#wheel(event), { signal: this.stop.signal, passive: false });
    }
  }

  destroy() {
    this.stop.abort();
  }

  #at(event) {
    const box = this.surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #press(event) {
    if (event.pointerType === "mouse" && event.button > 2) return;
    try {
      this.surface.setPointerCapture(event.pointerId);
    } catch {
      // A pointer made by a script cannot be captured; it works without.
    }
    const at = this.#at(event);
    if (this.down.size === 0) {
      this.moved = false;
      this.start = at;
      this.panning = event.button === 2 || event.button === 1 || event.shiftKey;
      this.primary = event.button === 0 && !event.shiftKey;
    } else this.moved = true; // a second finger: no click any more
    this.down.set(event.pointerId, at);
    if (event.button === 1) event.preventDefault();
  }

  #move(event) {
    const at = this.#at(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.hand.point(at.x, at.y);
      return;
    }
    if (!this.moved) {
      if (Math.hypot(at.x - this.start.x, at.y - this.start.y) <= SLACK) return;
      this.moved = true;
      this.hand.hold(true);
    }
    if (this.down.size === 1) {
      (this.panning ? this.hand.pan : this.hand.drag)(at.x - before.x, at.y - before.y);
    } else if (this.down.size === 2) {
      const other = [...this.down].find(([id]) => id !== event.pointerId)[1];
      const was = { x: before.x - other.x, y: before.y - other.y }, is = { x: at.x - other.x, y: at.y - other.y };
      const ratio = Math.hypot(was.x, was.y) / Math.max(1, Math.hypot(is.x, is.y));
      this.hand.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
      if (Number.isFinite(ratio) && ratio > 0) this.hand.zoom((at.x + other.x) / 2, (at.y + other.y) / 2, ratio);
      const turned = Math.atan2(is.y, is.x) - Math.atan2(was.y, was.x);
      if (Math.abs(turned) < 1) this.hand.twist(turned);
    }
    this.down.set(event.pointerId, at);
  }

  #lift(event, ended) {
    if (!this.down.delete(event.pointerId)) return;
    const at = this.#at(event);
    if (this.down.size) return;
    if (this.moved) this.hand.hold(false);
    else if (ended && this.primary) this.hand.click(at.x, at.y, event.pointerType === "touch");
    if (event.pointerType !== "touch") this.hand.point(at.x, at.y);
  }

  #wheel(event) {
    event.preventDefault(); // the page stays where it is while the pointer is over the map
    const { x, y } = this.#at(event);
    const px = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    this.hand.zoom(x, y, Math.exp(Math.max(-300, Math.min(300, px)) * (event.ctrlKey ? 0.008 : 0.0018)));
  }
}

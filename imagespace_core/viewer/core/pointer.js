/** Mouse and touch on a surface, as panning, turning, zooming, drawing and clicking. */

/** CSS pixels that a press may wander and still be a click. */
const SLACK = 5;

/** @typedef {{shift: boolean, alt: boolean, touch: boolean}} Held what is held down when a press begins */

/**
 * @typedef {object} PointerActions
 * @property {() => boolean} draws whether the first button or finger draws an area, rather than moving the map
 * @property {(x: number, y: number, held: Held) => void} begin an area
 * @property {(x: number, y: number) => void} draw it on to here
 * @property {(done: boolean) => void} finish it, or give it up
 * @property {(dx: number, dy: number) => void} drag with the first button or finger
 * @property {(dx: number, dy: number) => void} pan
 * @property {(x: number, y: number, factor: number) => void} zoom below 1 comes nearer
 * @property {(angle: number) => void} twist two fingers turned, radians
 * @property {(x: number, y: number) => void} point the mouse rests or moves here
 * @property {() => void} leave
 * @property {(x: number, y: number, held: Held) => void} click
 * @property {(on: boolean) => void} hold a drag begins or ends
 */

export class Pointer {
  /** @type {Map<number, {x: number, y: number}>} the buttons or fingers that are down, by id */ down = new Map();
  /** Whether the present press has moved, where it began, and whether by the first button or finger. */ moved = false;
  start = { x: 0, y: 0 };
  primary = true;
  /** @type {Held} */ held = { shift: false, alt: false, touch: false };
  /** @type {"drag" | "pan" | "draw" | "none"} what the present press does once it moves */ way = "drag";
  stop = new AbortController();

  /**
   * @param {HTMLElement} surface
   * @param {HTMLElement} over what floats on it: pointer and wheel do the same there
   * @param {PointerActions} actions
   */
  constructor(surface, over, actions) {
    this.surface = surface;
    this.actions = actions;
    const { signal } = this.stop;
    for (const part of [surface, over]) {
      /** @template {keyof HTMLElementEventMap} K @param {K} name @param {(event: HTMLElementEventMap[K]) => void} listener */
      const on = (name, listener) => part.addEventListener(name, listener, { signal, passive: false });
      on("pointerdown", (event) => this.#press(event));
      on("pointermove", (event) => this.#move(event));
      on("pointerup", (event) => this.#lift(event, true));
      on("pointercancel", (event) => this.#lift(event, false));
      on("pointerleave", () => this.down.size || actions.leave());
      on("contextmenu", (event) => event.preventDefault());
      on("wheel", (event) => this.#wheel(event));
    }
    over.addEventListener("mousedown", (event) => {
      event.preventDefault();
      surface.focus({ preventScroll: true }); // keys go on working after a press there
    }, { signal });
  }

  destroy() {
    this.stop.abort();
  }

  /** Gives up the area that is being drawn. @returns {boolean} whether there was one */
  cancel() {
    if (this.way !== "draw" || !this.down.size || !this.moved) return false;
    this.way = "none";
    this.actions.finish(false);
    return true;
  }

  /** @param {MouseEvent} event CSS pixels of the surface */
  #at(event) {
    const box = this.surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.pointerType === "mouse" && event.button > 2) return;
    try {
      this.surface.setPointerCapture(event.pointerId);
    } catch {
      // A pointer made by a script cannot be captured; it works without.
    }
    const at = this.#at(event);
    if (this.down.size === 0) {
      const { button, shiftKey: shift, altKey: alt } = event;
      const draws = this.actions.draws();
      this.moved = false;
      this.start = at;
      this.held = { shift, alt, touch: event.pointerType === "touch" };
      this.primary = button === 0;
      // While the first button draws, the middle one does what the first would do.
      if (this.primary) this.way = draws ? "draw" : shift ? "pan" : "drag";
      else this.way = draws && button === 1 ? "drag" : "pan";
    } else {
      this.cancel();
      this.way = "pan";
      this.moved = true; // a second finger: neither click nor area any more
    }
    this.down.set(event.pointerId, at);
    if (event.button === 1) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.#at(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.actions.point(at.x, at.y);
      return;
    }
    if (!this.moved) {
      if (Math.hypot(at.x - this.start.x, at.y - this.start.y) <= SLACK) return;
      this.moved = true;
      this.actions.hold(true);
      if (this.way === "draw") this.actions.begin(this.start.x, this.start.y, this.held);
    }
    if (this.down.size === 1) {
      if (this.way === "draw") this.actions.draw(at.x, at.y);
      else if (this.way !== "none") this.actions[this.way](at.x - before.x, at.y - before.y);
    } else if (this.down.size === 2) {
      const [[, other]] = [...this.down].filter(([id]) => id !== event.pointerId);
      const was = { x: before.x - other.x, y: before.y - other.y }, is = { x: at.x - other.x, y: at.y - other.y };
      const ratio = Math.hypot(was.x, was.y) / Math.max(1, Math.hypot(is.x, is.y));
      this.actions.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
      if (Number.isFinite(ratio) && ratio > 0) this.actions.zoom((at.x + other.x) / 2, (at.y + other.y) / 2, ratio);
      const turned = Math.atan2(is.y, is.x) - Math.atan2(was.y, was.x);
      if (Math.abs(turned) < 1) this.actions.twist(turned);
    }
    this.down.set(event.pointerId, at);
  }

  /** @param {PointerEvent} event @param {boolean} ended rather than canceled */
  #lift(event, ended) {
    if (!this.down.delete(event.pointerId)) return;
    const at = this.#at(event);
    if (this.down.size) return;
    if (this.moved) {
      if (this.way === "draw") this.actions.finish(ended);
      this.actions.hold(false);
    } else if (ended && this.primary) this.actions.click(at.x, at.y, this.held);
    if (event.pointerType !== "touch") this.actions.point(at.x, at.y);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault(); // the page stays where it is while the pointer is over the map
    const { x, y } = this.#at(event);
    const px = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    this.actions.zoom(x, y, Math.exp(Math.max(-300, Math.min(300, px)) * (event.ctrlKey ? 0.008 : 0.0018)));
  }
}

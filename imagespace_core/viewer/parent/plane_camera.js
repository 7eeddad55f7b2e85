/** What part of a flat image is in view: its middle in px of the image, and how many CSS pixels one of those takes. */

const GLIDE_MS = 280;
/** CSS pixels of one px, at most: single ones can be seen. */
const MOST = 32;

/** @typedef {{x: number, y: number, scale: number}} View */

export class PlaneCamera {
  /** Of the image, px. */ width = 1;
  height = 1;
  /** Of what it is seen through, CSS pixels. */ across = 1;
  down = 1;
  /** @type {View} */ view = { x: 0.5, y: 0.5, scale: 1 };
  /** A frame's number while it glides. */ gliding = 0;

  /** @param {() => void} moved */
  constructor(moved) {
    this.moved = moved;
  }

  /** The scale at which all of it is in view. */
  get least() {
    return Math.min(this.across / this.width, this.down / this.height);
  }

  /** Whether all of it is in view. */
  get whole() {
    return this.view.scale <= this.least * 1.001;
  }

  /** Another image. @param {number} width px @param {number} height px */
  show(width, height) {
    this.width = width;
    this.height = height;
    this.set({ ...this.view, scale: 0 });
  }

  /** @param {number} across CSS pixels @param {number} down */
  resize(across, down) {
    const { whole } = this;
    this.across = across;
    this.down = down;
    this.set(whole ? { ...this.view, scale: 0 } : this.view);
  }

  /** @param {View} view it is kept so that the image fills what it can */
  set(view) {
    this.#halt();
    this.view = this.#within(view);
    this.moved();
  }

  /** @param {View} goal */
  glide(goal) {
    const from = this.view, to = this.#within(goal), start = performance.now();
    this.#halt();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.set(to);
    const step = (/** @type {number} */ now) => {
      const t = Math.min(1, Math.max(0, (now - start) / GLIDE_MS)), eased = t * t * (3 - 2 * t);
      const scale = from.scale * (to.scale / from.scale) ** eased;
      // One place of the image stays where it is while it grows around it.
      const moved = Math.abs(to.scale / from.scale - 1) < 1e-6 ? eased : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
      this.view = { x: from.x + (to.x - from.x) * moved, y: from.y + (to.y - from.y) * moved, scale };
      this.gliding = t < 1 ? requestAnimationFrame(step) : 0;
      if (t === 1) this.view = to;
      this.moved();
    };
    this.gliding = requestAnimationFrame(step);
  }

  /** @param {number} dx CSS pixels @param {number} dy */
  pan(dx, dy) {
    const { x, y, scale } = this.view;
    this.set({ x: x - dx / scale, y: y - dy / scale, scale });
  }

  /** Around a place that stays where it is. @param {number} factor above 1 comes nearer @param {number} sx CSS pixels @param {number} sy */
  zoom(factor, sx = this.across / 2, sy = this.down / 2) {
    const [px, py] = this.at(sx, sy);
    const scale = this.#bounded(this.view.scale * factor);
    this.set({ x: px - (sx - this.across / 2) / scale, y: py - (sy - this.down / 2) / scale, scale });
  }

  /** A view in which a box takes a share of the room. @param {number[]} box left, top, right, bottom */
  around([left, top, right, bottom], share = 0.45) {
    const scale = share * Math.min(this.across / Math.max(1, right - left), this.down / Math.max(1, bottom - top));
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale };
  }

  /** CSS pixels -> px of the image. @param {number} sx @param {number} sy @returns {[number, number]} */
  at(sx, sy) {
    const { x, y, scale } = this.view;
    return [x + (sx - this.across / 2) / scale, y + (sy - this.down / 2) / scale];
  }

  /** px of the image -> CSS pixels. @param {number} px @param {number} py @returns {[number, number]} */
  screen(px, py) {
    const { x, y, scale } = this.view;
    return [(px - x) * scale + this.across / 2, (py - y) * scale + this.down / 2];
  }

  /** What is in view: left, top, right, bottom in px, within the image. */
  get seen() {
    const [left, top] = this.at(0, 0), [right, bottom] = this.at(this.across, this.down);
    return [Math.max(0, left), Math.max(0, top), Math.min(this.width, right), Math.min(this.height, bottom)];
  }

  #halt() {
    cancelAnimationFrame(this.gliding);
    this.gliding = 0;
  }

  /** @param {number} scale */
  #bounded(scale) {
    return Math.max(this.least, Math.min(Math.max(MOST, this.least), scale));
  }

  /** @param {View} view @returns {View} */
  #within({ x, y, scale }) {
    const bounded = this.#bounded(scale);
    const middle = (/** @type {number} */ at, /** @type {number} */ length, /** @type {number} */ room) => {
      const half = room / 2 / bounded;
      return length <= 2 * half ? length / 2 : Math.max(half, Math.min(length - half, at));
    };
    return { x: middle(x, this.width, this.across), y: middle(y, this.height, this.down), scale: bounded };
  }
}

/** The render loop: draws on request, runs one glide at a time, and sleeps otherwise. */

/** A glide is so far when it is first drawn: what has not moved yet is on the screen already. */
const FIRST_MS = 1000 / 60;

export class FrameLoop {
  /** @type {{start: number, ms: number, step: (t: number) => void, done: () => void} | null} */ glide = null;
  handle = 0;
  stopped = false;

  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
  }

  /** One more frame, please. */
  request() {
    if (!this.handle && !this.stopped) this.handle = requestAnimationFrame((now) => this.#tick(now));
  }

  /** @returns {boolean} whether a glide is running */
  get gliding() {
    return this.glide !== null;
  }

  /**
   * Runs a glide; one that is running is ended where it stands.
   * @param {number} ms zero goes to the end at once
   * @param {(t: number) => void} step t eased, 0 to 1
   * @param {() => void} done called when it ends or is replaced
   */
  start(ms, step, done = () => {}) {
    this.cut();
    if (ms <= 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      step(1);
      done();
    } else this.glide = { start: 0, ms, step, done };
    this.request();
  }

  /** Ends the running glide where it stands. */
  cut() {
    const { glide } = this;
    this.glide = null;
    glide?.done();
  }

  stop() {
    this.stopped = true;
    this.glide = null;
    cancelAnimationFrame(this.handle);
  }

  /** @param {number} now ms */
  #tick(now) {
    this.handle = 0;
    const { glide } = this;
    if (glide) {
      glide.start ||= now - FIRST_MS;
      const t = Math.min(1, (now - glide.start) / glide.ms);
      glide.step(t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);
      if (t === 1) this.cut();
    }
    this.draw();
    if (this.glide) this.request();
  }
}

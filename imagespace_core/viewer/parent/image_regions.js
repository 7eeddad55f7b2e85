/** Pictures of a large image as the server cuts them: all of it small, and sharper parts where one looks closer. */

const WHOLE_SIDE = 1024;
const LARGEST_SIDE = 2048;
const SIDE_STEP = 256;
/** Sharper parts that are kept. */
const KEPT = 12;
/** Device pixels of one px from which on single px are shown as squares. */
const SQUARES = 3;

/** @typedef {{window: number[], bitmap: ImageBitmap, scale: number}} Part scale: its px for one of the image */

export class Regions {
  /**
   * @param {string} address of `picture` or `mask`
   * @param {number} width of the whole, px
   * @param {number} height
   * @param {{changed: () => void, failed: (message: string) => void}} tell
   */
  constructor(address, width, height, tell) {
    Object.assign(this, { address, width, height, tell });
    /** @type {Map<string, Part>} */ this.parts = new Map();
    this.stop = new AbortController();
    this.asking = /** @type {AbortController | null} */ (null);
    this.wanted = "";
    this.whole = /** @type {Part | null} */ (null);
    this.#get(`?side=${WHOLE_SIDE}`, [0, 0, width, height], this.stop.signal).then((part) => {
      this.whole = part;
      if (part) tell.changed();
    });
  }

  /** Asks for what is in view, if it is not there as sharp as the screen can show it. */
  sharpen(/** @type {import("./plane_camera.js").Plane} */ plane, /** @type {number} */ ratio) {
    const need = Math.min(1, plane.view.scale * ratio);
    const { seen } = plane;
    if (!this.whole || this.#enough(seen, need)) return;
    const window = this.#around(seen);
    const longer = Math.max(window[2] - window[0], window[3] - window[1]);
    const side = Math.min(LARGEST_SIDE, Math.max(1, Math.ceil((longer * need) / SIDE_STEP)) * SIDE_STEP);
    const [left, top, right, bottom] = window;
    const query = `?left=${left}&top=${top}&right=${right}&bottom=${bottom}&side=${side}`;
    if (query === this.wanted) return;
    this.asking?.abort();
    this.asking = new AbortController();
    this.wanted = query;
    this.#get(query, window, this.asking.signal).then((part) => {
      if (!part) return;
      this.parts.set(query, part);
      for (const [key, { bitmap }] of this.parts) {
        if (this.parts.size <= KEPT) break;
        this.parts.delete(key);
        bitmap.close();
      }
      this.tell.changed();
    });
  }

  /** @param {CanvasRenderingContext2D} pen in CSS pixels */
  draw(pen, /** @type {import("./plane_camera.js").Plane} */ plane, /** @type {number} */ ratio) {
    const { seen, view } = plane;
    const enough = this.#enough(seen, Math.min(1, view.scale * ratio));
    const parts = enough ? [enough] : this.#sorted();
    for (const { window, bitmap, scale } of parts) {
      const across = bitmap.width / (window[2] - window[0]), down = bitmap.height / (window[3] - window[1]);
      // Only what is in view, in whole pixels: a bitmap drawn many times its size is slow and rounds badly.
      const x0 = Math.max(0, Math.floor((seen[0] - window[0]) * across) - 1), y0 = Math.max(0, Math.floor((seen[1] - window[1]) * down) - 1);
      const x1 = Math.min(bitmap.width, Math.ceil((seen[2] - window[0]) * across) + 1), y1 = Math.min(bitmap.height, Math.ceil((seen[3] - window[1]) * down) + 1);
      if (x1 <= x0 || y1 <= y0) continue;
      const [left, top] = plane.screen(window[0] + x0 / across, window[1] + y0 / down);
      pen.imageSmoothingEnabled = scale < 0.999 || view.scale * ratio < SQUARES;
      pen.drawImage(bitmap, x0, y0, x1 - x0, y1 - y0, left, top, ((x1 - x0) / across) * view.scale, ((y1 - y0) / down) * view.scale);
    }
  }

  destroy() {
    this.stop.abort();
    this.asking?.abort();
    for (const part of [this.whole, ...this.parts.values()]) part?.bitmap.close();
    this.parts.clear();
    this.whole = null;
  }

  /** From coarse to fine. @returns {Part[]} */
  #sorted() {
    return [...(this.whole ? [this.whole] : []), ...this.parts.values()].sort((a, b) => a.scale - b.scale);
  }

  /** The coarsest part that alone is as sharp as is needed wherever one looks. */
  #enough(seen, need) {
    return this.#sorted().find(
      ({ window, scale }) => scale >= need * 0.85 && [0, 1].every((k) => window[k] <= seen[k] && window[k + 2] >= seen[k + 2]),
    );
  }

  /** A window with room around it, at round numbers, so that a small move asks for nothing new. */
  #around([left, top, right, bottom]) {
    const longer = Math.max(right - left, bottom - top, 1);
    const step = 2 ** Math.max(0, Math.round(Math.log2(longer / 6)));
    const low = (at) => Math.max(0, Math.floor((at - longer * 0.15) / step) * step);
    const high = (at, most) => Math.min(most, Math.ceil((at + longer * 0.15) / step) * step);
    return [low(left), low(top), high(right, this.width), high(bottom, this.height)];
  }

  /** @returns {Promise<Part | null>} null where it is not wanted any more, or not to be had */
  async #get(query, window, signal) {
    try {
      const answer = await fetch(this.address + query, { signal });
      if (!answer.ok) throw new Error(await answer.text());
      const bitmap = await createImageBitmap(await answer.blob());
      if (!signal.aborted) return { window, bitmap, scale: bitmap.width / (window[2] - window[0]) };
      bitmap.close();
    } catch (error) {
      if (signal.aborted) return null;
      if (this.wanted === query) this.wanted = ""; // the next move asks again
      this.tell.failed(error.message);
    }
    return null;
  }
}

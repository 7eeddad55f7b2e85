/** Regions of a large image as the server cuts them: all of it small, and sharper ones where one looks closer. */

import { LARGEST_SIDE } from "../core/constants.js";
import { noticed } from "../core/rebuilt.js";
import { Lru } from "../data/lru.js";

const WHOLE_SIDE = 1024;
const SIDE_STEP = 256;
/** Bytes of sharper regions that are kept: twelve of the largest. */
const KEEP_BYTES = 12 * 4 * LARGEST_SIDE ** 2;
/** Device pixels of one px from which on single px are shown as squares. */
const SQUARES = 3;

/** @typedef {import("./plane_camera.js").PlaneCamera} PlaneCamera */
/** @typedef {{window: number[], bitmap: ImageBitmap, scale: number}} Region scale: its px for one of the image */

export class ImageRegions {
  /** @type {Region | null} */ whole = null;
  /** @type {Lru<string, Region>} by their query */
  #sharper = new Lru(KEEP_BYTES, ({ bitmap }) => 4 * bitmap.width * bitmap.height, ({ bitmap }) => bitmap.close());
  #stop = new AbortController();
  /** @type {AbortController | null} of the region on its way */ #coming = null;
  #wanted = "";

  /**
   * @param {string} address of `picture` or `mask`
   * @param {number} width of the whole, px
   * @param {number} height
   * @param {{changed: () => void, failed: (message: string) => void}} callbacks
   */
  constructor(address, width, height, { changed, failed }) {
    this.address = address;
    this.width = width;
    this.height = height;
    this.changed = changed;
    this.failed = failed;
    this.#get(`?side=${WHOLE_SIDE}`, [0, 0, width, height], this.#stop.signal).then((region) => {
      this.whole = region;
      if (region) changed();
    });
  }

  /** Fetches what is in view, if it is not there as sharp as the screen can show it. @param {PlaneCamera} plane @param {number} ratio device pixels of a CSS pixel */
  sharpen(plane, ratio) {
    const need = Math.min(1, plane.view.scale * ratio);
    const { seen } = plane;
    if (!this.whole || this.#enough(seen, need)) return;
    const window = this.#around(seen);
    const [left, top, right, bottom] = window;
    const longer = Math.max(right - left, bottom - top);
    const side = Math.min(LARGEST_SIDE, Math.max(1, Math.ceil((longer * need) / SIDE_STEP)) * SIDE_STEP);
    const query = `?left=${left}&top=${top}&right=${right}&bottom=${bottom}&side=${side}`;
    if (query === this.#wanted) return;
    this.#coming?.abort();
    this.#coming = new AbortController();
    this.#wanted = query;
    this.#get(query, window, this.#coming.signal).then((region) => {
      if (!region) return;
      this.#sharper.set(query, region);
      this.changed();
    });
  }

  /** @param {CanvasRenderingContext2D} pen in CSS pixels @param {PlaneCamera} plane @param {number} ratio device pixels of a CSS pixel */
  draw(pen, plane, ratio) {
    const { seen, view } = plane;
    const enough = this.#enough(seen, Math.min(1, view.scale * ratio));
    for (const { window, bitmap, scale } of enough ? [enough] : this.#sorted()) {
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
    this.#stop.abort();
    this.#coming?.abort();
    for (const { bitmap } of this.#sorted()) bitmap.close();
    this.#sharper.clear();
    this.whole = null;
  }

  /** From coarse to fine. @returns {Region[]} */
  #sorted() {
    return [...(this.whole ? [this.whole] : []), ...this.#sharper.values()].sort((a, b) => a.scale - b.scale);
  }

  /** The coarsest region that alone is as sharp as is needed wherever one looks. @param {number[]} seen @param {number} need px for one of the image */
  #enough(seen, need) {
    return this.#sorted().find(
      ({ window, scale }) => scale >= need * 0.85 && [0, 1].every((k) => window[k] <= seen[k] && window[k + 2] >= seen[k + 2]),
    );
  }

  /** A window with room around it, at round numbers, so that a small move needs nothing new. @param {number[]} seen left, top, right, bottom in px */
  #around([left, top, right, bottom]) {
    const longer = Math.max(right - left, bottom - top, 1);
    const step = 2 ** Math.max(0, Math.round(Math.log2(longer / 6)));
    const low = (/** @type {number} */ at) => Math.max(0, Math.floor((at - longer * 0.15) / step) * step);
    const high = (/** @type {number} */ at, /** @type {number} */ most) => Math.min(most, Math.ceil((at + longer * 0.15) / step) * step);
    return [low(left), low(top), high(right, this.width), high(bottom, this.height)];
  }

  /** @param {string} query @param {number[]} window @param {AbortSignal} signal @returns {Promise<Region | null>} null where it is not wanted any more, or not to be had */
  async #get(query, window, signal) {
    try {
      const answer = noticed(await fetch(this.address + query, { signal }));
      if (!answer.ok) throw new Error(await answer.text());
      const bitmap = await createImageBitmap(await answer.blob());
      if (!signal.aborted) return { window, bitmap, scale: bitmap.width / (window[2] - window[0]) };
      bitmap.close();
    } catch (error) {
      if (signal.aborted) return null;
      if (this.#wanted === query) this.#wanted = ""; // the next move tries again
      this.failed(error.message);
    }
    return null;
  }
}

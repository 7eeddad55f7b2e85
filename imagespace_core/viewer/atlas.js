/** Sprite pages: fetched and decoded on demand, the last few kept. */

import { noticed } from "./rebuilt.js";

/** Decoded pages kept outside the GPU. */
const KEEP_PAGES = 8;
/** Pages loading at a time. */
const PARALLEL = 4;

/** @typedef {{page: number, x: number, y: number, width: number, height: number}} SpritePlace pixels in the page */

export class Atlas {
  /**
   * @param {import("./dataset.js").Dataset} dataset
   * @param {(message: string) => void} warn told once, of the first page that cannot be shown
   */
  constructor(dataset, warn) {
    this.dataset = dataset;
    this.warn = warn;
    /** @type {{cell: number, page: number, columns: number, per_page: number, pages: number} | null} */ this.about = null;
    /** @type {Promise<boolean> | null} */ this.opening = null;
    /** @type {Map<number, Promise<ImageBitmap | null>>} least recently used first */ this.pages = new Map();
    /** @type {Map<number, ImageBitmap | null>} */ this.decoded = new Map();
    this.running = 0;
    /** @type {(() => void)[]} */ this.queue = [];
    this.closed = false;
  }

  /** Loads where the sprites are. @returns {Promise<boolean>} false when there are none to show */
  open() {
    this.opening ??= (async () => {
      try {
        const [about, cells, sizes] = await Promise.all([
          this.dataset.json("atlas.json"), this.dataset.array("atlas/cells.npy"), this.dataset.array("atlas/sizes.npy"),
        ]);
        this.cells = /** @type {Int32Array} */ (cells.data);
        this.sizes = /** @type {Uint8Array} */ (sizes.data);
        this.about = about;
        return true;
      } catch (error) {
        if (!this.closed) this.#complain(error);
        return false;
      }
    })();
    return this.opening;
  }

  /** @param {number} row @returns {SpritePlace | null} null before `open` is through, or for a row without sprite */
  place(row) {
    const { about } = this;
    if (!about || !(this.cells[row] >= 0)) return null;
    const cell = this.cells[row] % about.per_page;
    return {
      page: Math.floor(this.cells[row] / about.per_page),
      x: (cell % about.columns) * about.cell,
      y: Math.floor(cell / about.columns) * about.cell,
      width: this.sizes[2 * row] || about.cell,
      height: this.sizes[2 * row + 1] || about.cell,
    };
  }

  /**
   * A decoded page; use it at once, since it may be closed later.
   * @param {number} page
   * @returns {Promise<ImageBitmap | null>} null when it is missing or broken
   */
  page(page) {
    const found = this.pages.get(page) ?? this.#load(page);
    this.pages.delete(page);
    this.pages.set(page, found);
    return found;
  }

  /** Bytes of the decoded pages, and of where each sprite is. */
  get bytes() {
    const pages = [...this.decoded.values()].reduce((sum, bitmap) => sum + (bitmap ? 4 * bitmap.width * bitmap.height : 0), 0);
    return pages + (this.cells?.byteLength ?? 0) + (this.sizes?.byteLength ?? 0);
  }

  destroy() {
    this.closed = true;
    this.queue.length = 0;
    for (const bitmap of this.decoded.values()) bitmap?.close();
    this.decoded.clear();
    this.pages.clear();
  }

  async #load(page) {
    if (this.running >= PARALLEL) await new Promise((go) => this.queue.push(() => go(undefined)));
    this.running++;
    let bitmap = null;
    try {
      const response = noticed(await fetch(this.dataset.url(`atlas/${String(page).padStart(4, "0")}.webp`), { signal: this.dataset.abort.signal }));
      if (!response.ok) throw new Error(`atlas page ${page}: the server answered ${response.status}`);
      bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    } catch (error) {
      if (!this.closed) this.#complain(error);
    }
    this.running--;
    this.queue.shift()?.();
    if (this.closed) {
      bitmap?.close();
      return null;
    }
    this.decoded.set(page, bitmap);
    this.#trim(page);
    return bitmap;
  }

  #trim(newest) {
    for (const old of this.pages.keys()) {
      if (this.decoded.size <= KEEP_PAGES) break;
      const bitmap = this.decoded.get(old);
      if (old === newest || !bitmap) continue; // loading, or known to be broken: a broken page is not asked for again
      bitmap.close();
      this.decoded.delete(old);
      this.pages.delete(old);
    }
  }

  #complain(error) {
    if (this.complained) return;
    this.complained = true;
    this.warn(`Some pictures cannot be shown (${error.message}).`);
  }
}

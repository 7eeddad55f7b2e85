/** Sprite pages: fetched and decoded on demand, the last few kept. */

import { noticed } from "../core/rebuilt.js";
import { Lru } from "./lru.js";

/** Decoded pages kept outside the GPU: eight of the usual size. */
const KEEP_BYTES = 72 * 2 ** 20;
/** Pages loading at a time. */
const PARALLEL = 4;

/**
 * @typedef {{page: number, x: number, y: number, width: number, height: number}} SpritePlace pixels in the page
 * @typedef {{about: import("../contract").AtlasFile, cells: Int32Array, sizes: Uint8Array}} Atlas
 */

export class SpritePages {
  /** @type {Atlas | null} where the sprites are, once that is known */ atlas = null;
  /** @type {Promise<boolean> | null} */ #opening = null;
  /** @type {Lru<number, ImageBitmap | null>} decoded; null is broken, and not asked for again */
  #decoded = new Lru(KEEP_BYTES, (bitmap) => (bitmap ? 4 * bitmap.width * bitmap.height : 0), (bitmap) => bitmap?.close());
  /** @type {Map<number, Promise<ImageBitmap | null>>} */ #loading = new Map();
  #running = 0;
  /** @type {(() => void)[]} */ #queue = [];
  #closed = false;
  #warned = false;

  /**
   * @param {import("./workspace_files.js").WorkspaceFiles} files
   * @param {(message: string) => void} warn called once, for the first page that cannot be shown
   */
  constructor(files, warn) {
    this.files = files;
    this.warn = warn;
  }

  /** Loads where the sprites are. @returns {Promise<boolean>} false when there are none to show */
  open() {
    this.#opening ??= (async () => {
      try {
        const [about, cells, sizes] = await Promise.all([
          this.files.json("atlas.json"), this.files.array("atlas/cells.npy"), this.files.array("atlas/sizes.npy"),
        ]);
        this.atlas = { about, cells: cells.data, sizes: sizes.data };
        return true;
      } catch (error) {
        this.#warn(error);
        return false;
      }
    })();
    return this.#opening;
  }

  /** @param {number} row @returns {SpritePlace | null} null before `open` is through, or for a row without sprite */
  place(row) {
    if (!this.atlas) return null;
    const { about, cells, sizes } = this.atlas;
    if (!(cells[row] >= 0)) return null;
    const cell = cells[row] % about.per_page;
    return {
      page: Math.floor(cells[row] / about.per_page),
      x: (cell % about.columns) * about.cell,
      y: Math.floor(cell / about.columns) * about.cell,
      width: sizes[2 * row] || about.cell,
      height: sizes[2 * row + 1] || about.cell,
    };
  }

  /** A decoded page that is kept. @param {number} page @returns {ImageBitmap | null | undefined} null: broken; undefined: not here */
  decoded(page) {
    return this.#decoded.get(page);
  }

  /**
   * A decoded page; use it at once, since it may be closed later.
   * @param {number} page
   * @returns {Promise<ImageBitmap | null>} null when it is missing or broken
   */
  async page(page) {
    const found = this.#decoded.get(page);
    if (found !== undefined) return found;
    const loading = this.#loading.get(page) ?? this.#load(page).finally(() => this.#loading.delete(page));
    this.#loading.set(page, loading);
    return loading;
  }

  /** Bytes of the decoded pages, and of where each sprite is. */
  get bytes() {
    return this.#decoded.bytes + (this.atlas?.cells.byteLength ?? 0) + (this.atlas?.sizes.byteLength ?? 0);
  }

  destroy() {
    this.#closed = true;
    this.#queue.length = 0;
    for (const bitmap of this.#decoded.values()) bitmap?.close();
    this.#decoded.clear();
  }

  /** @param {number} page */
  async #load(page) {
    if (this.#running >= PARALLEL) await new Promise((go) => this.#queue.push(() => go(undefined)));
    this.#running++;
    /** @type {ImageBitmap | null} */ let bitmap = null;
    try {
      const response = noticed(await fetch(this.files.url(`atlas/${String(page).padStart(4, "0")}.webp`), { signal: this.files.abort.signal }));
      if (!response.ok) throw new Error(`atlas page ${page}: the server answered ${response.status}`);
      bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    } catch (error) {
      this.#warn(error);
    }
    this.#running--;
    this.#queue.shift()?.();
    if (this.#closed) {
      bitmap?.close();
      return null;
    }
    this.#decoded.set(page, bitmap);
    return bitmap;
  }

  /** @param {Error} error */
  #warn(error) {
    if (this.#warned || this.#closed) return;
    this.#warned = true;
    this.warn(`Some pictures cannot be shown (${error.message}).`);
  }
}

/** Large pictures of the few images that are drawn much larger than their sprite; the least recently used ones make way. */

import { noticed } from "../core/rebuilt.js";
import { Lru } from "../data/lru.js";

/** Pictures on the GPU, and the longer side of each in texels: 21 MB with the mip levels. */
export const MOST_LARGE_PICTURES = 16;
const SIDE = 512, ACROSS = 4, LEVELS = 3;
const BYTES = 4 * SIDE ** 2;
/** Requests at a time. */
const PARALLEL = 4;
/** After so many failures and no success, the host has none. */
const TRIES = 3;

/** @typedef {{slot: number, width: number, height: number}} LargePicture texels */

export class LargePictures {
  side = SIDE * ACROSS;
  /** @type {WebGLTexture | null} made for the first picture */ texture = null;
  /** @type {Lru<number, LargePicture>} by row */ kept = new Lru(MOST_LARGE_PICTURES * BYTES, () => BYTES);
  /** @type {Map<number, AbortController>} rows on their way */ running = new Map();
  /** @type {Set<number>} rows that have no picture */ failed = new Set();
  arrived = 0;

  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {import("../data/workspace_files.js").WorkspaceFiles} files
   * @param {() => void} redraw called when a picture is there
   */
  constructor(gpu, files, redraw) {
    this.gpu = gpu;
    this.files = files;
    this.redraw = redraw;
  }

  create() {
    return this.gpu.texture(this.side, this.side, LEVELS, this.gpu.gl.LINEAR_MIPMAP_LINEAR);
  }

  restore() {
    this.texture = null;
    this.kept.clear();
  }

  destroy() {
    for (const abort of this.running.values()) abort.abort();
    this.running.clear();
    this.gpu.release(this.texture);
  }

  /** @param {number} row @returns {LargePicture | undefined} asking marks it as used */
  use(row) {
    return this.kept.get(row);
  }

  /** @param {number} slot @returns {[number, number]} its corner in texels */
  corner(slot) {
    return [(slot % ACROSS) * SIDE, Math.floor(slot / ACROSS) * SIDE];
  }

  /** Fetches these pictures and no others; those on their way that are not among them are given up. @param {number[]} rows the most wanted first */
  want(rows) {
    const wanted = rows.slice(0, MOST_LARGE_PICTURES);
    for (const [row, abort] of this.running) {
      if (wanted.includes(row)) continue;
      abort.abort();
      this.running.delete(row);
    }
    if (!this.arrived && this.failed.size >= TRIES) return;
    for (const row of wanted) {
      if (this.running.size >= PARALLEL) break;
      if (!this.kept.has(row) && !this.running.has(row) && !this.failed.has(row)) this.#load(row);
    }
  }

  /** @param {number} row */
  async #load(row) {
    const abort = new AbortController();
    this.running.set(row, abort);
    /** @type {ImageBitmap[]} */ let levels = [];
    try {
      const response = noticed(await fetch(this.files.url(`image/${row}?side=${SIDE}`), { signal: abort.signal }));
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      levels = await halves(await response.blob());
      if (!abort.signal.aborted && !this.gpu.gl.isContextLost()) this.#put(row, levels);
    } catch {
      if (!abort.signal.aborted) this.failed.add(row); // its sprite stays
    }
    for (const bitmap of levels) bitmap.close();
    if (this.running.get(row) === abort) this.running.delete(row);
    if (!abort.signal.aborted) this.redraw();
  }

  /** @param {number} row @param {ImageBitmap[]} levels */
  #put(row, levels) {
    const { gl } = this.gpu;
    const { kept } = this;
    this.texture ??= this.create();
    const slot = kept.size < MOST_LARGE_PICTURES ? kept.size : (kept.shift()?.slot ?? 0);
    const [x, y] = this.corner(slot);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    levels.forEach((bitmap, level) => gl.texSubImage2D(gl.TEXTURE_2D, level, x >> level, y >> level, gl.RGBA, gl.UNSIGNED_BYTE, bitmap));
    kept.set(row, { slot, width: levels[0].width, height: levels[0].height });
    this.arrived++;
  }
}

/** A picture at most SIDE large, and its halves. @param {Blob} blob @returns {Promise<ImageBitmap[]>} */
async function halves(blob) {
  const plain = /** @type {ImageBitmapOptions} */ ({ colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const whole = await createImageBitmap(blob, plain);
  const scale = Math.min(1, SIDE / Math.max(whole.width, whole.height));
  const sized = (/** @type {ImageBitmap} */ source, /** @type {number} */ divisor) => createImageBitmap(source, {
    ...plain, resizeQuality: "medium",
    resizeWidth: Math.max(1, Math.floor((whole.width * scale) / divisor)), resizeHeight: Math.max(1, Math.floor((whole.height * scale) / divisor)),
  });
  const levels = [scale < 1 ? await sized(whole, 1) : whole];
  for (let level = 1; level < LEVELS; level++) levels.push(await sized(levels[0], 2 ** level));
  if (levels[0] !== whole) whole.close();
  return levels;
}

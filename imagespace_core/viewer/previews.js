/** Large pictures of the few images that are drawn much larger than their sprite; the least recently used ones make way. */

import { noticed } from "./rebuilt.js";

/** Pictures on the GPU, and the longer side of each in texels: 21 MB with the mip levels. */
export const PREVIEWS = 16;
const SIDE = 512, ACROSS = 4, LEVELS = 3;
/** Requests at a time. */
const PARALLEL = 4;
/** After so many failures and no success, the host has none. */
const TRIES = 3;

/** @typedef {{slot: number, width: number, height: number}} Preview texels */

export class Previews {
  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {import("./dataset.js").Dataset} dataset
   * @param {() => void} redraw asks for another frame
   */
  constructor(gpu, dataset, redraw) {
    Object.assign(this, { gpu, dataset, redraw });
    this.side = SIDE * ACROSS;
    /** @type {Map<number, AbortController>} rows on their way */ this.running = new Map();
    /** @type {Set<number>} rows that have no picture */ this.failed = new Set();
    this.arrived = 0;
    this.forget();
  }

  /** Starts anew, as after a lost context. */
  forget() {
    /** @type {WebGLTexture | null} */ this.texture = null;
    /** @type {Map<number, Preview>} least recently used first */ this.kept = new Map();
  }

  /** @param {number} row @returns {Preview | null} asking marks it as used */
  use(row) {
    const preview = this.kept.get(row);
    if (!preview) return null;
    this.kept.delete(row);
    this.kept.set(row, preview);
    return preview;
  }

  /** @param {number} slot @returns {[number, number]} its corner in texels */
  corner(slot) {
    return [(slot % ACROSS) * SIDE, Math.floor(slot / ACROSS) * SIDE];
  }

  /** Fetches these pictures and no others; those on their way that are not among them are given up. @param {number[]} rows the most wanted first */
  want(rows) {
    const wanted = rows.slice(0, PREVIEWS);
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

  destroy() {
    for (const abort of this.running.values()) abort.abort();
    this.running.clear();
  }

  async #load(row) {
    const abort = new AbortController();
    this.running.set(row, abort);
    /** @type {ImageBitmap[]} */ let levels = [];
    try {
      const response = noticed(await fetch(this.dataset.url(`image/${row}?side=${SIDE}`), { signal: abort.signal }));
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
    this.texture ??= this.gpu.texture(this.side, this.side, LEVELS, gl.LINEAR_MIPMAP_LINEAR);
    let slot = this.kept.size;
    if (slot >= PREVIEWS) {
      const [oldest, freed] = this.kept.entries().next().value;
      this.kept.delete(oldest);
      slot = freed.slot;
    }
    const [x, y] = this.corner(slot);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    levels.forEach((bitmap, level) => gl.texSubImage2D(gl.TEXTURE_2D, level, x >> level, y >> level, gl.RGBA, gl.UNSIGNED_BYTE, bitmap));
    this.kept.set(row, { slot, width: levels[0].width, height: levels[0].height });
    this.arrived++;
  }
}

/** A picture at most SIDE large, and its halves. @param {Blob} blob @returns {Promise<ImageBitmap[]>} */
async function halves(blob) {
  const plain = /** @type {ImageBitmapOptions} */ ({ colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const whole = await createImageBitmap(blob, plain);
  const scale = Math.min(1, SIDE / Math.max(whole.width, whole.height));
  const sized = (source, divisor) => createImageBitmap(source, {
    ...plain, resizeQuality: "medium",
    resizeWidth: Math.max(1, Math.floor((whole.width * scale) / divisor)), resizeHeight: Math.max(1, Math.floor((whole.height * scale) / divisor)),
  });
  const levels = [scale < 1 ? await sized(whole, 1) : whole];
  for (let level = 1; level < LEVELS; level++) levels.push(await sized(levels[0], 2 ** level));
  if (levels[0] !== whole) whole.close();
  return levels;
}

/** A texture with room for a fixed number of sprites; the least recently used ones make way. */

import { Lru } from "../data/lru.js";

/** The most bytes that sprites take on the GPU, mip levels included. */
export const SPRITE_BYTES = 88 * 2 ** 20;
const LEVELS = 3;
const SIDE = 4096;

export class SpriteTexture {
  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {number} cell side of a sprite's cell in texels
   * @param {number} rows no more slots than rows are made
   */
  constructor(gpu, cell, rows) {
    this.gpu = gpu;
    this.cell = cell;
    const most = Math.min(SIDE, gpu.gl.getParameter(gpu.gl.MAX_TEXTURE_SIZE) || SIDE);
    this.across = Math.max(1, Math.min(Math.floor(most / cell), Math.ceil(Math.sqrt(rows))));
    this.count = this.across ** 2;
    this.side = this.across * cell;
    this.scratch = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(cell, cell).getContext("2d", { willReadFrequently: true }));
    /** @type {Lru<number, number>} slots by row */ this.slots = new Lru(SPRITE_BYTES, () => 4 * cell ** 2);
    this.texture = this.create();
  }

  create() {
    return this.gpu.texture(this.side, this.side, LEVELS, this.gpu.gl.LINEAR_MIPMAP_LINEAR);
  }

  restore() {
    this.slots.clear();
    this.texture = this.create();
  }

  destroy() {
    this.gpu.release(this.texture);
  }

  /** @param {number} row @returns {number} the slot, or -1; asking marks it as used */
  use(row) {
    return this.slots.get(row) ?? -1;
  }

  /** @param {number} slot @returns {[number, number]} its corner in texels */
  corner(slot) {
    return [(slot % this.across) * this.cell, Math.floor(slot / this.across) * this.cell];
  }

  /**
   * @param {number} row
   * @param {ImageBitmap} page
   * @param {import("../data/sprite_pages.js").SpritePlace} place
   */
  put(row, page, place) {
    const { gl } = this.gpu;
    const { cell, scratch, slots } = this;
    const slot = slots.size < this.count ? slots.size : (slots.shift() ?? 0);
    slots.set(row, slot);
    scratch.drawImage(page, place.x, place.y, cell, cell, 0, 0, cell, cell);
    let pixels = scratch.getImageData(0, 0, cell, cell).data;
    let side = cell;
    const [x, y] = this.corner(slot);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    for (let level = 0; level < LEVELS && side > 0; level++) {
      gl.texSubImage2D(gl.TEXTURE_2D, level, x >> level, y >> level, side, side, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      pixels = halve(pixels, side);
      side >>= 1;
    }
  }
}

/** The mean of each 2 x 2 block. @param {Uint8ClampedArray} pixels RGBA @param {number} side */
function halve(pixels, side) {
  const half = side >> 1;
  const out = new Uint8ClampedArray(4 * half * half);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const from = 4 * (2 * y * side + 2 * x), below = from + 4 * side, to = 4 * (y * half + x);
      for (let k = 0; k < 4; k++) out[to + k] = (pixels[from + k] + pixels[from + 4 + k] + pixels[below + k] + pixels[below + 4 + k] + 2) >> 2;
    }
  }
  return out;
}

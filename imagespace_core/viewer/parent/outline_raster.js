/**
 * Lines as pixels, set one by one: for tens of thousands of small outlines, whose paths would keep a canvas busy for
 * seconds, and that without a place to pause.
 */

const LINE = 0xffffffff, HALO = 0xa0000000; // alpha, blue, green, red

export class OutlineRaster {
  /** @param {number} width device pixels @param {number} height */
  constructor(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.image = new ImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** @returns {HTMLCanvasElement} as large */
  canvas() {
    const canvas = document.createElement("canvas");
    canvas.width = this.width;
    canvas.height = this.height;
    canvas.getContext("2d")?.putImageData(this.image, 0, 0);
    return canvas;
  }

  /** A line between two places, device pixels. @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {number} thick device pixels @param {boolean} halo under all lines drawn before */
  line(x0, y0, x1, y1, thick, halo) {
    const ends = clipped(x0, y0, x1, y1, thick, this.width, this.height);
    if (!ends) return;
    const dx = (x1 - x0) * (ends[1] - ends[0]), dy = (y1 - y0) * (ends[1] - ends[0]);
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy))));
    let x = x0 + (x1 - x0) * ends[0] - thick / 2, y = y0 + (y1 - y0) * ends[0] - thick / 2;
    for (let k = 0; k <= steps; k++, x += dx / steps, y += dy / steps) this.#stamp(Math.round(x), Math.round(y), thick, halo);
  }

  /** @param {number} left @param {number} top @param {number} thick @param {boolean} halo */
  #stamp(left, top, thick, halo) {
    const right = Math.min(this.width, left + thick), bottom = Math.min(this.height, top + thick);
    for (let y = Math.max(0, top); y < bottom; y++) {
      for (let at = y * this.width + Math.max(0, left); at < y * this.width + right; at++) {
        if (!halo) this.pixels[at] = LINE;
        else if (this.pixels[at] !== LINE) this.pixels[at] = HALO;
      }
    }
  }
}

/**
 * The share of a line, from and to, that lies in the raster; null where none does (Liang and Barsky, 1984).
 * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {number} slack @param {number} width @param {number} height
 */
function clipped(x0, y0, x1, y1, slack, width, height) {
  let from = 0, to = 1;
  for (const [start, delta, most] of [[x0, x1 - x0, width + slack], [y0, y1 - y0, height + slack]]) {
    if (delta === 0) {
      if (start < -slack || start > most) return null;
      continue;
    }
    const a = (-slack - start) / delta, b = (most - start) / delta;
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return from <= to ? [from, to] : null;
}

/** All rows as discs, in one draw call; a glide between two layouts happens in the vertex shader. */

import { EDGED, FRAGMENT, VERTEX } from "./point_shaders.js";

/** Device pixels below which a dot is drawn as a square, which costs less. */
const TINY = 2.8;

/** Highlighted rows up to this number are drawn larger. */
const FEW_HIGHLIGHTED = 500;
/** How far the farthest fade in full haze, and how strong the outline is. */
const FOG = 0.55, EDGE = 0.6;

/**
 * @typedef {object} DotStyle
 * @property {number} size diameter in device pixels at the target's distance
 * @property {number} least device pixels
 * @property {number} most device pixels
 * @property {number} alpha
 *
 * @typedef {{positions: import("../data/positions.js").Positions, buffer: WebGLBuffer, sent: number}} SentLayout
 */

export class Points {
  /** @type {SentLayout | null} */ #to = null;
  /** @type {SentLayout | null} where a glide comes from */ #from = null;
  #highlighted = 0;
  /** @type {string[]} of the program that all rows were last drawn with */ #defines = [];
  /** @type {Map<string, import("./gpu.js").GpuProgram>} by their defines */ #programs = new Map();

  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {number} rows
   */
  constructor(gpu, rows) {
    this.gpu = gpu;
    this.rows = rows;
    this.objects = this.create();
  }

  create() {
    const { gpu } = this;
    return {
      shades: gpu.buffer(this.rows * 2), palette: gpu.texture(256, 256, 1, gpu.gl.NEAREST),
      elements: gpu.buffer(4, gpu.gl.STATIC_DRAW, gpu.gl.ELEMENT_ARRAY_BUFFER), array: gpu.gl.createVertexArray(),
    };
  }

  /** The layout is sent again from its array; shades, palette and highlight are for the renderer to set again. */
  restore() {
    const to = this.#to;
    this.#from = this.#to = null;
    this.#programs.clear();
    this.objects = this.create();
    if (to) this.show(to.positions);
  }

  destroy() {
    const { shades, palette, elements } = this.objects;
    for (const thing of [shades, palette, elements, this.#to?.buffer, this.#from?.buffer]) this.gpu.release(thing);
    this.#from = this.#to = null;
  }

  /** @param {Uint16Array} index (rows,) into the palette */
  setShades(index) {
    this.gpu.fill(this.objects.shades, index);
  }

  /** @param {Uint8Array} palette RGBA of 65,536 shades */
  setPalette(palette) {
    const { gl } = this.gpu;
    gl.bindTexture(gl.TEXTURE_2D, this.objects.palette);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 256, gl.RGBA, gl.UNSIGNED_BYTE, palette);
  }

  /** @param {Uint32Array} rows drawn once more, in full color and on top */
  setHighlight(rows) {
    const { gl } = this.gpu;
    gl.bindVertexArray(null);
    this.#highlighted = rows.length;
    this.gpu.fill(this.objects.elements, rows.length ? rows : 4, gl.STATIC_DRAW, gl.ELEMENT_ARRAY_BUFFER);
  }

  /**
   * Goes to a layout at once, or keeps the present one as where a glide starts.
   * @param {import("../data/positions.js").Positions} positions
   * @param {boolean} glide
   */
  show(positions, glide = false) {
    this.settle();
    if (glide) this.#from = this.#to;
    else this.gpu.release(this.#to?.buffer);
    this.#to = { positions, buffer: this.gpu.buffer(positions.data.byteLength), sent: 0 };
    this.stream();
  }

  /** Sends the rows that have come in since the last call. */
  stream() {
    const { gl } = this.gpu;
    if (!this.#to) return;
    const { positions, buffer, sent } = this.#to;
    if (positions.scanned === sent) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    const { dims } = positions;
    gl.bufferSubData(gl.ARRAY_BUFFER, sent * dims * 4, positions.data, sent * dims, (positions.scanned - sent) * dims);
    this.#to.sent = positions.scanned;
  }

  /** Compiles what the next glide is drawn with, so that it begins at once. */
  prepare() {
    this.#program(["GLIDE", ...this.#defines]);
  }

  /** Ends a glide: the layout it came from is let go. */
  settle() {
    this.gpu.release(this.#from?.buffer);
    this.#from = null;
  }

  /** @param {import("./renderer.js").Frame} frame */
  draw({ camera, mix, deep, haze, highlight, theme, dots }) {
    const to = this.#to;
    if (!to) return;
    const { gl } = this.gpu;
    const { distance } = camera;
    const nearest = deep ? Math.max(camera.near, distance - camera.reach) : distance;
    /** @param {{size: number, least: number, alpha: number, dim: boolean}} style @param {() => void} send */
    const pass = ({ size, least, alpha, dim }, send) => {
      const largest = Math.min(dots.most, Math.max(least, (size * distance) / nearest));
      const defines = [...(largest > TINY ? ["ROUND"] : []), ...(largest > EDGED ? ["EDGE"] : []), ...(haze > 0 ? ["FOG"] : []), ...(dim ? ["DIM"] : [])];
      const at = this.#begin(to, camera, mix, defines);
      const [near, far] = camera.fogRange;
      const [r, g, b] = theme.background;
      gl.uniform3f(at.uBackground, r, g, b);
      gl.uniform3f(at.uFog, haze * FOG, near, 1 / (far - near));
      gl.uniform4f(at.uEdge, r, g, b, EDGE);
      gl.uniform1f(at.uCut, deep ? 0.4 : 0.02);
      gl.uniform4f(at.uSize, size * distance, least, dots.most, 0);
      gl.uniform1f(at.uAlpha, alpha);
      send();
      return defines;
    };
    const dim = highlight !== null;
    // Dimmed dots hide nothing: in 3D what is highlighted shows through them.
    if (dim) gl.depthMask(false);
    const all = { size: dots.size, least: dots.least, alpha: dots.alpha * (dim ? 0.5 : 1), dim };
    this.#defines = pass(all, () => gl.drawArrays(gl.POINTS, 0, to.sent));
    gl.depthMask(true);
    if (dim && this.#highlighted) {
      const few = this.#highlighted <= FEW_HIGHLIGHTED; // they stand out
      pass({ size: dots.size * (few ? 1.25 : 1), least: dots.least * (few ? 3 : 1), alpha: few ? 1 : dots.alpha ** 0.5, dim: false }, () => {
        gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.objects.elements);
        gl.drawElements(gl.POINTS, this.#highlighted, gl.UNSIGNED_INT, 0);
      });
    }
    gl.bindVertexArray(null);
  }

  /**
   * Adds up, in a raster, how many of the rows shown lie in each cell.
   * @param {import("../space/camera.js").Camera} camera
   * @param {number} unit that one row adds
   * @param {number} mix of the glide, 0 to 1
   */
  tally(camera, unit, mix) {
    if (!this.#to) return;
    const { gl } = this.gpu;
    const at = this.#begin(this.#to, camera, mix, ["TALLY"]);
    gl.uniform1f(at.uAlpha, unit);
    gl.drawArrays(gl.POINTS, 0, this.#to.sent);
    gl.bindVertexArray(null);
  }

  /**
   * Places, shades and camera for a draw call.
   * @param {SentLayout} to
   * @param {import("../space/camera.js").Camera} camera
   * @param {number} mix
   * @param {string[]} defines
   * @returns {Record<string, WebGLUniformLocation>} the program's uniforms
   */
  #begin(to, camera, mix, defines) {
    const { gl } = this.gpu;
    const { shades, palette, array } = this.objects;
    const from = this.#from;
    const { program, at } = this.#program([...(from ? ["GLIDE"] : []), ...defines]);
    gl.useProgram(program);
    gl.bindVertexArray(array);
    this.#attribute(0, to);
    gl.bindBuffer(gl.ARRAY_BUFFER, shades);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_SHORT, 0, 0);
    if (from) {
      this.#attribute(2, from);
      gl.uniform4f(at.uFromNorm, ...norm(from.positions));
      gl.uniform1f(at.uMix, mix);
    } else gl.disableVertexAttribArray(2);
    const { x, y, z } = camera.state;
    gl.uniform4f(at.uNorm, ...norm(to.positions));
    gl.uniform3f(at.uTarget, x, y, z);
    gl.uniformMatrix4fv(at.uMatrix, false, camera.matrix);
    gl.uniform1i(at.uPalette, 0);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, palette);
    return at;
  }

  /** @param {number} location @param {SentLayout} layout */
  #attribute(location, { positions, buffer }) {
    const { gl } = this.gpu;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, positions.dims, gl.FLOAT, false, 0, 0);
  }

  /** @param {string[]} defines */
  #program(defines) {
    const key = defines.join();
    const program = this.#programs.get(key) ?? this.gpu.program(VERTEX, FRAGMENT, defines);
    this.#programs.set(key, program);
    return program;
  }
}

/** @param {import("../data/positions.js").Positions} positions @returns {[number, number, number, number]} */
function norm(positions) {
  const [x, y, z] = positions.center;
  return [x, y, z, positions.scale];
}

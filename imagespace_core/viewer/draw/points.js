/** All rows as discs, in one draw call; a glide between two layouts happens in the vertex shader. */

import { FAR } from "../data/positions.js";

/** Device pixels below which a dot is drawn as a square, which costs less. */
const TINY = 2.8;
/** Device pixels from which a dot gets an outline. */
const EDGED = 5;

/** Lit rows up to this number are drawn larger. */
const FEW_LIT = 500;

/** World = (raw - center) * scale; `uTarget` is taken off first, so that deep zooms keep their precision. */
const PLACE = `
  vec3 place(vec3 raw, vec4 norm) { return (raw - norm.xyz) * norm.w - uTarget; }
  bool lost(vec3 raw) { return abs(raw.x) > ${FAR.toExponential()}; }
`;

const VERTEX = `
  layout(location = 0) in vec3 aTo;
  layout(location = 1) in uint aShade;
  #ifdef GLIDE
  layout(location = 2) in vec3 aFrom;
  uniform vec4 uFromNorm;
  uniform float uMix;
  #endif
  uniform vec4 uNorm;
  uniform vec3 uTarget;
  uniform mat4 uMatrix;
  uniform sampler2D uPalette;
  uniform float uAlpha;
  uniform vec4 uSize; // diameter in device px at distance 1, least, most
  uniform vec3 uBackground;
  uniform vec3 uFog; // strength, depth where it begins, one over its range
  flat out vec4 vColor;
  flat out float vSize;
  ${PLACE}
  void main() {
    vec4 color = texelFetch(uPalette, ivec2(aShade & 255u, aShade >> 8u), 0);
    if (lost(aTo) || color.a == 0.0) {
      gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
      gl_PointSize = 1.0;
      return;
    }
    vec3 p = place(aTo, uNorm);
    #ifdef GLIDE
    if (!lost(aFrom)) p = mix(place(aFrom, uFromNorm), p, uMix);
    else color.a *= uMix;
    #endif
    gl_Position = uMatrix * vec4(p, 1.0);
    #ifdef TALLY
    gl_PointSize = 1.0;
    vColor = vec4(uAlpha);
    return;
    #endif
    vSize = clamp(uSize.x / gl_Position.w, uSize.y, uSize.z);
    gl_PointSize = vSize;
    #ifdef DIM
    color.rgb = mix(vec3(dot(color.rgb, vec3(0.3, 0.59, 0.11))), uBackground, 0.45);
    #endif
    #ifdef FOG
    color.rgb = mix(color.rgb, uBackground, uFog.x * smoothstep(0.0, 1.0, (gl_Position.w - uFog.y) * uFog.z));
    #endif
    vColor = vec4(color.rgb, 1.0) * (color.a * uAlpha);
  }
`;

const FRAGMENT = `
  flat in vec4 vColor; // premultiplied
  flat in float vSize;
  uniform vec4 uEdge; // color of the thin outline, strength
  uniform float uCut; // least cover that is drawn: in 3D a faint rim would hide what is behind
  out vec4 color;
  void main() {
    #ifdef ROUND
    float reach = vSize * 0.5;
    float away = length(gl_PointCoord - 0.5) * vSize;
    float cover = clamp(reach - away, 0.0, 1.0);
    if (cover <= uCut) discard;
    color = vColor * cover;
    #ifdef EDGE
    float edge = uEdge.a * smoothstep(reach - 2.2, reach - 1.0, away) * smoothstep(${EDGED.toFixed(1)}, ${(EDGED + 4).toFixed(1)}, vSize);
    color.rgb = mix(color.rgb, uEdge.rgb * color.a, edge);
    #endif
    #else
    color = vColor;
    #endif
  }
`;

/**
 * @typedef {object} PointStyle
 * @property {number} size diameter in device pixels at the target's distance
 * @property {number} least device pixels
 * @property {number} most device pixels
 * @property {number} alpha
 * @property {boolean} dim whether rows that are not lit lose color
 * @property {number[]} background rgb 0..1
 * @property {number[]} edge rgba 0..1
 * @property {number} fog strength 0..1
 * @property {boolean} deep whether nearer rows cover farther ones
 */

export class Points {
  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {number} rows
   */
  constructor(gpu, rows) {
    this.gpu = gpu;
    this.rows = rows;
    /** @type {{positions: import("../data/positions.js").Positions, buffer: WebGLBuffer, sent: number} | null} */ this.to = null;
    /** @type {typeof this.to} */ this.from = null;
    this.lit = 0;
    /** @type {string[]} of the program that all rows were last drawn with */ this.defines = [];
    this.#create();
  }

  #create() {
    const { gpu } = this;
    /** @type {Map<string, import("./gpu.js").GpuProgram>} */ this.programs = new Map();
    this.shade = gpu.buffer(this.rows * 2);
    this.palette = gpu.texture(256, 256, 1, gpu.gl.NEAREST);
    this.elements = gpu.buffer(4, gpu.gl.STATIC_DRAW, gpu.gl.ELEMENT_ARRAY_BUFFER);
    this.array = gpu.gl.createVertexArray();
  }

  /** Makes everything again after a lost context, from the arrays that are still here. */
  restore() {
    const { to } = this;
    this.from = null;
    this.to = null;
    this.#create();
    if (to) this.show(to.positions);
  }

  /** @param {Uint16Array} index (rows,) into the palette */
  setShades(index) {
    this.gpu.fill(this.shade, index);
  }

  /** @param {Uint8Array} palette RGBA of 65,536 shades */
  setPalette(palette) {
    const { gl } = this.gpu;
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 256, gl.RGBA, gl.UNSIGNED_BYTE, palette);
  }

  /** @param {Uint32Array} rows drawn once more, in full color and on top */
  setLit(rows) {
    const { gl } = this.gpu;
    gl.bindVertexArray(null);
    this.lit = rows.length;
    this.gpu.fill(this.elements, rows.length ? rows : 4, gl.STATIC_DRAW, gl.ELEMENT_ARRAY_BUFFER);
  }

  /**
   * Goes to a layout at once, or keeps the present one as where a glide starts.
   * @param {import("../data/positions.js").Positions} positions
   * @param {boolean} glide
   */
  show(positions, glide = false) {
    this.settle();
    if (glide) this.from = this.to;
    else this.gpu.release(this.to?.buffer);
    this.to = { positions, buffer: this.gpu.buffer(positions.data.byteLength), sent: 0 };
    this.stream();
  }

  /** Sends the rows that have come in since the last call. */
  stream() {
    const { gl } = this.gpu;
    const { positions, buffer, sent } = this.to;
    if (positions.scanned === sent) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    const { dims } = positions;
    gl.bufferSubData(gl.ARRAY_BUFFER, sent * dims * 4, positions.data, sent * dims, (positions.scanned - sent) * dims);
    this.to.sent = positions.scanned;
  }

  /** Compiles what the next glide is drawn with, so that it begins at once. */
  prepare() {
    this.#program(["GLIDE", ...this.defines]);
  }

  /** Ends a glide: the layout it came from is let go. */
  settle() {
    if (this.from) this.gpu.release(this.from.buffer);
    this.from = null;
  }

  /**
   * @param {import("../space/camera.js").Camera} camera
   * @param {PointStyle} style
   * @param {number} mix of the glide, 0 to 1
   */
  draw(camera, style, mix) {
    if (!this.to) return;
    const { gl } = this.gpu;
    const { distance } = camera;
    const nearest = style.deep ? Math.max(camera.near, distance - camera.reach) : distance;
    const pass = (size, least, alpha, dim, send) => {
      const largest = Math.min(style.most, Math.max(least, (size * distance) / nearest));
      const defines = [...(largest > TINY ? ["ROUND"] : []), ...(largest > EDGED ? ["EDGE"] : []), ...(style.fog > 0 ? ["FOG"] : []), ...(dim ? ["DIM"] : [])];
      const at = this.#begin(camera, mix, defines);
      const [near, far] = fogRange(camera);
      gl.uniform3f(at.uBackground, .../** @type {[number, number, number]} */ (style.background));
      gl.uniform3f(at.uFog, style.fog, near, 1 / (far - near));
      gl.uniform4f(at.uEdge, .../** @type {[number, number, number, number]} */ (style.edge));
      gl.uniform1f(at.uCut, style.deep ? 0.4 : 0.02);
      gl.uniform4f(at.uSize, size * distance, least, style.most, 0);
      gl.uniform1f(at.uAlpha, alpha);
      send();
      return defines;
    };
    // Dimmed dots hide nothing: in 3D what is lit shows through them.
    if (style.dim) gl.depthMask(false);
    this.defines = pass(style.size, style.least, style.alpha * (style.dim ? 0.5 : 1), style.dim, () => gl.drawArrays(gl.POINTS, 0, this.to.sent));
    gl.depthMask(true);
    if (style.dim && this.lit) {
      const few = this.lit <= FEW_LIT; // they stand out
      pass(style.size * (few ? 1.25 : 1), style.least * (few ? 3 : 1), few ? 1 : style.alpha ** 0.5, false, () => {
        gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.elements);
        gl.drawElements(gl.POINTS, this.lit, gl.UNSIGNED_INT, 0);
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
    if (!this.to) return;
    const { gl } = this.gpu;
    const at = this.#begin(camera, mix, ["TALLY"]);
    gl.uniform1f(at.uAlpha, unit);
    gl.drawArrays(gl.POINTS, 0, this.to.sent);
    gl.bindVertexArray(null);
  }

  /** Places, shades and camera for a draw call. @returns {Record<string, WebGLUniformLocation>} the program's uniforms */
  #begin(camera, mix, defines) {
    const { gl } = this.gpu;
    const gliding = this.from !== null;
    const { program, at } = this.#program([...(gliding ? ["GLIDE"] : []), ...defines]);
    gl.useProgram(program);
    gl.bindVertexArray(this.array);
    this.#attribute(0, this.to);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.shade);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_SHORT, 0, 0);
    if (gliding) {
      this.#attribute(2, this.from);
      gl.uniform4f(at.uFromNorm, ...norm(this.from.positions));
      gl.uniform1f(at.uMix, mix);
    } else gl.disableVertexAttribArray(2);
    const { x, y, z } = camera.state;
    gl.uniform4f(at.uNorm, ...norm(this.to.positions));
    gl.uniform3f(at.uTarget, x, y, z);
    gl.uniformMatrix4fv(at.uMatrix, false, camera.matrix);
    gl.uniform1i(at.uPalette, 0);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    return at;
  }

  #attribute(location, side) {
    const { gl } = this.gpu;
    gl.bindBuffer(gl.ARRAY_BUFFER, side.buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, side.positions.dims, gl.FLOAT, false, 0, 0);
  }

  /** @param {string[]} defines */
  #program(defines) {
    const key = defines.join();
    if (!this.programs.has(key)) this.programs.set(key, this.gpu.program(VERTEX, FRAGMENT, defines));
    return this.programs.get(key);
  }
}

/** Depths in front of the eye between which dots fade. @param {import("../space/camera.js").Camera} camera @returns {[number, number]} */
export function fogRange({ distance, reach }) {
  return [distance - reach * 0.6, distance + reach * 1.1];
}

/** @param {import("../data/positions.js").Positions} positions @returns {[number, number, number, number]} */
function norm(positions) {
  const [x, y, z] = positions.center;
  return [x, y, z, positions.scale];
}

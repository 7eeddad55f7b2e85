/** All rows as discs, in one draw call; a glide between two layouts happens in the vertex shader. */

import { FAR } from "./positions.js";

/** Device pixels below which a dot is drawn as a square, which costs less. */
const TINY = 2.8;

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
  uniform float uDim;
  uniform vec4 uSize; // diameter in device px at the target's distance, least, most, distance
  uniform vec4 uFog; // color of the background, strength
  uniform vec2 uFogRange;
  out vec4 vColor;
  out float vSize;
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
    vSize = clamp(uSize.x * uSize.w / gl_Position.w, uSize.y, uSize.z);
    gl_PointSize = vSize;
    float gray = dot(color.rgb, vec3(0.3, 0.59, 0.11));
    color.rgb = mix(color.rgb, mix(vec3(gray), uFog.rgb, 0.45), uDim);
    float fog = uFog.a * smoothstep(uFogRange.x, uFogRange.y, gl_Position.w);
    color.rgb = mix(color.rgb, uFog.rgb, fog);
    vColor = vec4(color.rgb, color.a * uAlpha * (1.0 - 0.5 * uDim));
  }
`;

const FRAGMENT = `
  in vec4 vColor;
  in float vSize;
  uniform vec4 uEdge; // color of the thin outline, strength
  uniform float uCut; // least cover that is drawn: in 3D a faint rim would hide what is behind
  out vec4 color;
  void main() {
    #ifdef TINY
    color = vec4(vColor.rgb * vColor.a, vColor.a);
    #else
    float reach = vSize * 0.5;
    float away = length(gl_PointCoord - 0.5) * vSize;
    float cover = clamp(reach - away, 0.0, 1.0);
    if (cover <= uCut) discard;
    float edge = uEdge.a * smoothstep(reach - 2.2, reach - 1.0, away) * smoothstep(5.0, 9.0, vSize);
    float alpha = vColor.a * cover;
    color = vec4(mix(vColor.rgb, uEdge.rgb, edge) * alpha, alpha);
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
    /** @type {{positions: import("./positions.js").Positions, buffer: WebGLBuffer, sent: number} | null} */ this.to = null;
    /** @type {typeof this.to} */ this.from = null;
    this.lit = 0;
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
   * @param {import("./positions.js").Positions} positions
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

  /** Ends a glide: the layout it came from is let go. */
  settle() {
    if (this.from) this.gpu.release(this.from.buffer);
    this.from = null;
  }

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {PointStyle} style
   * @param {number} mix of the glide, 0 to 1
   */
  draw(camera, style, mix) {
    if (!this.to) return;
    const { gl } = this.gpu;
    const gliding = this.from !== null;
    const { distance } = camera;
    const nearest = style.deep ? Math.max(camera.near, distance - camera.reach) : distance;
    const tiny = (style.size * distance) / nearest < TINY; // too small to be seen as round
    const { program, at } = this.#program(gliding, tiny);
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
    gl.uniform4f(at.uFog, ...style.background, style.fog);
    gl.uniform2f(at.uFogRange, distance - camera.reach * 0.6, distance + camera.reach * 1.1);
    gl.uniform4f(at.uEdge, ...style.edge);
    gl.uniform1f(at.uCut, style.deep ? 0.4 : 0.02);
    gl.uniform1i(at.uPalette, 0);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    const pass = (size, least, alpha, dim) => {
      gl.uniform4f(at.uSize, size, least, style.most, distance);
      gl.uniform1f(at.uAlpha, alpha);
      gl.uniform1f(at.uDim, dim ? 1 : 0);
    };
    pass(style.size, style.least, style.alpha, style.dim);
    gl.drawArrays(gl.POINTS, 0, this.to.sent);
    if (style.dim && this.lit) {
      pass(style.size * 1.25, style.least * 3, 1, false);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.elements);
      gl.drawElements(gl.POINTS, this.lit, gl.UNSIGNED_INT, 0);
    }
    gl.bindVertexArray(null);
  }

  #attribute(location, side) {
    const { gl } = this.gpu;
    gl.bindBuffer(gl.ARRAY_BUFFER, side.buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, side.positions.dims, gl.FLOAT, false, 0, 0);
  }

  #program(gliding, tiny) {
    const defines = [...(gliding ? ["GLIDE"] : []), ...(tiny ? ["TINY"] : [])];
    const key = defines.join();
    if (!this.programs.has(key)) this.programs.set(key, this.gpu.program(VERTEX, FRAGMENT, defines));
    return this.programs.get(key);
  }
}

/** @param {import("./positions.js").Positions} positions @returns {[number, number, number, number]} */
function norm(positions) {
  const [x, y, z] = positions.center;
  return [x, y, z, positions.scale];
}

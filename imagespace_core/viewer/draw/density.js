/**
 * How densely images lie, as colors under them: all rows shown are counted on a coarse raster, blurred, and read off a scale
 * whose ends are tied to the mean density of the map, so that colors mean the same at every zoom.
 */

import { scaleColor } from "../core/colors.js";
import { cellGridOf } from "../space/cell_grid.js";

/** CSS pixels of a raster cell; standard deviation of the blur, in cells. */
const CELL = 4, SIGMA = 2.2;
const RADIUS = Math.ceil(2.5 * SIGMA);
/** Multiples of the mean density at which the scale has a quarter of its length behind it, roughly, and at which it ends. */
const FAINT = 0.4, FULL = 12;
/** Rows in a cell below which a mean is none: single rows stay faint however far one zooms in. */
const LEAST = 0.05;

const VERTEX = `
  out vec2 vAt;
  void main() {
    vAt = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0;
    gl_Position = vec4(vAt * 2.0 - 1.0, 0.0, 1.0);
  }
`;
const BLUR = `
  in vec2 vAt;
  uniform sampler2D uFrom;
  uniform vec2 uStep;
  out vec4 color;
  void main() {
    float sum = 0.0, weights = 0.0;
    for (int i = -${RADIUS}; i <= ${RADIUS}; i++) {
      float weight = exp(-0.5 * float(i * i) / ${(SIGMA * SIGMA).toFixed(3)});
      sum += weight * texture(uFrom, vAt + float(i) * uStep).r;
      weights += weight;
    }
    color = vec4(sum / weights);
  }
`;
const TINT = `
  in vec2 vAt;
  uniform sampler2D uFrom;
  uniform sampler2D uRamp;
  uniform float uPerMean; // one over the mean, in the raster's units
  out vec4 color;
  void main() {
    float density = texture(uFrom, vAt).r * uPerMean;
    float t = log(1.0 + density / ${FAINT.toFixed(2)}) / log(1.0 + ${(FULL / FAINT).toFixed(2)});
    vec4 tint = texture(uRamp, vec2(clamp(t, 0.002, 0.998), 0.5));
    color = vec4(tint.rgb * tint.a, tint.a);
  }
`;

export class Density {
  enabled = false;
  /** @type {import("./gpu.js").GpuTarget[]} */ #rasters = [];
  /** @type {ReturnType<Density["create"]> | null} made at the first drawing */ #objects = null;
  /** @type {boolean | null} which theme the ramp is for */ #dark = null;

  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {import("./points.js").Points} points
   */
  constructor(gpu, points) {
    this.gpu = gpu;
    this.points = points;
  }

  create() {
    const { gpu } = this;
    return { blur: gpu.program(VERTEX, BLUR), tint: gpu.program(VERTEX, TINT), ramp: gpu.texture(256, 1, 1, gpu.gl.LINEAR) };
  }

  restore() {
    this.#rasters = [];
    this.#objects = null;
    this.#dark = null;
  }

  /** @param {import("./renderer.js").Frame} frame */
  draw(frame) {
    if (!this.enabled) {
      if (this.#rasters.length) this.#release();
      return;
    }
    const { gl } = this.gpu;
    const { camera, deep, mix, positions, theme, viewport } = frame;
    if (!positions.finite || !positions.complete) return;
    const width = Math.ceil(camera.width / CELL), height = Math.ceil(camera.height / CELL);
    const { blur, tint, ramp } = this.#prepare(width, height, theme.dark);
    const [first, second] = this.#rasters;
    gl.disable(gl.DEPTH_TEST);
    gl.viewport(0, 0, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, first.frame);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.blendFunc(gl.ONE, gl.ONE);
    this.points.tally(camera, first.unit, mix);
    gl.disable(gl.BLEND);
    this.#pass(blur, first, second.frame, ({ uStep }) => gl.uniform2f(uStep, 1 / width, 0));
    this.#pass(blur, second, first.frame, ({ uStep }) => gl.uniform2f(uStep, 0, 1 / height));
    gl.viewport(...viewport);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#pass(tint, first, null, ({ uRamp, uPerMean }) => {
      gl.uniform1i(uRamp, 1);
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, ramp);
      gl.activeTexture(gl.TEXTURE0);
      gl.uniform1f(uPerMean, 1 / (first.unit * Math.max(LEAST, meanOf(frame) * CELL ** 2)));
    });
    if (deep) gl.enable(gl.DEPTH_TEST);
  }

  destroy() {
    this.#release();
    this.gpu.release(this.#objects?.ramp);
  }

  /** Gives the rasters back. */
  #release() {
    for (const { texture, frame } of this.#rasters) [texture, frame].forEach((thing) => this.gpu.release(thing));
    this.#rasters = [];
  }

  /**
   * @param {import("./gpu.js").GpuProgram} program
   * @param {import("./gpu.js").GpuTarget} from
   * @param {WebGLFramebuffer | null} to null: the canvas
   * @param {(at: Record<string, WebGLUniformLocation>) => void} set further uniforms
   */
  #pass({ program, at }, from, to, set) {
    const { gl } = this.gpu;
    gl.bindFramebuffer(gl.FRAMEBUFFER, to);
    gl.useProgram(program);
    gl.bindTexture(gl.TEXTURE_2D, from.texture);
    gl.uniform1i(at.uFrom, 0);
    set(at);
    gl.bindVertexArray(null);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** @param {number} width cells @param {number} height @param {boolean} dark */
  #prepare(width, height, dark) {
    const { gpu } = this;
    const { gl } = gpu;
    this.#objects ??= this.create();
    if (this.#rasters[0]?.width !== width || this.#rasters[0]?.height !== height) {
      this.#release();
      this.#rasters = [gpu.target(width, height), gpu.target(width, height)];
    }
    if (this.#dark !== dark) {
      this.#dark = dark;
      gl.bindTexture(gl.TEXTURE_2D, this.#objects.ramp);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 1, gl.RGBA, gl.UNSIGNED_BYTE, rampOf(dark));
    }
    return this.#objects;
  }
}

/** The more, the farther from the background: dark on light, light on dark. @param {boolean} dark */
function rampOf(dark) {
  const ramp = new Uint8Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    ramp.set([...scaleColor(dark ? t : 1 - t, dark), 230 * Math.min(1, t / 0.3)], 4 * i);
  }
  return ramp;
}

/** Rows in a square CSS pixel of what the map occupies. @param {import("./renderer.js").Frame} frame */
function meanOf({ positions, camera, visible }) {
  const { dims, finite, radius } = positions;
  const area = dims === 3 ? 0.5 * Math.PI * radius ** 2 : finite * cellGridOf(positions).spacing ** 2;
  return visible / Math.max(1e-12, area * camera.pixels ** 2);
}

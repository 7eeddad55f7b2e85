/** Images on the map: one quad for each row in view once it would be large enough, facing the eye in 3D. */

import { gridOf } from "./grid.js";
import { Slots } from "./slots.js";

/** CSS pixels of the longer side at which a dot starts to grow into its image, and at which it is one. */
const APPEAR = 17, FULL = 24;
/** Sprites drawn at a time; beyond, a stable choice of rows stays as images and the others as dots. */
export const MOST_SPRITES = 1500;
/** Sprites sent to the GPU in one frame. */
const PUTS = 96;
const FLOATS = 10;

const VERTEX = `
  layout(location = 0) in vec4 aPlace; // x, y, z of the center in clip space over w; dim
  layout(location = 1) in vec2 aBox; // half width and half height in px
  layout(location = 2) in vec3 aTexels; // corner in the texture, and packed size
  layout(location = 3) in vec4 aColor;
  uniform vec2 uView; // px
  uniform float uBorder; // px
  out vec2 vPx;
  flat out vec2 vHalf;
  flat out vec4 vTexels;
  flat out vec4 vColor;
  flat out vec2 vDimLevel;
  void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vHalf = aBox.xy;
    vPx = corner * (aBox.xy + uBorder + 1.0);
    float size = aTexels.z;
    vTexels = vec4(aTexels.xy, mod(size, 1024.0), floor(size / 1024.0));
    vColor = aColor;
    vec2 perPx = vTexels.zw / (2.0 * vHalf);
    vDimLevel = vec2(aPlace.w, floor(log2(max(1.0, max(perPx.x, perPx.y))) + 0.4));
    gl_Position = vec4(aPlace.xy + vPx * 2.0 / uView, aPlace.z, 1.0);
  }
`;

const FRAGMENT = `
  in vec2 vPx;
  flat in vec2 vHalf;
  flat in vec4 vTexels;
  flat in vec4 vColor;
  flat in vec2 vDimLevel;
  uniform sampler2D uSprites;
  uniform float uSide;
  uniform float uBorder;
  uniform vec3 uBackground;
  uniform float uCut; // where nearer images cover farther ones, edges are hard, or what is behind would not shine through
  out vec4 color;
  float box(vec2 p, vec2 b, float r) {
    vec2 q = abs(p) - b + r;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
  }
  void main() {
    float round = min(4.0 * uBorder / 1.5, min(vHalf.x, vHalf.y) * 0.25);
    float outer = 0.5 - box(vPx, vHalf + uBorder, round + uBorder);
    if (outer <= uCut) discard;
    vec2 texels = vTexels.zw;
    vec2 perPx = texels / (2.0 * vHalf);
    // Half a texel of the mip level in use stays inside, so that no neighbor shines in.
    vec2 margin = min(vec2(0.5 * exp2(vDimLevel.y)), texels * 0.5);
    vec2 at = clamp((vec2(vPx.x, -vPx.y) + vHalf) * perPx, margin, texels - margin);
    vec3 image = textureLod(uSprites, (vTexels.xy + at) / uSide, vDimLevel.y).rgb;
    float dim = vDimLevel.x;
    image = mix(image, mix(vec3(dot(image, vec3(0.3, 0.59, 0.11))), uBackground, 0.6), dim);
    float inner = clamp(0.5 - box(vPx, vHalf, round), 0.0, 1.0);
    vec3 rim = mix(vColor.rgb, uBackground, 0.7 * dim);
    float alpha = uCut > 0.0 ? 1.0 : min(outer, 1.0);
    color = vec4(mix(rim, image, inner) * alpha, alpha);
  }
`;

export class Sprites {
  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {import("./atlas.js").Atlas} atlas
   * @param {number} rows
   * @param {() => void} redraw asks for another frame
   */
  constructor(gpu, atlas, rows, redraw) {
    Object.assign(this, { gpu, atlas, rows, redraw });
    this.enabled = true;
    /** @type {Slots | null} */ this.slots = null;
    /** @type {number[]} rows on screen, painted in this order */ this.rowsShown = [];
    this.wanted = 0;
    this.loaded = 0;
    /** @type {Set<number>} */ this.waiting = new Set();
    this.data = new Float32Array(MOST_SPRITES * 2 * FLOATS);
    this.bytes = new Uint8Array(this.data.buffer);
    this.#create();
  }

  #create() {
    const { gl } = this.gpu;
    this.program = this.gpu.program(VERTEX, FRAGMENT);
    this.buffer = this.gpu.buffer(this.data.byteLength, gl.DYNAMIC_DRAW);
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (const [location, size, offset] of [[0, 4, 0], [1, 2, 16], [2, 3, 24]]) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, gl.FLOAT, false, 4 * FLOATS, offset);
      gl.vertexAttribDivisor(location, 1);
    }
    gl.enableVertexAttribArray(3);
    gl.vertexAttribPointer(3, 4, gl.UNSIGNED_BYTE, true, 4 * FLOATS, 36);
    gl.vertexAttribDivisor(3, 1);
    gl.bindVertexArray(null);
  }

  restore() {
    this.slots?.create();
    this.#create();
  }

  /** The longer side of a sprite in world units. @param {import("./positions.js").Positions} positions */
  static world(positions) {
    return (positions.dims === 3 ? 0.26 : 0.8) * gridOf(positions).spacing; // in 3D there are others behind
  }

  /** The most CSS pixels a sprite takes. */
  get largest() {
    return Math.max(64, Math.min(1.25 * (this.atlas.about?.cell ?? 96), 144));
  }

  /**
   * The rows in view that are large enough, at most MOST_SPRITES, in row order.
   * @param {import("./positions.js").Positions} positions
   * @param {import("./camera.js").Camera} camera
   * @param {import("./shading.js").Shading} shading
   * @param {number} factor of the user for sizes
   * @returns {number[]}
   */
  choose(positions, camera, shading, factor) {
    if (!this.enabled || !this.atlas.about) return [];
    this.slots ??= new Slots(this.gpu, this.atlas.about.cell, this.rows);
    const most = Math.min(MOST_SPRITES, this.slots.count);
    const nearest = positions.dims === 2 ? camera.distance : Math.max(camera.near, camera.distance - 2 * positions.radius);
    const { extent, dims, finite } = positions;
    const widest = 1.5 * ((extent.slice(0, dims).reduce((a, b) => a * 2 * Math.max(b, 1e-3), 1) / Math.max(1, finite)) ** (1 / dims));
    if (finite > 5000 && (factor * widest * camera.focal) / nearest < APPEAR) return []; // known without the grid
    const world = Sprites.world(positions) * factor;
    if ((world * camera.focal) / nearest < APPEAR) return [];
    const rows = [], keys = [];
    const p = [0, 0, 0], w = [0, 0, 0];
    const margin = this.largest / 2;
    gridOf(positions).under(camera, -margin, -margin, camera.width + margin, camera.height + margin, (row) => {
      positions.at(row, w);
      if (!camera.project(w[0], w[1], w[2], p)) return;
      if (p[0] < -margin || p[1] < -margin || p[0] > camera.width + margin || p[1] > camera.height + margin) return;
      const px = (world * camera.focal) / p[2];
      if (px < APPEAR || !shading.shows(row)) return;
      rows.push(row);
      keys.push(scatter(row) / (px * px));
    });
    let chosen = rows;
    if (rows.length > most) {
      const limit = Float64Array.from(keys).sort()[most];
      chosen = rows.filter((_, i) => keys[i] < limit);
    }
    return chosen.sort((a, b) => a - b);
  }

  /**
   * @param {object} scene
   * @param {number[]} scene.rows from `choose`
   * @param {(row: number, out: number[]) => boolean} scene.at world position of a row now
   * @param {import("./camera.js").Camera} scene.camera
   * @param {import("./shading.js").Shading} scene.shading
   * @param {number} scene.world longer side in world units
   * @param {number} scene.dpr
   * @param {Set<number> | null} scene.lit rows that keep their color; null: all do
   * @param {number[]} scene.background
   * @param {boolean} scene.deep whether nearer rows cover farther ones
   * @param {number[]} scene.top rows that lie over the others on a flat map
   */
  draw({ rows, at, camera, shading, world, dpr, lit, background, deep, top }) {
    this.rowsShown = [];
    this.wanted = rows.length;
    this.loaded = 0;
    if (!rows.length || !this.slots) return;
    this.#load(rows.slice(0, this.slots.count));
    const { data, bytes, slots, largest } = this;
    const p = [0, 0, 0], w = [0, 0, 0];
    /** @type {number[]} half width and half height of each sprite shown, CSS px, and its center */ this.boxes = [];
    let count = 0;
    const raised = deep ? [] : top.filter((row) => rows.includes(row));
    for (const row of raised.length ? [...rows.filter((row) => !raised.includes(row)), ...raised] : rows) {
      const slot = slots.use(row);
      if (slot < 0 || !shading.shows(row) || !at(row, w) || !camera.project(w[0], w[1], w[2], p)) continue;
      const px = Math.min(largest, (world * camera.focal) / p[2]);
      if (px < APPEAR || count >= 2 * MOST_SPRITES) continue;
      const { width, height } = this.atlas.place(row);
      const grown = 0.4 + 0.6 * Math.min(1, (px - APPEAR) / (FULL - APPEAR));
      const k = (0.5 * px * grown) / Math.max(width, height);
      const i = count * FLOATS;
      data[i] = (2 * p[0]) / camera.width - 1;
      data[i + 1] = 1 - (2 * p[1]) / camera.height;
      data[i + 2] = deep ? camera.depth(p[2] - world * 0.3) : 0;
      data[i + 3] = !lit || lit.has(row) ? 0 : 1;
      data[i + 4] = width * k * dpr;
      data[i + 5] = height * k * dpr;
      const [u, v] = slots.corner(slot);
      data[i + 6] = u;
      data[i + 7] = v;
      data[i + 8] = width + 1024 * height;
      bytes.set([...shading.rgb(row), 255], 4 * (i + 9));
      this.rowsShown.push(row);
      this.boxes.push(p[0], p[1], width * k, height * k, p[2]);
      count++;
    }
    this.loaded = count;
    const { gl } = this.gpu;
    const { program, at: uniform } = this.program;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, data, 0, count * FLOATS);
    gl.useProgram(program);
    gl.uniform2f(uniform.uView, camera.width * dpr, camera.height * dpr);
    gl.uniform1f(uniform.uBorder, 1.5 * dpr);
    gl.uniform1f(uniform.uSide, slots.side);
    gl.uniform1f(uniform.uCut, deep ? 0.5 : 0);
    gl.uniform3f(uniform.uBackground, background[0], background[1], background[2]);
    gl.uniform1i(uniform.uSprites, 0);
    gl.bindTexture(gl.TEXTURE_2D, slots.texture);
    gl.bindVertexArray(this.array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    gl.bindVertexArray(null);
  }

  /**
   * The sprite at a place of the view. On a flat map, where images overlap, it is the one whose middle is
   * closest (it comes to the top when pointed at), so that covered ones can be reached; in 3D the nearest to the eye.
   * @returns {number} row, or -1
   */
  hit(x, y) {
    const { boxes, rowsShown, deep } = this;
    let best = -1, least = Infinity;
    for (let i = 0; i < rowsShown.length; i++) {
      const cx = boxes[5 * i], cy = boxes[5 * i + 1];
      if (Math.abs(x - cx) > boxes[5 * i + 2] || Math.abs(y - cy) > boxes[5 * i + 3]) continue;
      const cost = deep ? boxes[5 * i + 4] : Math.hypot(x - cx, y - cy);
      if (cost < least) [best, least] = [rowsShown[i], cost];
    }
    return best;
  }

  /** Half width and height on screen of a row's sprite, CSS px, or null. @returns {[number, number] | null} */
  halfSize(row) {
    const i = this.rowsShown.indexOf(row);
    return i < 0 ? null : [this.boxes[5 * i + 2], this.boxes[5 * i + 3]];
  }

  /** Sends sprites whose page is there, and asks for the pages of the others. */
  #load(rows) {
    let puts = 0;
    /** @type {Set<number>} */ const pages = new Set();
    for (const row of rows) {
      if (this.slots.slotOf.has(row)) continue;
      const place = this.atlas.place(row);
      if (!place) continue;
      const bitmap = this.atlas.decoded.get(place.page);
      if (bitmap && puts < PUTS) {
        this.slots.put(row, bitmap, place);
        puts++;
      } else if (bitmap) this.redraw();
      else if (bitmap === undefined) pages.add(place.page);
    }
    for (const page of [...pages].slice(0, 4)) {
      if (this.waiting.has(page)) continue;
      this.waiting.add(page);
      this.atlas.page(page).then(() => {
        this.waiting.delete(page);
        this.redraw();
      });
    }
  }
}

/** A fixed scattering of rows over 0..1. */
function scatter(row) {
  let h = Math.imul(row ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

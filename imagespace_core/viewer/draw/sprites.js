/** Images on the map: one quad for each, facing the eye in 3D; from the sprite pages, and the largest from previews. */

import { MOST_SPRITES, SMALLEST } from "../space/images_in_view.js";
import { Previews } from "./large_pictures.js";
import { Slots } from "./sprite_texture.js";

/** Sprites sent to the GPU in one frame. */
const PUTS = 96;
const FLOATS = 10;
/** Drawn so many times larger than a sprite's cell, and at least so large, a preview is worth its request; device px. */
const MUCH_LARGER = 1.5, LARGE = 96;
/** Added to the packed size of an image, which stays below 2 ** 20. */
const FROM_PREVIEWS = 2 ** 21, PLACEHOLDER = 2 ** 22;

const VERTEX = `
  layout(location = 0) in vec4 aPlace; // x, y, z of the center in clip space over w; dim, and half the fog
  layout(location = 1) in vec2 aBox; // half width and half height in px
  layout(location = 2) in vec3 aTexels; // corner in the texture, and packed size
  layout(location = 3) in vec4 aColor;
  uniform vec2 uView; // px
  uniform float uBorder; // px
  out vec2 vPx;
  flat out vec2 vHalf;
  flat out vec4 vTexels;
  flat out vec4 vColor;
  flat out vec3 vDimLevelKind;
  flat out float vFog;
  void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vHalf = aBox.xy;
    vPx = corner * (aBox.xy + uBorder + 1.0);
    float size = mod(aTexels.z, ${FROM_PREVIEWS.toExponential()});
    vTexels = vec4(aTexels.xy, mod(size, 1024.0), floor(size / 1024.0));
    vColor = aColor;
    vec2 perPx = vTexels.zw / (2.0 * vHalf);
    float level = floor(log2(max(1.0, max(perPx.x, perPx.y))) + 0.4);
    vFog = 2.0 * fract(aPlace.w);
    vDimLevelKind = vec3(floor(aPlace.w), level, floor(aTexels.z / ${FROM_PREVIEWS.toExponential()}));
    gl_Position = vec4(aPlace.xy + vPx * 2.0 / uView, aPlace.z, 1.0);
  }
`;

const FRAGMENT = `
  in vec2 vPx;
  flat in vec2 vHalf;
  flat in vec4 vTexels;
  flat in vec4 vColor;
  flat in vec3 vDimLevelKind;
  flat in float vFog;
  uniform sampler2D uSprites;
  uniform sampler2D uPreviews;
  uniform vec2 uSides; // of the two textures
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
    vec2 margin = min(vec2(0.5 * exp2(vDimLevelKind.y)), texels * 0.5);
    vec2 at = vTexels.xy + clamp((vec2(vPx.x, -vPx.y) + vHalf) * perPx, margin, texels - margin);
    vec3 image;
    if (vDimLevelKind.z > 1.5) image = mix(vColor.rgb, uBackground, 0.55);
    else if (vDimLevelKind.z > 0.5) image = textureLod(uPreviews, at / uSides.y, vDimLevelKind.y).rgb;
    else image = textureLod(uSprites, at / uSides.x, vDimLevelKind.y).rgb;
    float dim = vDimLevelKind.x;
    image = mix(image, mix(vec3(dot(image, vec3(0.3, 0.59, 0.11))), uBackground, 0.45), dim);
    float inner = clamp(0.5 - box(vPx, vHalf, round), 0.0, 1.0);
    vec3 rim = mix(vColor.rgb, uBackground, 0.7 * dim);
    float alpha = uCut > 0.0 ? 1.0 : min(outer, 1.0) * (1.0 - 0.45 * dim);
    color = vec4(mix(mix(rim, image, inner), uBackground, vFog) * alpha, alpha);
  }
`;

export class Sprites {
  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {import("../data/sprite_pages.js").Atlas} atlas
   * @param {number} rows
   * @param {() => void} redraw asks for another frame
   */
  constructor(gpu, atlas, rows, redraw) {
    Object.assign(this, { gpu, atlas, rows, redraw });
    this.enabled = true;
    /** @type {Slots | null} */ this.slots = null;
    this.previews = new Previews(gpu, atlas.dataset, redraw);
    /** @type {Map<number, number>} CSS px of the longer side of each image on screen, in the order painted */ this.shown = new Map();
    /** @type {number[]} half width and half height of each, CSS px, its center and depth */ this.boxes = [];
    this.counts = { wanted: 0, loaded: 0, central: 0, previews: 0 };
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
    this.previews.forget();
    this.#create();
  }

  /** Images at a time; 0 before it is known where the sprites are, and when they are switched off. */
  get most() {
    if (!this.enabled || !this.atlas.about) return 0;
    this.slots ??= new Slots(this.gpu, this.atlas.about.cell, this.rows);
    return Math.min(MOST_SPRITES, this.slots.count);
  }

  /**
   * @param {object} scene
   * @param {Map<number, number>} scene.sizes CSS px of the longer side by row, in the order in which they are painted
   * @param {number} scene.central how many of them stand for their region
   * @param {(row: number, out: number[]) => boolean} scene.at world position of a row now
   * @param {import("../space/camera.js").Camera} scene.camera
   * @param {import("./shading.js").Shading} scene.shading
   * @param {number} scene.border CSS px of the rim
   * @param {number} scene.dpr
   * @param {import("../data/row_set.js").Lit | null} scene.lit rows that keep their color; null: all do
   * @param {number[]} scene.background
   * @param {boolean} scene.deep whether nearer rows cover farther ones
   * @param {(depth: number) => number} scene.fog how far an image fades into the background, below 1
   * @param {number[]} scene.top rows that lie over the others on a flat map
   * @param {boolean} scene.still whether it is worth asking for previews
   */
  draw({ sizes, central, at, camera, shading, border, dpr, lit, background, deep, fog, top, still }) {
    this.shown = new Map();
    this.boxes = [];
    this.deep = deep;
    this.counts = { wanted: sizes.size, loaded: 0, central, previews: 0 };
    if (!sizes.size || !this.slots) {
      this.previews.want([]);
      return;
    }
    const raised = deep ? [] : top.filter((row) => sizes.has(row));
    const rows = raised.length ? [...[...sizes.keys()].filter((row) => !raised.includes(row)), ...raised] : [...sizes.keys()];
    this.#load(rows);
    const { data, bytes, slots, atlas, counts } = this;
    const large = Math.max(LARGE, MUCH_LARGER * atlas.about.cell) / dpr;
    /** @type {{row: number, away: number}[]} */ const wanted = [];
    const p = [0, 0, 0], w = [0, 0, 0];
    const [mx, my] = camera.middle;
    for (const row of rows) {
      const px = sizes.get(row);
      if (px < SMALLEST || this.shown.size >= 2 * MOST_SPRITES || !shading.shows(row) || !at(row, w) || !camera.project(w[0], w[1], w[2], p)) continue;
      const place = atlas.place(row);
      const slot = slots.use(row);
      const broken = !place || atlas.decoded.get(place.page) === null;
      if (slot < 0 && !broken) continue;
      const { width, height } = place ?? { width: atlas.about.cell, height: atlas.about.cell };
      const preview = px >= large ? this.previews.use(row) : null;
      const k = (0.5 * px) / Math.max(width, height);
      const i = this.shown.size * FLOATS;
      data[i] = (2 * p[0]) / camera.width - 1;
      data[i + 1] = 1 - (2 * p[1]) / camera.height;
      data[i + 2] = deep ? camera.depth(p[2]) : 0;
      data[i + 3] = (!lit || lit.has(row) ? 0 : 1) + 0.5 * fog(p[2]);
      data[i + 4] = width * k * dpr;
      data[i + 5] = height * k * dpr;
      const [u, v] = preview ? this.previews.corner(preview.slot) : slots.corner(Math.max(0, slot));
      data[i + 6] = u;
      data[i + 7] = v;
      data[i + 8] = preview ? preview.width + 1024 * preview.height + FROM_PREVIEWS : width + 1024 * height + (slot < 0 ? PLACEHOLDER : 0);
      bytes.set([...shading.rgb(row), 255], 4 * (i + 9));
      this.shown.set(row, px);
      this.boxes.push(p[0], p[1], width * k, height * k, p[2]);
      if (preview) counts.previews++;
      if (preview || slot >= 0) counts.loaded++;
      const inside = Math.abs(p[0] - mx) < mx + width * k && Math.abs(p[1] - my) < my + height * k;
      if (px >= large && inside) wanted.push({ row, away: Math.hypot(p[0] - mx, p[1] - my) });
    }
    if (still) this.previews.want(wanted.sort((a, b) => a.away - b.away).map(({ row }) => row));
    this.#paint(camera, { border, dpr, background, deep });
  }

  #paint(camera, { border, dpr, background, deep }) {
    const { gl } = this.gpu;
    const { program, at: uniform } = this.program;
    const { slots, previews } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, this.shown.size * FLOATS);
    gl.useProgram(program);
    gl.uniform2f(uniform.uView, camera.width * dpr, camera.height * dpr);
    gl.uniform1f(uniform.uBorder, border * dpr);
    gl.uniform2f(uniform.uSides, slots.side, previews.side);
    gl.uniform1f(uniform.uCut, deep ? 0.5 : 0);
    gl.uniform3f(uniform.uBackground, background[0], background[1], background[2]);
    gl.uniform1i(uniform.uSprites, 0);
    gl.uniform1i(uniform.uPreviews, 1);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, previews.texture ?? slots.texture);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, slots.texture);
    if (deep) gl.clear(gl.DEPTH_BUFFER_BIT); // images lie over all dots, and cover each other by depth
    gl.bindVertexArray(this.array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.shown.size);
    gl.bindVertexArray(null);
  }

  /**
   * The image at a place of the view. On a flat map, where images overlap, it is one of the largest there, and of these the
   * one whose middle is closest (it comes to the top when pointed at), so that covered ones can be reached; in 3D the
   * nearest to the eye.
   * @returns {number} row, or -1
   */
  hit(x, y) {
    const { boxes, deep } = this;
    let best = -1, least = Infinity, i = 0;
    for (const [row, px] of this.shown) {
      const at = 5 * i++;
      const dx = Math.abs(x - boxes[at]), dy = Math.abs(y - boxes[at + 1]);
      if (dx > boxes[at + 2] || dy > boxes[at + 3]) continue;
      const cost = deep ? boxes[at + 4] : Math.hypot(dx, dy) - 1e4 * Math.round(px);
      if (cost < least) [best, least] = [row, cost];
    }
    return best;
  }

  /** Whether an image at a place of the view is nearer to the eye than so many world units. */
  covers(x, y, depth) {
    const { boxes } = this;
    for (let at = 0; at < 5 * this.shown.size; at += 5) {
      if (boxes[at + 4] < depth && Math.abs(x - boxes[at]) <= boxes[at + 2] && Math.abs(y - boxes[at + 1]) <= boxes[at + 3]) return true;
    }
    return false;
  }

  /** Half width and height on screen of a row's image, CSS px, or null. @returns {[number, number] | null} */
  halfSize(row) {
    if (!this.shown.has(row)) return null;
    const i = [...this.shown.keys()].indexOf(row);
    return [this.boxes[5 * i + 2], this.boxes[5 * i + 3]];
  }

  destroy() {
    this.previews.destroy();
  }

  /** Sends sprites whose page is there, and asks for the pages of the others. */
  #load(rows) {
    let puts = 0;
    /** @type {Set<number>} */ const pages = new Set();
    for (const row of rows.slice(-this.slots.count).reverse()) {
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

/** Images on the map: one quad for each, facing the eye in 3D; from the sprite pages, and the largest from their large pictures. */

import { MOST_SPRITES, SMALLEST } from "../space/images_in_view.js";
import { LargePictures } from "./large_pictures.js";
import { FRAGMENT, FROM_LARGE, PLACEHOLDER, VERTEX } from "./sprite_shaders.js";
import { SpriteTexture } from "./sprite_texture.js";

/** Sprites sent to the GPU in one frame. */
const PUTS = 96;
const FLOATS = 10;
/** Drawn so many times larger than a sprite's cell, and at least so large, a large picture is worth its request; device px. */
const MUCH_LARGER = 1.5, LARGE = 96;
/** How far the farthest fade in full haze. */
const FOG = 0.4;

/**
 * @typedef {object} ImageStyle
 * @property {Map<number, number>} sizes CSS px of the longer side by row, in the order in which they are painted
 * @property {number} central how many of them stand for their region
 * @property {number} border CSS px of the rim
 * @property {number[]} top rows that lie over the others on a flat map
 * @property {boolean} still whether it is worth asking for large pictures
 * @property {(row: number, out: number[]) => boolean} at world position of a row now
 */

export class Sprites {
  enabled = true;
  /** @type {Map<number, number>} CSS px of the longer side of each image on screen, in the order painted */ shown = new Map();
  /** @type {number[]} its center, half width and half height, CSS px, and depth */ boxes = [];
  deep = false;
  counts = { wanted: 0, loaded: 0, central: 0, previews: 0 };
  data = new Float32Array(MOST_SPRITES * 2 * FLOATS);
  /** @type {SpriteTexture | null} made once it is known how large sprites are */ #texture = null;
  /** @type {Set<number>} pages that are waited for */ #waiting = new Set();
  #bytes = new Uint8Array(this.data.buffer);

  /**
   * @param {import("./gpu.js").Gpu} gpu
   * @param {import("../data/sprite_pages.js").SpritePages} pages
   * @param {number} rows
   * @param {() => void} redraw called when more can be shown
   */
  constructor(gpu, pages, rows, redraw) {
    this.gpu = gpu;
    this.pages = pages;
    this.rows = rows;
    this.redraw = redraw;
    this.large = new LargePictures(gpu, pages.files, redraw);
    this.objects = this.create();
  }

  create() {
    const { gpu } = this;
    const { gl } = gpu;
    const objects = { program: gpu.program(VERTEX, FRAGMENT), buffer: gpu.buffer(this.data.byteLength, gl.DYNAMIC_DRAW), array: gl.createVertexArray() };
    gl.bindVertexArray(objects.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, objects.buffer);
    for (const [location, size, offset] of [[0, 4, 0], [1, 2, 16], [2, 3, 24]]) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, gl.FLOAT, false, 4 * FLOATS, offset);
      gl.vertexAttribDivisor(location, 1);
    }
    gl.enableVertexAttribArray(3);
    gl.vertexAttribPointer(3, 4, gl.UNSIGNED_BYTE, true, 4 * FLOATS, 36);
    gl.vertexAttribDivisor(3, 1);
    gl.bindVertexArray(null);
    return objects;
  }

  restore() {
    this.#texture?.restore();
    this.large.restore();
    this.objects = this.create();
  }

  destroy() {
    this.#texture?.destroy();
    this.large.destroy();
    this.gpu.release(this.objects.buffer);
  }

  /** Images at a time; 0 before it is known where the sprites are, and when they are switched off. */
  get most() {
    const { atlas } = this.pages;
    if (!this.enabled || !atlas) return 0;
    this.#texture ??= new SpriteTexture(this.gpu, atlas.about.cell, this.rows);
    return Math.min(MOST_SPRITES, this.#texture.count);
  }

  /** @param {import("./renderer.js").Frame} frame */
  draw(frame) {
    const { camera, shading, dpr, deep, haze, highlight, images } = frame;
    const { sizes, central, top, at, still } = images;
    this.shown = new Map();
    this.boxes = [];
    this.deep = deep;
    this.counts = { wanted: sizes.size, loaded: 0, central, previews: 0 };
    const texture = this.#texture, atlas = this.pages.atlas;
    if (!sizes.size || !texture || !atlas) {
      this.large.want([]);
      return;
    }
    const raised = deep ? [] : top.filter((row) => sizes.has(row));
    const rows = raised.length ? [...[...sizes.keys()].filter((row) => !raised.includes(row)), ...raised] : [...sizes.keys()];
    this.#load(rows, texture);
    const { data, counts } = this;
    const { cell } = atlas.about;
    const large = Math.max(LARGE, MUCH_LARGER * cell) / dpr;
    /** @type {{row: number, away: number}[]} */ const wanted = [];
    const p = [0, 0, 0], w = [0, 0, 0];
    const [mx, my] = camera.middle;
    const near = camera.distance, [, far] = camera.fogRange; // what is flown to keeps its colors
    for (const row of rows) {
      const px = sizes.get(row) ?? 0;
      if (px < SMALLEST || this.shown.size >= 2 * MOST_SPRITES || !shading.shows(row) || !at(row, w) || !camera.project(w[0], w[1], w[2], p)) continue;
      const place = this.pages.place(row);
      const slot = texture.use(row);
      if (slot < 0 && place && this.pages.decoded(place.page) !== null) continue; // on its way; a broken one gets a placeholder
      const { width, height } = place ?? { width: cell, height: cell };
      const picture = px >= large ? this.large.use(row) : undefined;
      const k = (0.5 * px) / Math.max(width, height);
      const i = this.shown.size * FLOATS;
      data[i] = (2 * p[0]) / camera.width - 1;
      data[i + 1] = 1 - (2 * p[1]) / camera.height;
      data[i + 2] = deep ? camera.depth(p[2]) : 0;
      data[i + 3] = (!highlight || highlight.has(row) ? 0 : 1) + 0.5 * haze * FOG * Math.min(1, Math.max(0, (p[2] - near) / (far - near)));
      data[i + 4] = width * k * dpr;
      data[i + 5] = height * k * dpr;
      const [u, v] = picture ? this.large.corner(picture.slot) : texture.corner(Math.max(0, slot));
      data[i + 6] = u;
      data[i + 7] = v;
      data[i + 8] = picture ? picture.width + 1024 * picture.height + FROM_LARGE : width + 1024 * height + (slot < 0 ? PLACEHOLDER : 0);
      this.#bytes.set([...shading.rgb(row), 255], 4 * (i + 9));
      this.shown.set(row, px);
      this.boxes.push(p[0], p[1], width * k, height * k, p[2]);
      if (picture) counts.previews++;
      if (picture || slot >= 0) counts.loaded++;
      const inside = Math.abs(p[0] - mx) < mx + width * k && Math.abs(p[1] - my) < my + height * k;
      if (px >= large && inside) wanted.push({ row, away: Math.hypot(p[0] - mx, p[1] - my) });
    }
    if (still) this.large.want(wanted.sort((a, b) => a.away - b.away).map(({ row }) => row));
    this.#paint(frame, texture);
  }

  /** @param {import("./renderer.js").Frame} frame @param {SpriteTexture} sprites */
  #paint({ camera, dpr, deep, theme, images }, sprites) {
    const { gl } = this.gpu;
    const { program: { program, at: uniform }, buffer, array } = this.objects;
    const [r, g, b] = theme.background;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, this.shown.size * FLOATS);
    gl.useProgram(program);
    gl.uniform2f(uniform.uView, camera.width * dpr, camera.height * dpr);
    gl.uniform1f(uniform.uBorder, images.border * dpr);
    gl.uniform2f(uniform.uSides, sprites.side, this.large.side);
    gl.uniform1f(uniform.uCut, deep ? 0.5 : 0);
    gl.uniform3f(uniform.uBackground, r, g, b);
    gl.uniform1i(uniform.uSprites, 0);
    gl.uniform1i(uniform.uLarge, 1);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.large.texture ?? sprites.texture);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, sprites.texture);
    if (deep) gl.clear(gl.DEPTH_BUFFER_BIT); // images lie over all dots, and cover each other by depth
    gl.bindVertexArray(array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.shown.size);
    gl.bindVertexArray(null);
  }

  /**
   * The image at a place of the view. On a flat map, where images overlap, it is one of the largest there, and of these the
   * one whose middle is closest (it comes to the top when pointed at), so that covered ones can be reached; in 3D the
   * nearest to the eye.
   * @param {number} x CSS pixels of the view @param {number} y
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

  /** Whether an image at a place of the view is nearer to the eye than so many world units. @param {number} x @param {number} y @param {number} depth */
  covers(x, y, depth) {
    const { boxes } = this;
    for (let at = 0; at < 5 * this.shown.size; at += 5) {
      if (boxes[at + 4] < depth && Math.abs(x - boxes[at]) <= boxes[at + 2] && Math.abs(y - boxes[at + 1]) <= boxes[at + 3]) return true;
    }
    return false;
  }

  /** Half width and height on screen of a row's image, CSS px, or null. @param {number} row @returns {[number, number] | null} */
  halfSize(row) {
    if (!this.shown.has(row)) return null;
    const i = [...this.shown.keys()].indexOf(row);
    return [this.boxes[5 * i + 2], this.boxes[5 * i + 3]];
  }

  /** Sends sprites whose page is there, and asks for the pages of the others. @param {number[]} rows @param {SpriteTexture} texture */
  #load(rows, texture) {
    let puts = 0;
    /** @type {Set<number>} */ const missing = new Set();
    for (const row of rows.slice(-texture.count).reverse()) {
      if (texture.slots.has(row)) continue;
      const place = this.pages.place(row);
      if (!place) continue;
      const bitmap = this.pages.decoded(place.page);
      if (bitmap && puts < PUTS) {
        texture.put(row, bitmap, place);
        puts++;
      } else if (bitmap) this.redraw();
      else if (bitmap === undefined) missing.add(place.page);
    }
    for (const page of [...missing].slice(0, 4)) {
      if (this.#waiting.has(page)) continue;
      this.#waiting.add(page);
      this.pages.page(page).then(() => {
        this.#waiting.delete(page);
        this.redraw();
      });
    }
  }
}

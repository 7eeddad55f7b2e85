/** The map as it is drawn: layout, camera, colors and sprites brought together, and where each row is on the screen. */

import { Camera } from "../space/camera.js";
import { choose, worldSide } from "../space/images_in_view.js";
import { Gpu } from "./gpu.js";
import { Heat } from "./density.js";
import { Lines } from "./lines.js";
import { fogRange, Points } from "./points.js";
import { Shading } from "./shading.js";
import { Sprites } from "./sprites.js";

const MOST_RATIO = 2;
/** What is left of the dots' opacity where density is drawn. */
const FAINT = 0.25;

export class Picture {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} rows
   * @param {import("../data/sprite_pages.js").Atlas} atlas
   * @param {() => void} redraw
   */
  constructor(canvas, rows, atlas, redraw) {
    this.canvas = canvas;
    this.gpu = new Gpu(canvas);
    this.camera = new Camera();
    this.shading = new Shading(rows);
    this.density = new Heat(this.gpu);
    this.lines = new Lines(this.gpu);
    this.points = new Points(this.gpu, rows);
    this.sprites = new Sprites(this.gpu, atlas, rows, redraw);
    /** @type {import("../data/positions.js").Positions | null} */ this.positions = null;
    /** @type {import("../data/positions.js").Positions | null} where a glide comes from */ this.previous = null;
    this.mix = 1;
    /** @type {Map<number, [number, number]>} images of a glide: CSS px where it comes from and where it goes */ this.travelers = new Map();
    this.cameraGliding = false;
    /** @type {Float32Array | null} how central each row is; null before it is known */ this.centrality = null;
    this.visible = rows;
    /** Rows that the mask leaves and this layout has no place for. */ this.missing = 0;
    this.fitHalf = 1;
    this.pointSize = 1;
    this.opacity = 0.8;
    /** @type {import("../data/row_set.js").Lit | null} */ this.lit = null;
    /** @type {number[]} rows whose images lie over others */ this.top = [];
    this.dpr = 1;
    /** @type {[number, number, number, number] | null} where the whole view lies while a tile of it is drawn; null: it fills the canvas */ this.viewport = null;
    /** @type {import("../core/theme.js").Theme} */ this.theme = { background: [1, 1, 1], text: [0, 0, 0], dark: false };
    this.paint();
    this.shade();
  }

  /** Whether density is drawn, with faint dots over it. */
  get heat() {
    return this.density.enabled;
  }

  set heat(on) {
    this.density.enabled = on;
  }

  /** Bytes of the arrays kept here. */
  get bytes() {
    const { shading, lit, sprites } = this;
    return shading.index.byteLength + shading.palette.byteLength + (shading.mask?.byteLength ?? 0) + (lit?.bytes ?? 0) + sprites.data.byteLength;
  }

  get gliding() {
    return this.previous !== null || this.cameraGliding;
  }

  /** Fits the drawing buffer to the element. @returns {boolean} whether its size changed */
  resize(inset) {
    const { canvas, camera } = this;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    this.dpr = Math.min(MOST_RATIO, window.devicePixelRatio || 1);
    const changed = width !== camera.width || height !== camera.height || inset !== camera.inset;
    if (changed) camera.resize(width, height, inset);
    const w = Math.max(1, Math.round(width * this.dpr)), h = Math.max(1, Math.round(height * this.dpr));
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    return changed;
  }

  /** Starts with a layout, or goes to it. @param {import("../data/positions.js").Positions} positions @param {boolean} glide */
  show(positions, glide) {
    this.previous = glide ? this.positions : null;
    this.travelers = new Map(glide ? [...this.sprites.shown].map(([row, px]) => [row, [px, 0]]) : []);
    this.positions = positions;
    this.mix = glide ? 0 : 1;
    this.points.show(positions, glide);
    this.camera.dims = positions.dims;
    this.camera.reach = Math.max(1, positions.radius, this.previous?.radius ?? 0);
    this.fitHalf = this.camera.fit(positions).half;
  }

  /** The rows that will be images at a glide's end travel as images. @param {import("../space/camera.js").CameraState} goal */
  bring(goal) {
    const camera = new Camera();
    camera.dims = this.camera.dims;
    camera.resize(this.camera.width, this.camera.height, this.camera.inset);
    camera.set(goal);
    for (const [row, px] of this.#choose(camera).sizes) this.travelers.set(row, [this.travelers.get(row)?.[0] ?? 0, px]);
  }

  /** @returns {import("../space/images_in_view.js").Choice} the images in a view of the present layout */
  #choose(camera) {
    const { positions, shading, centrality, visible, fitHalf, sprites } = this;
    const { most } = sprites;
    if (!most || positions.scanned < positions.rows) return { sizes: new Map(), central: 0 };
    return choose({ positions, camera, shading, centrality, visible, fitHalf, most, factor: Math.min(2, Math.max(0.5, this.pointSize)) });
  }

  /** The images to draw now; while layouts glide, those of both ends, growing or shrinking on their way. */
  #images() {
    if (!this.previous) return this.#choose(this.camera);
    const sizes = new Map();
    for (const [row, [from, to]] of this.travelers) sizes.set(row, from + (to - from) * this.mix);
    return { sizes, central: 0 };
  }

  /** Ends a glide between layouts. */
  settle() {
    this.previous = null;
    this.mix = 1;
    this.points.settle();
    this.camera.reach = Math.max(1, this.positions?.radius ?? 1);
  }

  /** Sends the palette after a change of theme or legend. */
  paint() {
    this.shading.dark = this.theme.dark;
    this.shading.repaint();
    this.points.setPalette(this.shading.palette);
  }

  /** Sends the shades after a change of column or mask. */
  shade() {
    this.points.setShades(this.shading.index);
    this.points.setPalette(this.shading.palette);
  }

  /** @param {import("../data/row_set.js").Lit | null} lit the only rows that keep their color; null: all do */
  light(lit) {
    this.lit = lit;
    this.points.setLit(lit?.rows ?? new Uint32Array(0));
  }

  /** Where a row is now, also while gliding, in world units. @returns {boolean} whether it has a place */
  at(row, out) {
    const { positions, previous, mix } = this;
    if (!positions?.has(row)) return false;
    positions.at(row, out);
    if (previous?.has(row)) {
      const from = previous.at(row, [0, 0, 0]);
      for (let k = 0; k < 3; k++) out[k] = from[k] + (out[k] - from[k]) * mix;
    }
    return true;
  }

  /** @param {number} row @returns {{x: number, y: number, depth: number} | null} CSS pixels of the view */
  place(row) {
    const p = [0, 0, 0];
    if (!this.at(row, p) || !this.camera.project(p[0], p[1], p[2], p)) return null;
    return { x: p[0], y: p[1], depth: p[2] };
  }

  /** What a row covers on the screen. @returns {{x: number, y: number, width: number, height: number, sprite: boolean} | null} */
  box(row) {
    const at = this.shading.shows(row) ? this.place(row) : null;
    if (!at) return null;
    const half = this.sprites.halfSize(row);
    const dot = 2 * this.dotRadius(at.depth);
    return { x: at.x, y: at.y, width: half ? 2 * half[0] : dot, height: half ? 2 * half[1] : dot, sprite: half !== null };
  }

  /** Diameter of a dot at the target's distance, CSS px: smaller when there are more, larger when zoomed in. */
  get dotSize() {
    const crowd = Math.min(9, Math.max(1.5, 34 * Math.max(1, this.visible) ** -0.22));
    const near = Math.min(3.2, Math.max(0.7, (this.fitHalf / this.camera.state.half) ** 0.35));
    return Math.min(18, crowd * near * this.pointSize);
  }

  /** The least diameter of a dot, device px. */
  get leastSize() {
    return (this.camera.dims === 3 ? 1 : 1.2) * this.dpr;
  }

  /** @param {number} depth in front of the eye */
  dotRadius(depth) {
    return Math.min(24, (this.dotSize * this.camera.distance) / depth) / 2;
  }

  /** Opacity falls where dots must pile up: by how often they would cover the occupied part of the map. */
  get alpha() {
    const { positions, camera, opacity } = this;
    if (!positions) return opacity;
    const [ex, ey] = positions.extent;
    const deep = positions.dims === 3;
    const area = (deep ? 0.5 * Math.PI * positions.radius ** 2 : 1.4 * Math.max(ex * ey, 1e-3)) * camera.pixels ** 2;
    const cover = (this.visible * 0.785 * this.dotSize ** 2) / area;
    return opacity * Math.min(1, Math.max(deep ? 0.8 : 0.14, Math.max(cover, 1e-6) ** -0.4));
  }

  /** Whether a row's image comes to lie over others when it is among `top`: on a flat map, where it is an image. @param {number} row */
  raises(row) {
    return this.camera.dims === 2 && this.sprites.shown.has(row);
  }

  draw() {
    const { gpu, camera, theme, positions, dpr } = this;
    const { gl } = gpu;
    gl.viewport(...(this.viewport ?? [0, 0, this.canvas.width, this.canvas.height]));
    gl.clearColor(theme.background[0], theme.background[1], theme.background[2], 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (!positions) return;
    if (positions.finite && positions.scanned === positions.rows) this.density.draw(this.points, this);
    const deep = positions.dims === 3 || this.previous?.dims === 3;
    if (deep) gl.enable(gl.DEPTH_TEST);
    else gl.disable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const flatness = positions.dims === 3 ? this.mix : 1 - this.mix;
    this.lines.draw([[positions, this.mix], ...(this.previous ? [[this.previous, 1 - this.mix]] : [])], camera, theme.text);
    this.points.draw(camera, {
      size: this.dotSize * dpr, least: this.leastSize, most: 48 * dpr, alpha: this.alpha * (this.heat ? FAINT : 1), dim: this.lit !== null,
      background: theme.background, edge: [...theme.background, 0.6], fog: deep ? 0.55 * flatness : 0, deep,
    }, this.mix);
    const near = camera.distance, [, far] = fogRange(camera); // what is flown to keeps its colors
    const haze = deep ? 0.4 * flatness : 0;
    // Images that tile have no room for a rim as wide as usual.
    const room = positions.seamless ? 0 : positions.cell ? 0.03 * worldSide(positions) * camera.pixels : 1.5;
    this.sprites.draw({
      ...this.#images(), at: (row, out) => this.at(row, out), camera, shading: this.shading, dpr, deep, lit: this.lit,
      background: theme.background, top: this.top, fog: (depth) => haze * Math.min(1, Math.max(0, (depth - near) / (far - near))), border: Math.min(1.5, room), still: !this.gliding,
    });
  }

  /** Draws once and waits until the GPU is through. @returns {number} milliseconds */
  frame() {
    const start = performance.now();
    this.draw();
    this.gpu.gl.readPixels(0, 0, 1, 1, this.gpu.gl.RGBA, this.gpu.gl.UNSIGNED_BYTE, new Uint8Array(4));
    return performance.now() - start;
  }

  /** Makes every GPU object again after the context was lost. */
  restore() {
    this.gpu.reset();
    this.density.forget();
    this.lines.create();
    this.previous = null;
    this.mix = 1;
    this.points.restore();
    this.sprites.restore();
    this.shade();
    this.light(this.lit);
  }

  destroy() {
    this.sprites.destroy();
    this.gpu.destroy();
  }
}

/** Draws the map: layout, camera, colors and images brought together, and where each row is on the screen. */

import { Camera } from "../space/camera.js";
import { imagesInView, worldSide } from "../space/images_in_view.js";
import { Density } from "./density.js";
import { Gpu } from "./gpu.js";
import { Lines } from "./lines.js";
import { Points } from "./points.js";
import { Shading } from "./shading.js";
import { Sprites } from "./sprites.js";

const MOST_RATIO = 2;
/** What is left of the dots' opacity where density is drawn. */
const FAINT = 0.25;

/**
 * @typedef {import("../data/positions.js").Positions} Positions
 *
 * @typedef {object} Frame what one drawing of the map is made from
 * @property {Positions} positions of the present layout
 * @property {Positions | null} previous where a glide between layouts comes from
 * @property {number} mix of that glide, 0 to 1
 * @property {Camera} camera
 * @property {boolean} deep whether nearer things cover farther ones
 * @property {number} haze how much farther things fade, 0 to 1
 * @property {Shading} shading
 * @property {import("../data/row_set.js").RowSet | null} highlight the only rows that keep their color; null: all do
 * @property {number} visible rows shown after mask and legend
 * @property {import("../core/theme.js").Theme} theme
 * @property {number} dpr device pixels of a CSS pixel
 * @property {[number, number, number, number]} viewport device pixels
 * @property {import("./points.js").DotStyle} dots
 * @property {import("./sprites.js").ImageStyle} images
 *
 * @typedef {object} DrawingPart one of the things that are drawn over each other; it owns its GPU objects
 * @property {() => object} create makes them
 * @property {(frame: Frame) => void} draw
 * @property {() => void} restore the GPU's context came back: all objects are gone, and made again
 * @property {() => void} destroy gives them back
 */

export class Renderer {
  camera = new Camera();
  /** @type {Positions | null} */ positions = null;
  /** @type {Positions | null} where a glide comes from */ previous = null;
  mix = 1;
  cameraGliding = false;
  /** @type {Float32Array | null} how central each row is; null before it is known */ centrality = null;
  /** Rows that the mask leaves and this layout has no place for. */ missing = 0;
  fitHalf = 1;
  pointSize = 1;
  opacity = 0.8;
  /** @type {import("../data/row_set.js").RowSet | null} the only rows that keep their color; null: all do */ highlight = null;
  /** @type {number[]} rows whose images lie over others */ top = [];
  dpr = 1;
  /** @type {[number, number, number, number] | null} where the whole view lies while a tile of it is drawn; null: it fills the canvas */ viewport = null;
  /** @type {import("../core/theme.js").Theme} */ theme = { background: [1, 1, 1], text: [0, 0, 0], dark: false };
  /** @type {Map<number, [number, number]>} images of a glide: CSS px where it comes from and where it goes */ #travelers = new Map();

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} rows
   * @param {import("../data/sprite_pages.js").SpritePages} pages
   * @param {() => void} redraw
   */
  constructor(canvas, rows, pages, redraw) {
    this.canvas = canvas;
    this.visible = rows;
    this.shading = new Shading(rows);
    this.gpu = new Gpu(canvas);
    this.points = new Points(this.gpu, rows);
    this.density = new Density(this.gpu, this.points);
    this.sprites = new Sprites(this.gpu, pages, rows, redraw);
    /** @type {DrawingPart[]} the lowest first */ this.parts = [this.density, new Lines(this.gpu), this.points, this.sprites];
    this.paint();
    this.shade();
  }

  /** Bytes of the arrays kept here. */
  get bytes() {
    const { shading, highlight, sprites } = this;
    return shading.index.byteLength + shading.palette.byteLength + (shading.mask?.byteLength ?? 0) + (highlight?.bytes ?? 0) + sprites.data.byteLength;
  }

  get gliding() {
    return this.previous !== null || this.cameraGliding;
  }

  /** Fits the drawing buffer to the element. @param {number} inset CSS pixels at the right that the legend covers @returns {boolean} whether its size changed */
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

  /** Starts with a layout, or goes to it. @param {Positions} positions @param {boolean} glide */
  show(positions, glide) {
    this.previous = glide ? this.positions : null;
    this.#travelers = new Map(glide ? [...this.sprites.shown].map(([row, px]) => [row, [px, 0]]) : []);
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
    for (const [row, px] of this.#imagesSeen(camera).sizes) this.#travelers.set(row, [this.#travelers.get(row)?.[0] ?? 0, px]);
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

  /** Hides values of the column. @param {Set<number>} hidden codes */
  hide(hidden) {
    if (this.shading.hide(hidden)) this.points.setShades(this.shading.index);
    this.points.setPalette(this.shading.palette);
  }

  /** Sends the shades after a change of column or mask. */
  shade() {
    this.points.setShades(this.shading.index);
    this.points.setPalette(this.shading.palette);
  }

  /** @param {import("../data/row_set.js").RowSet | null} highlight */
  setHighlight(highlight) {
    this.highlight = highlight;
    this.points.setHighlight(highlight?.rows ?? new Uint32Array(0));
  }

  /** Where a row is now, also while gliding, in world units. @param {number} row @param {number[]} out (3,) @returns {boolean} whether it has a place */
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

  /** What a row covers on the screen. @param {number} row @returns {{x: number, y: number, width: number, height: number, sprite: boolean} | null} */
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

  /** Whether a row's image comes to lie over others when it is among `top`: on a flat map, where it is an image. @param {number} row */
  raises(row) {
    return this.camera.dims === 2 && this.sprites.shown.has(row);
  }

  draw() {
    const { gl } = this.gpu;
    const { positions, theme: { background: [r, g, b] } } = this;
    const viewport = this.viewport ?? /** @type {[number, number, number, number]} */ ([0, 0, this.canvas.width, this.canvas.height]);
    gl.viewport(...viewport);
    gl.clearColor(r, g, b, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (!positions) return;
    const frame = this.#frame(positions, viewport);
    if (frame.deep) gl.enable(gl.DEPTH_TEST);
    else gl.disable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const part of this.parts) part.draw(frame);
  }

  /** Draws once and waits until the GPU is through. @returns {number} milliseconds */
  frame() {
    const start = performance.now();
    this.draw();
    this.gpu.gl.readPixels(0, 0, 1, 1, this.gpu.gl.RGBA, this.gpu.gl.UNSIGNED_BYTE, new Uint8Array(4));
    return performance.now() - start;
  }

  /** The GPU's context came back: all its objects are made again. */
  restore() {
    this.gpu.restore();
    this.previous = null;
    this.mix = 1;
    for (const part of this.parts) part.restore();
    this.shade();
    this.setHighlight(this.highlight);
  }

  destroy() {
    for (const part of this.parts) part.destroy();
    this.gpu.destroy();
  }

  /** @param {Positions} positions @param {[number, number, number, number]} viewport @returns {Frame} */
  #frame(positions, viewport) {
    const { camera, previous, mix, shading, highlight, visible, theme, dpr } = this;
    const deep = positions.dims === 3 || previous?.dims === 3;
    // Images that tile have no room for a rim as wide as usual.
    const room = positions.seamless ? 0 : positions.cell ? 0.03 * worldSide(positions) * camera.pixels : 1.5;
    return {
      positions, previous, mix, camera, deep, haze: deep ? (positions.dims === 3 ? mix : 1 - mix) : 0, shading, highlight, visible, theme, dpr, viewport,
      dots: { size: this.dotSize * dpr, least: this.leastSize, most: 48 * dpr, alpha: this.#alpha(positions) * (this.density.enabled ? FAINT : 1) },
      images: { ...this.#images(), border: Math.min(1.5, room), top: this.top, still: !this.gliding, at: (row, out) => this.at(row, out) },
    };
  }

  /** Opacity falls where dots must pile up: by how often they would cover the occupied part of the map. @param {Positions} positions */
  #alpha(positions) {
    const { camera, opacity } = this;
    const [ex, ey] = positions.extent;
    const deep = positions.dims === 3;
    const area = (deep ? 0.5 * Math.PI * positions.radius ** 2 : 1.4 * Math.max(ex * ey, 1e-3)) * camera.pixels ** 2;
    const cover = (this.visible * 0.785 * this.dotSize ** 2) / area;
    return opacity * Math.min(1, Math.max(deep ? 0.8 : 0.14, Math.max(cover, 1e-6) ** -0.4));
  }

  /** The images to draw now; while layouts glide, those of both ends, growing or shrinking on their way. */
  #images() {
    if (!this.previous) return this.#imagesSeen(this.camera);
    const sizes = new Map();
    for (const [row, [from, to]] of this.#travelers) sizes.set(row, from + (to - from) * this.mix);
    return { sizes, central: 0 };
  }

  /** @param {Camera} camera @returns {import("../space/images_in_view.js").Images} the images in a view of the present layout */
  #imagesSeen(camera) {
    const { positions, shading, centrality, visible, fitHalf, sprites } = this;
    const { most } = sprites;
    if (!most || !positions?.complete) return { sizes: new Map(), central: 0 };
    return imagesInView({ positions, camera, shading, centrality, visible, fitHalf, most, factor: Math.min(2, Math.max(0.5, this.pointSize)) });
  }
}

/**
 * Which rows are images in a view, and how large: far out none, nearer the most central image of each region, nearer
 * still all in view. Each grows as one comes nearer, and more slowly once large, so that those which overlap come apart;
 * on a layout that has a cell for each image they grow with the cell, so that they tile it at every zoom.
 */

import { cellGridOf } from "./cell_grid.js";
import { representativesOf, scatter } from "./representatives.js";

/** CSS pixels of the longer side at which a dot starts to grow into its image, and at which it has; in a tiling it is there at once. */
const APPEAR = 17, FULL = 24, APPEAR_TILED = 8;
/** The least that an image is shown with, as large as a dot; CSS pixels. */
export const SMALLEST = 6;
/** Images at a time; beyond, a stable choice of rows stays as images and the others as dots. In 3D more would only cover each other. */
export const MOST_SPRITES = 1500;
const MOST_DEEP = 800;
/** CSS pixels up to which an image grows with the map, and its most. */
const LINEAR = 64, LARGEST = 480;
/** The share of its cell that an image takes. */
const SHARE = 0.94;
/** CSS pixels of an image that stands for its region, and how far it keeps from the next; in 3D they are sparser, since there are others behind. */
const CENTRAL = 48;
/** @type {Record<number, number>} by dimensions */
const KEEP = { 2: 60, 3: 96 };
/** How much nearer than the whole map one is when these start to show, and when they are full size. */
const NEARER = [1.45, 1.65];
/** With so few rows to see they show at once. */
const FEW = 250;
/** @type {Images} */
const NONE = { sizes: new Map(), central: 0 };

/**
 * @typedef {object} Images
 * @property {Map<number, number>} sizes CSS pixels of the longer side by row, in the order in which they are painted
 * @property {number} central how many of them stand for their region; these come last
 *
 * @typedef {object} MapState
 * @property {import("../data/positions.js").Positions} positions
 * @property {import("./camera.js").Camera} camera
 * @property {import("../draw/shading.js").Shading} shading
 * @property {Float32Array | null} centrality
 * @property {number} visible rows shown after mask and legend
 * @property {number} fitHalf half the height of the view that shows the whole map, world units
 * @property {number} factor of the user for sizes
 * @property {number} most images at a time
 */

/** The longer side of an image in world units. @param {import("../data/positions.js").Positions} positions */
export function worldSide(positions) {
  if (positions.cell) return (positions.seamless ? 1 : SHARE) * positions.cell;
  return (positions.dims === 3 ? 0.26 : 0.8) * cellGridOf(positions).spacing; // in 3D there are others behind
}

/** @param {MapState} state @returns {Images} */
export function imagesInView(state) {
  const all = everyImage(state);
  const central = state.positions.cell && all.size ? new Map() : centralImages(state);
  if (!all.size && !central.size) return NONE;
  /** @type {Map<number, number>} */ const sizes = new Map();
  const most = state.positions.dims === 3 && !state.positions.cell ? Math.min(MOST_DEEP, state.most) : state.most;
  const room = most - central.size;
  const others = [...all.keys()].filter((row) => !central.has(row)).sort((a, b) => a - b);
  for (const row of others.length > room ? sparse(others, all, room) : others) sizes.set(row, all.get(row) ?? 0);
  for (const [row, px] of central) sizes.set(row, Math.max(px, all.get(row) ?? 0));
  return { sizes, central: central.size };
}

/** All rows in view that are large enough. @param {MapState} state @returns {Map<number, number>} CSS px by row */
function everyImage({ positions, camera, shading, factor, most }) {
  /** @type {Map<number, number>} */ const sizes = new Map();
  const exact = positions.cell > 0;
  const { extent, dims, finite } = positions;
  const pixels = camera.focal / camera.nearest(positions);
  const widest = 1.5 * ((extent.slice(0, dims).reduce((a, b) => a * 2 * Math.max(b, 1e-3), 1) / Math.max(1, finite)) ** (1 / dims));
  const appear = exact ? APPEAR_TILED : APPEAR;
  if (!exact && finite > 5000 && factor * widest * pixels < appear) return sizes; // known without the grid
  const world = worldSide(positions) * (exact ? Math.min(1, factor) : factor);
  if (world * pixels < appear) return sizes;
  const p = [0, 0, 0], w = [0, 0, 0];
  const margin = grown(world * pixels, exact) / 2;
  cellGridOf(positions).under(camera, -margin, -margin, camera.width + margin, camera.height + margin, (row) => {
    positions.at(row, w);
    if (!camera.project(w[0], w[1], w[2], p)) return;
    const px = (world * camera.focal) / p[2];
    if (px < appear || !shading.shows(row)) return;
    const side = grown(px, exact);
    if (inView(p, camera, side / 2)) sizes.set(row, side);
  }, (world * camera.focal) / appear);
  // A tiling with holes would mislead; until all fit, the central ones stand for them.
  return exact && sizes.size > most ? new Map() : sizes;
}

/** Those that stand for their region. @param {MapState} state @returns {Map<number, number>} CSS px by row, the one least far from its neighbors first */
function centralImages({ positions, camera, shading, centrality, visible, fitHalf, factor, most }) {
  /** @type {Map<number, number>} */ const sizes = new Map();
  const nearer = fitHalf / camera.state.half;
  const grow = visible <= FEW ? 1 : Math.min(1, (nearer - NEARER[0]) / (NEARER[1] - NEARER[0]));
  const side = CENTRAL * grow * Math.min(1.2, Math.max(0.8, factor));
  if (side < SMALLEST) return sizes;
  const { dims } = positions;
  const keep = KEEP[dims];
  const p = [0, 0, 0], w = [0, 0, 0];
  /** @type {number[]} */ const rows = [];
  const representatives = representativesOf(positions, shading, centrality);
  const { spacing } = representatives;
  representatives.under(camera, (keep * camera.nearest(positions)) / camera.focal, CENTRAL, (row) => {
    positions.at(row, w);
    if (!camera.project(w[0], w[1], w[2], p) || spacing[row] * camera.focal < keep * p[2]) return;
    const px = dims === 3 ? side * Math.min(1.3, Math.max(0.6, camera.distance / p[2])) : side;
    if (inView(p, camera, px / 2) && shading.shows(row)) {
      rows.push(row);
      sizes.set(row, px);
    }
  });
  rows.sort((a, b) => spacing[b] - spacing[a] || a - b);
  return new Map(rows.slice(0, most).reverse().map((row) => [row, sizes.get(row) ?? 0]));
}

/** @param {number[]} at @param {import("./camera.js").Camera} camera @param {number} margin CSS px */
function inView([x, y], camera, margin) {
  return x > -margin && y > -margin && x < camera.width + margin && y < camera.height + margin;
}

/** @param {number} px as large as the map says @param {boolean} exact whether it is to stay so */
function grown(px, exact) {
  if (exact) return px;
  if (px < FULL) return px * (0.4 + (0.6 * (px - APPEAR)) / (FULL - APPEAR));
  return px <= LINEAR ? px : Math.min(LARGEST, Math.sqrt(LINEAR * px));
}

/**
 * So many of the rows, the same ones at the next frame: the nearest, and of those equally near a scattering.
 * @param {number[]} rows @param {Map<number, number>} sizes CSS px by row @param {number} most
 */
function sparse(rows, sizes, most) {
  const keys = Float64Array.from(rows, (row) => scatter(row) - 1e3 * (sizes.get(row) ?? 0));
  const limit = keys.slice().sort()[Math.max(0, most)];
  return rows.filter((_, i) => keys[i] < limit);
}

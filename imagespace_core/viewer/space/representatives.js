/**
 * Which image stands for its surroundings, at every zoom.
 *
 * A quadtree (in 3D an octree) over the layout, fixed to the world: each cell proposes its most central row. Rows are let
 * in level by level, within a level the most central first, if they keep half a cell's side from all before them; how far
 * each keeps is its `spacing`. A view shows those whose spacing is at least an image wide: they never cover each other, and
 * coming nearer only adds rows, since the spacing does not depend on the view. (The idea of scale-independent selection is
 * that of Been, Daiches, Yap, Dynamic map labeling, 2006.)
 */

import { cellGridOf } from "./cell_grid.js";

/** Levels at most below the root, whose side is 2: the finest cells take 4 MB while they are found, in 3D 8 MB. */
const MOST_LEVELS = /** @type {Record<number, number>} */ ({ 2: 10, 3: 7 });
/** The share of a cell's side that a row let in at its level keeps from all others. */
const KEEP = 0.5;
/** Rows that are looked through one by one; beyond, the grid finds those in view. */
const MOST_WALKED = 20000;

export class Representatives {
  /**
   * @param {import("../data/positions.js").Positions} positions
   * @param {import("../draw/shading.js").Shading} shading rows it does not show are left out
   * @param {Float32Array | null} centrality (rows,) larger is more central; null: a fixed scattering
   */
  constructor(positions, shading, centrality) {
    this.positions = positions;
    this.showing = shading.showing;
    this.centrality = centrality;
    const { dims, rows } = positions;
    /** World units between a row and the nearest one before it, the larger of its sides; 0: stands for nothing. */
    this.spacing = new Float32Array(rows);
    const finest = Math.ceil(Math.log2(4 / Math.max(1e-9, cellGridOf(positions).spacing)));
    this.levels = Math.max(2, Math.min(MOST_LEVELS[dims], finest));
    const keys = orderOf(rows, centrality);
    const proposals = this.#propose(shading, keys);
    /** @type {number[]} */ const order = [];
    for (let level = 0; level <= this.levels; level++) this.#admit(level, proposals[level], keys, order);
    /** Rows by falling `spacing`. */
    this.order = Uint32Array.from(order).sort((a, b) => this.spacing[b] - this.spacing[a] || a - b);
  }

  get bytes() {
    return this.spacing.byteLength + this.order.byteLength;
  }

  /**
   * Calls for every row in view, and some around, that keeps at least so far from the others.
   * @param {import("./camera.js").Camera} camera
   * @param {number} least world units
   * @param {number} margin CSS pixels around the view
   * @param {(row: number) => void} visit
   */
  under(camera, least, margin, visit) {
    const { order, spacing } = this;
    if (order.length > MOST_WALKED && spacing[order[MOST_WALKED]] >= least) {
      cellGridOf(this.positions).under(camera, -margin, -margin, camera.width + margin, camera.height + margin, (row) => {
        if (spacing[row] >= least && spacing[row] > 0) visit(row);
      });
    } else for (let i = 0; i < order.length && spacing[order[i]] >= least; i++) visit(order[i]);
  }

  /**
   * The most central row of each cell of each level, from one pass over the rows.
   * @param {import("../draw/shading.js").Shading} shading
   * @param {Float64Array} keys
   * @returns {Int32Array[]} -1: none
   */
  #propose(shading, keys) {
    const { positions, levels } = this;
    const { dims, rows } = positions;
    const p = [0, 0, 0];
    let best = new Int32Array(2 ** (levels * dims)).fill(-1);
    const proposals = [best];
    for (let row = 0; row < rows; row++) {
      if (!positions.has(row) || !shading.shows(row)) continue;
      const cell = cellOf(positions.at(row, p), levels, dims);
      if (best[cell] < 0 || keys[row] < keys[best[cell]]) best[cell] = row;
    }
    for (let level = levels - 1; level >= 0; level--) {
      const side = 2 ** level, above = new Int32Array(2 ** (level * dims)).fill(-1);
      for (let cell = 0; cell < best.length; cell++) {
        const row = best[cell];
        if (row < 0) continue;
        const x = cell % (2 * side), y = Math.floor(cell / (2 * side)) % (2 * side), z = Math.floor(cell / (4 * side * side));
        const parent = (x >> 1) + side * ((y >> 1) + side * (dims === 3 ? z >> 1 : 0));
        if (above[parent] < 0 || keys[row] < keys[above[parent]]) above[parent] = row;
      }
      proposals.unshift((best = above));
    }
    return proposals;
  }

  /**
   * Lets in those proposed at a level that keep their distance.
   * @param {number} level
   * @param {Int32Array} proposed row of each cell, -1 for none
   * @param {Float64Array} keys
   * @param {number[]} order rows let in before, and now
   */
  #admit(level, proposed, keys, order) {
    const { positions, spacing } = this;
    const { dims } = positions;
    const sides = 2 ** level, cell = 2 / sides;
    const head = new Int32Array(proposed.length).fill(-1);
    /** @type {number[]} */ const next = [];
    const a = [0, 0, 0], b = [0, 0, 0];
    const insert = (/** @type {number} */ i) => {
      const at = cellOf(positions.at(order[i], b), level, dims);
      next[i] = head[at];
      head[at] = i;
    };
    for (let i = 0; i < order.length; i++) insert(i);
    const rows = Float64Array.from(proposed.filter((row) => row >= 0 && !spacing[row]), (row) => keys[row]).sort();
    const span = 2 ** Math.ceil(Math.log2(positions.rows + 1));
    for (const key of rows) {
      const row = key % span;
      positions.at(row, a);
      const [x, y, z] = a.map((v) => Math.max(0, Math.min(sides - 1, Math.floor(((v + 1) / 2) * sides))));
      let near = order.length ? cell : 4;
      for (let k = dims === 3 ? Math.max(0, z - 1) : 0; k <= (dims === 3 ? Math.min(sides - 1, z + 1) : 0); k++) {
        for (let j = Math.max(0, y - 1); j <= Math.min(sides - 1, y + 1); j++) {
          for (let i = Math.max(0, x - 1); i <= Math.min(sides - 1, x + 1); i++) {
            for (let other = head[i + sides * (j + sides * k)]; other >= 0; other = next[other]) {
              positions.at(order[other], b);
              near = Math.min(near, Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2])));
            }
          }
        }
      }
      if (near < KEEP * cell) continue;
      spacing[row] = near;
      order.push(row);
      insert(order.length - 1);
    }
  }
}

/** @param {ArrayLike<number>} at world @param {number} level @param {number} dims @returns {number} the cell of a level that it lies in */
function cellOf(at, level, dims) {
  const sides = 2 ** level;
  let cell = 0;
  for (let k = dims - 1; k >= 0; k--) cell = cell * sides + Math.max(0, Math.min(sides - 1, Math.floor(((at[k] + 1) / 2) * sides)));
  return cell;
}

/**
 * Numbers that sort rows from the most central down, equal ones by row: the bits of a positive float rise with its value,
 * and the row stands below them.
 * @param {number} rows
 * @param {Float32Array | null} centrality
 * @returns {Float64Array} (rows,) the row is what is left when divided by the next power of two above `rows`
 */
function orderOf(rows, centrality) {
  const value = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const given = centrality ? centrality[row] : scatter(row);
    value[row] = given > 0 ? given : 0;
  }
  const bits = new Uint32Array(value.buffer);
  const span = 2 ** Math.ceil(Math.log2(rows + 1));
  const coarse = Math.max(1, span / 2 ** 22); // beyond four million rows the lowest bits have no room
  const keys = new Float64Array(rows);
  for (let row = 0; row < rows; row++) keys[row] = Math.floor((0x7fffffff - bits[row]) / coarse) * span + row;
  return keys;
}

/** A fixed scattering of rows over 0..1. @param {number} row */
export function scatter(row) {
  let h = Math.imul(row ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * The representatives of a layout, made when first needed and again when other rows are shown.
 * @param {import("../data/positions.js").Positions} positions
 * @param {import("../draw/shading.js").Shading} shading
 * @param {Float32Array | null} centrality
 */
export function representativesOf(positions, shading, centrality) {
  const kept = positions.representatives;
  if (kept && kept.showing === shading.showing && kept.centrality === centrality) return kept;
  return (positions.representatives = new Representatives(positions, shading, centrality));
}

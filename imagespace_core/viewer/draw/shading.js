/**
 * Which shade each row has: an index (rows,) into a palette of 65,536 colors. Hiding a category or turning
 * to the dark theme changes the palette alone; only another column or mask touches the rows, and hiding one of several
 * values of a row.
 */

import { MISSING } from "../core/constants.js";
import { categorical, neutral, scaleColor } from "../core/colors.js";
import { countCodes, firstShown } from "../data/value_lists.js";

/** The shade of rows that the mask leaves out. Its color stays transparent. */
const MASKED = 65535;
/** The shade of missing values and noise. */
const MISSING_SHADE = 0;
/** Steps of a scale. */
export const STEPS = 1024;

/** @typedef {import("../data/workspace_files.js").Column} Column */

/** @param {Column | null} column */
export function isCategorical(column) {
  return column?.kind === "category" || column?.kind === "cluster" || column?.kind === "list";
}

export class Shading {
  /** RGBA of 65,536 shades. */ palette = new Uint8Array(65536 * 4);
  /** @type {import("../data/workspace_files.js").Column | null} */ column = null;
  /** @type {Uint8Array | null} one bit a row, lowest first */ mask = null;
  /** @type {Set<number>} codes hidden in the legend; -1 is missing */ hidden = new Set();
  /** @type {[number, number] | null} first and last step of the scale that the brush leaves; null: all */ steps = null;
  dark = false;
  /** @type {string[] | undefined} CSS colors for categories */ custom = undefined;
  /** Differs where other rows are shown. */ showing = "";
  #masks = 0;
  /** The categorical colors, and what they were picked for. */
  #picked = { key: "", colors: /** @type {import("../core/colors.js").Rgb[]} */ ([]) };

  /** @param {number} rows */
  constructor(rows) {
    this.index = new Uint16Array(rows).fill(1);
    this.repaint();
  }

  /**
   * @param {import("../data/workspace_files.js").Column | null} column
   * @param {Uint8Array | null} mask one bit a row, lowest first; null shows all
   */
  assign(column, mask) {
    if (column !== this.column) {
      this.hidden.clear();
      this.steps = null;
    }
    if (mask !== this.mask) this.#masks++;
    this.column = column;
    this.mask = mask;
    this.#shadeRows();
    this.repaint();
  }

  /**
   * Hides values. A row of several is shown while one of them is, in the color of the first that is.
   * @param {Set<number>} hidden codes; -1 is missing
   * @returns {boolean} whether rows have other shades now
   */
  hide(hidden) {
    this.hidden = hidden;
    const several = this.column?.kind === "list";
    if (several) this.#shadeRows();
    this.repaint();
    return several;
  }

  #shadeRows() {
    const { index, column, mask, hidden } = this;
    const data = column?.data;
    if (!column) index.fill(1);
    else if (column.lists) firstShown(column.lists, hidden, (row, code) => (index[row] = shadeOfCode(code)));
    else if (isCategorical(column)) {
      for (let i = 0; i < index.length; i++) index[i] = shadeOfCode(data[i]);
    } else if (column.kind === "color") {
      for (let i = 0; i < index.length; i++) {
        const shade = ((data[3 * i] >> 3) << 11) | ((data[3 * i + 1] >> 2) << 5) | (data[3 * i + 2] >> 3);
        index[i] = Math.min(shade, MASKED - 1);
      }
    } else {
      const step = stepper(column);
      for (let i = 0; i < index.length; i++) {
        const value = data[i];
        index[i] = value !== value ? MISSING_SHADE : 1 + step(value);
      }
    }
    if (mask) for (let i = 0; i < index.length; i++) if (!((mask[i >> 3] >> (i & 7)) & 1)) index[i] = MASKED;
  }

  /** Paints the palette for the column, the theme and what the legend hides. */
  repaint() {
    const { palette, column, dark } = this;
    const hides = this.hidden.size || this.steps;
    this.showing = `${this.#masks}/${hides ? [column?.slug, this.steps, [...this.hidden].sort()].join() : ""}`;
    palette.fill(0);
    const paint = (/** @type {number} */ shade, /** @type {number[]} */ [r, g, b]) => palette.set([r, g, b, 255], 4 * shade);
    if (!column) {
      paint(1, categorical(1, dark, this.custom)[0]);
      return;
    }
    if (column.kind === "color") {
      for (let shade = 0; shade < MASKED; shade++) {
        paint(shade, [((shade >> 11) * 527 + 23) >> 6, (((shade >> 5) & 63) * 259 + 33) >> 6, ((shade & 31) * 527 + 23) >> 6]);
      }
      return;
    }
    if (!this.hidden.has(MISSING) && !this.steps) paint(MISSING_SHADE, neutral(dark));
    if (isCategorical(column)) {
      const colors = this.colors();
      colors.forEach((color, code) => {
        if (!this.hidden.has(code)) paint(shadeOfCode(code), color);
      });
    } else {
      const [first, last] = this.steps ?? [0, STEPS - 1];
      for (let step = first; step <= last; step++) paint(1 + step, scaleColor((step + 0.5) / STEPS, dark));
    }
  }

  /**
   * The values that the brush leaves, as they occur in the column: comparing with them gives the same rows as the steps.
   * @returns {[number, number] | null} null where there is no brush
   */
  range() {
    const { column, steps } = this;
    if (!steps || !column) return null;
    const step = stepper(column);
    let low = Infinity, high = -Infinity;
    for (const value of column.data) {
      if (value !== value) continue;
      const at = step(value);
      if (at < steps[0] || at > steps[1]) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low <= high ? [low, high] : [1, 0]; // no value there: nothing lies between
  }

  /** The colors of the column's values, by code. */
  colors() {
    const count = Math.min(this.column?.values?.length ?? 0, MASKED - 1);
    const key = [count, this.dark, this.custom].join();
    if (key !== this.#picked.key) this.#picked = { key, colors: categorical(count, this.dark, this.custom) };
    return this.#picked.colors;
  }

  /** @param {number} row whether mask and legend show it */
  shows(row) {
    return this.palette[4 * this.index[row] + 3] > 0;
  }

  /** @param {number} row @returns {[number, number, number]} 0..255 */
  rgb(row) {
    const i = 4 * this.index[row];
    return [this.palette[i], this.palette[i + 1], this.palette[i + 2]];
  }

  /**
   * Counts the rows that have a place.
   * @param {import("../data/positions.js").Positions} positions
   * @returns {{visible: number, masked: number, missing: number, codes: Map<number, number>}} shown after mask and
   *   legend; left by the mask; left by the mask without a place; and those with one by code, of several each
   */
  count(positions) {
    const { index, palette } = this;
    const shades = new Uint32Array(65536);
    let missing = 0;
    for (let row = 0; row < positions.scanned; row++) {
      if (positions.has(row)) shades[index[row]]++;
      else if (index[row] !== MASKED) missing++;
    }
    const codes = new Map();
    let visible = 0, masked = 0;
    for (let shade = 0; shade < MASKED; shade++) {
      if (!shades[shade]) continue;
      masked += shades[shade];
      if (palette[4 * shade + 3]) visible += shades[shade];
      codes.set(shade - 1, shades[shade]);
    }
    const { lists, values = [] } = this.column ?? {};
    if (lists) {
      countCodes(lists, values.length, (row) => positions.has(row) && index[row] !== MASKED).forEach((rows, code) => codes.set(code, rows));
    }
    return { visible, masked, missing, codes };
  }
}

/** The step of the scale that a value of the column has, 0 to STEPS - 1. @param {Column} column @returns {(value: number) => number} */
function stepper(column) {
  const [low, high] = domain(column);
  const factor = high > low ? STEPS / (high - low) : 0;
  return (value) => Math.max(0, Math.min(STEPS - 1, Math.floor((value - low) * factor)));
}

/** @param {number} code -1 is missing; codes beyond the palette share its shades */
function shadeOfCode(code) {
  return code < 0 ? MISSING_SHADE : 1 + (code % (MASKED - 1));
}

/**
 * The values at the two ends of a column's scale; numbers end at their 2nd and 98th percentile.
 * @param {import("../data/workspace_files.js").Column} column
 * @returns {[number, number]}
 */
export function domain(column) {
  const low = column.low ?? column.min ?? 0, high = column.high ?? column.max ?? 1;
  return high > low ? [low, high] : [column.min ?? low, column.max ?? high];
}

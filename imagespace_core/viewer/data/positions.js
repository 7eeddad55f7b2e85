/** One layout's positions: where each row is, how many have a place, and how big the whole is. */

/** What stands in x for a row without a position; anything beyond FAR counts as such, here and in the shaders. */
export const LOST = 3e38;
export const FAR = 1e30;

export class Positions {
  scanned = 0;
  finite = 0;
  low = [Infinity, Infinity, Infinity];
  high = [-Infinity, -Infinity, -Infinity];
  center = [0, 0, 0];
  scale = 1;
  /** Half the box's sides, in world units. */ extent = [0, 0, 0];
  radius = 0;
  /** @type {import("../contract").GuidesFile | null} */ guides = null;
  /** @type {import("../space/cell_grid.js").CellGrid | null} */ grid = null;
  /** @type {import("../space/representatives.js").Representatives | null} */ representatives = null;

  /**
   * @param {string} path of the file, like "projections/tsne-2d.npy"
   * @param {Float32Array} data (rows, dims), C order; rows that are not finite are overwritten with LOST
   * @param {number} dims 2 or 3
   */
  constructor(path, data, dims) {
    this.path = path;
    this.data = data;
    this.dims = dims;
    this.rows = data.length / dims;
  }

  /** Whether all rows are in. */
  get complete() {
    return this.scanned === this.rows;
  }

  /** Of the array, and of what was made from it. */
  get bytes() {
    return this.data.byteLength + (this.grid?.bytes ?? 0) + (this.representatives?.bytes ?? 0);
  }

  /** Takes in rows up to `until`, as they arrive. @param {number} until */
  scan(until) {
    const { data, dims, low, high } = this;
    for (let row = this.scanned, i = row * dims; row < until; row++, i += dims) {
      let sum = data[i] + data[i + 1];
      if (dims === 3) sum += data[i + 2];
      if (!(sum < FAR && sum > -FAR)) {
        for (let k = 0; k < dims; k++) data[i + k] = LOST;
        continue;
      }
      this.finite++;
      for (let k = 0; k < dims; k++) {
        const value = data[i + k];
        if (value < low[k]) low[k] = value;
        if (value > high[k]) high[k] = value;
      }
    }
    this.scanned = until;
    this.measure();
  }

  /** World coordinates are (raw - center) * scale: the longest side of the box runs from -1 to 1. */
  measure() {
    const seen = this.finite > 0;
    this.center = [0, 1, 2].map((k) => (seen && k < this.dims ? (this.low[k] + this.high[k]) / 2 : 0));
    const half = [0, 1, 2].map((k) => (seen && k < this.dims ? (this.high[k] - this.low[k]) / 2 : 0));
    const longest = Math.max(...half);
    this.scale = longest > 0 ? 1 / longest : 1;
    this.extent = half.map((side) => side * this.scale);
    this.radius = this.dims === 3 ? Math.hypot(...this.extent) : Math.hypot(this.extent[0], this.extent[1]);
  }

  /** The true radius, smaller than the box's diagonal; called once all rows are in. */
  measureRadius() {
    const { data, dims, center } = this;
    if (dims !== 3 || !this.finite) return;
    const [cx, cy, cz] = center;
    let most = 0;
    for (let i = 0; i < data.length; i += 3) {
      if (data[i] > FAR) continue;
      const x = data[i] - cx, y = data[i + 1] - cy, z = data[i + 2] - cz;
      const square = x * x + y * y + z * z;
      if (square > most) most = square;
    }
    this.radius = Math.sqrt(most) * this.scale;
  }

  /** Side of the square that an image may fill without covering another, in world units; 0 where nobody knows. */
  get cell() {
    return (this.guides?.cell ?? 0) * this.scale;
  }

  /** Whether images fill their cells to the edge, as tiles of one map do. */
  get seamless() {
    return this.guides?.seamless ?? false;
  }

  /** World coordinates of a place in the file's units. @param {number[]} raw (2,) or (3,) */
  world([x, y, z = 0]) {
    const { center, scale } = this;
    return [(x - center[0]) * scale, (y - center[1]) * scale, this.dims === 3 ? (z - center[2]) * scale : 0];
  }

  /** Where the headings stand, in world units. @returns {number[][]} */
  headings() {
    return (this.guides?.headings ?? []).map(({ at }) => this.world(at));
  }

  /** The flat box around all images, with the cells they may fill, and headings, in world units. */
  get frame() {
    const high = this.extent.map((side) => side + this.cell / 2), low = high.map((side) => -side);
    for (const at of this.headings()) {
      for (let k = 0; k < 2; k++) {
        if (at[k] < low[k]) low[k] = at[k];
        if (at[k] > high[k]) high[k] = at[k];
      }
    }
    return { low, high };
  }

  /** @param {number} row */
  has(row) {
    return row >= 0 && row < this.scanned && this.data[row * this.dims] < FAR;
  }

  /**
   * World coordinates of a row.
   * @param {number} row
   * @param {number[] | Float32Array | Float64Array} out (3,)
   */
  at(row, out, offset = 0) {
    const i = row * this.dims;
    out[offset] = (this.data[i] - this.center[0]) * this.scale;
    out[offset + 1] = (this.data[i + 1] - this.center[1]) * this.scale;
    out[offset + 2] = this.dims === 3 ? (this.data[i + 2] - this.center[2]) * this.scale : 0;
    return out;
  }

  /**
   * Where all rows are on their way from one layout to another, as a layout of its own in world units.
   * @param {Positions} from
   * @param {Positions} to
   * @param {number} mix 0 to 1
   */
  static midway(from, to, mix) {
    const data = new Float32Array(3 * to.rows);
    const a = [0, 0, 0];
    for (let row = 0; row < to.rows; row++) {
      if (!to.has(row)) data.fill(NaN, 3 * row, 3 * row + 3);
      else {
        to.at(row, data, 3 * row);
        if (!from.has(row)) continue;
        from.at(row, a);
        for (let k = 0; k < 3; k++) data[3 * row + k] = a[k] + (data[3 * row + k] - a[k]) * mix;
      }
    }
    const positions = new Positions("midway", data, 3);
    positions.scan(to.rows);
    positions.center = [0, 0, 0];
    positions.scale = 1;
    return positions;
  }
}

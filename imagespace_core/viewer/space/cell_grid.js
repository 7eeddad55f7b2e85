/** Rows sorted into cells of space, so that what lies under a rectangle of the screen is found without looking at all rows. */

const PER_CELL = 8;
/** @type {Record<number, number>} by dimensions */
const MOST_CELLS = { 2: 2 ** 20, 3: 2 ** 18 };
/** Cells along each side of a block; in 3D blocks out of view are passed over at once. */
const BLOCK = 8;

export class CellGrid {
  /** @param {import("../data/positions.js").Positions} positions */
  constructor(positions) {
    this.positions = positions;
    const { dims, extent, finite, rows } = positions;
    const used = Math.max(1, Math.min(MOST_CELLS[dims], finite / PER_CELL));
    const sides = extent.slice(0, dims).map((half) => Math.max(2 * half, 1e-3));
    this.cell = (sides.reduce((a, b) => a * b, 1) / used) ** (1 / dims);
    const [nx, ny, nz] = [0, 1, 2].map((k) => (k < dims ? Math.max(1, Math.ceil(sides[k] / this.cell)) : 1));
    this.shape = [nx, ny, nz];
    const start = new Uint32Array(nx * ny * nz + 1);
    const where = new Int32Array(rows);
    const p = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      if (!positions.has(row)) {
        where[row] = -1;
        continue;
      }
      positions.at(row, p);
      const cell = this.#index(this.#along(p[0], 0), this.#along(p[1], 1), this.#along(p[2], 2));
      where[row] = cell;
      start[cell + 1]++;
    }
    let occupied = 0;
    for (let cell = 0; cell < nx * ny * nz; cell++) {
      if (start[cell + 1]) occupied++;
      start[cell + 1] += start[cell];
    }
    const next = start.slice();
    this.order = new Uint32Array(finite);
    for (let row = 0; row < rows; row++) if (where[row] >= 0) this.order[next[where[row]]++] = row;
    this.start = start;
    this.blocks = dims === 3 ? this.#occupied() : new Uint8Array(0);
    /** Typical distance between neighbors, in world units: the occupied space shared out evenly. */
    this.spacing = ((occupied * this.cell ** dims) / Math.max(1, finite)) ** (1 / dims);
  }

  get bytes() {
    return this.order.byteLength + this.start.byteLength + this.blocks.byteLength;
  }

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {number} left CSS pixels of the view
   * @param {number} top
   * @param {number} right
   * @param {number} bottom
   * @param {(row: number) => void} visit called for every row that may lie inside, and some around
   * @param {number} [deepest] world units before the eye; what lies farther may be left out
   */
  under(camera, left, top, right, bottom, visit, deepest = Infinity) {
    if (this.positions.dims === 2) this.#underFlat(camera, left, top, right, bottom, visit);
    else this.#underDeep(camera, left, top, right, bottom, visit, deepest);
  }

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {number} left @param {number} top @param {number} right @param {number} bottom
   * @param {(row: number) => void} visit
   */
  #underFlat(camera, left, top, right, bottom, visit) {
    const a = camera.unproject(left, bottom), b = camera.unproject(right, top);
    const [nx, ny] = this.shape;
    const x0 = this.#along(a.x, 0), x1 = this.#along(b.x, 0), y0 = this.#along(a.y, 1), y1 = this.#along(b.y, 1);
    for (let y = Math.max(0, y0); y <= Math.min(ny - 1, y1); y++) {
      const end = this.start[y * nx + x1 + 1];
      for (let i = this.start[y * nx + x0]; i < end; i++) visit(this.order[i]);
    }
  }

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {number} left @param {number} top @param {number} right @param {number} bottom
   * @param {(row: number) => void} visit
   * @param {number} deepest
   */
  #underDeep(camera, left, top, right, bottom, visit, deepest) {
    const { start, order, cell, shape } = this;
    const { extent } = this.positions;
    const [nx, ny, nz] = shape;
    const p = [0, 0, 0];
    const [ex, ey, ez] = extent;
    const focal = camera.focal, near = camera.near;
    /** Whether a cube of so many cells a side, whose corner is a cell's, may lie in view. @param {number} x @param {number} y @param {number} z @param {number} cells */
    const seen = (x, y, z, cells) => {
      const half = (cells * cell) / 2, reach = half * 1.7321;
      camera.project(x * cell - ex + half, y * cell - ey + half, z * cell - ez + half, p);
      const nearest = p[2] - reach;
      if (p[2] + reach < near || nearest > deepest) return false;
      if (nearest <= near) return true;
      const r = (focal * reach) / nearest;
      return p[0] + r >= left && p[0] - r <= right && p[1] + r >= top && p[1] - r <= bottom;
    };
    let block = 0;
    for (let bz = 0; bz < nz; bz += BLOCK) {
      for (let by = 0; by < ny; by += BLOCK) {
        for (let bx = 0; bx < nx; bx += BLOCK) {
          if (!this.blocks[block++] || !seen(bx, by, bz, BLOCK)) continue;
          for (let z = bz; z < Math.min(nz, bz + BLOCK); z++) {
            for (let y = by; y < Math.min(ny, by + BLOCK); y++) {
              for (let x = bx; x < Math.min(nx, bx + BLOCK); x++) {
                const index = this.#index(x, y, z);
                if (start[index] === start[index + 1] || !seen(x, y, z, 1)) continue;
                for (let i = start[index]; i < start[index + 1]; i++) visit(order[i]);
              }
            }
          }
        }
      }
    }
  }

  /** Which blocks hold any row, x running fastest. @returns {Uint8Array} */
  #occupied() {
    const { start } = this;
    const [nx, ny, nz] = this.shape;
    const bx = Math.ceil(nx / BLOCK), by = Math.ceil(ny / BLOCK);
    const blocks = new Uint8Array(bx * by * Math.ceil(nz / BLOCK));
    for (let index = 0; index < nx * ny * nz; index++) {
      if (start[index] === start[index + 1]) continue;
      const x = index % nx, y = Math.floor(index / nx) % ny, z = Math.floor(index / (nx * ny));
      blocks[Math.floor(x / BLOCK) + bx * (Math.floor(y / BLOCK) + by * Math.floor(z / BLOCK))] = 1;
    }
    return blocks;
  }

  /** @param {number} value world units @param {number} axis 0 to 2 */
  #along(value, axis) {
    const place = Math.floor((value + this.positions.extent[axis]) / this.cell);
    return Math.max(0, Math.min(this.shape[axis] - 1, place));
  }

  /** @param {number} x cells @param {number} y @param {number} z */
  #index(x, y, z) {
    return (z * this.shape[1] + y) * this.shape[0] + x;
  }
}

/** The grid of a layout, made at its first use. @param {import("../data/positions.js").Positions} positions */
export function cellGridOf(positions) {
  positions.grid ??= new CellGrid(positions);
  return positions.grid;
}

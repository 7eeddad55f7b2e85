/** What a build serves, fetched once and kept while there is room. */

import { fetchNpy } from "./npy.js";
import { Positions } from "./positions.js";
import { noticed } from "./rebuilt.js";

/** Rows per file of names. */
export const NAMES_PER_FILE = 2048;
/** Bytes of arrays kept for switching back; the ones in use are held by their users. */
const KEEP_BYTES = 96 * 2 ** 20;

/**
 * @typedef {object} Column
 * @property {"category" | "cluster" | "number" | "date" | "color"} kind
 * @property {string} name
 * @property {string} slug
 * @property {any} data Int32Array codes, Float32Array numbers, Float64Array seconds or Uint8Array colors
 * @property {string[]} [values]
 * @property {number[]} [counts]
 * @property {number} [missing]
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [low]
 * @property {number} [high]
 */

export class Dataset {
  /**
   * @param {string} base URL that ends with a slash
   * @param {number} rows
   */
  constructor(base, rows) {
    this.base = new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI).href;
    this.rows = rows;
    this.abort = new AbortController();
    /** @type {Map<string, {promise: Promise<any>, value: any, bytes: number}>} least recently used first */
    this.kept = new Map();
    /** @type {Map<number, Promise<string[]>>} */ this.nameFiles = new Map();
  }

  /** @param {string} path */
  url(path) {
    return new URL(path, this.base).href;
  }

  /** Where a configuration's positions lie. @param {import("./index.js").ViewerConfig} config */
  pathOf({ positions, layout, dims }) {
    return positions ?? `projections/${encodeURIComponent(`${layout}-${dims}d`)}.npy`;
  }

  /**
   * @param {string} path
   * @param {number} dims
   * @param {(positions: Positions) => void} [progress] called while the rows come in
   * @returns {Promise<Positions>}
   */
  positions(path, dims, progress) {
    return this.#keep(path, async () => {
      /** @type {Positions} */ let positions;
      await fetchNpy(this.url(path), {
        signal: this.abort.signal,
        begin: ({ data, shape }) => {
          if (shape[0] !== this.rows || shape[1] !== dims) {
            throw new Error(`${path} has shape (${shape}); (${this.rows}, ${dims}) is expected. Rebuild the workspace.`);
          }
          positions = new Positions(path, data, dims);
        },
        part: (elements) => {
          positions.scan(Math.floor(elements / dims));
          progress?.(positions);
        },
      });
      positions.measureRadius();
      return positions;
    }, (positions) => positions.data.byteLength + (positions.grid?.bytes ?? 0) + (positions.pyramid?.bytes ?? 0));
  }

  /** Headings, axes and lines of a layout. @param {string} path @returns {Promise<import("./guides.js").GuidesFile>} */
  guides(path) {
    return this.#keep(path, () => this.json(path), () => 0);
  }

  /** How central each row is. @param {string} path @returns {Promise<Float32Array>} (rows,) */
  centrality(path) {
    return this.#keep(path, async () => {
      const { data, shape } = await fetchNpy(this.url(path), { signal: this.abort.signal });
      if (shape.length !== 1 || shape[0] !== this.rows) throw new Error(`${path} has shape (${shape}); (${this.rows},) is expected. Rebuild the workspace.`);
      return data;
    }, (data) => data.byteLength);
  }

  /**
   * A set of rows.
   * @param {string} url below the base, or `data:`, of a zlib stream of one bit a row, lowest first
   * @returns {Promise<Uint8Array>}
   */
  async bits(url) {
    const response = noticed(await fetch(this.url(url), { signal: this.abort.signal }));
    if (!response.ok) throw new Error(`${url.slice(0, 80)}: the server answered ${response.status}`);
    const bits = new Uint8Array(await new Response(response.body.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
    const bytes = Math.ceil(this.rows / 8);
    if (bits.length !== bytes) throw new Error(`${url.slice(0, 80)}: a bitmask of ${bits.length} bytes; ${bytes} are expected for ${this.rows} rows`);
    return bits;
  }

  /**
   * @param {string} slug
   * @returns {Promise<Column>}
   */
  column(slug) {
    const path = `columns/${encodeURIComponent(slug)}`;
    return this.#keep(path, async () => {
      const [about, array] = await Promise.all([
        this.json(`${path}.json`), fetchNpy(this.url(`${path}.npy`), { signal: this.abort.signal }),
      ]);
      if (array.shape[0] !== this.rows) {
        throw new Error(`${path}.npy has ${array.shape[0]} rows; ${this.rows} are expected. Rebuild the workspace.`);
      }
      return { ...about, slug, data: array.data };
    }, (column) => column.data.byteLength);
  }

  /** @returns {Promise<any>} */
  async json(path) {
    const response = noticed(await fetch(this.url(path), { signal: this.abort.signal }));
    if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
    return response.json();
  }

  /** @returns {Promise<import("./npy.js").NpyArray>} */
  array(path) {
    return fetchNpy(this.url(path), { signal: this.abort.signal });
  }

  /**
   * @param {number} row
   * @returns {Promise<string>} the image's name
   */
  async name(row) {
    const file = Math.floor(row / NAMES_PER_FILE);
    if (!this.nameFiles.has(file)) {
      const promise = this.json(`names/${file}.json`);
      this.nameFiles.set(file, promise);
      promise.catch(() => this.nameFiles.delete(file));
      if (this.nameFiles.size > 64) this.nameFiles.delete(this.nameFiles.keys().next().value);
    }
    return (await this.nameFiles.get(file))[row % NAMES_PER_FILE] ?? "";
  }

  /** Bytes of the arrays kept here. */
  get bytes() {
    let sum = 0;
    for (const entry of this.kept.values()) sum += entry.bytes();
    return sum;
  }

  destroy() {
    this.abort.abort();
    this.kept.clear();
    this.nameFiles.clear();
  }

  #keep(key, load, measure) {
    const found = this.kept.get(key);
    if (found) {
      this.kept.delete(key);
      this.kept.set(key, found);
      return found.promise;
    }
    const entry = { promise: load(), bytes: () => 0 };
    this.kept.set(key, entry);
    entry.promise.then((value) => {
      entry.bytes = () => measure(value);
      for (const [old, { bytes }] of this.kept) {
        if (this.bytes <= KEEP_BYTES) break;
        if (old !== key && bytes()) this.kept.delete(old);
      }
    }, () => this.kept.delete(key));
    return entry.promise;
  }
}

/** People's names for clusters stand in for their numbers. @param {Column} column @param {Record<string, string> | null} [names] */
export function called(column, names) {
  if (column.kind !== "cluster") return;
  column.given ??= column.values ?? [];
  column.values = column.given.map((value, code) => names?.[code] || value);
}

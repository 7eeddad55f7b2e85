/** The files of a workspace, fetched once and kept while there is room. */

import { NAMES_PER_FILE } from "../core/constants.js";
import { noticed } from "../core/rebuilt.js";
import { Lru } from "./lru.js";
import { fetchNpy } from "./npy.js";
import { Positions } from "./positions.js";

/** Bytes of arrays and of names kept for switching back; the ones in use are held by their users. */
const KEEP_BYTES = 96 * 2 ** 20, KEEP_NAMES_BYTES = 16 * 2 ** 20;

/**
 * @typedef {Pick<import("../contract").ColumnFile, "name" | "slug" | "missing">
 *   & {kind: Exclude<import("../contract").ColumnFile["kind"], "text">}
 *   & Partial<Pick<import("../contract").CategoryColumn, "values" | "counts">>
 *   & Partial<Pick<import("../contract").NumberColumn, "min" | "max" | "low" | "high" | "whole">>
 *   & {data: any, lists?: import("./value_lists.js").ValueLists, ownValues?: string[]}} Column
 *   data: Int32Array codes, Float32Array or Float64Array numbers, Float64Array seconds or Uint8Array colors
 *   lists: all values of each row, where a row has several; then data has the one of each that most rows have
 *   ownValues: those in the file, where people have given clusters other names
 *
 * @typedef {{promise: Promise<any>, bytes: () => number}} Kept bytes: none while it is on its way
 */

export class WorkspaceFiles {
  abort = new AbortController();
  /** @type {Lru<string, Kept>} */ #kept = new Lru(KEEP_BYTES, ({ bytes }) => bytes());
  /** @type {Lru<number, Kept>} */ #names = new Lru(KEEP_NAMES_BYTES, ({ bytes }) => bytes());

  /**
   * @param {string} base URL that ends with a slash
   * @param {number} rows
   */
  constructor(base, rows) {
    this.base = new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI).href;
    this.rows = rows;
  }

  /** @param {string} path */
  url(path) {
    return new URL(path, this.base).href;
  }

  /**
   * @param {string} path
   * @param {number} dims
   * @param {(positions: Positions) => void} [progress] called while the rows come in
   * @returns {Promise<Positions>}
   */
  positions(path, dims, progress) {
    return this.#keep(this.#kept, path, async () => {
      /** @type {Positions | undefined} */ let positions;
      await fetchNpy(this.url(path), {
        signal: this.abort.signal,
        begin: ({ data, shape }) => {
          if (shape[0] !== this.rows || shape[1] !== dims) {
            throw new Error(`${path} has shape (${shape}); (${this.rows}, ${dims}) is expected. Rebuild the workspace.`);
          }
          positions = new Positions(path, data, dims);
        },
        part: (elements) => {
          positions?.scan(Math.floor(elements / dims));
          if (positions) progress?.(positions);
        },
      });
      if (!positions) throw new Error(`${path} is empty. Rebuild the workspace.`);
      positions.measureRadius();
      return positions;
    }, (positions) => positions.bytes);
  }

  /** Headings, axes and lines of a layout. @param {string} path @returns {Promise<import("../contract").GuidesFile>} */
  guides(path) {
    return this.#keep(this.#kept, path, () => this.json(path), () => 0);
  }

  /** How central each row is. @param {string} path @returns {Promise<Float32Array>} (rows,) */
  centrality(path) {
    return this.#keep(this.#kept, path, async () => {
      const { data, shape } = await this.array(path);
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
    const { body } = await this.#fetch(url);
    if (!body) throw new Error(`${url.slice(0, 80)}: the server answered nothing`);
    const bits = new Uint8Array(await new Response(body.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
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
    return this.#keep(this.#kept, path, async () => {
      const [about, { data, shape }] = await Promise.all([this.json(`${path}.json`), this.array(`${path}.npy`)]);
      if (shape[0] !== this.rows) throw new Error(`${path}.npy has ${shape[0]} rows; ${this.rows} are expected. Rebuild the workspace.`);
      const whole = about.kind === "number" && (about.whole ?? isWhole(data)); // older workspaces do not say
      return { ...about, slug, data, whole, ...(about.kind === "list" && { lists: await this.#lists(path) }) };
    }, ({ data, lists }) => data.byteLength + (lists ? lists.starts.byteLength + lists.codes.byteLength : 0));
  }

  /** @param {string} path of the column @returns {Promise<import("./value_lists.js").ValueLists>} */
  async #lists(path) {
    const [starts, codes] = await Promise.all(["starts", "codes"].map((part) => this.array(`${path}.${part}.npy`)));
    if (starts.shape[0] !== this.rows + 1 || starts.data[this.rows] !== codes.data.length) throw new Error(`${path}.starts.npy does not fit its codes. Rebuild the workspace.`);
    return { starts: starts.data, codes: codes.data };
  }

  /** @param {string} path @returns {Promise<any>} */
  async json(path) {
    return (await this.#fetch(path)).json();
  }

  /** @param {string} path @returns {Promise<import("./npy.js").NpyArray>} */
  array(path) {
    return fetchNpy(this.url(path), { signal: this.abort.signal });
  }

  /**
   * @param {number} row
   * @returns {Promise<string>} the image's name
   */
  async name(row) {
    const file = Math.floor(row / NAMES_PER_FILE);
    const names = await this.#keep(this.#names, file, () => this.json(`names/${file}.json`), bytesOfTexts);
    return names[row % NAMES_PER_FILE] ?? "";
  }

  /** Bytes of the arrays kept here. */
  get bytes() {
    return this.#kept.values().reduce((sum, { bytes }) => sum + bytes(), 0);
  }

  destroy() {
    this.abort.abort();
    this.#kept.clear();
    this.#names.clear();
  }

  /** @param {string} path */
  async #fetch(path) {
    const response = noticed(await fetch(this.url(path), { signal: this.abort.signal }));
    if (!response.ok) throw new Error(`${path.slice(0, 80)}: the server answered ${response.status}`);
    return response;
  }

  /**
   * @template K, V
   * @param {Lru<K, Kept>} cache
   * @param {K} key
   * @param {() => Promise<V>} load
   * @param {(value: V) => number} bytesOf it may grow while it is kept
   * @returns {Promise<V>}
   */
  #keep(cache, key, load, bytesOf) {
    const found = cache.get(key);
    if (found) return found.promise;
    const kept = { promise: load(), bytes: () => 0 };
    cache.set(key, kept);
    kept.promise.then((value) => {
      kept.bytes = () => bytesOf(value);
      cache.weigh(key);
    }, () => cache.delete(key));
    return kept.promise;
  }
}

/** @param {Float32Array | Float64Array} numbers NaN is missing */
function isWhole(numbers) {
  return numbers.every((/** @type {number} */ value) => value !== value || Number.isInteger(value));
}

/** @param {string[]} texts */
function bytesOfTexts(texts) {
  return texts.reduce((sum, text) => sum + 2 * text.length, 0);
}

/** People's names for clusters stand in for their numbers. @param {Column} column @param {Record<string, string>} [names] */
export function nameClusters(column, names) {
  if (column.kind !== "cluster") return;
  column.ownValues ??= column.values ?? [];
  column.values = column.ownValues.map((value, code) => names?.[code] || value);
}

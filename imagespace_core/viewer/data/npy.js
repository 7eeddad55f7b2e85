/** Reads NumPy's .npy files, as they arrive (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */

import { noticed } from "../core/rebuilt.js";

/** @type {Record<string, any>} */
const TYPES = {
  "<f4": Float32Array, "<f8": Float64Array, "<i4": Int32Array, "<u4": Uint32Array,
  "<i2": Int16Array, "<u2": Uint16Array, "|u1": Uint8Array, "|i1": Int8Array, "|b1": Uint8Array,
};

/**
 * @typedef {{data: any, shape: number[]}} NpyArray data is a typed array in C order
 * @typedef {{type: any, shape: number[], offset: number}} NpyHeader
 */

/**
 * @param {Uint8Array} bytes the beginning of the file
 * @returns {NpyHeader | null} null while too few bytes have come
 * @throws {Error} when it is no .npy file of a type that the viewer reads
 */
export function parseHeader(bytes) {
  if (bytes.length < 12) return null;
  if (bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY") throw new Error("not a .npy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const long = bytes[6] > 1;
  const offset = (long ? 12 : 10) + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (bytes.length < offset) return null;
  const text = new TextDecoder().decode(bytes.subarray(long ? 12 : 10, offset));
  const descr = /'descr':\s*'([^']+)'/.exec(text)?.[1] ?? "";
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(text)?.[1] ?? "").split(",").filter((s) => s.trim()).map(Number);
  if (/'fortran_order':\s*True/.test(text)) throw new Error("the array is in Fortran order; C order is expected");
  if (!(descr in TYPES)) throw new Error(`the array has type ${descr}, which the viewer does not read`);
  return { type: TYPES[descr], shape, offset };
}

/**
 * Fetches an array; each part is passed on as it comes.
 *
 * @param {string} url
 * @param {{signal?: AbortSignal, begin?: (array: NpyArray) => void, part?: (elements: number) => void}} [options]
 *   begin: called once the array is allocated; part: how many elements from the start are in by now
 * @returns {Promise<NpyArray>}
 */
export async function fetchNpy(url, { signal, begin, part } = {}) {
  const response = noticed(await fetch(url, { signal }));
  if (!response.ok) throw new Error(`${new URL(url).pathname.split("/").slice(-2).join("/")}: the server answered ${response.status}`);
  if (!response.body) throw new Error(`${url}: the server answered nothing`);
  const reader = response.body.getReader();
  let head = new Uint8Array(0);
  /** @type {NpyHeader | null} */ let header = null;
  /** @type {NpyArray | null} */ let array = null;
  let target = new Uint8Array(0);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let chunk = value;
    if (!header) {
      const joined = new Uint8Array(head.length + chunk.length);
      joined.set(head);
      joined.set(chunk, head.length);
      head = joined;
      header = parseHeader(head);
      if (!header) continue;
      const length = header.shape.reduce((product, side) => product * side, 1);
      array = { data: new header.type(length), shape: header.shape };
      target = new Uint8Array(array.data.buffer);
      begin?.(array);
      chunk = head.subarray(header.offset);
    }
    if (filled + chunk.length > target.length) throw new Error(`${url}: longer than its header says`);
    target.set(chunk, filled);
    filled += chunk.length;
    part?.(Math.floor(filled / header.type.BYTES_PER_ELEMENT));
  }
  if (!array || filled < target.length) throw new Error(`${url}: ends after ${filled} of ${target.length} bytes`);
  return array;
}

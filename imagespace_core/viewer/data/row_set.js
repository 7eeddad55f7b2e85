/** A set of rows as bits, and as a list. */

export class RowSet {
  /**
   * @param {number} count rows of the workspace
   * @param {Uint8Array | null} bits one bit a row, lowest first
   * @param {Iterable<number>} others rows that are in it beside those
   */
  constructor(count, bits, others) {
    const bytes = Math.ceil(count / 8);
    this.bits = new Uint8Array(bytes);
    if (bits) this.bits.set(bits.subarray(0, bytes));
    for (const row of others) if (row >= 0 && row < count) this.bits[row >> 3] |= 1 << (row & 7);
    if (count & 7) this.bits[bytes - 1] &= (1 << (count & 7)) - 1;
    this.rows = rowsOf(this.bits);
  }

  /** @param {number} row */
  has(row) {
    return ((this.bits[row >> 3] >> (row & 7)) & 1) === 1;
  }

  get bytes() {
    return this.bits.byteLength + this.rows.byteLength;
  }
}

/** @param {Uint8Array} bits @returns {number} */
export function countBits(bits) {
  let sum = 0;
  for (let byte of bits) for (; byte; byte &= byte - 1) sum++;
  return sum;
}

/** @param {Uint8Array} bits @returns {Uint32Array} the rows whose bit is set, ascending */
function rowsOf(bits) {
  const rows = new Uint32Array(countBits(bits));
  let n = 0;
  for (let i = 0; i < bits.length; i++) {
    for (let byte = bits[i]; byte; byte &= byte - 1) rows[n++] = 8 * i + 31 - Math.clz32(byte & -byte);
  }
  return rows;
}

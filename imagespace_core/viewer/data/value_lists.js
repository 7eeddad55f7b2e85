/**
 * The values of a column that has several in a row, such as keywords.
 *
 * @typedef {{starts: Int32Array, codes: Int32Array}} ValueLists row i has the codes from starts[i] to starts[i + 1],
 *   rising: the value that most rows have comes first
 */

/**
 * The code by which each row is colored: its first that is not hidden, else its first, -1 where it has none.
 * @param {ValueLists} lists
 * @param {Set<number>} hidden codes
 * @param {(row: number, code: number) => void} put
 */
export function firstShown({ starts, codes }, hidden, put) {
  for (let row = 0; row + 1 < starts.length; row++) {
    const start = starts[row], end = starts[row + 1];
    let at = start;
    if (hidden.size) while (at < end && hidden.has(codes[at])) at++;
    put(row, start === end ? -1 : codes[at < end ? at : start]);
  }
}

/**
 * How many rows have each code.
 * @param {ValueLists} lists
 * @param {number} values how many codes there are
 * @param {(row: number) => boolean} counted
 * @returns {Uint32Array} by code
 */
export function countCodes({ starts, codes }, values, counted) {
  const found = new Uint32Array(values);
  for (let row = 0; row + 1 < starts.length; row++) {
    if (counted(row)) for (let at = starts[row]; at < starts[row + 1]; at++) found[codes[at]]++;
  }
  return found;
}

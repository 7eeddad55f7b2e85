/** Whether two values are the same as JSON: numbers, strings, lists and plain objects. */

/** @param {unknown} a @param {unknown} b @returns {boolean} what is undefined counts as not there */
export function equal(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(/** @type {any} */ (a)[key], /** @type {any} */ (b)[key]));
}

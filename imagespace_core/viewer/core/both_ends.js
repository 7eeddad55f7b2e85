/** A name in a narrow place loses its middle: files and scenes of one kind differ at their ends. By style alone, so that
 * it follows the width, and what is read, copied or searched is the whole name. */

import { element } from "./dom.js";

const LONG = 24; // letters; shorter names have room, or lose their end
const TAIL = 14; // letters that always stay: a date, a number, and a suffix

/**
 * What to put into an element of class `is-name`.
 * @param {string} name
 * @returns {(Node | string)[]}
 */
export function bothEnds(name) {
  const letters = [...name];
  if (letters.length <= LONG) return [name];
  return [
    element("span", { class: "is-name-head", text: letters.slice(0, -TAIL).join("") }),
    element("span", { class: "is-name-tail", text: letters.slice(-TAIL).join("") }),
  ];
}

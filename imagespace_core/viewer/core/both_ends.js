/** A name in a narrow place loses its middle: files and scenes of one kind differ at their ends. By style alone, so that
 * it follows the width, and what is read, copied or searched is the whole name. */

import { element } from "./dom.js";

const LONG = 24; // letters; shorter names have room, or lose their end
const TAIL = 14; // letters that stay longest: a date, a number, and a suffix
const PART = 22; // as many where a name goes on with a part of the image, as in scene_20230101.tif#128,224

/**
 * What to put into an element of class `is-name`.
 * @param {string} name
 * @returns {(Node | string)[]}
 */
export function bothEnds(name) {
  const letters = [...name];
  if (letters.length <= LONG) return [name];
  const part = letters.length - letters.lastIndexOf("#");
  const tail = part > letters.length ? TAIL : Math.min(TAIL + part, PART);
  return [
    element("span", { class: "is-name-head", text: letters.slice(0, -tail).join("") }),
    element("span", { class: "is-name-tail", text: letters.slice(-tail).join("") }),
  ];
}

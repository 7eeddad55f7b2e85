/** An image of the server; where it cannot be had, words stand in its place. */

import { element } from "../core/dom.js";
import { probe } from "../core/rebuilt.js";

/** @param {string} src @param {Record<string, string>} [attributes] @returns {HTMLElement} */
export function remoteImage(src, attributes = {}) {
  const image = element("img", { src, alt: "", decoding: "async", ...attributes });
  image.addEventListener("error", () => {
    probe(src);
    image.replaceWith(element("span", { class: "is-lost", text: "no picture" }));
  });
  return image;
}

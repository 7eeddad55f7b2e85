/** An image as a button, so that it can be reached and pressed without a mouse. */

import { bothEnds } from "../core/both_ends.js";
import { element } from "../core/dom.js";
import { remoteImage } from "./remote_image.js";

const SIDE = 320; // pixels requested of the server: sharp at 160 CSS pixels on a dense screen

/**
 * @param {Pick<import("../contract").GalleryConfig, "base" | "action">} where
 * @param {import("../contract").Tile} image
 * @param {import("../core/stamped.js").Send<import("../contract").GalleryEvents>} send
 * @returns {HTMLElement}
 */
export function tile({ base, action }, { row, title, note, current }, send) {
  const image = remoteImage(`${base}image/${row}?side=${SIDE}`);
  return element(
    "button", {
      type: "button", class: "is-tile", "data-testid": "imagespace-tile", "data-row": String(row), "aria-current": current && "true",
      "aria-label": [action, title, note].filter(Boolean).join(", "), onclick: () => send("click", { row }),
    },
    element("span", { class: "is-frame" }, image), element("span", { class: "is-caption is-name", title }, ...bothEnds(title)),
    ...(note ? [element("span", { class: "is-note", text: note })] : []),
  );
}

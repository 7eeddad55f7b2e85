/**
 * A grid of image tiles. Hosts mount it like the viewer: mount(element, config, send).
 *
 * @typedef {{base: string, name: string, tiles: import("./tile.js").Tile[], empty?: string, size?: number, action?: string}} GalleryConfig
 *   name: which gallery this is, for styles and tests; action: what a click does, for screen readers.
 */

import { element } from "../core/dom.js";
import { mountPanel } from "./panel.js";
import { tile } from "./tile.js";

/**
 * @param {HTMLElement} host
 * @param {GalleryConfig} config
 * @param {import("./panel.js").Send} send  "click" with {row}
 */
export function mount(host, config, send) {
  return mountPanel(host, config, send, (send) => {
    const root = element("div", { class: "is-gallery" });
    return {
      root,
      draw(next) {
        root.dataset.gallery = next.name;
        root.style.setProperty("--tile", `${next.size ?? 132}px`);
        if (next.tiles.length) root.replaceChildren(...next.tiles.map((image) => tile(next, image, send)));
        else root.replaceChildren(element("p", { class: "is-empty", text: next.empty ?? "Nothing to show." }));
      },
    };
  });
}

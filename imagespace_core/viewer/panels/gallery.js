/** A grid of image tiles. Hosts mount it like the viewer: mount(element, config, send). */

import { element } from "../core/dom.js";
import { mountPanel } from "./panel.js";
import { tile } from "./tile.js";

/**
 * @param {HTMLElement} host
 * @param {import("../contract").GalleryConfig} config
 * @param {import("./panel.js").Send<import("../contract").GalleryEvents>} send
 */
export function mount(host, config, send) {
  return mountPanel(host, config, send, (send) => {
    const root = element("div", { class: "is-gallery" });
    return {
      root,
      draw(next) {
        root.dataset.gallery = next.name;
        root.style.setProperty("--tile", `${next.size}px`);
        if (next.tiles.length) root.replaceChildren(...next.tiles.map((image) => tile(next, image, send)));
        else root.replaceChildren(element("p", { class: "is-empty", text: next.empty }));
      },
    };
  });
}

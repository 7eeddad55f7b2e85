/**
 * One image in full: the picture, what is known of it, and its nearest images.
 *
 * @typedef {import("../contract").DetailConfig} DetailConfig
 */

import { element } from "../core/dom.js";
import { ParentPanel } from "../parent/parent_panel.js";
import { Facts } from "./facts.js";
import { mountPanel } from "./panel.js";
import { tile } from "./tile.js";

const FULL_SIDE = 1600;

/**
 * @param {HTMLElement} host
 * @param {DetailConfig} config
 * @param {import("./panel.js").Send<import("../contract").DetailEvents>} send
 */
export function mount(host, config, send) {
  return mountPanel(host, config, send, (send) => {
    // Each for itself, because the parent stays as it is from image to image.
    const head = element("div"), tail = element("div"), facts = new Facts();
    const root = element("section", { class: "is-detail", "data-testid": "imagespace-detail", "aria-label": "Image detail" }, head, tail);
    /** @type {ParentPanel | null} */ let parent = null;

    /** @param {DetailConfig} next */
    function drawParent(next) {
      if (next.parent) {
        parent ??= new ParentPanel(send);
        if (parent.root.parentNode !== root) head.after(parent.root);
        parent.show(next.base, next.row, next.parent);
      } else {
        parent?.destroy();
        parent?.root.remove();
        parent = null;
      }
    }

    return {
      root,
      draw(next) {
        root.dataset.row = String(next.row);
        const source = `${next.base}image/${next.row}?side=${FULL_SIDE}${next.layers}`;
        const neighbors = next.neighbors.map((image) => tile({ base: next.base, action: "Open" }, image, send));
        head.replaceChildren(
          element("a", { class: "is-picture", href: source, target: "_blank", rel: "noopener", title: "Open in a new tab" },
            element("img", { src: source, alt: next.title })),
          element("h3", {}, next.title),
          ...(next.warning ? [element("p", { class: "is-warning" }, next.warning)] : []),
        );
        drawParent(next);
        facts.show(next.facts);
        tail.replaceChildren(
          facts.root, element("h4", {}, next.nearest),
          element("div", { class: "is-gallery", "data-gallery": "neighbors", style: "--tile: 84px" }, ...neighbors),
        );
      },
      destroy: () => parent?.destroy(),
    };
  });
}

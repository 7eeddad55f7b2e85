/**
 * One image in full: the picture, what is known of it, and its nearest images.
 *
 * layers: what asks for some layers of it only, to go behind its address.
 * @typedef {{base: string, row: number, layers?: string, title: string, warning?: string, facts: [string, string][],
 *            neighbors: import("./gallery.js").Tile[], nearest: string}} DetailConfig
 */

import { element as make } from "./dom.js";
import { button } from "./gallery.js";

const FULL_SIDE = 1600;

/**
 * @param {HTMLElement} host
 * @param {DetailConfig} config
 * @param {(name: string, value: unknown) => void} emit  "click" with {row}: a neighbor
 */
export function mount(host, config, emit) {
  const sheet = make("link", { rel: "stylesheet", href: new URL("panels.css", import.meta.url).href });
  const panel = make("section", { class: "is-detail", "data-testid": "imagespace-detail", "aria-label": "Image detail" });
  host.replaceChildren(sheet, panel);
  let shown = "";

  function update(/** @type {DetailConfig} */ next) {
    const text = JSON.stringify(next);
    if (text === shown) return;
    shown = text;
    panel.dataset.row = String(next.row);
    const source = `${next.base}image/${next.row}?side=${FULL_SIDE}${next.layers ?? ""}`;
    const facts = make("dl", { class: "is-facts" });
    for (const [label, value] of next.facts) facts.append(make("dt", {}, label), make("dd", {}, value));
    const neighbors = make("div", { class: "is-gallery", "data-gallery": "neighbors", style: "--tile: 84px" });
    neighbors.append(...next.neighbors.map((tile) => button({ base: next.base, action: "Open" }, tile, emit)));
    panel.replaceChildren(
      make("a", { class: "is-picture", href: source, target: "_blank", rel: "noopener", title: "Open in a new tab" },
        make("img", { src: source, alt: next.title })),
      make("h3", {}, next.title),
      ...(next.warning ? [make("p", { class: "is-warning" }, next.warning)] : []),
      facts,
      make("h4", {}, next.nearest),
      neighbors,
    );
  }

  update(config);
  return { update, destroy: () => host.replaceChildren() };
}

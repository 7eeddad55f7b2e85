/**
 * One image in full: the picture, what is known of it, and its nearest images.
 *
 * @typedef {{base: string, row: number, layers?: string, title: string, warning?: string, facts: [string, string][],
 *            neighbors: import("./gallery.js").Tile[], nearest: string, scene: string | null}} DetailConfig
 *   layers: what asks for some layers of it only, to go behind its address.
 *   scene: what people call the image that this was cut from, if it was.
 */

import { element as make } from "../core/dom.js";
import { button } from "./gallery.js";
import { Scene } from "../parent/parent_panel.js";

const FULL_SIDE = 1600;

/**
 * @param {HTMLElement} host
 * @param {DetailConfig} config
 * @param {(name: string, value: unknown) => void} emit  "click" with {row}: a neighbor
 */
export function mount(host, config, emit) {
  const sheet = make("link", { rel: "stylesheet", href: new URL("./panel.css", import.meta.url).href });
  const panel = make("section", { class: "is-detail", "data-testid": "imagespace-detail", "aria-label": "Image detail" });
  host.replaceChildren(sheet, panel);
  // Apart from each other, because the scene stays as it is from image to image.
  const head = make("div"), tail = make("div");
  panel.append(head, tail);
  let shown = "";
  let scene = /** @type {Scene | null} */ (null);

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
    head.replaceChildren(
      make("a", { class: "is-picture", href: source, target: "_blank", rel: "noopener", title: "Open in a new tab" },
        make("img", { src: source, alt: next.title })),
      make("h3", {}, next.title),
      ...(next.warning ? [make("p", { class: "is-warning" }, next.warning)] : []),
    );
    if (next.scene) {
      scene ??= new Scene(emit);
      if (scene.root.parentNode !== panel) head.after(scene.root);
      scene.show(next.base, next.row, next.scene);
    } else {
      scene?.destroy();
      scene?.root.remove();
      scene = null;
    }
    tail.replaceChildren(facts, make("h4", {}, next.nearest), neighbors);
  }

  function destroy() {
    scene?.destroy();
    host.replaceChildren();
  }

  update(config);
  return { update, destroy };
}

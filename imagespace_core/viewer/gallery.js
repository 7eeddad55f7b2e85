/**
 * A grid of image tiles. Hosts mount it like the viewer: mount(element, config, emit).
 *
 * @typedef {{row: number, title: string, note?: string, current?: boolean}} Tile
 * @typedef {{base: string, name: string, tiles: Tile[], empty?: string, size?: number, action?: string}} GalleryConfig
 *   name: which gallery this is, for styles and tests; action: what a click does, for screen readers.
 */

import { element as make } from "./dom.js";
import { probe } from "./rebuilt.js";

const TILE_SIDE = 320; // pixels asked of the server: sharp at 160 CSS pixels on a dense screen

/**
 * @param {HTMLElement} host
 * @param {GalleryConfig} config
 * @param {(name: string, value: unknown) => void} emit  "click" with {row}
 */
export function mount(host, config, emit) {
  const sheet = make("link", { rel: "stylesheet", href: new URL("panels.css", import.meta.url).href });
  const grid = make("div", { class: "is-gallery" });
  host.replaceChildren(sheet, grid);
  let shown = "";

  function update(/** @type {GalleryConfig} */ next) {
    const text = JSON.stringify(next);
    if (text === shown) return;
    shown = text;
    grid.dataset.gallery = next.name;
    grid.style.setProperty("--tile", `${next.size ?? 132}px`);
    if (next.tiles.length === 0) {
      grid.replaceChildren(make("p", { class: "is-empty" }, next.empty ?? "Nothing to show."));
      return;
    }
    grid.replaceChildren(...next.tiles.map((tile) => button(next, tile, emit)));
  }

  update(config);
  return { update, destroy: () => host.replaceChildren() };
}

/** A tile as a button, so that it can be reached and pressed without a mouse. */
export function button(/** @type {{base: string, action?: string}} */ { base, action }, /** @type {Tile} */ tile, emit) {
  const image = make("img", { src: `${base}image/${tile.row}?side=${TILE_SIDE}`, alt: "", decoding: "async" });
  image.addEventListener("error", probe);
  image.addEventListener("error", () => image.replaceWith(make("span", { class: "is-lost" }, "no picture")));
  const caption = make("span", { class: "is-caption", title: tile.title }, tile.title);
  const node = make(
    "button",
    {
      type: "button",
      class: "is-tile",
      "data-testid": "imagespace-tile",
      "data-row": String(tile.row),
      "aria-label": [action, tile.title, tile.note].filter(Boolean).join(", "),
      ...(tile.current ? { "aria-current": "true" } : {}),
    },
    make("span", { class: "is-frame" }, image),
    caption,
  );
  if (tile.note) node.append(make("span", { class: "is-note" }, tile.note));
  node.addEventListener("click", () => emit("click", { row: tile.row, at: performance.now() }));
  return node;
}

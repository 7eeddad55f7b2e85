/**
 * ImageSpace's viewer: `mount(element, config, events)` draws a map of images into an element.
 *
 * Plain ES modules over WebGL2. It needs a base URL that serves a workspace's files and nothing else;
 * the Streamlit app, the static site and the single page are hosts of this same code.
 *
 * Each folder imports from those before it only: core (elements, words, pointer, keyboard, render loop), data (files of the
 * workspace, caches), space (camera, cells, which images are in view), draw (what the GPU draws), overlay (what stands over
 * the map), select (tools, what is sent of a selection), snapshot, map (all of it mounted), parent (the image that another
 * was cut from), panels (beside the map, mounted like it).
 */

import { stamped } from "./core/stamped.js";
import { StillMap } from "./map/still_map.js";
import { MapView } from "./map/map_view.js";

/**
 * @typedef {import("./contract").MapConfig} MapConfig
 *
 * @typedef {object} ViewerEvents
 * @property {(row: number | null) => void} [click] null: beside all images, while one is selected
 * @property {(label: number) => void} [cluster] one was chosen
 * @property {(codes: number[]) => void} [hide] what the legend hides; -1 is missing
 * @property {(value: import("./contract").Select) => void} [select]
 * @property {(message: string) => void} [error]
 */

/** @type {WeakMap<HTMLElement, {destroy: () => void}>} */
const mounted = new WeakMap();

/**
 * Draws into an element; what an earlier call put there goes first.
 * @param {HTMLElement} element
 * @param {MapConfig} config
 * @param {ViewerEvents | import("./core/stamped.js").Send<import("./contract").MapEvents>} [listener] one function gets what people choose, as from
 *   the panels: "click" with {row}, "cluster" with {label}, "select"
 * @returns {{update: (config: MapConfig) => void, destroy: () => void}}
 */
export function mount(element, config, listener = {}) {
  mounted.get(element)?.destroy();
  const events = typeof listener === "function" ? eventsOf(stamped(listener)) : listener;
  /** @type {Mounted | null} */ let viewer = open(element, config, events);
  const handle = {
    /** @param {MapConfig} next */
    update(next) {
      if (!viewer) return;
      if (next.base !== config.base || next.rows !== config.rows) {
        viewer.destroy();
        viewer = open(element, next, events);
      } else viewer.update(next);
      config = next;
    },
    destroy() {
      viewer?.destroy();
      viewer = null;
      if (mounted.get(element) === handle) mounted.delete(element);
    },
  };
  mounted.set(element, handle);
  return handle;
}

/** @param {import("./core/stamped.js").Send<import("./contract").MapEvents>} send @returns {ViewerEvents} */
function eventsOf(send) {
  return {
    click: (row) => send("click", { row }),
    cluster: (label) => send("cluster", { label }),
    select: (value) => send("select", value),
  };
}

/** @typedef {{update: (config: MapConfig) => void, destroy: () => void}} Mounted */

/** @param {HTMLElement} element @param {MapConfig} config @param {ViewerEvents} events @returns {Mounted} */
function open(element, config, events) {
  try {
    return new MapView(element, config, events);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    events.error?.(message);
    return new StillMap(element, config, message);
  }
}

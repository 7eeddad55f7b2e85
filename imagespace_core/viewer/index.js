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
 * @typedef {object} ViewerConfig
 * @property {string} base URL that serves the workspace's files
 * @property {number} rows
 * @property {string} layout like "tsne"
 * @property {2 | 3} dims
 * @property {string | null} [color] slug of a column
 * @property {string[]} [palette] CSS colors for categories
 * @property {number} [pointSize] factor
 * @property {number} [opacity] 0..1
 * @property {string | null} [positions] path of the positions' file below the base; else that of the map `layout`
 * @property {string | null} [guides] path of the layout's headings, axes and lines
 * @property {string | null} [centrality] path of how central each row is
 * @property {string | null} [mask] URL, below the base or `data:`, of a zlib stream of one bit a row, lowest first: the rows shown
 * @property {string | null} [selection] likewise the rows selected, which keep their color while the others lose it
 * @property {boolean} [select] whether the host listens to `select`; else there are no tools for it
 * @property {Record<string, string> | null} [names] of clusters, given by people, by label
 * @property {string | null} [stillMap] path of a picture of this view, for browsers that cannot draw it
 * @property {number | null} [selected] row
 * @property {number[]} [query] rows that were searched for
 * @property {number[]} [results] rows that were found
 * @property {import("./overlay/cluster_labels.js").Cluster[]} [clusters] whose names stand on the map
 * @property {string | null} [cardLayer] slug of the column that names the layer that each row's card shows
 * @property {{row: number, nonce: number | string} | null} [fly]
 * @property {string | null} [cameraParam] name in the document's query
 * @property {number} [height] CSS pixels
 * @property {string} [label] of the map, for screen readers
 *
 * @typedef {object} ViewerEvents
 * @property {(row: number | null) => void} [click] null: beside all images, while one is selected
 * @property {(label: number) => void} [cluster] one was chosen
 * @property {(codes: number[]) => void} [hide] what the legend hides; -1 is missing
 * @property {(value: import("./select/select_events.js").Select) => void} [select]
 * @property {(message: string) => void} [error]
 */

/** @type {WeakMap<HTMLElement, {destroy: () => void}>} */
const mounted = new WeakMap();

/**
 * Draws into an element; what an earlier call put there goes first.
 * @param {HTMLElement} element
 * @param {ViewerConfig} config
 * @param {ViewerEvents | ((name: string, value: object) => void)} [listener] one function gets what people choose, as from
 *   the panels: "click" with {row}, "cluster" with {label}, "select"
 * @returns {{update: (config: ViewerConfig) => void, destroy: () => void}}
 */
export function mount(element, config, listener = {}) {
  mounted.get(element)?.destroy();
  const events = typeof listener === "function" ? eventsOf(stamped(listener)) : listener;
  /** @type {Mounted | null} */ let viewer = open(element, config, events);
  const handle = {
    /** @param {ViewerConfig} next */
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

/** @param {import("./core/stamped.js").Send} send @returns {ViewerEvents} */
function eventsOf(send) {
  return {
    click: (row) => send("click", { row }),
    cluster: (label) => send("cluster", { label }),
    select: (value) => send("select", value),
  };
}

/** @typedef {{update: (config: ViewerConfig) => void, destroy: () => void}} Mounted */

/** @param {HTMLElement} element @param {ViewerConfig} config @param {ViewerEvents} events @returns {Mounted} */
function open(element, config, events) {
  try {
    return new MapView(element, config, events);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    events.error?.(message);
    return new StillMap(element, config, message);
  }
}

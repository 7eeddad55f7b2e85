/** What differs between two configurations, by what has to be done about it. */

import { equal } from "../core/equal.js";

/** @typedef {import("../contract").MapConfig} MapConfig */

/** @type {Record<"height" | "label" | "dots" | "colors" | "layout" | "highlight" | "query" | "opened" | "clusters" | "tools" | "flight", (keyof MapConfig)[]>} */
const FIELDS = {
  height: ["height"],
  label: ["label"],
  dots: ["pointSize", "opacity"],
  colors: ["color", "mask", "palette", "names"],
  layout: ["layout", "dims", "positions", "guides"],
  highlight: ["selection", "query", "results"],
  query: ["query"],
  opened: ["selected"],
  clusters: ["clusters", "names"],
  tools: ["select"],
  flight: ["fly"],
};

/** @typedef {Record<keyof typeof FIELDS, boolean>} ConfigChanges */

/** @param {MapConfig | null} before null: nothing was shown yet, so all is new @param {MapConfig} after @returns {ConfigChanges} */
export function changesBetween(before, after) {
  const differs = (/** @type {(keyof MapConfig)[]} */ fields) => !before || fields.some((field) => !equal(before[field], after[field]));
  return /** @type {ConfigChanges} */ (Object.fromEntries(Object.entries(FIELDS).map(([name, fields]) => [name, differs(fields)])));
}

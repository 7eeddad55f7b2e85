/** The map's markup: one element for each thing that is drawn or written, the lower ones first. */

import { element, svg } from "../core/dom.js";

/** Where the style sheet lies. */
export const STYLE_SHEET = new URL("./map_view.css", import.meta.url).href;

/** @typedef {ReturnType<typeof mapElements>} MapElements */

export function mapElements() {
  const div = (/** @type {Record<string, any>} */ attributes) => element("div", attributes);
  const link = element("link", { rel: "stylesheet", href: STYLE_SHEET });
  const canvas = element("canvas", { class: "is-canvas", tabindex: "0", role: "application", "aria-roledescription": "map of images" });
  const guides = div({ class: "is-guides" });
  const rings = div({ class: "is-rings", "aria-hidden": "true" });
  const drawn = svg("svg", { class: "is-drawn", "aria-hidden": "true" });
  const labels = div({ class: "is-labels", role: "toolbar", "aria-label": "Clusters" });
  const picks = div({ class: "is-picks", role: "group", "aria-label": "Selection", hidden: true });
  const tools = div({ class: "is-tools", role: "toolbar", "aria-orientation": "vertical", "aria-label": "Map" });
  const legend = div({ class: "is-legend", role: "group", "aria-label": "Legend" });
  const overview = div({ class: "is-overview", "aria-hidden": "true", hidden: true });
  const foot = div({ class: "is-foot", hidden: true });
  const card = div({ class: "is-card", "data-testid": "imagespace-hover", "aria-hidden": "true", hidden: true });
  const message = div({ class: "is-message", role: "status", hidden: true });
  const live = div({ class: "is-live", "aria-live": "polite" });
  const root = /** @type {HTMLElement & {imagespace?: object}} */ (element(
    "div", { class: "imagespace", "data-testid": "imagespace-viewer", "data-ready": "false" },
    link, canvas, guides, rings, drawn, labels, picks, tools, legend, overview, foot, card, message, live,
  ));
  return { root, link, canvas, guides, rings, drawn, labels, picks, tools, legend, overview, foot, card, message, live };
}

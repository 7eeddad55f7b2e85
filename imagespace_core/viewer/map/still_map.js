/** What stands where the map cannot be drawn: a sentence that says why, and the still map that Python drew. */

import { element } from "../core/dom.js";
import { STYLE_SHEET } from "./map_elements.js";

export class StillMap {
  /**
   * @param {HTMLElement} host
   * @param {import("../contract").MapConfig} config
   * @param {string} message
   */
  constructor(host, config, message) {
    const text = config.stillMap ? `${message} Here is a picture of it; everything beside it works.` : message;
    this.image = element("img", { class: "is-still", alt: "", onerror: () => (this.image.hidden = true) });
    this.root = element(
      "div", { class: "imagespace is-failed", "data-testid": "imagespace-viewer", "data-ready": "failed" },
      element("link", { rel: "stylesheet", href: STYLE_SHEET }), element("p", { class: "is-why", role: "alert", text }), this.image,
    );
    host.append(this.root);
    this.update(config);
  }

  /** @param {import("../contract").MapConfig} config */
  update({ stillMap, base, label, layout, dims }) {
    this.root.dataset.layout = layout;
    this.root.dataset.dims = String(dims);
    this.image.hidden = !stillMap;
    if (!stillMap) return;
    const source = new URL(stillMap, new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI)).href;
    if (this.image.src !== source) this.image.src = source;
    this.image.alt = `Picture of the ${label ?? "map of images"}`;
  }

  destroy() {
    this.root.remove();
  }
}

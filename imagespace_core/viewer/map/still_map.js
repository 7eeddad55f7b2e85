/** What stands where the map cannot be drawn: a sentence that says why, and the picture of the map that Python drew. */

import { element } from "../core/dom.js";

export class Still {
  /**
   * @param {HTMLElement} host
   * @param {import("../index.js").ViewerConfig} config
   * @param {string} message
   */
  constructor(host, config, message) {
    const words = config.picture ? `${message} Here is a picture of it; everything beside it works.` : message;
    this.image = element("img", { class: "is-still", alt: "", onerror: () => (this.image.hidden = true) });
    this.root = element(
      "div", { class: "imagespace is-failed", "data-testid": "imagespace-viewer", "data-ready": "failed" },
      element("link", { rel: "stylesheet", href: new URL("./map_view.css", import.meta.url).href }),
      element("p", { class: "is-why", role: "alert", text: words }), this.image,
    );
    host.append(this.root);
    this.update(config);
  }

  /** @param {import("../index.js").ViewerConfig} config */
  update(config) {
    const { picture, base, label, layout, dims } = config;
    Object.assign(this.root.dataset, { layout, dims });
    this.image.hidden = !picture;
    if (!picture) return;
    const source = new URL(picture, new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI)).href;
    if (this.image.src !== source) this.image.src = source;
    this.image.alt = `Picture of the ${label ?? "map of images"}`;
  }

  destroy() {
    this.root.remove();
  }
}

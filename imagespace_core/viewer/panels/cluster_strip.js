/**
 * The clusters side by side: picture, name and size of each; a click flies there, and names are edited in place.
 *
 * @typedef {import("../contract").ClusterStripConfig} ClusterStripConfig
 * @typedef {import("../contract").MapCluster} Cluster
 * @typedef {import("./panel.js").Send<import("../contract").ClusterStripEvents>} Send
 */

import { LONGEST_NAME, MISSING } from "../core/constants.js";
import { element, icon } from "../core/dom.js";
import { counted } from "../core/words.js";
import { mountPanel } from "./panel.js";
import { remoteImage } from "./remote_image.js";

const PICTURE_SIDE = 192; // pixels requested of the server: sharp at 96 CSS pixels on a dense screen

/**
 * @param {HTMLElement} host
 * @param {ClusterStripConfig} config
 * @param {Send} send
 */
export function mount(host, config, send) {
  return mountPanel(host, config, send, (send) => new ClusterStrip(config, send));
}

class ClusterStrip {
  root = element("ul", { class: "is-strip", "data-testid": "imagespace-clusters", "aria-label": "Clusters, the largest first" });
  /** @type {{label: number, text: string} | null} the name that is being written */ #draft = null;
  #drawing = false;

  /** @param {ClusterStripConfig} config @param {Send} send */
  constructor(config, send) {
    this.config = config;
    this.send = send;
  }

  /** @param {ClusterStripConfig} config */
  draw(config) {
    this.config = config;
    this.#draw();
  }

  #draw() {
    const { root, config } = this;
    const { scrollLeft } = root;
    const { activeElement } = /** @type {ShadowRoot} */ (root.getRootNode());
    const focused = activeElement instanceof HTMLElement && activeElement.dataset.at;
    const tiles = config.clusters.map((cluster) => this.#tile(cluster));
    if (config.noise) tiles.push(this.#noise(config.noise));
    this.#drawing = true; // the field that goes loses its focus, which is no reason to save
    root.replaceChildren(...tiles);
    this.#drawing = false;
    root.scrollLeft = scrollLeft;
    const again = this.#draft ? this.#field : focused ? this.#at(focused) : null;
    again?.focus({ preventScroll: true });
  }

  /** @param {Cluster} cluster */
  #tile(cluster) {
    const { label, title, size, row } = cluster;
    const current = this.config.current === label;
    const picture = remoteImage(`${this.config.base}image/${row}?side=${PICTURE_SIDE}`, { loading: "lazy" });
    const open = element("button", {
      class: "is-cluster", type: "button", "data-at": `go-${label}`, "data-row": String(row), title: `Go to ${title}`,
      "aria-label": `Go to ${title}, ${counted(size)}`, "aria-current": current && "true",
      onclick: () => this.send("click", { row }),
    }, element("span", { class: "is-frame" }, picture));
    const caption = this.#draft?.label === label ? this.#editor(cluster) : element("span", { class: "is-caption", title, text: title });
    const tools = element("span", { class: "is-cluster-tools" }, this.#select(label, title), element("button", {
      class: "is-tool", type: "button", "data-at": `name-${label}`, title: "Rename", "aria-label": `Rename ${title}`,
      onclick: () => this.#edit(cluster),
    }, icon("pencil")));
    return element("li", { "data-label": String(label) }, open, caption, element("span", { class: "is-note", text: counted(size) }), tools);
  }

  /** @param {number} size */
  #noise(size) {
    const frame = element("span", { class: "is-frame is-scattered", "aria-hidden": "true" });
    return element(
      "li", { "data-label": String(MISSING) }, element("span", { class: "is-cluster" }, frame), element("span", { class: "is-caption", text: "In no cluster" }),
      element("span", { class: "is-note", text: counted(size) }), element("span", { class: "is-cluster-tools" }, this.#select(MISSING, "what is in no cluster")),
    );
  }

  /** @param {number} label @param {string} title */
  #select(label, title) {
    return element("button", {
      class: "is-tool", type: "button", "data-at": `select-${label}`, title: "Select; with Shift add, with Alt remove", "aria-label": `Select ${title}`,
      onclick: (/** @type {MouseEvent} */ { shiftKey, altKey }) => this.send("select", {
        kind: "codes", mode: shiftKey ? "add" : altKey ? "remove" : "replace", color: this.config.slug, codes: [label], hiding: null,
      }),
    }, icon("select"));
  }

  /** @param {Cluster} cluster */
  #edit({ label, title }) {
    this.#draft = { label, text: title };
    this.#draw();
    this.#field?.select();
  }

  /** @returns {HTMLInputElement | null} in which a name is being written */
  get #field() {
    return this.root.querySelector("input");
  }

  /** A field in the place of the name: Enter or leaving it saves, Escape gives it up. @param {Cluster} cluster */
  #editor({ label, title }) {
    const input = element("input", {
      class: "is-rename", type: "text", maxlength: String(LONGEST_NAME), value: this.#draft?.text ?? title, "aria-label": `Name of ${title}`,
      placeholder: `Cluster ${label}`,
      oninput: () => (this.#draft = { label, text: input.value }),
      onblur: () => this.#drawing || !this.#draft || this.#finish(label, title),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        event.stopPropagation();
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault(); // the pencil gets the focus, and would be pressed by this key
        if (event.key === "Escape") this.#draft = null;
        this.#finish(label, title, true);
      },
    });
    return input;
  }

  /** @param {number} label @param {string} before @param {boolean} [back] whether the focus goes back to the pencil */
  #finish(label, before, back = false) {
    const name = this.#draft?.text.trim();
    this.#draft = null;
    if (name !== undefined && name !== before) {
      // Shown at once; where the host then has another name, it is drawn again.
      for (const cluster of this.config.clusters) if (cluster.label === label) cluster.title = name || `Cluster ${label}`;
      this.send("rename", { label, name });
    }
    this.#draw();
    if (back) this.#at(`name-${label}`)?.focus();
  }

  /** @param {string} name of a button @returns {HTMLElement | null} */
  #at(name) {
    return this.root.querySelector(`[data-at="${name}"]`);
  }
}

/**
 * The clusters side by side: picture, name and size of each; a click flies there, and names are edited in place.
 *
 * @typedef {{label: number, title: string, size: number, row: number}} Spot
 * @typedef {object} StripConfig
 * @property {string} base
 * @property {string} slug of the column of clusters
 * @property {Spot[]} spots largest first
 * @property {number} noise images in no cluster
 * @property {number | null} current label of the open image's cluster
 */

import { element as make, icon } from "./dom.js";
import { counted } from "./format.js";
import { probe } from "./rebuilt.js";

const PICTURE_SIDE = 192; // pixels asked of the server: sharp at 96 CSS pixels on a dense screen
const LONGEST = 80;

/**
 * @param {HTMLElement} host
 * @param {StripConfig} config
 * @param {(name: string, value: unknown) => void} emit  "click" {row}, "select" {kind: "codes", …}, "rename" {label, name}
 */
export function mount(host, config, emit) {
  const sheet = make("link", { rel: "stylesheet", href: new URL("panels.css", import.meta.url).href });
  const strip = new Strip(emit);
  host.replaceChildren(sheet, strip.list);
  strip.update(config);
  return { update: (next) => strip.update(next), destroy: () => host.replaceChildren() };
}

class Strip {
  constructor(emit) {
    this.emit = (name, value) => emit(name, { ...value, at: performance.now() });
    this.list = make("ul", { class: "is-strip", "data-testid": "imagespace-clusters", "aria-label": "Clusters, the largest first" });
    /** @type {{label: number, text: string} | null} the name that is being written */ this.draft = null;
    this.shown = "";
  }

  /** @param {StripConfig} config */
  update(config) {
    const text = JSON.stringify(config);
    if (text === this.shown) return;
    this.shown = text;
    this.config = config;
    this.#draw();
  }

  #draw() {
    const { list, config } = this;
    const { scrollLeft } = list;
    const focused = /** @type {any} */ (list.getRootNode()).activeElement?.dataset?.at;
    const tiles = config.spots.map((spot) => this.#tile(spot));
    if (config.noise) tiles.push(this.#noise(config.noise));
    this.drawing = true; // the field that goes loses its focus, which is no reason to save
    list.replaceChildren(...tiles);
    this.drawing = false;
    list.scrollLeft = scrollLeft;
    const again = this.draft ? list.querySelector("input") : focused && list.querySelector(`[data-at="${focused}"]`);
    again?.focus({ preventScroll: true });
  }

  #tile(spot) {
    const { label, title, size, row } = spot;
    const current = this.config.current === label;
    const picture = make("img", { src: `${this.config.base}image/${row}?side=${PICTURE_SIDE}`, alt: "", loading: "lazy", decoding: "async" });
    picture.addEventListener("error", probe);
    picture.addEventListener("error", () => picture.replaceWith(make("span", { class: "is-lost", text: "no picture" })));
    const open = make("button", {
      class: "is-spot", type: "button", "data-at": `go-${label}`, "data-row": String(row), title: `Go to ${title}`,
      "aria-label": `Go to ${title}, ${counted(size)}`, "aria-current": current && "true",
      onclick: () => this.emit("click", { row }),
    }, make("span", { class: "is-frame" }, picture));
    const caption = this.draft?.label === label ? this.#editor(spot) : make("span", { class: "is-caption", title, text: title });
    const tools = make("span", { class: "is-spot-tools" }, this.#select(label, title), make("button", {
      class: "is-tool", type: "button", "data-at": `name-${label}`, title: "Rename", "aria-label": `Rename ${title}`,
      onclick: () => this.#edit(spot),
    }, icon("pencil")));
    return make("li", { "data-label": String(label) }, open, caption, make("span", { class: "is-note", text: counted(size) }), tools);
  }

  #noise(size) {
    const frame = make("span", { class: "is-frame is-scattered", "aria-hidden": "true" });
    return make(
      "li", { "data-label": "-1" }, make("span", { class: "is-spot" }, frame), make("span", { class: "is-caption", text: "In no cluster" }),
      make("span", { class: "is-note", text: counted(size) }), make("span", { class: "is-spot-tools" }, this.#select(-1, "what is in no cluster")),
    );
  }

  #select(label, title) {
    return make("button", {
      class: "is-tool", type: "button", "data-at": `select-${label}`, title: "Select; with Shift add, with Alt remove", "aria-label": `Select ${title}`,
      onclick: ({ shiftKey, altKey }) => this.emit("select", {
        kind: "codes", mode: shiftKey ? "add" : altKey ? "remove" : "replace", color: this.config.slug, codes: [label], hiding: null,
      }),
    }, icon("select"));
  }

  #edit({ label, title }) {
    this.draft = { label, text: title };
    this.#draw();
    this.list.querySelector("input").select();
  }

  /** A field in the place of the name: Enter or leaving it saves, Escape gives it up. */
  #editor({ label, title }) {
    const input = make("input", {
      class: "is-rename", type: "text", maxlength: String(LONGEST), value: this.draft.text, "aria-label": `Name of ${title}`,
      placeholder: `Cluster ${label}`,
      oninput: () => (this.draft = { label, text: input.value }),
      onblur: () => this.drawing || !this.draft || this.#finish(title),
      onkeydown: (event) => {
        event.stopPropagation();
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault(); // the pencil gets the focus, and would be pressed by this key
        if (event.key === "Escape") this.draft = null;
        this.#finish(title, true);
      },
    });
    return input;
  }

  /** @param {string} before @param {boolean} [back] whether the focus goes back to the pencil */
  #finish(before, back = false) {
    const { draft } = this;
    const label = Number(this.list.querySelector("input").closest("li").dataset.label);
    const name = draft?.text.trim();
    this.draft = null;
    if (name !== undefined && name !== before) {
      this.config.spots.find((spot) => spot.label === label).title = name || `Cluster ${label}`;
      this.shown = ""; // whatever was saved, the host's next word counts
      this.emit("rename", { label, name });
    }
    this.#draw();
    if (back) this.list.querySelector(`[data-at="name-${label}"]`)?.focus();
  }
}

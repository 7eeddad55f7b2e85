/**
 * The part of the detail panel that shows an image's place in what it was cut from.
 *
 * @typedef {{parent: string, width: number, height: number, outline: number[][][], marked: {name: string, color: number[]}[]}} Place
 */

import { NAMES_PER_FILE } from "../data/workspace_files.js";
import { element as make } from "../core/dom.js";
import { count } from "../core/words.js";
import { Outlines } from "./outlines.js";
import { Stage } from "./parent_view.js";

/** What was switched on stays so from image to image, also where the panel was closed in between. */
const kept = { neighbors: false, mask: false, opacity: 50 };
const WAIT_MS = 500;

export class Scene {
  /** @param {(name: string, value: unknown) => void} emit  "click" with {row}: a neighbor */
  constructor(emit) {
    this.stage = new Stage({
      open: (row) => emit("click", { row, at: performance.now() }),
      name: (row) => this.#name(row),
      failed: (message) => this.#say(message),
      drawn: (state) => this.#drawn(state),
    });
    this.title = make("h4");
    this.message = make("p", { class: "is-lost-scene", role: "status", hidden: true });
    this.caption = make("p", { class: "is-parent" });
    this.legend = make("ul", { class: "is-marked", hidden: true });
    this.neighbors = this.#switch("Neighbors", "neighbors");
    this.mask = this.#switch("Mask", "mask");
    this.opacity = make("input", { type: "range", min: "10", max: "100", value: String(kept.opacity), "aria-label": "Opacity of the mask" });
    this.opacity.addEventListener("input", () => {
      kept.opacity = Number(this.opacity.value);
      this.#cover();
    });
    this.larger = make("button", { type: "button", class: "is-action", onclick: () => this.#enlarge() }, "Full screen");
    this.larger.hidden = !document.fullscreenEnabled;
    this.root = make("section", { class: "is-scene", "data-testid": "imagespace-scene", "data-ready": "false" });
    this.root.addEventListener("fullscreenchange", () => (this.larger.textContent = this.#isLarge ? "Leave full screen" : "Full screen"));
    this.bar = make("div", { class: "is-switches" }, this.stage.tools,
      make("button", { type: "button", class: "is-action", onclick: () => this.stage.zoomToItem() }, "Zoom to it"),
      this.larger, this.neighbors.label, this.mask.label, this.opacity);
    this.root.append(make("link", { rel: "stylesheet", href: new URL("./parent_panel.css", import.meta.url).href }),
      this.title, this.message, this.stage.root, this.legend, this.bar, this.caption);
    this.root.imagespace = {
      /** px of the parent -> CSS pixels of the window. */
      screen: (x, y) => {
        const { left, top } = this.stage.canvas.getBoundingClientRect(), [dx, dy] = this.stage.plane.screen(x, y);
        return { x: left + dx, y: top + dy };
      },
    };
    this.address = "";
    this.parent = "";
    this.asked = new AbortController();
  }

  /**
   * @param {string} base
   * @param {number} row
   * @param {string} word what people call the parent: scene, slice
   */
  async show(base, row, word) {
    const address = `${base}scene/${row}`;
    if (address === this.address) return;
    Object.assign(this, { base, address, row, word });
    this.root.dataset.ready = "false";
    this.title.textContent = `In its ${word}`;
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    const slow = setTimeout(() => this.stage.picture || this.#say(`Looking for the ${word} …`), WAIT_MS);
    try {
      const answer = await fetch(address, { signal });
      if (!answer.ok) throw new Error(await answer.text());
      this.#place(await answer.json());
    } catch (error) {
      if (!signal.aborted) this.#lose(error.message);
    } finally {
      clearTimeout(slow);
    }
  }

  destroy() {
    this.asked.abort();
    this.stage.destroy();
  }

  /** @param {Place} place */
  #place(place) {
    const { stage } = this;
    const parent = `${this.base} ${place.parent}`;
    this.#say("");
    for (const part of [stage.root, this.bar, this.caption]) part.hidden = false;
    if (parent !== this.parent) {
      this.parent = parent;
      this.from = this.address; // one address for all images of a parent, so that the browser has the pictures already
      stage.show(this.from, place.width, place.height);
      setTimeout(() => this.parent === parent && !stage.picture?.whole && this.#say(`Reading the ${this.word} …`), WAIT_MS);
      this.#surround();
    }
    const size = `${count(place.width)} × ${count(place.height)} px`;
    this.caption.textContent = `${place.parent} · ${size}`;
    stage.mark(this.row, place.outline, `${place.parent}, ${size}, with the outline of this image. Arrows move, + and − zoom, 0 shows all; Shift and an arrow step to a neighbor.`);
    this.root.dataset.row = String(this.row);
    this.root.dataset.parent = place.parent;
    this.marked = place.marked;
    this.legend.replaceChildren(...place.marked.map(({ name, color }) =>
      make("li", {}, make("span", { style: `background: rgb(${color.join()})` }), name)));
    this.#cover();
  }

  /** Says why there is nothing to see. */
  #lose(message) {
    this.parent = "";
    this.stage.clear();
    for (const part of [this.stage.root, this.bar, this.caption, this.legend]) part.hidden = true;
    this.root.dataset.row = String(this.row);
    this.#say(message);
  }

  #say(message) {
    this.message.textContent = message;
    this.message.hidden = !message;
  }

  #drawn(state) {
    if (this.stage.picture?.whole && this.message.textContent.startsWith("Reading")) this.#say("");
    const ready = state.ready === "true" && this.root.dataset.row === String(this.row) && (!kept.neighbors || Boolean(this.stage.outlines));
    Object.assign(this.root.dataset, { ...state, ready: String(ready) });
  }

  #switch(text, name) {
    const input = make("input", { type: "checkbox", role: "switch" });
    input.checked = kept[name];
    input.addEventListener("change", () => {
      kept[name] = input.checked;
      this.root.dataset.ready = "false";
      if (name === "mask") this.#cover();
      else this.#surround();
    });
    return { input, label: make("label", { class: "is-switch" }, input, text) };
  }

  #cover() {
    const offered = Boolean(this.marked?.length), on = offered && kept.mask;
    this.mask.label.hidden = !offered;
    this.opacity.hidden = this.legend.hidden = !on;
    this.root.dataset.mask = on ? "on" : "off";
    this.stage.cover(on, kept.opacity / 100);
  }

  async #surround() {
    const { from, parent } = this;
    delete this.root.dataset.neighbors;
    this.stage.surround(null);
    if (!kept.neighbors || !from) return;
    const slow = setTimeout(() => this.#say(`Gathering the outlines of this ${this.word} …`), WAIT_MS);
    try {
      this.gathered = this.gathered?.from === from ? this.gathered : { from, data: await this.#outlines(from) };
      clearTimeout(slow);
      if (this.message.textContent.startsWith("Gathering")) this.#say("");
      if (!kept.neighbors || this.parent !== parent) return;
      const outlines = new Outlines(this.gathered.data);
      this.stage.surround(outlines);
      this.root.dataset.neighbors = String(outlines.count - 1);
    } catch (error) {
      if (this.parent === parent) this.#say(error.message);
    } finally {
      clearTimeout(slow);
    }
  }

  async #outlines(from) {
    const answer = await fetch(`${from}/outlines`);
    if (!answer.ok) throw new Error(await answer.text());
    return answer.arrayBuffer();
  }

  /** @returns {Promise<string>} */
  async #name(row) {
    const answer = await fetch(`${this.base}names/${Math.floor(row / NAMES_PER_FILE)}.json`);
    return (await answer.json())[row % NAMES_PER_FILE];
  }

  get #isLarge() {
    return /** @type {any} */ (this.root.getRootNode()).fullscreenElement === this.root;
  }

  #enlarge() {
    if (this.#isLarge) document.exitFullscreen();
    else this.root.requestFullscreen().catch(() => (this.larger.hidden = true));
  }
}

/** The part of the detail panel that shows an image's place in its parent, the image that it was cut from. */

import { NAMES_PER_FILE } from "../core/constants.js";
import { element } from "../core/dom.js";
import { noticed } from "../core/rebuilt.js";
import { count } from "../core/words.js";
import { Outlines } from "./outlines.js";
import { ParentView } from "./parent_view.js";

/** What was switched on stays so from image to image, also where the panel was closed in between. */
const kept = { neighbors: false, mask: false, opacity: 50 };
const WAIT_MS = 500;

export class ParentPanel {
  view = new ParentView({
    open: (row) => this.send("click", { row }),
    name: (row) => this.#name(row),
    failed: (message) => this.#show(message),
    drawn: (state) => this.#drawn(state),
  });
  title = element("h4");
  message = element("p", { class: "is-parent-message", role: "status", hidden: true });
  caption = element("p", { class: "is-parent" });
  legend = element("ul", { class: "is-marked", hidden: true });
  neighbors = this.#switch("Neighbors", "neighbors");
  mask = this.#switch("Mask", "mask");
  opacity = element("input", { type: "range", min: "10", max: "100", value: String(kept.opacity), "aria-label": "Opacity of the mask" });
  larger = element("button", { type: "button", class: "is-action", onclick: () => this.#enlarge() }, "Full screen");
  bar = element("div", { class: "is-switches" }, this.view.tools,
    element("button", { type: "button", class: "is-action", onclick: () => this.view.zoomToItem() }, "Zoom to it"),
    this.larger, this.neighbors, this.mask, this.opacity);
  root = /** @type {HTMLElement & {imagespace?: object}} */ (element("section", { class: "is-parent-panel", "data-testid": "imagespace-scene", "data-ready": "false" },
    element("link", { rel: "stylesheet", href: new URL("./parent_panel.css", import.meta.url).href }),
    this.title, this.message, this.view.root, this.legend, this.bar, this.caption));
  /** What is shown: below which address workspace files lie, the image's row and address, and what people call its parent. */
  #shown = { base: "", row: -1, address: "", word: "" };
  /** The parent that is shown: its name, and the address of the image that it was opened with. */
  #parent = { name: "", address: "" };
  #marked = false;
  #coming = new AbortController();
  /** The outlines that were fetched last, and whose they are. */ #fetched = { address: "", data: new ArrayBuffer(0) };

  /** @param {import("../core/stamped.js").Send<import("../contract").DetailEvents>} send */
  constructor(send) {
    this.send = send;
    this.opacity.addEventListener("input", () => {
      kept.opacity = Number(this.opacity.value);
      this.#cover();
    });
    this.larger.hidden = !document.fullscreenEnabled;
    this.root.addEventListener("fullscreenchange", () => (this.larger.textContent = this.#isLarge ? "Leave full screen" : "Full screen"));
    this.root.imagespace = {
      /** px of the parent -> CSS pixels of the window. @param {number} x @param {number} y */
      screen: (x, y) => {
        const { left, top } = this.view.canvas.getBoundingClientRect(), [dx, dy] = this.view.plane.screen(x, y);
        return { x: left + dx, y: top + dy };
      },
    };
  }

  /**
   * @param {string} base
   * @param {number} row
   * @param {string} word what people call the parent: scene, slice
   */
  async show(base, row, word) {
    const address = `${base}parent/${row}`;
    if (address === this.#shown.address) return;
    this.#shown = { base, row, address, word };
    this.root.dataset.ready = "false";
    this.title.textContent = `In its ${word}`;
    this.#coming.abort();
    this.#coming = new AbortController();
    const { signal } = this.#coming;
    const slow = setTimeout(() => this.view.image || this.#show(`Looking for the ${word} …`), WAIT_MS);
    try {
      const answer = noticed(await fetch(address, { signal }));
      if (!answer.ok) throw new Error(await answer.text());
      this.#place(await answer.json());
    } catch (error) {
      if (!signal.aborted) this.#lose(error.message);
    } finally {
      clearTimeout(slow);
    }
  }

  destroy() {
    this.#coming.abort();
    this.view.destroy();
  }

  /** @param {import("../contract").ParentFile} file */
  #place({ parent, width, height, outline, marked }) {
    const { view } = this;
    const { base, row, address, word } = this.#shown;
    const name = `${base} ${parent}`;
    this.#show("");
    for (const part of [view.root, this.bar, this.caption]) part.hidden = false;
    if (name !== this.#parent.name) {
      this.#parent = { name, address }; // one address for all images of a parent, so that the browser has its regions already
      view.show(address, width, height);
      setTimeout(() => this.#parent.name === name && !view.image?.whole && this.#show(`Reading the ${word} …`), WAIT_MS);
      this.#surround();
    }
    const size = `${count(width)} × ${count(height)} px`;
    this.caption.textContent = `${parent} · ${size}`;
    view.mark(row, outline, `${parent}, ${size}, with the outline of this image. Arrows move, + and − zoom, 0 shows all; Shift and an arrow step to a neighbor.`);
    this.root.dataset.row = String(row);
    this.root.dataset.parent = parent;
    this.#marked = marked.length > 0;
    this.legend.replaceChildren(...marked.map(({ name, color }) => element("li", {}, element("span", { style: `background: rgb(${color.join()})` }), name)));
    this.#cover();
  }

  /** There is nothing to see. @param {string} message why */
  #lose(message) {
    this.#parent = { name: "", address: "" };
    this.view.clear();
    for (const part of [this.view.root, this.bar, this.caption, this.legend]) part.hidden = true;
    this.root.dataset.row = String(this.#shown.row);
    this.#show(message);
  }

  /** @param {string} message "" for none */
  #show(message) {
    this.message.textContent = message;
    this.message.hidden = !message;
  }

  /** Takes a message away once it is not true any more. @param {string} beginning */
  #clear(beginning) {
    if (this.message.textContent?.startsWith(beginning)) this.#show("");
  }

  /** @param {{ready: boolean, scale: number}} state */
  #drawn({ ready, scale }) {
    const { dataset } = this.root;
    if (this.view.image?.whole) this.#clear("Reading");
    dataset.ready = String(ready && dataset.row === String(this.#shown.row) && (!kept.neighbors || this.view.outlines !== null));
    dataset.scale = scale.toFixed(4);
  }

  /** @param {string} text @param {"neighbors" | "mask"} name */
  #switch(text, name) {
    const input = element("input", { type: "checkbox", role: "switch" });
    input.checked = kept[name];
    input.addEventListener("change", () => {
      kept[name] = input.checked;
      this.root.dataset.ready = "false";
      if (name === "mask") this.#cover();
      else this.#surround();
    });
    return element("label", { class: "is-switch" }, input, text);
  }

  #cover() {
    const on = this.#marked && kept.mask;
    this.mask.hidden = !this.#marked;
    this.opacity.hidden = this.legend.hidden = !on;
    this.root.dataset.mask = on ? "on" : "off";
    this.view.cover(on, kept.opacity / 100);
  }

  async #surround() {
    const parent = this.#parent;
    const { address } = parent;
    delete this.root.dataset.neighbors;
    this.view.surround(null);
    if (!kept.neighbors || !address) return;
    const slow = setTimeout(() => this.#show(`Gathering the outlines of this ${this.#shown.word} …`), WAIT_MS);
    try {
      if (this.#fetched.address !== address) this.#fetched = { address, data: await fetchOutlines(address) };
      clearTimeout(slow);
      this.#clear("Gathering");
      if (!kept.neighbors || this.#parent !== parent) return;
      const outlines = new Outlines(this.#fetched.data);
      this.view.surround(outlines);
      this.root.dataset.neighbors = String(outlines.count - 1);
    } catch (error) {
      if (this.#parent === parent) this.#show(error.message);
    } finally {
      clearTimeout(slow);
    }
  }

  /** @param {number} row @returns {Promise<string>} */
  async #name(row) {
    const answer = noticed(await fetch(`${this.#shown.base}names/${Math.floor(row / NAMES_PER_FILE)}.json`));
    return (await answer.json())[row % NAMES_PER_FILE];
  }

  get #isLarge() {
    return /** @type {ShadowRoot} */ (this.root.getRootNode()).fullscreenElement === this.root;
  }

  #enlarge() {
    if (this.#isLarge) document.exitFullscreen();
    else this.root.requestFullscreen().catch(() => (this.larger.hidden = true));
  }
}

/** @param {string} address of an image @returns {Promise<ArrayBuffer>} of all images of its parent */
async function fetchOutlines(address) {
  const answer = noticed(await fetch(`${address}/outlines`));
  if (!answer.ok) throw new Error(await answer.text());
  return answer.arrayBuffer();
}

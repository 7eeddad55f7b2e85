/** The view as a picture to save or paste: choose its size, then take it. */

import { element } from "../core/dom.js";
import { Popover } from "../core/popover.js";
import { mostPixels, snapshotCanvas } from "./snapshot_canvas.js";

const SCALES = [1, 2, 3, 4];

export class Snapshot {
  scale = 2;
  popover = new Popover("camera", "Copy as picture", (panel) => this.#open(panel));
  /** @type {HTMLElement} */ #status = element("div", { class: "is-panel-note", role: "status" });

  /**
   * @param {import("../map/map_elements.js").MapElements} elements
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("../overlay/legend.js").Legend} legend
   * @param {() => import("../contract").MapConfig} config as it is now
   * @param {() => void} redraw
   */
  constructor(elements, renderer, legend, config, redraw) {
    this.elements = elements;
    this.renderer = renderer;
    this.legend = legend;
    this.config = config;
    this.redraw = redraw;
  }

  /** @param {HTMLElement} panel */
  #open(panel) {
    const { clientWidth: width, clientHeight: height } = this.renderer.canvas;
    const most = mostPixels(this.renderer);
    const size = element("div", { class: "is-panel-note" });
    const showSize = () => (size.textContent = `${Math.round(width * this.scale)} × ${Math.round(height * this.scale)} pixels, with legend and names`);
    const possible = SCALES.filter((scale) => scale * Math.max(width, height) <= most);
    this.scale = Math.min(this.scale, possible.at(-1) ?? 1);
    const choices = SCALES.map((scale) => {
      const radio = element("input", {
        type: "radio", name: "is-scale", value: scale, disabled: !possible.includes(scale), onchange: () => {
          this.scale = scale;
          showSize();
        },
      });
      radio.checked = scale === this.scale;
      return element("label", { class: "is-choice" }, radio, element("span", { text: `${scale}×` }));
    });
    this.#status.textContent = "";
    const act = (/** @type {string} */ text, /** @type {(blob: Promise<Blob>) => Promise<string>} */ does) =>
      element("button", { type: "button", class: "is-act", text, onclick: () => this.#take(does) });
    const copies = Boolean(window.ClipboardItem && navigator.clipboard?.write);
    showSize();
    panel.replaceChildren(
      element("div", { class: "is-scales", role: "radiogroup", "aria-label": "Size" }, ...choices), size,
      element("div", { class: "is-acts" }, act("Save PNG", (blob) => this.#save(blob)), ...(copies ? [act("Copy", (blob) => this.#copy(blob))] : [])),
      this.#status,
    );
  }

  /** @param {(blob: Promise<Blob>) => Promise<string>} does @returns {Promise<void>} */
  async #take(does) {
    try {
      const canvas = snapshotCanvas(this.elements, this.renderer, this.legend, this.config(), this.scale);
      const blob = new Promise((/** @type {(blob: Blob) => void} */ resolve, reject) =>
        canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("the picture is too large for this browser"))), "image/png"));
      this.#status.textContent = await does(blob);
    } catch (error) {
      this.#status.textContent = `That did not work (${error.message}).`;
    }
    this.redraw();
  }

  /** @param {Promise<Blob>} blob */
  async #save(blob) {
    const { layout, dims } = this.config();
    const url = URL.createObjectURL(await blob);
    element("a", { href: url, download: `imagespace-${layout}-${dims}d.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return "Saved.";
  }

  /** @param {Promise<Blob>} blob */
  async #copy(blob) {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return "Copied.";
  }
}

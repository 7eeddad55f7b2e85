/** The view as a picture to save or paste: choose its size, then take it. */

import { element } from "../core/dom.js";
import { paint, mostPixels } from "./snapshot_canvas.js";
import { Popover } from "../core/popover.js";

const SCALES = [1, 2, 3, 4];

export class Snapshot {
  /** @param {import("../map/map_view.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.scale = 2;
    this.popover = new Popover("camera", "Copy as picture", (panel) => this.#open(panel));
  }

  #open(panel) {
    const { clientWidth: width, clientHeight: height } = this.viewer.picture.canvas;
    const most = mostPixels(this.viewer.picture);
    const size = element("div", { class: "is-panel-note" });
    const told = () => (size.textContent = `${Math.round(width * this.scale)} × ${Math.round(height * this.scale)} pixels, with legend and names`);
    const possible = SCALES.filter((scale) => scale * Math.max(width, height) <= most);
    this.scale = Math.min(this.scale, possible.at(-1) ?? 1);
    const choices = SCALES.map((scale) => {
      const radio = element("input", {
        type: "radio", name: "is-scale", value: scale, disabled: !possible.includes(scale), onchange: () => {
          this.scale = scale;
          told();
        },
      });
      radio.checked = scale === this.scale;
      return element("label", { class: "is-choice" }, radio, element("span", { text: `${scale}×` }));
    });
    this.status = element("div", { class: "is-panel-note", role: "status" });
    const act = (text, does) => element("button", { type: "button", class: "is-act", text, onclick: () => this.#take(does) });
    const copies = Boolean(window.ClipboardItem && navigator.clipboard?.write);
    told();
    panel.replaceChildren(
      element("div", { class: "is-scales", role: "radiogroup", "aria-label": "Size" }, ...choices), size,
      element("div", { class: "is-acts" }, act("Save PNG", (blob) => this.#save(blob)), ...(copies ? [act("Copy", (blob) => this.#copy(blob))] : [])),
      this.status,
    );
  }

  /** @param {(blob: Promise<Blob>) => Promise<string>} does @returns {Promise<void>} */
  async #take(does) {
    try {
      const canvas = paint(this.viewer, this.scale);
      const blob = new Promise((resolve, reject) => canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("the picture is too large for this browser"))), "image/png"));
      this.status.textContent = await does(/** @type {Promise<Blob>} */ (blob));
    } catch (error) {
      this.status.textContent = `That did not work (${error.message}).`;
    }
    this.viewer.redraw();
  }

  async #save(blob) {
    const { layout, dims } = this.viewer.config;
    const url = URL.createObjectURL(await blob);
    element("a", { href: url, download: `imagespace-${layout}-${dims}d.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return "Saved.";
  }

  async #copy(blob) {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return "Copied.";
  }
}

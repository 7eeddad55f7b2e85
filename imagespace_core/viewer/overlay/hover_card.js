/** The card beside the image one points at: its picture from the atlas or of its most telling layer, its name, its value. */

import { element } from "../core/dom.js";
import { value } from "../core/words.js";
import { Telling } from "./card_layer.js";
import { fontOf, shorten } from "../core/fitted_text.js";

/** So long the card waits for a layer's picture, before it starts with the sprite. */
const LAYER_MS = 150;

export class Card {
  /**
   * @param {HTMLElement} host the card's element
   * @param {() => {dataset: import("../data/workspace_files.js").Dataset, atlas: import("../data/sprite_pages.js").Atlas, column: import("../data/workspace_files.js").Column | null, cardLayer: string | null, inset: number}} sources
   *   cardLayer: slug of the column that names the layer to show, null for the whole image
   *   inset: CSS pixels at the right that the legend covers
   */
  constructor(host, sources) {
    this.host = host;
    this.sources = sources;
    this.canvas = element("canvas", { class: "is-card-picture" });
    this.name = element("div", { class: "is-card-name" });
    this.value = element("div", { class: "is-card-value" });
    this.layer = element("div", { class: "is-card-value" });
    host.append(this.canvas, element("div", { class: "is-card-text" }, this.name, this.value, this.layer));
    this.telling = new Telling();
    this.row = -1;
  }

  /**
   * Shows the card once picture and name are there; a later call takes precedence.
   * @param {number} row
   * @param {{x: number, y: number, gap: number}} where CSS pixels of the view, and the distance to keep
   */
  async show(row, where) {
    if (row === this.row) {
      this.place(where);
      return;
    }
    this.row = row;
    const { dataset, atlas, column, cardLayer } = this.sources();
    const coming = cardLayer ? this.telling.layer(dataset, cardLayer, row) : null;
    const soon = coming && Promise.race([coming, new Promise((resolve) => setTimeout(resolve, LAYER_MS))]);
    const [name, picture] = await Promise.all([
      dataset.name(row).catch(() => ""),
      atlas.open().then(async (there) => {
        const sprite = there ? atlas.place(row) : null;
        return sprite && { sprite, page: await atlas.page(sprite.page) };
      }),
      soon,
    ]);
    if (row !== this.row) return;
    this.#paint(picture);
    this.#name(null);
    this.value.textContent = column ? `${column.name}: ${value(column, row)}` : "";
    this.value.hidden = !column;
    this.host.dataset.row = String(row);
    this.host.hidden = false;
    const title = titleOf(name) || `Image ${row}`;
    this.name.textContent = shorten(title, this.name.clientWidth, fontOf(this.name));
    this.place(where);
    const layer = await coming;
    if (!layer || row !== this.row) return;
    const { width, height } = layer.bitmap;
    this.#paint({ page: layer.bitmap, sprite: { x: 0, y: 0, width, height } });
    layer.bitmap.close();
    this.#name(layer.name);
    this.place(where);
  }

  /** Puts the card beside a place, inside the view. */
  place({ x, y, gap }) {
    const { host } = this;
    const view = host.parentElement.getBoundingClientRect();
    const width = host.offsetWidth, height = host.offsetHeight;
    const right = view.width - this.sources().inset - 8;
    let left = x + gap + 10;
    if (left + width > right) left = x - gap - 10 - width;
    if (left < 8) left = Math.max(8, Math.min(right - width, x - width / 2));
    let top = y - height / 2;
    if (left < x && left + width > x) top = y - gap - 10 - height < 8 ? y + gap + 10 : y - gap - 10 - height;
    top = Math.max(8, Math.min(view.height - height - 8, top));
    host.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    this.row = -1;
    this.telling.stop();
    this.host.hidden = true;
    delete this.host.dataset.row;
  }

  /** @param {string | null} layer whose picture is shown; null: the whole image's */
  #name(layer) {
    this.layer.hidden = !layer;
    this.layer.textContent = layer ? `layer: ${layer}` : "";
    if (layer) this.host.dataset.layer = layer;
    else delete this.host.dataset.layer;
  }

  #paint(picture) {
    this.canvas.hidden = !picture?.page;
    if (!picture?.page) return;
    const { x, y, width, height } = picture.sprite;
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.style.aspectRatio = `${width} / ${height}`;
    this.canvas.getContext("2d").drawImage(picture.page, x, y, width, height, 0, 0, width, height);
  }
}

/** A file's name without its folders; a number alone, as of a map tile, says nothing without them. @param {string} name */
function titleOf(name) {
  const last = name.split("/").pop() ?? "";
  return /^\d+$/.test(last) ? name : last;
}

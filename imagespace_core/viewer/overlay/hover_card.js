/** The card beside the image one points at: its sprite or the layer that shows most of it, its name, its value. */

import { element } from "../core/dom.js";
import { bothEnds } from "../core/both_ends.js";
import { fontOf, shorten } from "../core/fitted_text.js";
import { value } from "../core/words.js";
import { CardLayer } from "./card_layer.js";

/** So long the card waits for a layer's picture, before it starts with the sprite. */
const LAYER_MS = 150;

/**
 * @typedef {object} CardSources
 * @property {import("../data/workspace_files.js").WorkspaceFiles} files
 * @property {import("../data/sprite_pages.js").SpritePages} pages
 * @property {import("../data/workspace_files.js").Column | null} column
 * @property {string | null} cardLayer slug of the column that names the layer to show, null for the whole image
 * @property {number} inset CSS pixels at the right that the legend covers
 *
 * @typedef {{source: ImageBitmap, x: number, y: number, width: number, height: number}} Cutting
 */

export class HoverCard {
  /** That is shown, or on its way; -1 for none. */ row = -1;
  canvas = element("canvas", { class: "is-card-picture" });
  name = element("div", { class: "is-card-name" });
  value = element("div", { class: "is-card-value is-name" });
  layer = element("div", { class: "is-card-value" });
  #layers = new CardLayer();

  /**
   * @param {HTMLElement} host the card's element
   * @param {() => CardSources} sources as they are now
   */
  constructor(host, sources) {
    this.host = host;
    this.sources = sources;
    host.append(this.canvas, element("div", { class: "is-card-text" }, this.name, this.value, this.layer));
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
    const { files, pages, column, cardLayer } = this.sources();
    const coming = cardLayer ? this.#layers.load(files, cardLayer, row) : null;
    const soon = coming && Promise.race([coming, new Promise((resolve) => setTimeout(resolve, LAYER_MS))]);
    const [name, sprite] = await Promise.all([files.name(row).catch(() => ""), spriteOf(pages, row), soon]);
    if (row !== this.row) return;
    this.#paint(sprite);
    this.#nameLayer(null);
    this.value.replaceChildren(...(column ? bothEnds(`${column.name}: ${value(column, row)}`) : []));
    this.value.hidden = !column;
    this.host.dataset.row = String(row);
    this.host.hidden = false;
    const title = titleOf(name) || `Image ${row}`;
    this.name.textContent = shorten(title, this.name.clientWidth, fontOf(this.name));
    this.place(where);
    const layer = await coming;
    if (!layer || row !== this.row) return;
    const { width, height } = layer.bitmap;
    this.#paint({ source: layer.bitmap, x: 0, y: 0, width, height });
    layer.bitmap.close();
    this.#nameLayer(layer.name);
    this.place(where);
  }

  /** Puts the card beside a place, inside the view. @param {{x: number, y: number, gap: number}} where CSS pixels of the view */
  place({ x, y, gap }) {
    const { host } = this;
    const view = /** @type {HTMLElement} */ (host.parentElement).getBoundingClientRect();
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
    this.#layers.stop();
    this.host.hidden = true;
    delete this.host.dataset.row;
  }

  /** @param {string | null} layer whose picture is shown; null: the whole image's */
  #nameLayer(layer) {
    this.layer.hidden = !layer;
    this.layer.textContent = layer ? `layer: ${layer}` : "";
    if (layer) this.host.dataset.layer = layer;
    else delete this.host.dataset.layer;
  }

  /** @param {Cutting | null} cutting */
  #paint(cutting) {
    this.canvas.hidden = !cutting;
    if (!cutting) return;
    const { source, x, y, width, height } = cutting;
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.style.aspectRatio = `${width} / ${height}`;
    this.canvas.getContext("2d")?.drawImage(source, x, y, width, height, 0, 0, width, height);
  }
}

/** @param {import("../data/sprite_pages.js").SpritePages} pages @param {number} row @returns {Promise<Cutting | null>} */
async function spriteOf(pages, row) {
  const place = (await pages.open()) ? pages.place(row) : null;
  const source = place && (await pages.page(place.page));
  return source && { source, ...place };
}

/** A file's name without its folders; a number alone, as of a map tile, means nothing without them. @param {string} name */
function titleOf(name) {
  const last = name.split("/").pop() ?? "";
  return /^\d+$/.test(last) ? name : last;
}

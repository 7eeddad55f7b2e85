/**
 * Names of clusters, floating at their places. Of those in view the larger ones come first and nothing overlaps, so that
 * coming nearer shows more of them. They let pointer and wheel through to the map (see core/pointer.js).
 */

import { element } from "../core/dom.js";
import { counted } from "../core/words.js";
import { roving } from "../core/roving_focus.js";
import { widthOf } from "../core/fitted_text.js";

/**
 * @typedef {{label: number, title: string, size: number, row: number, places?: Record<string, number[]>}} Hotspot
 *   places: where the name stands, by layout like "tsne-2d", in the units of its file; else it stands at the row
 */

/** Names on a wide view at most, and CSS px of the view that each may claim for itself. */
const MOST_SHOWN = 40, ROOM = 20000;
const WIDEST = 180, HEIGHT = 22, PADDING = 16, MARGIN = 4;
/** CSS px that a name is lifted off the image it stands for. */
const LIFT = 16;

export class Labels {
  /**
   * @param {HTMLElement} host
   * @param {{chosen: (hotspot: Hotspot) => void, selected: (hotspot: Hotspot) => void}} events
   */
  constructor(host, events) {
    this.host = host;
    this.events = events;
    this.enabled = true;
    /** @type {Record<string, string>} names that people gave, by label */ this.names = {};
    /** @type {Hotspot[]} larger ones first */ this.hotspots = [];
    /** @type {Map<Hotspot, HTMLElement>} */ this.nodes = new Map();
    /** @type {Map<Hotspot, number>} CSS px */ this.widths = new Map();
    /** @type {{hotspot: Hotspot, box: import("./layout_guides.js").Box}[]} */ this.shown = [];
    this.stops = roving(host, () => this.shown.map(({ hotspot }) => [this.nodes.get(hotspot)]));
  }

  /** @param {Hotspot[]} hotspots @param {Record<string, string> | null} [names] */
  set(hotspots, names) {
    this.names = names ?? {};
    this.hotspots = [...hotspots].sort((a, b) => b.size - a.size);
    this.host.replaceChildren();
    this.nodes.clear();
    this.widths.clear();
    this.shown = [];
    this.font = "";
  }

  /** @param {Hotspot} hotspot */
  title({ label, title }) {
    return this.names[label] || title;
  }

  /** @param {Hotspot} hotspot @param {boolean} select rather than go there */
  choose(hotspot, select) {
    if (select) this.events.selected(hotspot);
    else this.events.chosen(hotspot);
  }

  /** The name at a place of the view. @returns {Hotspot | null} */
  hit(x, y) {
    return this.shown.find(({ box: [left, top, right, bottom] }) => x >= left && x <= right && y >= top && y <= bottom)?.hotspot ?? null;
  }

  /**
   * @param {(hotspot: Hotspot) => {x: number, y: number, height: number} | null} place CSS pixels of the view
   * @param {{width: number, height: number, inset: number}} view
   * @param {import("./layout_guides.js").Box[]} obstacles what lies over the view or is written on it
   */
  follow(place, view, obstacles) {
    const before = this.shown;
    this.shown = [];
    if (this.enabled && this.hotspots.length) this.#lay(place, view, obstacles);
    const keep = new Set(this.shown.map(({ hotspot }) => hotspot));
    for (const { hotspot } of before) if (!keep.has(hotspot)) this.nodes.get(hotspot).hidden = true;
    if (before.length !== this.shown.length || before.some(({ hotspot }, i) => hotspot !== this.shown[i].hotspot)) this.stops.refresh();
  }

  #lay(place, view, obstacles) {
    const right = view.width - view.inset;
    const most = Math.max(6, Math.min(MOST_SHOWN, (right * view.height) / ROOM));
    for (const hotspot of this.hotspots) {
      if (this.shown.length >= most) break;
      const at = place(hotspot);
      if (!at || at.x < 0 || at.x > right || at.y < 0 || at.y > view.height) continue;
      const half = this.#width(hotspot) / 2;
      // A name at the edge moves inward rather than vanish.
      const x = Math.max(MARGIN + half, Math.min(right - MARGIN - half, at.x));
      const y = Math.max(MARGIN + HEIGHT / 2, Math.min(view.height - MARGIN - HEIGHT / 2, at.y - at.height / 2 - LIFT));
      const box = /** @type {import("./layout_guides.js").Box} */ ([x - half, y - HEIGHT / 2, x + half, y + HEIGHT / 2]);
      if (half * 2 > right - 2 * MARGIN || [...obstacles, ...this.shown.map((other) => other.box)].some((other) => overlap(box, other))) continue;
      const node = this.#node(hotspot);
      node.hidden = false;
      node.style.transform = `translate(${Math.round(box[0])}px, ${Math.round(box[1])}px)`;
      this.shown.push({ hotspot, box });
    }
  }

  #width(hotspot) {
    let width = this.widths.get(hotspot);
    if (width === undefined) {
      this.font ||= `600 12px ${getComputedStyle(this.host).fontFamily}`;
      width = Math.min(WIDEST, Math.ceil(widthOf(this.title(hotspot), this.font)) + PADDING);
      this.widths.set(hotspot, width);
    }
    return width;
  }

  #node(hotspot) {
    let node = this.nodes.get(hotspot);
    if (node) return node;
    const title = this.title(hotspot);
    node = element("button", {
      class: "is-label", type: "button", text: title, tabindex: "-1", "data-label": hotspot.label, style: `width: ${this.#width(hotspot)}px`,
      title: `${title}: ${counted(hotspot.size)}. Click goes there, Shift + click selects them.`,
      // By mouse the map itself tells of clicks, since a press here may become a drag.
      onclick: (event) => event.detail === 0 && this.choose(hotspot, event.shiftKey),
    });
    this.host.append(node);
    this.nodes.set(hotspot, node);
    return node;
  }
}

function overlap(a, b) {
  return a[0] < b[2] + MARGIN && b[0] < a[2] + MARGIN && a[1] < b[3] + 2 && b[1] < a[3] + 2;
}

/**
 * Where a cluster's name stands now, also while layouts glide.
 * @param {import("../draw/renderer.js").Picture} picture
 * @param {Hotspot} hotspot
 * @returns {{x: number, y: number, height: number} | null} null where its images are hidden or behind the eye
 */
export function standing(picture, hotspot) {
  const { positions, previous, mix, camera, shading } = picture;
  if (!positions || !shown(shading, hotspot)) return null;
  const at = [0, 0, 0], from = [0, 0, 0];
  if (!placed(positions, hotspot, at)) return null;
  if (previous && placed(previous, hotspot, from)) for (let k = 0; k < 3; k++) at[k] = from[k] + (at[k] - from[k]) * mix;
  if (!camera.project(at[0], at[1], at[2], at)) return null;
  const own = hotspot.places?.[keyOf(positions)];
  return { x: at[0], y: at[1], height: own ? -2 * LIFT : (picture.box(hotspot.row)?.height ?? 0) };
}

function shown(shading, { label, row, places }) {
  if (shading.column?.kind === "cluster" && shading.hidden.has(label)) return false;
  return shading.shows(row) || (places !== undefined && !shading.mask);
}

/** @param {import("../data/positions.js").Positions} positions @param {number[]} out world units */
function placed(positions, { row, places }, out) {
  const place = places?.[keyOf(positions)];
  if (!place) return positions.has(row) && Boolean(positions.at(row, out));
  for (let k = 0; k < 3; k++) out[k] = k < positions.dims ? (place[k] - positions.center[k]) * positions.scale : 0;
  return true;
}

/** @returns {string} like "tsne-2d" */
function keyOf({ path }) {
  return path.split("/").pop().replace(/\.npy$/, "");
}

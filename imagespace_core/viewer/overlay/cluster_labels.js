/**
 * Names of clusters, floating at their places. Of those in view the larger ones come first and nothing overlaps, so that
 * coming nearer shows more of them. They let pointer and wheel through to the map (see core/pointer.js).
 */

import { element } from "../core/dom.js";
import { counted } from "../core/words.js";
import { roving } from "../core/roving_focus.js";
import { widthOf } from "../core/fitted_text.js";

/** @typedef {import("../contract").MapCluster} Cluster */

/** Names on a wide view at most, and CSS px of the view that each may claim for itself. */
const MOST_SHOWN = 40, ROOM = 20000;
const WIDEST = 180, HEIGHT = 22, PADDING = 16, MARGIN = 4;
/** CSS px that a name is lifted off the image it stands for. */
const LIFT = 16;

export class ClusterLabels {
  enabled = true;
  /** @type {Record<string, string>} names that people gave, by label */ names = {};
  /** @type {Cluster[]} larger ones first */ clusters = [];
  /** @type {{cluster: Cluster, box: import("./layout_guides.js").Box}[]} */ shown = [];
  /** @type {Map<Cluster, HTMLElement>} */ #nodes = new Map();
  /** @type {Map<Cluster, number>} CSS px */ #widths = new Map();
  #font = "";

  /**
   * @param {HTMLElement} host
   * @param {{chosen: (cluster: Cluster) => void, selected: (cluster: Cluster) => void}} events
   */
  constructor(host, events) {
    this.host = host;
    this.events = events;
    this.stops = roving(host, () => this.shown.map(({ cluster }) => [this.#node(cluster)]));
  }

  /**
   * Anchors on maps that were shown before are kept, so that names glide from one map to the next.
   * @param {Cluster[]} clusters
   * @param {Record<string, string> | null} [names]
   */
  set(clusters, names) {
    this.names = names ?? {};
    const before = new Map(this.clusters.map(({ label, anchors }) => [label, anchors]));
    this.clusters = clusters
      .map((cluster) => ({ ...cluster, anchors: { ...before.get(cluster.label), ...cluster.anchors } }))
      .sort((a, b) => b.size - a.size);
    this.host.replaceChildren();
    this.#nodes.clear();
    this.#widths.clear();
    this.shown = [];
    this.#font = "";
  }

  /** @param {Cluster} cluster */
  title({ label, title }) {
    return this.names[label] || title;
  }

  /** @param {Cluster} cluster @param {boolean} select rather than go there */
  choose(cluster, select) {
    if (select) this.events.selected(cluster);
    else this.events.chosen(cluster);
  }

  /** The name at a place of the view. @param {number} x CSS pixels @param {number} y @returns {Cluster | null} */
  hit(x, y) {
    return this.shown.find(({ box: [left, top, right, bottom] }) => x >= left && x <= right && y >= top && y <= bottom)?.cluster ?? null;
  }

  /**
   * @param {(cluster: Cluster) => {x: number, y: number, height: number} | null} place CSS pixels of the view
   * @param {{width: number, height: number, inset: number}} view
   * @param {import("./layout_guides.js").Box[]} obstacles what lies over the view or is written on it
   */
  follow(place, view, obstacles) {
    const before = this.shown;
    this.shown = [];
    if (this.enabled && this.clusters.length) this.#lay(place, view, obstacles);
    const keep = new Set(this.shown.map(({ cluster }) => cluster));
    for (const { cluster } of before) if (!keep.has(cluster)) this.#node(cluster).hidden = true;
    if (before.length !== this.shown.length || before.some(({ cluster }, i) => cluster !== this.shown[i].cluster)) this.stops.refresh();
  }

  /**
   * @param {(cluster: Cluster) => {x: number, y: number, height: number} | null} place
   * @param {{width: number, height: number, inset: number}} view
   * @param {import("./layout_guides.js").Box[]} obstacles
   */
  #lay(place, view, obstacles) {
    const right = view.width - view.inset;
    const most = Math.max(6, Math.min(MOST_SHOWN, (right * view.height) / ROOM));
    for (const cluster of this.clusters) {
      if (this.shown.length >= most) break;
      const at = place(cluster);
      if (!at || at.x < 0 || at.x > right || at.y < 0 || at.y > view.height) continue;
      const half = this.#width(cluster) / 2;
      // A name at the edge moves inward rather than vanish.
      const x = Math.max(MARGIN + half, Math.min(right - MARGIN - half, at.x));
      const y = Math.max(MARGIN + HEIGHT / 2, Math.min(view.height - MARGIN - HEIGHT / 2, at.y - at.height / 2 - LIFT));
      const box = /** @type {import("./layout_guides.js").Box} */ ([x - half, y - HEIGHT / 2, x + half, y + HEIGHT / 2]);
      if (half * 2 > right - 2 * MARGIN || [...obstacles, ...this.shown.map((other) => other.box)].some((other) => overlap(box, other))) continue;
      const node = this.#node(cluster);
      node.hidden = false;
      node.style.transform = `translate(${Math.round(box[0])}px, ${Math.round(box[1])}px)`;
      this.shown.push({ cluster, box });
    }
  }

  /** @param {Cluster} cluster @returns {number} CSS px */
  #width(cluster) {
    let width = this.#widths.get(cluster);
    if (width === undefined) {
      this.#font ||= `600 12px ${getComputedStyle(this.host).fontFamily}`;
      width = Math.min(WIDEST, Math.ceil(widthOf(this.title(cluster), this.#font)) + PADDING);
      this.#widths.set(cluster, width);
    }
    return width;
  }

  /** @param {Cluster} cluster @returns {HTMLElement} */
  #node(cluster) {
    const found = this.#nodes.get(cluster);
    if (found) return found;
    const title = this.title(cluster);
    const node = element("button", {
      class: "is-label", type: "button", text: title, tabindex: "-1", "data-label": cluster.label, style: `width: ${this.#width(cluster)}px`,
      title: `${title}: ${counted(cluster.size)}. Click goes there, Shift + click selects them.`,
      // By mouse the map itself takes clicks, since a press here may become a drag.
      onclick: (/** @type {MouseEvent} */ event) => event.detail === 0 && this.choose(cluster, event.shiftKey),
    });
    this.host.append(node);
    this.#nodes.set(cluster, node);
    return node;
  }
}

/** @param {import("./layout_guides.js").Box} a @param {import("./layout_guides.js").Box} b */
function overlap(a, b) {
  return a[0] < b[2] + MARGIN && b[0] < a[2] + MARGIN && a[1] < b[3] + 2 && b[1] < a[3] + 2;
}

/**
 * Where a cluster's name stands now, also while layouts glide.
 * @param {import("../draw/renderer.js").Renderer} renderer
 * @param {Cluster} cluster
 * @returns {{x: number, y: number, height: number} | null} null where its images are hidden or behind the eye
 */
export function anchorOnScreen(renderer, cluster) {
  const { positions, previous, mix, camera, shading } = renderer;
  if (!positions || !isShown(shading, cluster)) return null;
  const at = [0, 0, 0], from = [0, 0, 0];
  if (!anchor(positions, cluster, at)) return null;
  if (previous && anchor(previous, cluster, from)) for (let k = 0; k < 3; k++) at[k] = from[k] + (at[k] - from[k]) * mix;
  if (!camera.project(at[0], at[1], at[2], at)) return null;
  const own = cluster.anchors?.[mapOf(positions)];
  return { x: at[0], y: at[1], height: own ? -2 * LIFT : (renderer.box(cluster.row)?.height ?? 0) };
}

/** @param {import("../draw/shading.js").Shading} shading @param {Cluster} cluster */
function isShown(shading, { label, row, anchors }) {
  if (shading.column?.kind === "cluster" && shading.hidden.has(label)) return false;
  return shading.shows(row) || (Object.keys(anchors ?? {}).length > 0 && !shading.mask);
}

/** @param {import("../data/positions.js").Positions} positions @param {Cluster} cluster @param {number[]} out world units @returns {boolean} whether it has one */
function anchor(positions, { row, anchors }, out) {
  const own = anchors?.[mapOf(positions)];
  if (!own) return positions.has(row) && Boolean(positions.at(row, out));
  positions.world(own).forEach((v, k) => (out[k] = v));
  return true;
}

/** @param {import("../data/positions.js").Positions} positions @returns {string} like "tsne-2d" */
function mapOf({ path }) {
  return (path.split("/").pop() ?? "").replace(/\.npy$/, "");
}

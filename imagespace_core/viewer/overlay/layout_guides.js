/**
 * What a layout writes on the map: headings at their places, and ticks along the edges of the view. The more important
 * ones come first and nothing overlaps, so that coming nearer shows more of them. The lines are drawn by draw/lines.js.
 */

import { element } from "../core/dom.js";
import { widthOf } from "../core/fitted_text.js";
import { count } from "../core/words.js";

/**
 * @typedef {import("../contract").Heading} Heading
 * @typedef {[number, number, number, number]} Box left, top, right, bottom in CSS pixels of the view
 */

/** Headings shown at a time, and looked at in one frame. */
const MOST_SHOWN = 90, MOST_TRIED = 4000;
/** A heading wider than what it stands over and than NARROW ends in dots; CSS px. */
const NARROW = 110, WIDEST = 260;
const GAP = 6;
const SIZES = [13, 11.5];
const HEIGHT = 18;
const TICK_SIZE = 11.5;
const EDGE = 8;

export class LayoutGuides {
  /** @type {Map<import("../data/positions.js").Positions, Sheet>} by layout */ #sheets = new Map();

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /**
   * Brings everything to where the camera shows it; while layouts glide, the old ones fade out and then the new ones in.
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {Box[]} obstacles what lies over the view
   */
  follow({ positions, previous, mix, camera, sprites }, obstacles) {
    /** @type {Map<import("../data/positions.js").Positions, number>} */ const current = new Map();
    if (positions?.guides) current.set(positions, previous ? Math.max(0, 2 * mix - 1) : 1);
    if (previous?.guides && previous !== positions) current.set(previous, Math.max(0, 1 - 2 * mix));
    for (const [of, sheet] of this.#sheets) {
      if (current.has(of)) continue;
      sheet.host.remove();
      this.#sheets.delete(of);
    }
    for (const [of, opacity] of current) {
      const sheet = this.#sheets.get(of) ?? new Sheet(this.host, of);
      this.#sheets.set(of, sheet);
      sheet.follow(camera, opacity, obstacles, sprites);
    }
  }

  /** What headings and ticks cover now. @returns {Box[]} */
  get taken() {
    return [...this.#sheets.values()].flatMap((sheet) => sheet.taken);
  }
}

/**
 * @typedef {Heading & {node: HTMLElement | null, length: number, depth: number}} PlacedHeading length in CSS px
 * @typedef {{at: number, text: string, node: HTMLElement | null, length: number}} PlacedTick
 * @typedef {(box: Box) => boolean} IsFree
 */

/** The writing of one layout. */
class Sheet {
  /** @type {Box[]} what it covers now */ taken = [];

  /**
   * @param {HTMLElement} parent
   * @param {import("../data/positions.js").Positions} positions
   */
  constructor(parent, positions) {
    this.positions = positions;
    this.host = element("div", { class: "is-sheet" });
    parent.append(this.host);
    const { headings = [], axes = [] } = positions.guides ?? {};
    this.family = getComputedStyle(parent).fontFamily;
    this.headings = headings
      .map((heading) => /** @type {PlacedHeading} */ ({ ...heading, node: null, length: 0, depth: 0 }))
      .sort((a, b) => a.level - b.level || b.count - a.count);
    this.axes = axes.map((axis) => ({
      ...axis, node: this.#tick(axis.title, "is-axis"), length: this.#length(axis.title, TICK_SIZE, 600),
      ticks: [...axis.ticks].sort((a, b) => a.at - b.at)
        .map((tick) => /** @type {PlacedTick} */ ({ ...tick, node: null, length: this.#length(tick.text, TICK_SIZE, 400) })),
    }));
  }

  /** @param {import("../space/camera.js").Camera} camera @param {number} opacity @param {Box[]} obstacles @param {import("../draw/sprites.js").Sprites} sprites */
  follow(camera, opacity, obstacles, sprites) {
    this.taken = [];
    this.host.style.opacity = String(opacity);
    this.host.hidden = opacity <= 0;
    if (this.host.hidden) return;
    const free = (/** @type {Box} */ box) => [this.taken, obstacles].every((boxes) => boxes.every((other) => disjoint(box, other)));
    if (this.positions.dims === 2) for (const axis of this.axes) this.#alongEdge(axis, camera, free);
    this.#headings(camera, free, sprites);
  }

  /** @param {import("../space/camera.js").Camera} camera @param {IsFree} free @param {import("../draw/sprites.js").Sprites} sprites */
  #headings(camera, free, sprites) {
    const { headings, positions } = this;
    const { scale, dims } = positions;
    const p = [0, 0, 0];
    let order = headings;
    if (dims === 3) {
      for (const heading of headings) {
        const [x, y, z] = positions.world(heading.at);
        heading.depth = camera.project(x, y, z, p) ? p[2] : Infinity;
      }
      order = [...headings].sort((a, b) => a.level - b.level || a.depth - b.depth);
    }
    let shown = 0, tried = 0;
    for (const heading of order) {
      const [x, y, z] = positions.world(heading.at);
      const inFront = shown < MOST_SHOWN && tried < MOST_TRIED && camera.project(x, y, z, p);
      const visible = inFront && p[0] > -WIDEST && p[0] < camera.width + WIDEST && p[1] > 0 && p[1] < camera.height;
      if (visible) tried++;
      const zoom = dims === 3 ? Math.min(1.3, Math.max(0.7, camera.distance / p[2])) : 1;
      const box = visible && this.#box(heading, p, zoom, (scale * camera.focal) / p[2]);
      const covered = box && dims === 3 && [0.1, 0.5, 0.9].some((share) => sprites.covers(box[0] + share * (box[2] - box[0]), (box[1] + box[3]) / 2, p[2]));
      if (!box || covered || box[0] < 2 || box[2] > camera.width - 2 || box[1] < 2 || box[3] > camera.height - 2 || !free(box)) {
        if (heading.node) heading.node.hidden = true;
        continue;
      }
      shown++;
      this.taken.push(box);
      const node = (heading.node ??= this.#heading(heading));
      node.hidden = false;
      node.style.width = `${Math.ceil((box[2] - box[0]) / zoom)}px`;
      node.style.transform = `translate(${box[0].toFixed(1)}px, ${box[1].toFixed(1)}px) scale(${zoom.toFixed(3)})`;
      if (dims === 3) node.style.opacity = String(Math.min(1, Math.max(0.3, 1.5 - (0.75 * p[2]) / camera.distance)).toFixed(2));
    }
  }

  /** @param {PlacedHeading} heading @param {number[]} at CSS px @param {number} zoom @param {number} perUnit CSS px @returns {Box} where a heading would lie, standing on its place; its text ends in dots where it has too little room */
  #box(heading, [x, y], zoom, perUnit) {
    heading.length ||= this.#length(heading.text, SIZES[Math.min(1, heading.level)], 600) + this.#length(countText(heading), 11, 400);
    const room = heading.width === undefined || heading.width === null ? WIDEST : Math.min(WIDEST, Math.max(NARROW, heading.width * perUnit));
    const width = Math.min(heading.length, room) * zoom, height = HEIGHT * zoom;
    const left = x - (heading.align === "start" ? 0 : heading.align === "end" ? width : width / 2);
    return [left, y - height, left + width, y];
  }

  /** @param {PlacedHeading} heading @returns {HTMLElement} */
  #heading(heading) {
    const node = element("div", { class: `is-heading is-heading-${Math.min(1, heading.level)}`, title: heading.text }, element("span", { text: heading.text }), element("small", { text: countText(heading) }));
    this.host.append(node);
    return node;
  }

  /** Ticks stay at the edge of the view, in steps wide enough for all of them. @param {Sheet["axes"][number]} axis @param {import("../space/camera.js").Camera} camera @param {IsFree} free */
  #alongEdge(axis, camera, free) {
    const { center, scale } = this.positions;
    const across = axis.axis === "x";
    const p = [0, 0, 0];
    const { state, width, height, inset } = camera;
    const right = width - inset;
    const titled = across
      ? [right - EDGE - axis.length, height - 40, right - EDGE, height - 24]
      : [EDGE, EDGE, EDGE + axis.length, EDGE + 16];
    axis.node.hidden = !free(/** @type {Box} */ (titled));
    if (!axis.node.hidden) this.#put(axis.node, titled);
    const places = axis.ticks.map((tick) => {
      const at = (tick.at - center[across ? 0 : 1]) * scale;
      camera.project(across ? at : state.x, across ? state.y : at, 0, p);
      return across ? p[0] : p[1];
    });
    const long = Math.max(0, ...axis.ticks.map(({ length }) => (across ? length + 12 : 18)));
    const least = places.reduce((gap, at, i) => (i ? Math.min(gap, Math.abs(at - places[i - 1]) || gap) : gap), Infinity);
    const stride = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => step * least >= long) ?? 1000;
    axis.ticks.forEach((tick, i) => {
      const at = places[i];
      const box = /** @type {Box} */ (across
        ? [at - tick.length / 2, height - 22, at + tick.length / 2, height - 6] : [EDGE, at - 8, EDGE + tick.length, at + 8]);
      const inside = box[0] > 2 && box[2] < right - 2 && box[1] > 2 && box[3] < height - 2;
      const shown = i % stride === 0 && inside && free(box);
      if (tick.node) tick.node.hidden = !shown;
      if (!shown) return;
      tick.node ??= this.#tick(tick.text, "is-axis-tick");
      tick.node.hidden = false;
      this.#put(tick.node, box);
    });
  }

  /** @param {HTMLElement} node @param {number[]} box */
  #put(node, box) {
    this.taken.push(/** @type {Box} */ (box));
    node.style.transform = `translate(${box[0].toFixed(1)}px, ${box[1].toFixed(1)}px)`;
  }

  /** @param {string} text @param {string} name of its class @returns {HTMLElement} */
  #tick(text, name) {
    const node = element("div", { class: name, text });
    this.host.append(node);
    return node;
  }

  /** @param {string} text @param {number} size CSS px @param {number} weight */
  #length(text, size, weight) {
    return text ? widthOf(text, `${weight} ${size}px ${this.family}`) + 8 : 0;
  }
}

/** @param {Heading} heading the number behind its text */
function countText(heading) {
  return ` ${count(heading.count)}`;
}

/** @param {Box} a @param {Box} b */
function disjoint(a, b) {
  return a[2] + GAP <= b[0] || b[2] + GAP <= a[0] || a[3] + 1 <= b[1] || b[3] + 1 <= a[1];
}

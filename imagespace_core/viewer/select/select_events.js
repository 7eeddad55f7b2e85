/**
 * How a selection is sent: as an area, some rows, some values, or a change of the whole; never as long lists of rows, since
 * Python has the positions and columns. Each event names what the viewer itself hides, which is not selected.
 */

import { MISSING, MOST_VERTICES } from "../core/constants.js";
import { simplify } from "./lasso.js";

/** Bytes of an event at most, as JSON. */
const MOST_BYTES = 4800;

/**
 * @typedef {import("../contract").Mode} Mode
 * @typedef {import("../contract").Select} Select
 */

/**
 * An event on the document by which what stands beside the viewer requests "all" or "invert" within what is shown, which the
 * viewer alone knows. It prevents the default where it sends that.
 */
export const SELECT_REQUEST = "imagespace:select";

/** @typedef {(import("../contract").SelectShown | import("../contract").SelectChange)["kind"]} SelectionChange */

export class SelectEvents {
  /** Whether the host takes selections. */ offered = false;

  /**
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {(value: Select) => void} send
   * @param {AbortSignal} signal
   */
  constructor(renderer, send, signal) {
    this.renderer = renderer;
    this.send = send;
    document.addEventListener(SELECT_REQUEST, (event) => {
      if (this.change(/** @type {CustomEvent} */ (event).detail.kind)) event.preventDefault();
    }, { signal });
  }

  /** @param {SelectionChange} kind @returns {boolean} whether it was sent */
  change(kind) {
    return this.#send({ kind, mode: "replace" });
  }

  /** @param {number[]} rows @param {Mode} mode */
  rows(rows, mode) {
    this.#send({ kind: "rows", rows, mode });
  }

  /** @param {string} color slug @param {number[]} codes @param {Mode} mode */
  codes(color, codes, mode) {
    this.#send({ kind: "codes", color, codes, mode });
  }

  /** @param {string} color slug @param {[number, number]} range @param {Mode} mode */
  range(color, range, mode) {
    this.#send({ kind: "range", color, range, mode });
  }

  /**
   * The rows inside a polygon on the screen.
   * @param {import("./lasso.js").Point[]} points CSS pixels of the view
   * @param {Mode} mode
   * @returns {import("./lasso.js").Point[]} the polygon as it is sent
   */
  polygon(points, mode) {
    const { camera, positions } = this.renderer;
    if (!positions) return [];
    const { width, height } = camera;
    const about = /** @type {const} */ ({ kind: "polygon", mode, matrix: camera.clip(positions), near: camera.near, positions: positions.path });
    const rounded = (/** @type {number} */ v) => Math.round(v * 1e5) / 1e5;
    /** @type {import("./lasso.js").Point[]} */ let clip;
    let most = /** @type {number} */ (MOST_VERTICES);
    do {
      clip = simplify(points, most).map(([x, y]) => [rounded((2 * x) / width - 1), rounded(1 - (2 * y) / height)]);
      most = Math.floor(most * 0.8);
    } while (JSON.stringify({ ...about, polygon: clip, hiding: this.#hiding() }).length > MOST_BYTES && most > 8);
    this.#send({ ...about, polygon: clip });
    return clip.map(([x, y]) => [((x + 1) * width) / 2, ((1 - y) * height) / 2]);
  }

  /** All that is in view. @param {Mode} mode */
  view(mode) {
    const { width, height } = this.renderer.camera;
    this.polygon([[0, 0], [width, 0], [width, height], [0, height]], mode);
  }

  /** @param {Select} value without what is hidden @returns {boolean} whether it was sent */
  #send(value) {
    const { positions, gliding } = this.renderer;
    if (!this.offered || !positions?.complete || gliding) return false;
    this.send({ ...value, hiding: this.#hiding() });
    return true;
  }

  /** @returns {import("../contract").Hiding} */
  #hiding() {
    const { shading } = this.renderer;
    const { column, hidden } = shading;
    const range = shading.range();
    if (!column || (!hidden.size && !range)) return { color: column?.slug ?? null, codes: [], shown: null, range: null };
    const all = [MISSING, ...(column.values ?? []).keys()];
    const most = hidden.size > all.length / 2;
    return {
      color: column.slug, codes: most ? null : [...hidden], shown: most ? all.filter((code) => !hidden.has(code)) : null, range,
    };
  }
}

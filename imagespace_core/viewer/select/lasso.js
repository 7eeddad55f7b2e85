/** An area drawn on the view: its outline while the hand draws, and the few vertices that stand for it. */

import { svg } from "../core/dom.js";

/** CSS pixels between two points of an outline that are both kept. */
const STEP_PX = 2;

/** @typedef {[number, number]} Point */

export class Lasso {
  shape = svg("polygon", {});
  /** @type {Point[]} */ points = [];
  box = false;

  /** @param {SVGElement} host over the view, in its CSS pixels */
  constructor(host) {
    this.host = host;
  }

  get drawing() {
    return this.points.length > 0;
  }

  /**
   * @param {number} x CSS pixels of the view
   * @param {number} y
   * @param {boolean} box a rectangle between two corners rather than an outline
   */
  begin(x, y, box) {
    this.clear();
    this.box = box;
    this.points = [this.#inside(x, y)];
    this.host.append(this.shape);
  }

  /** The hand has come here. @param {number} x @param {number} y */
  to(x, y) {
    const { points } = this;
    const [px, py] = this.#inside(x, y);
    if (this.box) {
      const [[x0, y0]] = points;
      this.points = [[x0, y0], [px, y0], [px, py], [x0, py]];
    } else {
      const [lx, ly] = points[points.length - 1];
      if (Math.hypot(px - lx, py - ly) < STEP_PX) return;
      points.push([px, py]);
    }
    this.#show(this.points);
  }

  /**
   * The drawing is done; what is sent of it stays on view for a moment.
   * @param {(points: Point[]) => Point[]} send returns the vertices as they were sent
   * @returns {Point[] | null} null when it encloses nothing
   */
  end(send) {
    const points = this.points.length > 2 ? send(this.points) : [];
    this.points = [];
    if (points.length < 3 || flat(points)) {
      this.clear();
      return null;
    }
    this.#show(points);
    this.shape.classList.add("is-sent");
    return points;
  }

  clear() {
    this.points = [];
    this.shape.classList.remove("is-sent");
    this.shape.remove();
    this.#show([]);
  }

  /** @param {Point[]} points */
  #show(points) {
    this.shape.setAttribute("points", points.map(([x, y]) => `${x},${y}`).join(" "));
  }

  /** @param {number} x @param {number} y @returns {Point} */
  #inside(x, y) {
    const { clientWidth, clientHeight } = this.host;
    return [Math.max(0, Math.min(clientWidth, x)), Math.max(0, Math.min(clientHeight, y))];
  }
}

/** @param {Point[]} points */
function flat(points) {
  return /** @type {const} */ ([0, 1]).some((k) => points.every((point) => point[k] === points[0][k]));
}

/**
 * An outline of at most so many vertices: the fewest that keep within a distance of it, which grows until they do.
 * Douglas and Peucker (1973), "Algorithms for the reduction of the number of points required to represent a line".
 * @param {Point[]} points
 * @param {number} most
 * @returns {Point[]}
 */
export function simplify(points, most) {
  for (let tolerance = 0.5; ; tolerance *= 1.5) {
    const kept = reduce(points, tolerance);
    if (kept.length <= most) return kept;
  }
}

/** @param {Point[]} points @param {number} tolerance CSS pixels */
function reduce(points, tolerance) {
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const ranges = [[0, points.length - 1]];
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const [from, to] = range;
    let worst = -1, most = tolerance;
    for (let i = from + 1; i < to; i++) {
      const away = distance(points[i], points[from], points[to]);
      if (away > most) [worst, most] = [i, away];
    }
    if (worst < 0) continue;
    keep[worst] = 1;
    ranges.push([from, worst], [worst, to]);
  }
  return points.filter((_, i) => keep[i]);
}

/** Of a point from a stretch of line. @param {Point} point @param {Point} from @param {Point} to */
function distance([x, y], [ax, ay], [bx, by]) {
  const dx = bx - ax, dy = by - ay;
  const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

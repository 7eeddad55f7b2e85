/**
 * The whole of a flat map, small, with a frame around what is in view; a press or drag there moves the view. It stands in
 * the corner only while some of the map is out of view. A map in 3D has no one side to show, so it has none.
 */

import { element } from "../core/dom.js";

/** CSS pixels of the longer side. */
const SIDE = 132;
/** Dots drawn at most, evenly taken from all rows. */
const MOST_DOTS = 120000;
const MARGIN = 5;
/** Narrower views have no room for it; CSS pixels. */
const NARROW = 500;

export class Minimap {
  enabled = true;
  /** @type {HTMLCanvasElement} */ canvas = element("canvas", {});
  /** @type {HTMLElement} around what is in view */ frame = element("div", { class: "is-overview-frame" });
  #held = false;
  #outdated = true;
  /** @type {import("../data/positions.js").Positions | null} that are drawn */ #drawn = null;
  /** How it is drawn: world units of its lower left, CSS pixels of a world unit, CSS pixels. */
  #fit = { low: [0, 0], scale: 1, width: 1, height: 1 };

  /**
   * @param {HTMLElement} host
   * @param {(x: number, y: number) => void} go brings a place, in world units, to the middle
   */
  constructor(host, go) {
    this.host = host;
    host.append(this.canvas, this.frame);
    const at = (/** @type {MouseEvent} */ event) => {
      const box = this.canvas.getBoundingClientRect();
      const { low, scale } = this.#fit;
      go(low[0] + (event.clientX - box.left) / scale, low[1] + (box.bottom - event.clientY) / scale);
    };
    host.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      try {
        host.setPointerCapture(event.pointerId);
      } catch {
        // A pointer made by a script cannot be captured; it works without.
      }
      this.#held = true;
      at(event);
    });
    host.addEventListener("pointermove", (event) => this.#held && at(event));
    for (const name of ["pointerup", "pointercancel"]) host.addEventListener(name, () => (this.#held = false));
  }

  /** Whether a view has one: flat, wide enough and at rest. @param {import("../draw/renderer.js").Renderer} renderer */
  static fits({ positions, camera, previous }) {
    return positions?.dims === 2 && !previous && positions.finite > 0 && camera.width > NARROW;
  }

  /** Colors or rows changed: it is drawn anew when next shown. */
  outdate() {
    this.#outdated = true;
  }

  /** Called after each frame. @param {import("../draw/renderer.js").Renderer} renderer */
  follow(renderer) {
    const { positions, camera } = renderer;
    const view = seen(camera);
    const shown = this.enabled && positions !== null && Minimap.fits(renderer)
      && (this.#held || [0, 1].some((k) => view.low[k] > -positions.extent[k] * 0.98 || view.high[k] < positions.extent[k] * 0.98));
    this.host.hidden = !shown;
    if (!shown) return;
    this.host.style.right = `${camera.inset || 2 * MARGIN}px`;
    if (this.#outdated || this.#drawn !== positions) this.#draw(positions, renderer);
    const { low, scale, width, height } = this.#fit;
    const [left, right] = [view.low[0], view.high[0]].map((x) => Math.max(-1, Math.min(width + 1, (x - low[0]) * scale)));
    const [bottom, top] = [view.low[1], view.high[1]].map((y) => Math.max(-1, Math.min(height + 1, (y - low[1]) * scale)));
    const wide = Math.max(6, right - left), high = Math.max(6, top - bottom);
    this.frame.style.width = `${wide}px`;
    this.frame.style.height = `${high}px`;
    this.frame.style.transform = `translate(${(left + right - wide) / 2}px, ${height - (top + bottom + high) / 2}px)`;
  }

  /** @param {import("../data/positions.js").Positions} positions @param {import("../draw/renderer.js").Renderer} renderer */
  #draw(positions, { shading }) {
    this.#outdated = false;
    this.#drawn = positions;
    const [ex, ey] = positions.extent.map((half) => Math.max(half, 0.15)); // a map that is all on one line is a strip
    const scale = (SIDE - 2 * MARGIN) / 2 / Math.max(ex, ey);
    const width = Math.round(2 * ex * scale + 2 * MARGIN), height = Math.round(2 * ey * scale + 2 * MARGIN);
    this.#fit = { low: [-width / 2 / scale, -height / 2 / scale], scale, width, height };
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { canvas } = this;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = pen.createImageData(canvas.width, canvas.height);
    const stride = Math.max(1, Math.ceil(positions.rows / MOST_DOTS));
    const p = [0, 0, 0];
    // Each place shows the mean color of its rows, the stronger the more there are.
    const sums = new Float32Array(4 * canvas.width * canvas.height);
    for (let row = 0; row < positions.rows; row += stride) {
      if (!positions.has(row) || !shading.shows(row)) continue;
      positions.at(row, p);
      const x = Math.floor((p[0] - this.#fit.low[0]) * scale * ratio), y = Math.floor((height - (p[1] - this.#fit.low[1]) * scale) * ratio);
      const at = 4 * (y * canvas.width + x);
      const [r, g, b] = shading.rgb(row);
      sums[at] += r;
      sums[at + 1] += g;
      sums[at + 2] += b;
      sums[at + 3] += 1;
    }
    for (let at = 0; at < sums.length; at += 4) {
      const dots = sums[at + 3];
      if (!dots) continue;
      for (let k = 0; k < 3; k++) image.data[at + k] = sums[at + k] / dots;
      image.data[at + 3] = 255 * Math.min(1, 0.55 + 0.15 * dots);
    }
    pen.putImageData(image, 0, 0);
  }
}

/** What the uncovered part of the view shows, in world units. @param {import("../space/camera.js").Camera} camera */
function seen(camera) {
  const a = camera.unproject(0, camera.height), b = camera.unproject(camera.width - camera.inset, 0);
  return { low: [a.x, a.y], high: [b.x, b.y] };
}

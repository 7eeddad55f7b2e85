/** Which image lies at a place of the view. */

import { cellGridOf } from "./cell_grid.js";

/** How far from a dot's center one may point, in CSS pixels. */
export const RADIUS = 14;

/**
 * Looks only at the rows of the grid's cells under the circle, so its cost does not grow with the map.
 * On a sprite that sprite wins; where dots cover the place, the one nearest to the eye; else the closest.
 *
 * @param {import("../draw/renderer.js").Renderer} renderer
 * @param {number} x CSS pixels of the view
 * @param {number} y
 * @returns {number} row, or -1
 */
export function pick(renderer, x, y, radius = RADIUS) {
  const { positions, camera, shading, sprites } = renderer;
  if (!positions || !positions.complete || renderer.gliding) return -1;
  const sprite = sprites?.hit(x, y) ?? -1;
  if (sprite >= 0) return sprite;
  const p = [0, 0, 0], w = [0, 0, 0];
  let best = -1, bestAway = radius, bestDepth = Infinity, covering = false;
  cellGridOf(positions).under(camera, x - radius, y - radius, x + radius, y + radius, (row) => {
    positions.at(row, w);
    if (!camera.project(w[0], w[1], w[2], p) || !shading.shows(row)) return;
    const away = Math.hypot(p[0] - x, p[1] - y);
    if (away > radius) return;
    const covers = positions.dims === 3 && away <= renderer.dotRadius(p[2]);
    const better = covers === covering ? (covers ? p[2] < bestDepth : away < bestAway) : covers;
    if (!better && best >= 0) return;
    [best, bestAway, bestDepth, covering] = [row, away, p[2], covers];
  });
  return best;
}

/**
 * The image nearest in a direction on the screen: near, and not far off that line.
 *
 * @param {import("../draw/renderer.js").Renderer} renderer
 * @param {number} x CSS pixels to start from
 * @param {number} y
 * @param {[number, number]} direction unit vector, y down
 * @param {number} from row to leave out
 * @returns {number} row, or -1
 */
export function step(renderer, x, y, [dx, dy], from) {
  const { positions, camera, shading } = renderer;
  if (!positions || renderer.gliding) return -1;
  const p = [0, 0, 0], w = [0, 0, 0];
  for (const reach of [80, 320, 4000]) {
    let best = -1, least = Infinity;
    cellGridOf(positions).under(camera, Math.max(0, x - reach), Math.max(0, y - reach), Math.min(camera.width, x + reach), Math.min(camera.height, y + reach), (row) => {
      if (row === from || !shading.shows(row)) return;
      positions.at(row, w);
      if (!camera.project(w[0], w[1], w[2], p)) return;
      if (p[0] < 0 || p[1] < 0 || p[0] > camera.width || p[1] > camera.height) return;
      const along = (p[0] - x) * dx + (p[1] - y) * dy, aside = Math.abs((p[0] - x) * dy - (p[1] - y) * dx);
      const cost = along + 2 * aside;
      if (along > 0.5 && aside <= along && cost < least) [best, least] = [row, cost];
    });
    if (best >= 0) return best;
  }
  return -1;
}

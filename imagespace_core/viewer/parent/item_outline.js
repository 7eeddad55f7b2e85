/** The outline of the image whose parent is shown, and how its lines are drawn. */

import { HALO } from "./outlines.js";

const COLOR = "#00e5ff";
/** CSS pixels: a smaller outline gets a ring around it, to be found at all. */
const SMALL = 22;
const RING = 15;

export class ItemOutline {
  /** @param {number} row @param {number[][][]} rings of x and y, px of the parent */
  constructor(row, rings) {
    this.row = row;
    this.rings = rings;
    const points = rings.flat();
    const [xs, ys] = [0, 1].map((k) => points.map((point) => point[k]));
    const least = (/** @type {number[]} */ list) => list.reduce((a, b) => Math.min(a, b), Infinity);
    const most = (/** @type {number[]} */ list) => list.reduce((a, b) => Math.max(a, b), -Infinity);
    /** Left, top, right, bottom, px of the parent. */
    this.box = points.length ? [least(xs), least(ys), most(xs), most(ys)] : [0, 0, 1, 1];
  }

  /** @returns {[number, number]} px of the parent */
  get middle() {
    const [left, top, right, bottom] = this.box;
    return [(left + right) / 2, (top + bottom) / 2];
  }

  /** @param {CanvasRenderingContext2D} pen in CSS pixels @param {import("./plane_camera.js").PlaneCamera} plane */
  draw(pen, plane) {
    pen.beginPath();
    for (const ring of this.rings) {
      ring.forEach(([x, y], k) => pen[k ? "lineTo" : "moveTo"](...plane.screen(x, y)));
      pen.closePath();
    }
    stroke(pen, COLOR, 2);
    const [left, top] = plane.screen(this.box[0], this.box[1]), [right, bottom] = plane.screen(this.box[2], this.box[3]);
    if (Math.max(right - left, bottom - top) >= SMALL || !this.rings.length) return;
    pen.beginPath();
    pen.arc((left + right) / 2, (top + bottom) / 2, RING, 0, 2 * Math.PI);
    stroke(pen, COLOR, 2);
  }
}

/** Draws the pen's path so that it stands out from any image. @param {CanvasRenderingContext2D} pen @param {string} color @param {number} width CSS pixels */
export function stroke(pen, color, width) {
  pen.strokeStyle = HALO;
  pen.lineWidth = width + 2.5;
  pen.stroke();
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke();
}

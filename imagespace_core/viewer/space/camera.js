/**
 * One perspective camera for 2D and 3D: it looks at a target point, `half` being half the height of the
 * view there. Seen straight on, a flat map under perspective looks as without, so a 2D map
 * is the case z = yaw = pitch = 0, and a glide between 2D and 3D needs nothing special.
 */

/** Tangent of half the vertical field of view (40 degrees). */
const TAN = Math.tan((20 * Math.PI) / 180);
const STEEPEST = 1.5;
const CLOSEST = 2e-5;
const FARTHEST = 12;
const FIT_SAMPLE = 50000;
/** CSS pixels that the tools or the ticks of an axis take at the left, and those of the other at the bottom. */
const TOOLS = 64, LEFT = 56, BOTTOM = 30, TOP = 16;
/** So few images show from the start, about so far around their places, in CSS pixels. */
const FEW = 200, RIM = 36;

/** How a 3D map is turned at first, in radians. */
const FIRST_TURN = { yaw: 0.55, pitch: 0.35 };

/** @typedef {{x: number, y: number, z: number, half: number, yaw: number, pitch: number}} CameraState world units, radians */

export class Camera {
  /** @type {CameraState} */ state = { x: 0, y: 0, z: 0, half: 1, yaw: 0, pitch: 0 };
  dims = 2;
  width = 1;
  height = 1;
  /** CSS pixels at the right that a panel covers; the target sits in the middle of the rest. */
  inset = 0;
  /** World units around the target within which everything lies. */
  reach = 2;
  /** World minus target to clip space, column by column; the GPU gets it in single precision. */
  exact = new Float64Array(16);
  matrix = new Float32Array(16);
  /** Rotation into the view, row by row: right, up, towards the eye. */
  r = rotation(0, 0);
  /** CSS pixels per world unit at distance 1, and the distance below which nothing is drawn. */
  focal = 1;
  near = 0;
  /** Depth in clip space is (a d + b) / d with d = minus the depth in front of the eye. */
  a = 0;
  b = 0;

  constructor() {
    this.#derive();
  }

  /** @param {number} width CSS pixels @param {number} height @param {number} inset */
  resize(width, height, inset) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.inset = Math.max(0, Math.min(inset, width * 0.5));
    this.#derive();
  }

  /** @param {Partial<CameraState>} change */
  set(change) {
    const next = { ...this.state, ...change };
    next.half = Math.min(FARTHEST, Math.max(CLOSEST, next.half));
    next.pitch = Math.min(STEEPEST, Math.max(-STEEPEST, next.pitch));
    for (const axis of /** @type {const} */ (["x", "y", "z"])) next[axis] = Math.min(4, Math.max(-4, next[axis]));
    if (Object.values(next).every(Number.isFinite)) this.state = next;
    this.#derive();
  }

  /**
   * The state that shows a whole layout with 5 % margin.
   * @param {import("../data/positions.js").Positions} positions
   * @returns {CameraState}
   */
  fit(positions) {
    const wide = this.width - this.inset, { height } = this;
    if (positions.dims === 3) return { x: 0, y: 0, z: 0, half: Math.max(1e-3, fitDeep(positions, wide / height)) * 1.05, ...FIRST_TURN };
    const axes = (positions.guides?.axes ?? []).map(({ axis }) => axis);
    const left = Math.min(axes.includes("y") ? LEFT : TOOLS, wide / 4), bottom = axes.includes("x") || positions.guides?.notes?.length ? Math.min(BOTTOM, height / 4) : 0;
    const top = positions.guides?.headings?.length ? TOP : 0;
    const { low, high } = positions.frame;
    const rim = positions.cell || positions.finite > FEW ? 0 : Math.min(2 * RIM, wide / 4, height / 4);
    const world = Math.max((high[1] - low[1]) / (height - bottom - top - rim), (high[0] - low[0]) / (wide - left - rim)) * 1.05; // of a CSS pixel
    const half = (world * height) / 2 || 1;
    return { x: (low[0] + high[0] - left * world) / 2, y: (low[1] + high[1] + (top - bottom) * world) / 2, z: 0, half, yaw: 0, pitch: 0 };
  }

  /** CSS pixels per world unit at the target. */
  get pixels() {
    return this.height / 2 / this.state.half;
  }

  /** Distance from the eye to the target, in world units. */
  get distance() {
    return this.state.half / TAN;
  }

  /** Distance from the eye to the nearest thing there can be, at least that of the near plane. @param {import("../data/positions.js").Positions} positions */
  nearest({ dims, radius }) {
    if (dims === 2) return this.distance;
    const { r, state, distance } = this;
    return Math.max(this.near, Math.hypot(state.x + r[6] * distance, state.y + r[7] * distance, state.z + r[8] * distance) - radius);
  }

  /** Depths in front of the eye between which things fade. @returns {[number, number]} */
  get fogRange() {
    return [this.distance - this.reach * 0.6, this.distance + this.reach * 1.1];
  }

  get middle() {
    return [(this.width - this.inset) / 2, this.height / 2];
  }

  /**
   * @param {number} x world
   * @param {number} y
   * @param {number} z
   * @param {number[] | Float64Array} out x and y in CSS pixels of the view, and the depth in front of the eye in world units
   * @returns {boolean} whether the point lies in front of the eye
   */
  project(x, y, z, out) {
    const { r, state } = this;
    const dx = x - state.x, dy = y - state.y, dz = z - state.z;
    const depth = this.distance - (r[6] * dx + r[7] * dy + r[8] * dz);
    const k = this.focal / depth;
    out[0] = (this.width - this.inset) / 2 + (r[0] * dx + r[1] * dy + r[2] * dz) * k;
    out[1] = this.height / 2 - (r[3] * dx + r[4] * dy + r[5] * dz) * k;
    out[2] = depth;
    return depth > this.near;
  }

  /** @param {number} depth in front of the eye @returns {number} depth in clip space over w */
  depth(depth) {
    const d = Math.max(depth, this.near * 1.01);
    return (-this.a * d + this.b) / d;
  }

  /** The world point under a place of the view, in the plane through the target that faces the eye. @param {number} px CSS pixels of the view @param {number} py */
  unproject(px, py) {
    const [mx, my] = this.middle;
    return this.#fromView((px - mx) / this.pixels, (my - py) / this.pixels);
  }

  /** Moves the view by so many CSS pixels. @param {number} dx @param {number} dy */
  pan(dx, dy) {
    const { x, y, z } = this.#fromView(-dx / this.pixels, dy / this.pixels);
    this.set({ x, y, z });
  }

  /** Turns by so many CSS pixels of dragging. @param {number} dx @param {number} dy */
  orbit(dx, dy) {
    this.set({ yaw: this.state.yaw + dx * 0.008, pitch: this.state.pitch + dy * 0.008 });
  }

  /**
   * Scales everything about one world point, which keeps its place on the screen.
   * @param {number} factor below 1 comes nearer
   * @param {{x: number, y: number, z: number}} anchor
   */
  zoom(factor, anchor) {
    const { state } = this;
    const half = Math.min(FARTHEST, Math.max(CLOSEST, state.half * factor));
    const k = half / state.half;
    this.set({
      half,
      x: anchor.x + (state.x - anchor.x) * k,
      y: anchor.y + (state.y - anchor.y) * k,
      z: this.dims === 3 ? anchor.z + (state.z - anchor.z) * k : 0,
    });
  }

  /** @param {number} vx world units to the right of the target @param {number} vy up */
  #fromView(vx, vy) {
    const { r, state } = this;
    return { x: state.x + r[0] * vx + r[3] * vy, y: state.y + r[1] * vx + r[4] * vy, z: state.z + r[2] * vx + r[5] * vy };
  }

  #derive() {
    this.r = rotation(this.state.yaw, this.state.pitch);
    const { r, distance } = this;
    this.focal = this.height / 2 / TAN;
    this.near = distance * 0.02;
    const far = distance + 2 * this.reach + 4;
    const fx = (this.height / this.width) / TAN, fy = 1 / TAN;
    const a = -(far + this.near) / (far - this.near), b = (-2 * far * this.near) / (far - this.near);
    this.a = a;
    this.b = b;
    const shift = -this.inset / this.width;
    const m = this.exact;
    for (let k = 0; k < 3; k++) {
      m[4 * k] = fx * r[k] - shift * r[6 + k];
      m[4 * k + 1] = fy * r[3 + k];
      m[4 * k + 2] = a * r[6 + k];
      m[4 * k + 3] = -r[6 + k];
    }
    m[12] = shift * distance;
    m[13] = 0;
    m[14] = -a * distance + b;
    m[15] = distance;
    this.matrix.set(m);
  }

  /**
   * The raw positions of a layout's file to clip space, in double precision, so that whoever has the file finds the
   * rows of an area on the screen: clip = M (raw, 1), column by column.
   * @param {{center: number[], scale: number}} positions
   * @returns {number[]} (16,)
   */
  clip({ center, scale }) {
    const { exact: m, state } = this;
    const shift = [state.x, state.y, state.z].map((target, k) => -center[k] * scale - target);
    const last = [0, 1, 2, 3].map((i) => m[12 + i] + m[i] * shift[0] + m[4 + i] * shift[1] + m[8 + i] * shift[2]);
    return [...m.slice(0, 12)].map((v) => v * scale).concat(last);
  }
}

/** Rotation into the view, row by row: right, up, towards the eye. @param {number} yaw radians @param {number} pitch */
function rotation(yaw, pitch) {
  const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
  return [cy, 0, sy, sp * sy, cp, -sp * cy, -cp * sy, sp, cp * cy];
}

/**
 * Half the view's height at which all points, turned as at first, lie inside with their cells; at most FIT_SAMPLE are looked at.
 * @param {import("../data/positions.js").Positions} positions
 * @param {number} aspect width over height
 */
function fitDeep(positions, aspect) {
  const rim = positions.cell / 2;
  const r = rotation(FIRST_TURN.yaw, FIRST_TURN.pitch);
  const p = [0, 0, 0];
  let distance = 0;
  for (let row = 0; row < positions.scanned; row += Math.ceil(positions.scanned / FIT_SAMPLE)) {
    if (!positions.has(row)) continue;
    positions.at(row, p);
    const side = (Math.abs(r[0] * p[0] + r[2] * p[2]) + rim) / aspect;
    const up = Math.abs(r[3] * p[0] + r[4] * p[1] + r[5] * p[2]) + rim;
    distance = Math.max(distance, Math.max(side, up) / TAN + r[6] * p[0] + r[7] * p[1] + r[8] * p[2]);
  }
  for (const [x, y, z] of positions.headings()) {
    const up = Math.abs(r[3] * x + r[4] * y + r[5] * z);
    distance = Math.max(distance, (1.03 * up) / TAN + r[6] * x + r[7] * y + r[8] * z);
  }
  return distance * TAN;
}

/**
 * The state between two, t from 0 to 1: zoom by ratio, turns the short way round.
 * @param {CameraState} a
 * @param {CameraState} b
 * @param {number} t
 * @returns {CameraState}
 */
export function between(a, b, t) {
  const full = 2 * Math.PI;
  const turn = ((((b.yaw - a.yaw) % full) + full + Math.PI) % full) - Math.PI;
  const ratio = b.half / a.half;
  const half = a.half * ratio ** t;
  // While the zoom runs by ratio, the target moves so that the goal's place on the screen moves evenly.
  const s = Math.abs(ratio - 1) < 1e-3 ? t : (1 - ratio ** t) / (1 - ratio);
  const mix = (/** @type {number} */ p, /** @type {number} */ q) => p + (q - p) * s;
  return {
    x: mix(a.x, b.x), y: mix(a.y, b.y), z: mix(a.z, b.z), half,
    yaw: t === 1 ? b.yaw : a.yaw + turn * t, pitch: a.pitch + (b.pitch - a.pitch) * t,
  };
}

/** Ways of the camera: to the whole map, to one image, and along when one layout glides into the next. */

import { Positions } from "../data/positions.js";
import { between } from "../space/camera.js";
import { worldSide } from "../space/images_in_view.js";

const MORPH_MS = 900;
const FLY_MS = 700;
const FIT_MS = 450;
/** How large a sprite becomes when flown to, CSS pixels. */
const FLY_PX = 76;

export class CameraMoves {
  /** Whether the camera stands elsewhere than at the fit. */ moved = false;
  /** @type {number | undefined} row to fly to once there is a layout at rest */ #next = undefined;

  /**
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("../core/frame_loop.js").FrameLoop} loop
   * @param {import("./camera_url.js").CameraUrl} url
   * @param {import("./readiness.js").Readiness} readiness
   * @param {{measure: () => void, arrived: () => void}} callbacks measure: follows the element's size; arrived: a glide has ended
   */
  constructor(renderer, loop, url, readiness, { measure, arrived }) {
    this.renderer = renderer;
    this.loop = loop;
    this.url = url;
    this.readiness = readiness;
    this.measure = measure;
    this.arrived = arrived;
  }

  /** The camera was moved by hand: it is the hand's, even while layouts glide. */
  touched() {
    const { renderer, loop } = this;
    this.moved = true;
    if (renderer.cameraGliding) {
      renderer.cameraGliding = false;
      if (!renderer.previous) loop.cut();
    }
    this.url.write(renderer.camera.state);
    loop.request();
  }

  /** Glides the camera. @param {import("../space/camera.js").CameraState} goal */
  glide(goal, ms = FLY_MS) {
    const { renderer, loop } = this;
    loop.cut();
    const from = renderer.camera.state;
    this.readiness.ready = false;
    renderer.cameraGliding = true;
    loop.start(ms, (t) => {
      if (renderer.cameraGliding) renderer.camera.set(between(from, goal, t));
    }, () => this.#arrive());
  }

  /** Shows the whole map, gliding or at once. */
  fit(glide = true) {
    const { renderer } = this;
    if (!renderer.positions || renderer.previous) return;
    const goal = renderer.camera.fit(renderer.positions);
    renderer.fitHalf = goal.half;
    this.moved = false;
    if (glide) this.glide(goal, FIT_MS);
    else renderer.camera.set(goal);
    this.url.write(null);
  }

  /** Comes nearer or goes farther, around the middle of the view. @param {number} factor below 1 comes nearer @param {number} ms */
  zoom(factor, ms) {
    const { camera, previous } = this.renderer;
    if (previous) return;
    this.#glideTo({ ...camera.state, half: camera.state.half * factor }, ms);
  }

  /** Brings a row to the middle, near enough to see its image. @param {number} row */
  fly(row) {
    const { positions, previous, camera, fitHalf } = this.renderer;
    if (this.readiness.waitsFor("layout") || previous) {
      this.#next = row;
      return;
    }
    if (!positions?.has(row)) return;
    const [x, y, z] = positions.at(row, [0, 0, 0]);
    const half = (worldSide(positions) * camera.height) / 2 / FLY_PX;
    this.#glideTo({ ...camera.state, x, y, z, half: Math.min(half, fitHalf) }, FLY_MS);
  }

  /** The first rows of the first layout are here: the camera goes where the address says, or to the fit. @param {Positions} positions */
  begin(positions) {
    const { renderer } = this;
    renderer.show(positions, false);
    this.measure();
    const kept = this.url.read();
    this.moved = kept !== null;
    renderer.camera.set(kept ?? renderer.camera.fit(positions));
  }

  /** Glides from the present layout into another. @param {Positions} positions */
  morph(positions) {
    const { renderer, loop } = this;
    const { camera } = renderer;
    const midway = renderer.previous && renderer.positions && Positions.midway(renderer.previous, renderer.positions, renderer.mix);
    loop.cut();
    if (midway) renderer.show(midway, false); // another switch during a glide starts from where the images are
    renderer.show(positions, true);
    const from = camera.state;
    const goal = camera.fit(positions);
    renderer.bring(goal);
    renderer.cameraGliding = true;
    this.moved = false;
    this.url.write(null);
    loop.start(MORPH_MS, (t) => {
      renderer.mix = t;
      if (renderer.cameraGliding) camera.set(between(from, goal, t));
    }, () => this.#arrive());
  }

  /** Flies where someone wanted to while no layout was at rest. */
  goOn() {
    const row = this.#next;
    this.#next = undefined;
    if (row !== undefined) this.fly(row);
  }

  /** @param {import("../space/camera.js").CameraState} goal @param {number} ms */
  #glideTo(goal, ms) {
    this.moved = true;
    this.url.write(goal);
    this.glide(goal, ms);
  }

  #arrive() {
    this.renderer.cameraGliding = false;
    if (this.renderer.previous) this.renderer.settle();
    this.arrived();
    this.goOn();
  }
}

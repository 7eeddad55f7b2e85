/** Ways of the camera: to the whole map, to one image, and along when one layout glides into the next. */

import { between } from "../space/camera.js";
import { Positions } from "../data/positions.js";
import { worldSide } from "../space/images_in_view.js";

const MORPH_MS = 900;
const FLY_MS = 700;
const FIT_MS = 450;
/** How large a sprite becomes when flown to, CSS pixels. */
const FLY_PX = 76;

export class Travel {
  /** @param {import("./map_view.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.picture = viewer.picture;
    /** Whether the camera stands elsewhere than at the fit. */ this.moved = false;
    /** @type {number | undefined} row to fly to once there is a layout at rest */ this.next = undefined;
  }

  /** Keeps the camera in the page's address. @param {import("../space/camera.js").CameraState | null} state */
  remember(state) {
    const { layout, dims } = this.viewer.config;
    this.viewer.address.write(layout, dims, state);
  }

  /** The camera was moved by hand: it is the hand's, even while layouts glide. */
  touched() {
    const { picture, viewer } = this;
    this.moved = true;
    if (picture.cameraGliding) {
      picture.cameraGliding = false;
      if (!picture.previous) viewer.loop.cut();
    }
    this.remember(picture.camera.state);
    viewer.redraw();
  }

  /** Glides the camera. @param {import("../space/camera.js").CameraState} goal */
  glide(goal, ms = FLY_MS) {
    const { picture, viewer } = this;
    viewer.loop.cut();
    const from = picture.camera.state;
    viewer.root.dataset.ready = "false";
    picture.cameraGliding = true;
    viewer.loop.start(ms, (t) => {
      if (picture.cameraGliding) picture.camera.set(between(from, goal, t));
    }, () => this.#arrive());
  }

  /** Shows the whole map, gliding or at once. */
  fit(glide = true) {
    const { picture } = this;
    if (!picture.positions || picture.previous) return;
    const goal = picture.camera.fit(picture.positions);
    picture.fitHalf = goal.half;
    this.moved = false;
    if (glide) this.glide(goal, FIT_MS);
    else picture.camera.set(goal);
    this.remember(null);
  }

  /** Brings a row to the middle, near enough to see its image. @param {number} row */
  fly(row) {
    const { picture, viewer } = this;
    if (viewer.pending.has("layout") || picture.previous) {
      this.next = row;
      return;
    }
    if (!picture.positions?.has(row)) return;
    const [x, y, z] = picture.positions.at(row, [0, 0, 0]);
    const half = (worldSide(picture.positions) * picture.camera.height) / 2 / FLY_PX;
    const goal = { ...picture.camera.state, x, y, z, half: Math.min(half, picture.fitHalf) };
    this.moved = true;
    this.remember(goal);
    this.glide(goal);
  }

  /** The first rows of the first layout are here: the camera goes to what the address tells, or to the fit. */
  begin(positions) {
    const { picture, viewer } = this;
    const { layout, dims } = viewer.config;
    picture.show(positions, false);
    viewer.measure();
    const kept = viewer.address.read(layout, dims);
    this.moved = kept !== null;
    picture.camera.set(kept ?? picture.camera.fit(positions));
  }

  /** Glides from the present layout into another. @param {import("../data/positions.js").Positions} positions */
  morph(positions) {
    const { picture, viewer } = this;
    const { camera } = picture;
    const midway = picture.previous && Positions.midway(picture.previous, picture.positions, picture.mix);
    viewer.loop.cut();
    if (midway) picture.show(midway, false); // another switch during a glide starts from where the images are
    picture.show(positions, true);
    const from = camera.state;
    const goal = camera.fit(positions);
    picture.bring(goal);
    picture.cameraGliding = true;
    this.moved = false;
    this.remember(null);
    viewer.loop.start(MORPH_MS, (t) => {
      picture.mix = t;
      if (picture.cameraGliding) camera.set(between(from, goal, t));
    }, () => this.#arrive());
  }

  /** Flies where someone wanted to while no layout was at rest. */
  goOn() {
    const row = this.next;
    this.next = undefined;
    if (row !== undefined) this.fly(row);
  }

  #arrive() {
    this.picture.cameraGliding = false;
    if (this.picture.previous) this.picture.settle();
    this.viewer.interaction.pointing.look();
    this.goOn();
  }
}

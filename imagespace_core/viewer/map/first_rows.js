/** Draws the rows of the first layout while they come in. */

/** A partial picture is drawn at most this often, and takes at most a fifth of the time. */
const LEAST_MS = 200;

export class Arrival {
  /** @param {import("./map_view.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** When a picture was drawn last, and how long the last partial one took, in ms. */ this.drawn = this.spent = 0;
    this.drawing = false;
  }

  /** @param {import("../data/positions.js").Positions} positions with some more rows than at the last call */
  show(positions) {
    const { picture, travel } = this.viewer;
    if (picture.positions && picture.positions !== positions) return;
    if (picture.gpu.gl.isContextLost()) return;
    if (picture.positions) picture.points.stream();
    else travel.begin(positions);
    if (this.drawing || performance.now() - this.drawn < Math.max(LEAST_MS, 4 * this.spent)) return;
    if (!travel.moved) picture.camera.set(picture.camera.fit(positions));
    this.#draw();
  }

  /** One partial picture at a time: a GPU that is slow gets no queue of them before the whole. */
  async #draw() {
    const start = performance.now();
    this.drawing = true;
    this.viewer.redraw();
    await new Promise(requestAnimationFrame);
    await this.viewer.picture.gpu.finished();
    this.spent = performance.now() - start;
    this.drawn = performance.now();
    this.drawing = false;
  }
}

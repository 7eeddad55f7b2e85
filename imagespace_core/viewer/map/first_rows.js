/** Draws the rows of the first layout while they come in. */

/** A part of the map is drawn at most this often, and takes at most a fifth of the time. */
const LEAST_MS = 200;

export class FirstRows {
  /** When the map was drawn last, ms; set by whoever draws it. */ drawn = 0;
  /** How long the last part of it took, ms. */ #spent = 0;
  #drawing = false;

  /**
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("./camera_moves.js").CameraMoves} moves
   * @param {() => void} redraw
   */
  constructor(renderer, moves, redraw) {
    this.renderer = renderer;
    this.moves = moves;
    this.redraw = redraw;
  }

  /** @param {import("../data/positions.js").Positions} positions with some more rows than at the last call */
  show(positions) {
    const { renderer, moves } = this;
    if (renderer.positions && renderer.positions !== positions) return;
    if (renderer.gpu.gl.isContextLost()) return;
    if (renderer.positions) renderer.points.stream();
    else moves.begin(positions);
    if (this.#drawing || performance.now() - this.drawn < Math.max(LEAST_MS, 4 * this.#spent)) return;
    if (!moves.moved) renderer.camera.set(renderer.camera.fit(positions));
    this.#draw();
  }

  /** One part at a time: a GPU that is slow gets no queue of them before the whole. */
  async #draw() {
    const start = performance.now();
    this.#drawing = true;
    this.redraw();
    await new Promise(requestAnimationFrame);
    await this.renderer.gpu.finished();
    this.#spent = performance.now() - start;
    this.drawn = performance.now();
    this.#drawing = false;
  }
}

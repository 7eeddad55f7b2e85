/** What mouse, fingers and keys do to the map. */

import { listenToKeys } from "../core/keyboard.js";
import { Pointer } from "../core/pointer.js";
import { value } from "../core/words.js";
import { pick, step } from "../space/picking.js";

/**
 * @typedef {object} ImageActions
 * @property {(row: number | null) => void} click an image; null: beside all, while one is open
 * @property {() => boolean} opened whether an image is open
 * @property {(row: number) => Promise<string>} name
 */

export class MapInput {
  #timer = 0;

  /**
   * @param {import("./map_elements.js").MapElements} elements
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("./camera_moves.js").CameraMoves} moves
   * @param {import("./hover_target.js").HoverTarget} target
   * @param {import("../select/tools.js").Tools} tools
   * @param {import("../overlay/cluster_labels.js").ClusterLabels} labels
   * @param {import("../core/notices.js").Notices} notices
   * @param {ImageActions} images
   * @param {AbortSignal} signal
   */
  constructor({ canvas, labels: over }, renderer, moves, target, tools, labels, notices, images, signal) {
    this.renderer = renderer;
    this.moves = moves;
    this.target = target;
    this.tools = tools;
    this.labels = labels;
    this.notices = notices;
    this.images = images;
    this.pointer = new Pointer(canvas, over, this.#pointerActions());
    listenToKeys(canvas, this.#keyActions(), signal);
    canvas.addEventListener("blur", () => this.#focus(-1), { signal });
  }

  destroy() {
    clearTimeout(this.#timer);
    this.pointer.destroy();
    this.target.destroy();
  }

  /** @returns {import("../core/pointer.js").PointerActions} */
  #pointerActions() {
    const { renderer: { camera }, moves, target, tools } = this;
    const deep = () => camera.dims === 3;
    const moved = () => {
      tools.moved();
      moves.touched();
    };
    return {
      draws: () => tools.draws,
      begin: (x, y, held) => tools.begin(x, y, held),
      draw: (x, y) => tools.draw(x, y),
      finish: (done) => tools.finish(done),
      drag: (dx, dy) => {
        if (deep()) camera.orbit(dx, dy);
        else camera.pan(dx, dy);
        moved();
      },
      pan: (dx, dy) => {
        camera.pan(dx, dy);
        moved();
      },
      zoom: (x, y, factor) => {
        camera.zoom(factor, this.#anchor(x, y));
        moved();
        this.#lookAgain();
      },
      twist: (angle) => {
        if (!deep()) return;
        camera.set({ yaw: camera.state.yaw + angle });
        moved();
      },
      point: (x, y) => target.move(x, y),
      leave: () => target.leave(),
      hold: (on) => target.hold(on), // afterwards nothing is pointed at until the pointer moves again
      click: (x, y, held) => this.#click(x, y, held),
    };
  }

  /** @param {number} x CSS pixels of the view @param {number} y @param {import("../core/pointer.js").Held} held */
  #click(x, y, { shift, alt }) {
    const { labels, images, tools } = this;
    const cluster = labels.hit(x, y);
    const row = cluster ? -1 : pick(this.renderer, x, y);
    this.#focus(-1);
    if (cluster) labels.choose(cluster, shift);
    else if (shift || alt) {
      if (row >= 0) tools.events.rows([row], shift ? "toggle" : "remove");
    } else if (row >= 0) images.click(row);
    else if (images.opened()) images.click(null);
  }

  /** @returns {import("../core/keyboard.js").KeyActions} */
  #keyActions() {
    const { renderer, moves, target, tools, images } = this;
    const { camera } = renderer;
    return {
      move: (dx, dy) => {
        if (camera.dims === 3) camera.orbit(-dx / 2, -dy / 2);
        else camera.pan(dx, dy);
        moves.touched();
      },
      zoom: (factor) => moves.zoom(factor, 0),
      fit: () => moves.fit(),
      step: (direction) => {
        const at = (target.focused >= 0 && renderer.place(target.focused)) || { x: camera.middle[0], y: camera.middle[1] };
        const row = target.focused < 0 ? this.#central() : step(renderer, at.x, at.y, direction, target.focused);
        if (row >= 0) this.#focus(row);
      },
      open: () => {
        const row = this.#focusedOrCentral();
        if (row >= 0) images.click(row);
      },
      clear: () => this.#clear(),
      takesSelections: () => tools.events.offered,
      take: (tool) => tools.take(tool),
      toggle: () => {
        const row = this.#focusedOrCentral();
        if (row >= 0) tools.events.rows([row], "toggle");
      },
      view: (held) => tools.events.view(tools.modeOf(held)),
      change: (kind) => tools.events.change(kind),
    };
  }

  /** One thing at a time: what is being drawn, the focus, the open image, the selection. @returns {boolean} whether there was any */
  #clear() {
    const { target, tools, images } = this;
    if (this.pointer.cancel()) return true;
    if (target.focused >= 0) this.#focus(-1);
    else if (images.opened()) images.click(null);
    else if (tools.selected) tools.events.change("clear");
    else return false;
    return true;
  }

  #focusedOrCentral() {
    const row = this.target.focused >= 0 ? this.target.focused : this.#central();
    if (row >= 0) this.#focus(row);
    return row;
  }

  /** The image nearest to the middle of the view. */
  #central() {
    const [x, y] = this.renderer.camera.middle;
    for (const radius of [14, 60, 240, 4000]) {
      const row = pick(this.renderer, x, y, radius);
      if (row >= 0) return row;
    }
    return -1;
  }

  /** @param {number} row -1 for none */
  #focus(row) {
    const { target, notices } = this;
    if (row === target.focused) return;
    target.focus(row);
    if (row < 0) return;
    const { column } = this.renderer.shading;
    this.images.name(row).catch(() => `image ${row}`).then((name) => {
      if (target.focused === row) notices.announce([name, ...(column ? [`${column.name}: ${value(column, row)}`] : [])].join(", "));
    });
  }

  /** What keeps its place while zooming: in 3D the image pointed at, else the place itself. @param {number} x CSS pixels of the view @param {number} y */
  #anchor(x, y) {
    const { camera, positions } = this.renderer;
    const { row } = this.target;
    if (camera.dims === 3 && positions?.has(row)) {
      const [ax, ay, az] = positions.at(row, [0, 0, 0]);
      return { x: ax, y: ay, z: az };
    }
    return camera.unproject(x, y);
  }

  /** After zooming, another image may lie under the pointer. */
  #lookAgain() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.target.look(), 60);
  }
}

/** What mouse, fingers and keys do to the viewer. */

import { Controls } from "./controls.js";
import { value } from "./format.js";
import { listenToKeys } from "./keyboard.js";
import { pick, step } from "./picking.js";
import { Pointing } from "./pointing.js";

export class Interaction {
  /** @param {import("./viewer.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const { picture, parts } = viewer;
    this.pointing = new Pointing(picture, viewer.marks, viewer.card, viewer.redraw);
    this.controls = new Controls(parts.canvas, parts.labels, this.#hand());
    listenToKeys(parts.canvas, this.#keys(), viewer.stop.signal);
    parts.canvas.addEventListener("blur", () => this.#focus(-1), { signal: viewer.stop.signal });
  }

  destroy() {
    this.controls.destroy();
    this.pointing.destroy();
  }

  /** The toolbar's actions. */
  tools() {
    const { viewer } = this;
    return {
      zoom: (factor) => this.#zoomMiddle(factor, 250),
      fit: () => viewer.travel.fit(),
      sprites: (on) => {
        viewer.picture.sprites.enabled = on;
        viewer.redraw();
      },
    };
  }

  /** @returns {import("./controls.js").Hand} */
  #hand() {
    const { viewer, pointing } = this;
    const { picture } = viewer;
    const { camera } = picture;
    const deep = () => camera.dims === 3;
    return {
      drag: (dx, dy) => {
        if (deep()) camera.orbit(dx, dy);
        else camera.pan(dx, dy);
        viewer.travel.touched();
      },
      pan: (dx, dy) => {
        camera.pan(dx, dy);
        viewer.travel.touched();
      },
      zoom: (x, y, factor) => {
        camera.zoom(factor, this.#anchor(x, y));
        viewer.travel.touched();
        this.#lookAgain();
      },
      twist: (angle) => {
        if (!deep()) return;
        camera.set({ yaw: camera.state.yaw + angle });
        viewer.travel.touched();
      },
      point: (x, y) => pointing.move(x, y),
      leave: () => pointing.leave(),
      hold: (on) => {
        pointing.hold(on);
        if (!on) pointing.look();
      },
      click: (x, y) => {
        const row = pick(picture, x, y);
        this.#focus(-1);
        if (row >= 0) viewer.events.click?.(row);
        else if (viewer.config.selected !== null && viewer.config.selected !== undefined) viewer.events.click?.(null);
      },
    };
  }

  /** @returns {import("./keyboard.js").KeyActions} */
  #keys() {
    const { viewer, pointing } = this;
    const { picture } = viewer;
    const { camera } = picture;
    return {
      move: (dx, dy) => {
        if (camera.dims === 3) camera.orbit(-dx / 2, -dy / 2);
        else camera.pan(dx, dy);
        viewer.travel.touched();
      },
      zoom: (factor) => this.#zoomMiddle(factor, 0),
      fit: () => viewer.travel.fit(),
      step: (direction) => {
        const at = (pointing.focused >= 0 && picture.place(pointing.focused)) || { x: camera.middle[0], y: camera.middle[1] };
        const row = pointing.focused < 0 ? this.#central() : step(picture, at.x, at.y, direction, pointing.focused);
        if (row >= 0) this.#focus(row);
      },
      open: () => {
        const row = pointing.focused >= 0 ? pointing.focused : this.#central();
        if (row < 0) return;
        this.#focus(row);
        viewer.events.click?.(row);
      },
      clear: () => {
        const focused = pointing.focused >= 0;
        const selected = viewer.config.selected !== null && viewer.config.selected !== undefined;
        this.#focus(-1);
        if (!focused && selected) viewer.events.click?.(null);
        return focused || selected;
      },
    };
  }

  /** The image nearest to the middle of the view. */
  #central() {
    const { camera } = this.viewer.picture;
    const [x, y] = camera.middle;
    for (const radius of [14, 60, 240, 4000]) {
      const row = pick(this.viewer.picture, x, y, radius);
      if (row >= 0) return row;
    }
    return -1;
  }

  #focus(row) {
    const { viewer, pointing } = this;
    if (row === pointing.focused) return;
    pointing.focus(row);
    if (row < 0) return;
    const { column } = viewer.picture.shading;
    viewer.dataset.name(row).catch(() => `image ${row}`).then((name) => {
      if (pointing.focused === row) viewer.notice.say([name, ...(column ? [`${column.name}: ${value(column, row)}`] : [])].join(", "));
    });
  }

  /** What keeps its place while zooming: in 3D the image pointed at, else the place itself. */
  #anchor(x, y) {
    const { picture } = this.viewer;
    const row = picture.camera.dims === 3 ? this.pointing.row : -1;
    if (row >= 0 && picture.positions.has(row)) {
      const [ax, ay, az] = picture.positions.at(row, [0, 0, 0]);
      return { x: ax, y: ay, z: az };
    }
    return picture.camera.unproject(x, y);
  }

  #zoomMiddle(factor, ms) {
    const { viewer } = this;
    if (viewer.picture.previous) return;
    const state = viewer.picture.camera.state;
    viewer.travel.moved = true;
    const goal = { ...state, half: state.half * factor };
    viewer.travel.remember(goal);
    viewer.travel.glide(goal, ms);
  }

  /** After zooming, another image may lie under the pointer. */
  #lookAgain() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pointing.look(), 60);
  }
}

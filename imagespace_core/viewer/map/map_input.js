/** What mouse, fingers and keys do to the viewer. */

import { Controls } from "../core/pointer.js";
import { value } from "../core/words.js";
import { listenToKeys } from "../core/keyboard.js";
import { pick, step } from "../space/picking.js";
import { Pointing } from "./hover_target.js";
import { Selecting } from "../select/select_events.js";
import { Tools } from "../select/tools.js";

export class Interaction {
  /** @param {import("./map_view.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const { picture, parts } = viewer;
    this.pointing = new Pointing(picture, viewer.marks, viewer.card, () => viewer.remark());
    this.selecting = new Selecting(viewer);
    this.tools = new Tools(viewer, this.selecting);
    this.controls = new Controls(parts.canvas, parts.labels, this.#hand());
    listenToKeys(parts.canvas, this.#keys(), viewer.stop.signal);
    parts.canvas.addEventListener("blur", () => this.#focus(-1), { signal: viewer.stop.signal });
  }

  destroy() {
    this.controls.destroy();
    this.pointing.destroy();
  }

  /** The toolbar's actions. */
  actions() {
    return { tools: this.tools, zoom: (factor) => this.#zoomMiddle(factor, 250), fit: () => this.viewer.travel.fit() };
  }

  /** @returns {import("../core/pointer.js").Hand} */
  #hand() {
    const { viewer, pointing, tools } = this;
    const { picture } = viewer;
    const { camera } = picture;
    const deep = () => camera.dims === 3;
    const moved = () => {
      tools.moved();
      viewer.travel.touched();
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
      point: (x, y) => pointing.move(x, y),
      leave: () => pointing.leave(),
      hold: (on) => pointing.hold(on), // afterwards nothing is pointed at until the pointer moves again
      click: (x, y, held) => this.#click(x, y, held),
    };
  }

  /** @param {import("../core/pointer.js").Held} held */
  #click(x, y, { shift, alt }) {
    const { viewer, selecting } = this;
    const hotspot = viewer.reading.labels.hit(x, y);
    const row = hotspot ? -1 : pick(viewer.picture, x, y);
    this.#focus(-1);
    if (hotspot) viewer.reading.labels.choose(hotspot, shift);
    else if (shift || alt) {
      if (row >= 0) selecting.rows([row], shift ? "toggle" : "remove");
    } else if (row >= 0) viewer.events.click?.(row);
    else if (this.#opened) viewer.events.click?.(null);
  }

  get #opened() {
    const { selected } = this.viewer.config;
    return selected !== null && selected !== undefined;
  }

  /** @returns {import("../core/keyboard.js").KeyActions} */
  #keys() {
    const { viewer, pointing, selecting, tools } = this;
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
        const row = this.#focusedOrCentral();
        if (row >= 0) viewer.events.click?.(row);
      },
      clear: () => this.#letGo(),
      selects: () => selecting.offered,
      take: (tool) => tools.take(tool),
      toggle: () => {
        const row = this.#focusedOrCentral();
        if (row >= 0) selecting.rows([row], "toggle");
      },
      view: (held) => selecting.view(tools.modeOf(held)),
      tell: (kind) => selecting.tell(kind),
    };
  }

  /** One thing at a time: what is being drawn, the focus, the open image, the selection. @returns {boolean} whether there was any */
  #letGo() {
    const { viewer, pointing, tools } = this;
    if (this.controls.letGo()) return true;
    if (pointing.focused >= 0) this.#focus(-1);
    else if (this.#opened) viewer.events.click?.(null);
    else if (tools.selected) this.selecting.tell("clear");
    else return false;
    return true;
  }

  #focusedOrCentral() {
    const row = this.pointing.focused >= 0 ? this.pointing.focused : this.#central();
    if (row >= 0) this.#focus(row);
    return row;
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

/** The tool in hand (move, box, lasso), whether it adds or removes, and the bar that says so beside the selection's size. */

import { element } from "../core/dom.js";
import { count } from "../core/words.js";
import { Lasso } from "./lasso.js";

/** @typedef {"move" | "box" | "lasso"} Tool */

const MODES = [["replace", "New", "New selection"], ["add", "Add", "Add to the selection (Shift)"], ["remove", "Remove", "Remove from the selection (Alt)"]];

export class Tools {
  /**
   * @param {import("../map/map_view.js").Viewer} viewer
   * @param {import("./select_events.js").Selecting} selecting
   */
  constructor(viewer, selecting) {
    const { parts } = viewer;
    Object.assign(this, { viewer, selecting, host: parts.picks, root: parts.root });
    this.lasso = new Lasso(parts.drawn);
    /** @type {Tool} */ this.tool = "move";
    /** @type {import("./select_events.js").Mode} */ this.mode = "replace";
    this.drawingMode = this.mode;
    this.selected = 0;
    this.modes = MODES.map(([mode, text, label]) => element("button", {
      type: "button", class: "is-mode", text, title: label, "aria-label": label, onclick: () => {
        this.mode = /** @type {import("./select_events.js").Mode} */ (mode);
        this.refresh();
      },
    }));
    this.modeGroup = element("div", { class: "is-modes", role: "group", "aria-label": "What drawing does" }, ...this.modes);
    this.size = element("span", { class: "is-picked" });
    const verb = (kind, text, label) => element("button", { type: "button", class: "is-verb", text, title: label, "aria-label": label, onclick: () => selecting.tell(kind) });
    this.verbs = element("div", { class: "is-verbs" }, this.size, verb("invert", "Invert", "Invert the selection"), verb("clear", "Clear", "Clear the selection"));
    this.host.append(this.modeGroup, this.verbs);
    /** @type {() => void} */ this.changed = () => {};
    this.refresh();
  }

  get draws() {
    return this.tool !== "move" && this.selecting.offered;
  }

  /** @param {Tool} tool */
  take(tool) {
    this.tool = tool;
    this.lasso.clear();
    this.refresh();
    if (tool !== "move") this.viewer.notice.say(`Select by ${tool}: draw around images. Shift adds, Alt removes.`);
  }

  /** @param {number} selected rows */
  tell(selected) {
    if (selected !== this.selected) this.viewer.notice.say(selected ? `${count(selected)} images selected` : "Nothing selected");
    this.selected = selected;
    this.refresh();
  }

  /** Keeps to what the host offers. */
  refresh() {
    const { offered } = this.selecting;
    if (!offered) this.tool = "move";
    this.root.dataset.tool = this.tool;
    this.modes.forEach((button, i) => button.setAttribute("aria-pressed", String(MODES[i][0] === this.mode)));
    this.modeGroup.hidden = this.tool === "move";
    this.verbs.hidden = !this.selected;
    this.size.textContent = `${count(this.selected)} selected`;
    this.host.hidden = !offered || (this.modeGroup.hidden && this.verbs.hidden);
    this.changed();
  }

  /** What held keys and the bar ask for. @param {{shift: boolean, alt: boolean}} held @returns {import("./select_events.js").Mode} */
  modeOf({ shift, alt }) {
    return shift ? "add" : alt ? "remove" : this.mode;
  }

  /** An area begins. */
  begin(x, y, held) {
    this.drawingMode = this.modeOf(held);
    this.lasso.begin(x, y, this.tool === "box");
    this.root.dataset.drawing = this.drawingMode;
  }

  draw(x, y) {
    if (this.lasso.drawing) this.lasso.to(x, y);
  }

  /** The camera moved: what was told lies elsewhere now. */
  moved() {
    if (!this.lasso.drawing) this.lasso.clear();
  }

  /** @param {boolean} done false gives it up */
  finish(done) {
    delete this.root.dataset.drawing;
    const { picture } = this.viewer;
    if (!done || picture.gliding || !picture.positions) this.lasso.clear();
    else this.lasso.end((points) => this.selecting.polygon(points, this.drawingMode));
  }
}

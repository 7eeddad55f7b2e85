/** The tool in hand (move, box, lasso), whether it adds or removes, and the bar that shows so beside the selection's size. */

import { element } from "../core/dom.js";
import { count } from "../core/words.js";
import { Lasso } from "./lasso.js";

/** @typedef {"move" | "box" | "lasso"} Tool */

/** @type {[import("../contract").Mode, string, string][]} */
const MODES = [["replace", "New", "New selection"], ["add", "Add", "Add to the selection (Shift)"], ["remove", "Remove", "Remove from the selection (Alt)"]];

export class Tools {
  /** @type {Tool} */ tool = "move";
  /** @type {import("../contract").Mode} */ mode = "replace";
  /** Rows that are selected. */ selected = 0;
  /** @type {() => void} called after each change, for the toolbar */ changed = () => {};
  /** @type {import("../contract").Mode} of the area that is being drawn */ #drawingMode = "replace";

  /**
   * @param {{picks: HTMLElement, drawn: SVGElement, root: HTMLElement}} elements
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("./select_events.js").SelectEvents} events
   * @param {import("../core/notices.js").Notices} notices
   */
  constructor({ picks, drawn, root }, renderer, events, notices) {
    this.host = picks;
    this.root = root;
    this.renderer = renderer;
    this.events = events;
    this.notices = notices;
    this.lasso = new Lasso(drawn);
    this.modes = MODES.map(([mode, text, label]) => element("button", {
      type: "button", class: "is-mode", text, title: label, "aria-label": label, onclick: () => {
        this.mode = mode;
        this.refresh();
      },
    }));
    this.modeGroup = element("div", { class: "is-modes", role: "group", "aria-label": "What drawing does" }, ...this.modes);
    this.size = element("span", { class: "is-picked" });
    const verb = (/** @type {"invert" | "clear"} */ kind, /** @type {string} */ text, /** @type {string} */ label) =>
      element("button", { type: "button", class: "is-verb", text, title: label, "aria-label": label, onclick: () => events.change(kind) });
    this.verbs = element("div", { class: "is-verbs" }, this.size, verb("invert", "Invert", "Invert the selection"), verb("clear", "Clear", "Clear the selection"));
    this.host.append(this.modeGroup, this.verbs);
    this.refresh();
  }

  get draws() {
    return this.tool !== "move" && this.events.offered;
  }

  /** @param {Tool} tool */
  take(tool) {
    this.tool = tool;
    this.lasso.clear();
    this.refresh();
    if (tool !== "move") this.notices.announce(`Select by ${tool}: draw around images. Shift adds, Alt removes.`);
  }

  /** @param {number} selected rows */
  setSelected(selected) {
    if (selected !== this.selected) this.notices.announce(selected ? `${count(selected)} images selected` : "Nothing selected");
    this.selected = selected;
    this.refresh();
  }

  /** Keeps to what the host offers. */
  refresh() {
    const { offered } = this.events;
    if (!offered) this.tool = "move";
    this.root.dataset.tool = this.tool;
    this.modes.forEach((button, i) => button.setAttribute("aria-pressed", String(MODES[i][0] === this.mode)));
    this.modeGroup.hidden = this.tool === "move";
    this.verbs.hidden = !this.selected;
    this.size.textContent = `${count(this.selected)} selected`;
    this.host.hidden = !offered || (this.modeGroup.hidden && this.verbs.hidden);
    this.changed();
  }

  /** What held keys and the bar make of a selection. @param {{shift: boolean, alt: boolean}} held @returns {import("../contract").Mode} */
  modeOf({ shift, alt }) {
    return shift ? "add" : alt ? "remove" : this.mode;
  }

  /** An area begins. @param {number} x CSS pixels of the view @param {number} y @param {import("../core/pointer.js").Held} held */
  begin(x, y, held) {
    this.#drawingMode = this.modeOf(held);
    this.lasso.begin(x, y, this.tool === "box");
    this.root.dataset.drawing = this.#drawingMode;
  }

  /** @param {number} x CSS pixels of the view @param {number} y */
  draw(x, y) {
    if (this.lasso.drawing) this.lasso.to(x, y);
  }

  /** The camera moved: what was sent lies elsewhere now. */
  moved() {
    if (!this.lasso.drawing) this.lasso.clear();
  }

  /** @param {boolean} done false gives it up */
  finish(done) {
    delete this.root.dataset.drawing;
    const { gliding, positions } = this.renderer;
    if (!done || gliding || !positions) this.lasso.clear();
    else this.lasso.end((points) => this.events.polygon(points, this.#drawingMode));
  }
}

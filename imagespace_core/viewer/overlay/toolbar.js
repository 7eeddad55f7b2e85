/** The buttons in the corner, as one toolbar: tools, zoom, and what opens a panel. */

import { element, icon } from "../core/dom.js";
import { Popover } from "../core/popover.js";
import { roving } from "../core/roving_focus.js";

/** @type {[import("../select/tools.js").Tool, string, string][]} */
const TOOLS = [["move", "Move", "m"], ["box", "Select by box", "b"], ["lasso", "Select by lasso", "l"]];
/** @type {Record<number, string[][]>} by dimensions */
const POINTER = {
  2: [["drag", "move"], ["wheel, pinch", "zoom"], ["click", "open image"]],
  3: [["drag", "turn"], ["Shift or right drag", "move"], ["wheel, pinch", "zoom"], ["click", "open image"]],
};
const KEYS = [["+ and −", "zoom"], ["0", "whole map"], ["Shift + arrows", "next image that way"], ["Enter", "open it"], ["Esc", "let go"]];
const SELECT = [
  ["b, l, m", "box, lasso, move"], ["Shift, Alt + drag", "add, remove"], ["Shift + click, Space", "one image more or less"],
  ["s", "all in view"], ["Ctrl + A, Ctrl + I", "all, invert"], ["Ctrl + Z, Ctrl + Y", "undo, redo"],
];

export class Toolbar {
  dims = 2;

  /**
   * @param {{tools: HTMLElement, root: HTMLElement}} elements what is pressed in the root closes an open panel
   * @param {AbortSignal} signal
   * @param {{tools: import("../select/tools.js").Tools, zoom: (factor: number) => void, fit: () => void}} actions
   * @param {Popover[]} popovers between the zoom and the help
   */
  constructor({ tools: host, root }, signal, { tools, zoom, fit }, popovers) {
    this.tools = tools;
    this.choices = TOOLS.map(([tool, label, key]) => button(tool, label, () => tools.take(tool), `${label} (${key})`));
    this.rule = element("span", { class: "is-rule" });
    this.help = new Popover("help", "How to move", (panel) => this.#explain(panel));
    host.append(
      ...this.choices, this.rule,
      button("plus", "Zoom in", () => zoom(0.6)), button("minus", "Zoom out", () => zoom(1 / 0.6)),
      button("fit", "Show the whole map", fit), element("span", { class: "is-rule" }),
    );
    for (const popover of [...popovers, this.help]) popover.place(host, root, signal);
    const buttons = () => /** @type {HTMLElement[]} */ ([...host.children]).filter((child) => child.matches("button") && !child.hidden);
    this.stops = roving(host, () => buttons().map((child) => [child]));
    tools.changed = () => this.refresh();
    this.refresh();
  }

  /** @param {number} dims */
  setDims(dims) {
    this.dims = dims;
    if (!this.help.panel.hidden) this.#explain(this.help.panel);
  }

  /** Follows the tool in hand. */
  refresh() {
    const { offered } = this.tools.events;
    this.choices.forEach((choice, i) => {
      choice.hidden = !offered;
      choice.setAttribute("aria-pressed", String(TOOLS[i][0] === this.tools.tool));
    });
    this.rule.hidden = !offered;
    this.stops.refresh();
  }

  /** @param {HTMLElement} panel */
  #explain(panel) {
    const list = (/** @type {string[][]} */ rows) => rows.flatMap(([keys, what]) => [element("kbd", { text: keys }), element("span", { text: what })]);
    const rows = [...POINTER[this.dims], ["arrows", this.dims === 3 ? "turn" : "move"], ...KEYS];
    const more = this.tools.events.offered ? [element("h3", { text: "Select" }), ...list(SELECT)] : [];
    panel.replaceChildren(element("div", { class: "is-help" }, ...list(rows), ...more));
  }
}

/** @param {import("../core/dom.js").IconName} name @param {string} label @param {() => void} onclick */
function button(name, label, onclick, title = label) {
  return element("button", { class: "is-icon", type: "button", "aria-label": label, title, onclick }, icon(name));
}

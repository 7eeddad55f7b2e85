/** The few buttons in the corner. */

import { element, icon } from "./dom.js";

const KEYS = {
  2: [["drag", "move"], ["wheel, pinch", "zoom"], ["click", "open image"]],
  3: [["drag", "turn"], ["Shift or right drag", "move"], ["wheel, pinch", "zoom"], ["click", "open image"]],
};
const KEYBOARD = [["+ and -", "zoom"], ["0", "whole map"], ["Shift + arrows", "next image that way"], ["Enter", "open it"], ["Esc", "let go"]];

export class Toolbar {
  /**
   * @param {HTMLElement} host
   * @param {{zoom: (factor: number) => void, fit: () => void, sprites: (on: boolean) => void}} actions
   */
  constructor(host, actions) {
    this.help = element("div", { class: "is-help", hidden: true });
    this.sprites = button("pictures", "Images when zoomed in", () => {
      const on = this.sprites.getAttribute("aria-pressed") !== "true";
      this.sprites.setAttribute("aria-pressed", String(on));
      actions.sprites(on);
    });
    this.sprites.setAttribute("aria-pressed", "true");
    this.toggle = button("help", "How to move", () => this.#show(this.help.hidden));
    this.toggle.setAttribute("aria-expanded", "false");
    host.append(
      this.help,
      button("plus", "Zoom in", () => actions.zoom(0.6)), button("minus", "Zoom out", () => actions.zoom(1 / 0.6)),
      button("fit", "Show the whole map", () => actions.fit()), this.sprites, this.toggle,
    );
    host.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#show(false);
    });
    this.setDims(2);
  }

  /** @param {number} dims */
  setDims(dims) {
    const rows = [...KEYS[dims], ["arrows", dims === 3 ? "turn" : "move"], ...KEYBOARD];
    this.help.replaceChildren(...rows.flatMap(([keys, what]) => [element("kbd", { text: keys }), element("span", { text: what })]));
  }

  #show(on) {
    this.help.hidden = !on;
    this.toggle.setAttribute("aria-expanded", String(on));
  }
}

function button(name, label, onclick) {
  return element("button", { class: "is-icon", type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

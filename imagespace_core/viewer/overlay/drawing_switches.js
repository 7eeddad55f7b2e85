/** What is drawn: images, names of clusters, the overview and more, each to be switched off. */

import { element } from "../core/dom.js";
import { Popover } from "../core/popover.js";

/** @typedef {{name: string, label: string, of: {enabled: boolean}, missing: () => string}} Switch
 *  missing: why the present view has none of it; empty where it has */

export class DrawingSwitches {
  /** @param {Switch[]} switches @param {() => void} redraw */
  constructor(switches, redraw) {
    this.switches = switches;
    this.redraw = redraw;
    this.popover = new Popover("layers", "Layers", (panel) => this.#list(panel));
  }

  /** @param {HTMLElement} panel */
  #list(panel) {
    panel.replaceChildren(...this.switches.map(({ name, label, of, missing }) => {
      const why = missing();
      const box = element("input", {
        type: "checkbox", name, disabled: why !== "", onchange: () => {
          of.enabled = box.checked;
          this.redraw();
        },
      });
      box.checked = of.enabled && !why;
      return element("label", { class: "is-choice" }, box, element("span", { text: label }), ...(why ? [element("small", { text: why })] : []));
    }));
  }
}

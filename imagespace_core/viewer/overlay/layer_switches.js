/** What is drawn: images, names of clusters, the overview and more, each to be switched off. */

import { element } from "../core/dom.js";
import { Popover } from "../core/popover.js";

/** @typedef {{name: string, label: string, of: {enabled: boolean}, lacks: () => string}} Layer
 *  lacks: in words, why the present view has none of it; empty where it has */

export class Layers {
  /** @param {Layer[]} layers @param {() => void} redraw */
  constructor(layers, redraw) {
    this.layers = layers;
    this.redraw = redraw;
    this.popover = new Popover("layers", "Layers", (panel) => this.#list(panel));
  }

  #list(panel) {
    panel.replaceChildren(...this.layers.map(({ name, label, of, lacks }) => {
      const why = lacks();
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

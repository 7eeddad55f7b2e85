/** A button that opens a small panel beside the toolbar. Escape and a press elsewhere close it. */

import { element, icon } from "./dom.js";

export class Popover {
  /**
   * @param {import("./dom.js").IconName} name
   * @param {string} label of the button
   * @param {(panel: HTMLElement) => void} [opened] called before the panel shows
   */
  constructor(name, label, opened = () => {}) {
    this.opened = opened;
    this.panel = element("div", { class: "is-panel", role: "group", "aria-label": label, hidden: true });
    this.button = element("button", {
      class: "is-icon", type: "button", "aria-label": label, title: label, "aria-expanded": "false", onclick: () => this.show(this.panel.hidden),
    }, icon(name));
    for (const part of [this.button, this.panel]) {
      part.addEventListener("keydown", (/** @type {any} */ event) => {
        if (event.key !== "Escape" || this.panel.hidden) return;
        this.show(false);
        this.button.focus();
        event.stopPropagation();
      });
    }
  }

  /**
   * Puts button and panel in; what is pressed or focused elsewhere in the root closes the panel.
   * @param {HTMLElement} host
   * @param {HTMLElement} root
   * @param {AbortSignal} signal
   */
  place(host, root, signal) {
    host.append(this.button, this.panel);
    const elsewhere = (/** @type {Event} */ event) => {
      if (!this.panel.hidden && !event.composedPath().some((node) => node === this.panel || node === this.button)) this.show(false);
    };
    root.addEventListener("pointerdown", elsewhere, { signal });
    root.addEventListener("focusin", elsewhere, { signal });
  }

  /** @param {boolean} on */
  show(on) {
    if (on) this.opened(this.panel);
    this.panel.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
  }
}

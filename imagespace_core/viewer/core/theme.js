/** The host's colors, as the style sheet resolved them, and notice of their change. */

import { fromCss, luminance } from "./colors.js";
import { equal } from "./equal.js";

/** @typedef {{background: number[], text: number[], dark: boolean}} Theme colors 0..1 */

export class ThemeReader {
  /**
   * The stylesheet gives the root a very short transition on its background; its end is how a new
   * theme shows itself, whatever part of the host set it and through any shadow root.
   * @param {HTMLElement} root
   * @param {() => void} changed
   */
  constructor(root, changed) {
    this.root = root;
    this.value = this.#read();
    this.listen = (/** @type {Event} */ event) => {
      if (event.target === root && this.refresh()) changed();
    };
    root.addEventListener("transitionend", this.listen);
  }

  /** Reads the colors again. @returns {boolean} whether they changed */
  refresh() {
    const next = this.#read();
    const same = equal(next, this.value);
    this.value = next;
    return !same;
  }

  destroy() {
    this.root.removeEventListener("transitionend", this.listen);
  }

  /** @returns {Theme} */
  #read() {
    const style = getComputedStyle(this.root);
    const background = fromCss(style.backgroundColor, [255, 255, 255]);
    const dark = luminance(background) < 0.25;
    this.root.dataset.theme = dark ? "dark" : "light";
    const unit = (/** @type {number[]} */ rgb) => rgb.map((v) => v / 255);
    return { background: unit(background), text: unit(fromCss(style.color, dark ? [250, 250, 250] : [49, 51, 63])), dark };
  }
}

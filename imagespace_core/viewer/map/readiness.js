/** What has to come before the map is whole; the root element shows it as `data-ready`. */

export class Readiness {
  /** @type {Set<string>} */ #pending = new Set();

  /**
   * @param {HTMLElement} root
   * @param {() => void} redraw called when something has come
   */
  constructor(root, redraw) {
    this.root = root;
    this.redraw = redraw;
  }

  /** Something has to come first. @param {"style" | "context" | "layout" | "color" | "selection"} what */
  begin(what) {
    this.#pending.add(what);
    this.ready = false;
  }

  /** @param {"style" | "context" | "layout" | "color" | "selection"} what */
  done(what) {
    this.#pending.delete(what);
    this.redraw();
  }

  /** @param {"style" | "context" | "layout" | "color" | "selection"} what */
  waitsFor(what) {
    return this.#pending.has(what);
  }

  /** Whether everything has come. */
  get complete() {
    return this.#pending.size === 0;
  }

  /** Whether the map is drawn as a whole and at rest. */
  get ready() {
    return this.root.dataset.ready === "true";
  }

  set ready(ready) {
    this.root.dataset.ready = String(ready);
  }
}

/** What all panels share: their place in the host's element, updates only where something changed, events with their time. */

import { element } from "../core/dom.js";
import { equal } from "../core/equal.js";
import { stamped } from "../core/stamped.js";

/** @template E @typedef {import("../core/stamped.js").Send<E>} Send */

/**
 * @template C, E
 * @param {HTMLElement} host
 * @param {C} config
 * @param {Send<E>} send
 * @param {(send: Send<E>) => {root: HTMLElement, draw: (config: C) => void, destroy?: () => void}} make
 * @returns {{update: (config: C) => void, destroy: () => void}}
 */
export function mountPanel(host, config, send, make) {
  const content = make(stamped(send));
  host.replaceChildren(element("link", { rel: "stylesheet", href: new URL("./panel.css", import.meta.url).href }), content.root);
  /** @type {C | null} */ let shown = null;
  const handle = {
    /** @param {C} next */
    update(next) {
      if (equal(shown, next)) return;
      shown = next;
      content.draw(next);
    },
    destroy() {
      content.destroy?.();
      host.replaceChildren();
    },
  };
  handle.update(config);
  return handle;
}

/**
 * The selection in a line: how many images, and what can be done with it. Hosts mount it like the viewer.
 *
 * @typedef {import("../contract").SelectionBarConfig} SelectionBarConfig
 */

import { element, icon } from "../core/dom.js";
import { count } from "../core/words.js";
import { SELECT_REQUEST } from "../select/select_events.js";
import { mountPanel } from "./panel.js";

/**
 * @type {{kind: import("../select/select_events.js").SelectionChange, text: string, sign: import("../core/dom.js").IconName,
 *   possible: (config: SelectionBarConfig) => boolean}[]}
 */
const VERBS = [
  { kind: "undo", text: "Undo", sign: "undo", possible: ({ undo }) => undo },
  { kind: "redo", text: "Redo", sign: "redo", possible: ({ redo }) => redo },
  { kind: "all", text: "Select all shown", sign: "all", possible: () => true },
  { kind: "invert", text: "Invert", sign: "invert", possible: () => true },
  { kind: "clear", text: "Clear", sign: "close", possible: (config) => config.count > 0 },
];

/**
 * @param {HTMLElement} host
 * @param {SelectionBarConfig} config
 * @param {import("./panel.js").Send<import("../contract").SelectionBarEvents>} send
 */
export function mount(host, config, send) {
  return mountPanel(host, config, send, (send) => {
    const size = element("p", { class: "is-count", role: "status" });
    /** @param {import("../select/select_events.js").SelectionChange} kind */
    const press = (kind) => {
      const shown = kind === "all" || kind === "invert"; // the map alone knows what is shown, and sends it
      if (shown && !document.dispatchEvent(new CustomEvent(SELECT_REQUEST, { detail: { kind }, cancelable: true }))) return;
      send("select", { kind, mode: "replace", hiding: null });
    };
    const buttons = VERBS.map(({ kind, text, sign }) =>
      element("button", { class: "is-action", type: "button", onclick: () => press(kind) }, icon(sign), element("span", { text })));
    const root = element("div", { class: "is-bar", "data-testid": "imagespace-selection", role: "group", "aria-label": "Selection" }, size, ...buttons);
    return {
      root,
      draw(next) {
        root.dataset.count = String(next.count);
        size.replaceChildren(element("strong", { text: count(next.count) }), next.count === 1 ? " image selected" : " images selected");
        if (next.hidden) size.append(`, ${count(next.hidden)} of them left out by the filters`);
        buttons.forEach((button, i) => (button.disabled = !VERBS[i].possible(next)));
      },
    };
  });
}

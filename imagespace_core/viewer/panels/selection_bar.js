/**
 * The selection in a line: how many images, and what can be done with it. Hosts mount it like the viewer.
 *
 * @typedef {object} BarConfig
 * @property {number} count selected rows
 * @property {number} hidden of them, those that the filters leave out
 * @property {boolean} undo whether there is something to undo
 * @property {boolean} redo
 */

import { element as make, icon } from "../core/dom.js";
import { count } from "../core/words.js";
import { ASK } from "../select/select_events.js";

const VERBS = [
  ["undo", "Undo", "undo", ({ undo }) => undo],
  ["redo", "Redo", "redo", ({ redo }) => redo],
  ["all", "Select all shown", "all", () => true],
  ["invert", "Invert", "invert", () => true],
  ["clear", "Clear", "close", (config) => config.count > 0],
];

/**
 * @param {HTMLElement} host
 * @param {BarConfig} config
 * @param {(name: string, value: unknown) => void} emit  "select" with {kind, mode}
 */
export function mount(host, config, emit) {
  const sheet = make("link", { rel: "stylesheet", href: new URL("./panel.css", import.meta.url).href });
  const told = make("p", { class: "is-count", role: "status" });
  const press = (kind) => {
    const shown = kind === "all" || kind === "invert";
    if (shown && !document.dispatchEvent(new CustomEvent(ASK, { detail: { kind }, cancelable: true }))) return;
    emit("select", { kind, mode: "replace", hiding: null, at: performance.now() });
  };
  const buttons = VERBS.map(([kind, text, sign]) => make(
    "button", { class: "is-action", type: "button", onclick: () => press(kind) }, icon(/** @type {any} */ (sign)), make("span", { text }),
  ));
  const bar = make("div", { class: "is-bar", "data-testid": "imagespace-selection", role: "group", "aria-label": "Selection" }, told, ...buttons);
  host.replaceChildren(sheet, bar);

  function update(/** @type {BarConfig} */ next) {
    bar.dataset.count = String(next.count);
    told.replaceChildren(make("strong", { text: count(next.count) }), next.count === 1 ? " image selected" : " images selected");
    if (next.hidden) told.append(`, ${count(next.hidden)} of them left out by the filters`);
    buttons.forEach((button, i) => (button.disabled = !VERBS[i][3](next)));
  }

  update(config);
  return { update, destroy: () => host.replaceChildren() };
}

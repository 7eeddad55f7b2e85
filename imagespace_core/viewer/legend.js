/** What the colors mean. Categories are hidden by a click and isolated by a double click. */

import { element, icon } from "./dom.js";
import { toCss, neutral } from "./colors.js";
import { colorBar } from "./colorbar.js";
import { count, nameOfMissing } from "./format.js";
import { isCategorical } from "./shading.js";

/** Entries listed at a time; the search finds the others. */
const MOST_LISTED = 200;
const SEARCH_FROM = 12;

export class Legend {
  /**
   * @param {HTMLElement} host
   * @param {{changed: (hidden: Set<number>) => void, folded: () => void}} events
   */
  constructor(host, events) {
    this.host = host;
    this.events = events;
    /** @type {import("./shading.js").Shading | null} */ this.shading = null;
    /** @type {boolean | null} null: as wide as the view allows */ this.open = null;
    this.words = "";
    this.narrow = false;
  }

  /** @param {number} width of the view; a narrow one folds the legend until it is asked for */
  fitWidth(width) {
    const narrow = width <= 500;
    if (narrow === this.narrow) return;
    this.narrow = narrow;
    this.#frame();
  }

  get opened() {
    return this.open ?? !this.narrow;
  }

  /** CSS pixels at the right that the open legend takes from a wide view. */
  get inset() {
    return this.opened && !this.narrow && !this.host.hidden ? this.host.offsetWidth + 12 : 0;
  }

  /**
   * @param {import("./shading.js").Shading} shading
   * @param {Map<number, number>} counts by code, of the rows that the mask leaves
   */
  show(shading, counts) {
    if (this.shading?.column !== shading.column || this.column !== shading.column) this.words = "";
    this.shading = shading;
    this.column = shading.column;
    this.counts = counts;
    this.#frame();
  }

  /** Keeps to which codes are hidden, after they changed elsewhere. */
  refresh() {
    this.#list();
  }

  #frame() {
    const { host, column } = this;
    host.hidden = !column || column.kind === "color";
    host.classList.toggle("is-folded", !this.opened);
    if (host.hidden) {
      host.replaceChildren();
      return;
    }
    const fold = element("button", {
      class: "is-icon", type: "button", "aria-expanded": String(this.opened),
      "aria-label": this.opened ? "Fold the legend" : `Legend: ${column.name}`, title: this.opened ? "Fold the legend" : "Show the legend",
      onclick: () => {
        this.open = !this.opened;
        this.#frame();
        /** @type {any} */ (host.querySelector("button"))?.focus({ preventScroll: true });
        this.events.folded();
      },
    }, icon(this.opened ? "close" : "legend"));
    if (!this.opened) {
      host.replaceChildren(fold);
      return;
    }
    const head = element("div", { class: "is-legend-head" }, element("span", { class: "is-legend-title", text: column.name }), fold);
    if (!isCategorical(column)) {
      host.replaceChildren(head, colorBar(column, this.shading.dark));
      return;
    }
    this.list = element("div", { class: "is-legend-list" });
    const search = (column.values?.length ?? 0) > SEARCH_FROM && element("input", {
      class: "is-legend-search", type: "search", placeholder: `Search ${count(column.values.length)} values`, "aria-label": "Search the legend",
      oninput: (event) => {
        this.words = event.target.value;
        this.#list();
      },
    });
    if (search) search.value = this.words;
    this.foot = element("div", { class: "is-legend-foot" });
    host.replaceChildren(head, ...(search ? [search] : []), this.list, this.foot);
    this.#list();
  }

  #list() {
    const { column, shading, list } = this;
    if (!list || !column || !isCategorical(column) || !this.opened) return;
    const focused = /** @type {any} */ (list.getRootNode()).activeElement?.dataset?.code;
    const colors = shading.colors();
    const words = this.words.trim().toLowerCase();
    const entries = (column.values ?? []).map((label, code) => ({ code, label, color: colors[code % colors.length] }));
    if (this.counts.get(-1) || column.missing) entries.push({ code: -1, label: nameOfMissing(column), color: neutral(shading.dark) });
    const found = words ? entries.filter(({ label }) => label.toLowerCase().includes(words)) : entries;
    list.replaceChildren(...found.slice(0, MOST_LISTED).map((entry) => this.#row(entry)));
    if (focused !== undefined) list.querySelector(`button[data-code="${focused}"]`)?.focus({ preventScroll: true });
    const more = found.length - MOST_LISTED;
    const notes = more > 0 ? [element("span", { text: `${count(more)} more; search to find them` })] : [];
    if (shading.hidden.size) {
      notes.push(element("button", { class: "is-legend-all", type: "button", text: "Show all", onclick: () => this.#set(new Set()) }));
    }
    this.foot.replaceChildren(...notes);
    this.foot.hidden = !notes.length;
  }

  #row({ code, label, color }) {
    const shown = !this.shading.hidden.has(code);
    const swatch = element("span", { class: "is-swatch" });
    swatch.style.background = toCss(color);
    const toggle = element("button", {
      class: "is-entry", type: "button", "aria-pressed": String(shown), "data-code": code, title: `${label}: click hides or shows, double click isolates`,
      onclick: () => this.#toggle(code),
      ondblclick: () => this.#isolate(code),
    }, swatch, element("span", { class: "is-entry-label", text: label }), element("span", { class: "is-entry-count", text: count(this.counts.get(code) ?? 0) }));
    const only = element("button", { class: "is-only", type: "button", text: "only", "aria-label": `Only ${label}`, onclick: () => this.#isolate(code) });
    return element("div", { class: "is-legend-row" }, toggle, only);
  }

  #toggle(code) {
    const hidden = new Set(this.shading.hidden);
    if (!hidden.delete(code)) hidden.add(code);
    this.#set(hidden);
  }

  #isolate(code) {
    const others = [-1, ...(this.column.values ?? []).keys()].filter((other) => other !== code);
    const alone = !this.shading.hidden.has(code) && others.every((other) => this.shading.hidden.has(other));
    this.#set(new Set(alone ? [] : others));
  }

  #set(hidden) {
    this.events.changed(hidden);
    this.#list();
  }
}

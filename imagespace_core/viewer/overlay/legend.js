/** What the colors mean. Values are hidden by a click, isolated by a double click, and selected; a scale has a brush. */

import { bothEnds } from "../core/both_ends.js";
import { neutral, toCss } from "../core/colors.js";
import { MISSING } from "../core/constants.js";
import { element, icon } from "../core/dom.js";
import { roving } from "../core/roving_focus.js";
import { count, nameOfMissing } from "../core/words.js";
import { isCategorical } from "../draw/shading.js";
import { ColorBar } from "./color_bar.js";

/** Entries listed at first, and more on request; the search finds the others. */
const LISTED = 200;
const SEARCH_FROM = 12;

/**
 * @typedef {{shift: boolean, alt: boolean}} HeldKeys
 * @typedef {object} LegendEvents
 * @property {(hidden: Set<number>) => void} changed codes; -1 is missing
 * @property {(steps: [number, number] | null) => void} brushed steps of the scale that are left; null: all
 * @property {() => void} folded or unfolded
 * @property {() => boolean} selects whether the host takes selections
 * @property {(codes: number[], held: HeldKeys) => void} codes are to be selected
 * @property {(held: HeldKeys) => void} range what the brush leaves is to be selected
 *
 * @typedef {import("../data/workspace_files.js").Column} Column
 */

export class Legend {
  /** @type {Column | null} that is shown */ column = null;
  /** @type {Map<number, number>} by code, of the rows that the mask leaves */ counts = new Map();
  /** @type {boolean | null} null: as wide as the view allows */ #open = null;
  #narrow = false;
  #search = "";
  #listed = LISTED;
  /** @type {ColorBar | null} */ #bar = null;
  /** @type {HTMLElement} */ #list = element("div", { class: "is-legend-list", role: "toolbar", "aria-orientation": "vertical", onscroll: () => this.#fade() });
  /** @type {HTMLElement} */ #foot = element("div", { class: "is-legend-foot" });
  #stops = roving(this.#list, () => [...this.#list.children].map((row) => /** @type {HTMLElement[]} */ ([...row.children])));

  /**
   * @param {HTMLElement} host
   * @param {import("../draw/shading.js").Shading} shading
   * @param {LegendEvents} events
   */
  constructor(host, shading, events) {
    this.host = host;
    this.shading = shading;
    this.events = events;
  }

  /** @param {number} width of the view; a narrow one folds the legend until it is opened */
  fitWidth(width) {
    const narrow = width <= 500;
    if (narrow === this.#narrow) return;
    this.#narrow = narrow;
    this.#frame();
  }

  get opened() {
    return this.#open ?? !this.#narrow;
  }

  /** CSS pixels at the right that the open legend takes from a wide view. */
  get inset() {
    return this.opened && !this.#narrow && !this.host.hidden ? this.host.offsetWidth + 12 : 0;
  }

  /** Follows the column, its colors and what is hidden. @param {Map<number, number>} counts by code, of the rows that the mask leaves */
  show(counts) {
    const { column } = this.shading;
    if (this.column !== column) {
      this.#search = "";
      this.#listed = LISTED;
      this.#bar = null;
    }
    this.column = column;
    this.counts = counts;
    this.#frame();
  }

  #frame() {
    const { host, column } = this;
    host.hidden = !column || column.kind === "color";
    host.classList.toggle("is-folded", !this.opened);
    if (!column || host.hidden) {
      host.replaceChildren();
      return;
    }
    const fold = element("button", {
      class: "is-icon", type: "button", "aria-expanded": String(this.opened),
      "aria-label": this.opened ? "Fold the legend" : `Legend: ${column.name}`, title: this.opened ? "Fold the legend" : "Show the legend",
      onclick: () => {
        this.#open = !this.opened;
        this.#frame();
        host.querySelector("button")?.focus({ preventScroll: true });
        this.events.folded();
      },
    }, icon(this.opened ? "close" : "legend"));
    if (!this.opened) {
      host.replaceChildren(fold);
      return;
    }
    const head = element("div", { class: "is-legend-head" }, element("span", { class: "is-legend-title", text: column.name }), fold);
    if (!isCategorical(column)) {
      this.#bar ??= new ColorBar(column, this.events);
      this.#bar.show(this.shading, this.counts);
      if (this.#bar.box.parentElement !== host) host.replaceChildren(head, this.#bar.box);
      else host.firstChild?.replaceWith(head);
      return;
    }
    this.#list.setAttribute("aria-label", `Values of ${column.name}`);
    host.replaceChildren(head, ...this.#searchField(column), this.#list, this.#foot);
    this.#fill(column);
  }

  /** @param {Column} column @returns {HTMLElement[]} none where there is little to search */
  #searchField({ values = [] }) {
    if (values.length <= SEARCH_FROM) return [];
    const field = element("input", {
      class: "is-legend-search", type: "search", placeholder: `Search ${count(values.length)} values`, "aria-label": "Search the legend",
      oninput: () => {
        this.#search = field.value;
        this.#listed = LISTED;
        this.#refresh();
      },
    });
    field.value = this.#search;
    return [field];
  }

  #refresh() {
    const { column } = this;
    if (column && isCategorical(column) && this.opened) this.#fill(column);
  }

  /** @param {Column} column */
  #fill(column) {
    const { shading } = this;
    const list = this.#list, foot = this.#foot;
    const active = /** @type {ShadowRoot} */ (list.getRootNode()).activeElement;
    const row = list.contains(active) ? active?.parentElement : null;
    const focused = active && row && { code: row.dataset.code, at: [...row.children].indexOf(active) };
    const colors = shading.colors();
    const search = this.#search.trim().toLowerCase();
    const values = column.values ?? [];
    const codes = [...values.keys(), ...(this.counts.get(MISSING) || column.missing ? [MISSING] : [])];
    const label = (/** @type {number} */ code) => (code < 0 ? nameOfMissing(column) : values[code]);
    const color = (/** @type {number} */ code) => (code < 0 ? neutral(shading.dark) : colors[code % colors.length]);
    const found = search ? codes.filter((code) => label(code).toLowerCase().includes(search)) : codes;
    list.replaceChildren(...found.slice(0, this.#listed).map((code) => this.#entry(code, label(code), color(code))));
    if (focused) /** @type {HTMLElement | undefined} */ (list.querySelector(`[data-code="${focused.code}"]`)?.children[focused.at])?.focus({ preventScroll: true });
    this.#stops.refresh();
    const notes = [];
    if (!found.length) notes.push(element("span", { text: "Nothing found" }));
    if (found.length > this.#listed) {
      notes.push(element("button", {
        class: "is-link", type: "button", text: `${count(found.length - this.#listed)} more`, title: "Lists more; the search finds all", onclick: () => {
          this.#listed += LISTED;
          this.#refresh();
        },
      }));
    }
    if (shading.hidden.size) {
      notes.push(element("button", { class: "is-link is-legend-all", type: "button", text: "Show all", onclick: () => this.#hide(new Set()) }));
    }
    foot.replaceChildren(...notes);
    foot.hidden = !notes.length;
    this.#fade();
  }

  /** A soft edge where the list goes on. */
  #fade() {
    const list = this.#list;
    list.classList.toggle("is-more", list.scrollTop + list.clientHeight < list.scrollHeight - 2);
  }

  /** @param {number} code @param {string} label @param {import("../core/colors.js").Rgb} color */
  #entry(code, label, color) {
    const shown = !this.shading.hidden.has(code);
    const swatch = element("span", { class: "is-swatch" });
    swatch.style.background = toCss(color);
    const toggle = element("button", {
      class: "is-entry", type: "button", tabindex: "-1", "aria-pressed": String(shown), "data-code": code, title: `${label}: click hides or shows, double click isolates`,
      onclick: () => this.#toggle(code),
      ondblclick: () => this.#isolate(code),
    }, swatch, element("span", { class: "is-entry-label is-name" }, ...bothEnds(label)), element("span", { class: "is-entry-count", text: count(this.counts.get(code) ?? 0) }));
    const more = [element("button", { class: "is-only", type: "button", tabindex: "-1", text: "only", "aria-label": `Only ${label}`, onclick: () => this.#isolate(code) })];
    if (this.events.selects()) {
      more.push(element("button", {
        class: "is-only", type: "button", tabindex: "-1", text: "select", "aria-label": `Select ${label}`, title: "Shift adds, Alt removes",
        onclick: (/** @type {MouseEvent} */ event) => this.events.codes([code], { shift: event.shiftKey, alt: event.altKey }),
      }));
    }
    return element("div", { class: "is-legend-row", "data-code": code }, toggle, ...more);
  }

  /** @param {number} code */
  #toggle(code) {
    const hidden = new Set(this.shading.hidden);
    if (!hidden.delete(code)) hidden.add(code);
    this.#hide(hidden);
  }

  /** @param {number} code */
  #isolate(code) {
    const { hidden } = this.shading;
    const others = [MISSING, ...(this.column?.values ?? []).keys()].filter((other) => other !== code);
    const alone = !hidden.has(code) && hidden.size >= others.length;
    this.#hide(new Set(alone ? [] : others));
  }

  /** @param {Set<number>} hidden */
  #hide(hidden) {
    this.events.changed(hidden);
    this.#refresh();
  }
}

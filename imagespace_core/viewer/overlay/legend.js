/** What the colors mean. Values are hidden by a click, isolated by a double click, and selected; a scale has a brush. */

import { element, icon } from "../core/dom.js";
import { toCss, neutral } from "../core/colors.js";
import { ColorBar } from "./color_bar.js";
import { count, nameOfMissing } from "../core/words.js";
import { roving } from "../core/roving_focus.js";
import { isCategorical } from "../draw/shading.js";

/** Entries listed at first, and more at each asking; the search finds the others. */
const LISTED = 200;
const SEARCH_FROM = 12;

export class Legend {
  /**
   * @param {HTMLElement} host
   * @param {{changed: (hidden: Set<number>) => void, brushed: (steps: [number, number] | null) => void, folded: () => void,
   *   selects: () => boolean, codes: (codes: number[], held: {shift: boolean, alt: boolean}) => void,
   *   range: (held: {shift: boolean, alt: boolean}) => void}} events
   */
  constructor(host, events) {
    this.host = host;
    this.events = events;
    /** @type {import("../draw/shading.js").Shading | null} */ this.shading = null;
    /** @type {boolean | null} null: as wide as the view allows */ this.open = null;
    this.words = "";
    this.narrow = false;
    this.listed = LISTED;
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
   * @param {import("../draw/shading.js").Shading} shading
   * @param {Map<number, number>} counts by code, of the rows that the mask leaves
   */
  show(shading, counts) {
    if (this.column !== shading.column) {
      this.words = "";
      this.listed = LISTED;
      this.bar = null;
    }
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
      this.bar ??= new ColorBar(column, this.events);
      this.bar.show(this.shading, this.counts);
      if (this.bar.box.parentElement !== host) host.replaceChildren(head, this.bar.box);
      else host.firstChild.replaceWith(head);
      return;
    }
    this.list = element("div", { class: "is-legend-list", role: "toolbar", "aria-orientation": "vertical", "aria-label": `Values of ${column.name}`, onscroll: () => this.#fade() });
    this.stops = roving(this.list, () => [...this.list.children].map((row) => /** @type {HTMLElement[]} */ ([...row.children])));
    const search = (column.values?.length ?? 0) > SEARCH_FROM && element("input", {
      class: "is-legend-search", type: "search", placeholder: `Search ${count(column.values.length)} values`, "aria-label": "Search the legend",
      oninput: (event) => {
        this.words = event.target.value;
        this.listed = LISTED;
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
    const active = /** @type {any} */ (list.getRootNode()).activeElement;
    const focused = list.contains(active) && { code: active.parentElement.dataset.code, at: [...active.parentElement.children].indexOf(active) };
    const colors = shading.colors();
    const words = this.words.trim().toLowerCase();
    const values = column.values ?? [];
    const codes = [...values.keys(), ...(this.counts.get(-1) || column.missing ? [-1] : [])];
    const label = (code) => (code < 0 ? nameOfMissing(column) : values[code]);
    const found = words ? codes.filter((code) => label(code).toLowerCase().includes(words)) : codes;
    const color = (code) => (code < 0 ? neutral(shading.dark) : colors[code % colors.length]);
    list.replaceChildren(...found.slice(0, this.listed).map((code) => this.#row(code, label(code), color(code))));
    if (focused) list.querySelector(`[data-code="${focused.code}"]`)?.children[focused.at]?.focus({ preventScroll: true });
    this.stops.refresh();
    const notes = [];
    if (!found.length) notes.push(element("span", { text: "Nothing found" }));
    if (found.length > this.listed) {
      notes.push(element("button", {
        class: "is-link", type: "button", text: `${count(found.length - this.listed)} more`, title: "Lists more; the search finds all", onclick: () => {
          this.listed += LISTED;
          this.#list();
        },
      }));
    }
    if (shading.hidden.size) {
      notes.push(element("button", { class: "is-link is-legend-all", type: "button", text: "Show all", onclick: () => this.#set(new Set()) }));
    }
    this.foot.replaceChildren(...notes);
    this.foot.hidden = !notes.length;
    this.#fade();
  }

  /** Says by a soft edge that the list goes on. */
  #fade() {
    const { list } = this;
    list.classList.toggle("is-more", list.scrollTop + list.clientHeight < list.scrollHeight - 2);
  }

  #row(code, label, color) {
    const shown = !this.shading.hidden.has(code);
    const swatch = element("span", { class: "is-swatch" });
    swatch.style.background = toCss(color);
    const toggle = element("button", {
      class: "is-entry", type: "button", tabindex: "-1", "aria-pressed": String(shown), "data-code": code, title: `${label}: click hides or shows, double click isolates`,
      onclick: () => this.#toggle(code),
      ondblclick: () => this.#isolate(code),
    }, swatch, element("span", { class: "is-entry-label", text: label }), element("span", { class: "is-entry-count", text: count(this.counts.get(code) ?? 0) }));
    const more = [element("button", { class: "is-only", type: "button", tabindex: "-1", text: "only", "aria-label": `Only ${label}`, onclick: () => this.#isolate(code) })];
    if (this.events.selects()) {
      more.push(element("button", {
        class: "is-only", type: "button", tabindex: "-1", text: "select", "aria-label": `Select ${label}`, title: "Shift adds, Alt removes",
        onclick: (event) => this.events.codes([code], { shift: event.shiftKey, alt: event.altKey }),
      }));
    }
    return element("div", { class: "is-legend-row", "data-code": code }, toggle, ...more);
  }

  #toggle(code) {
    const hidden = new Set(this.shading.hidden);
    if (!hidden.delete(code)) hidden.add(code);
    this.#set(hidden);
  }

  #isolate(code) {
    const { hidden } = this.shading;
    const others = [-1, ...(this.column.values ?? []).keys()].filter((other) => other !== code);
    const alone = !hidden.has(code) && hidden.size >= others.length;
    this.#set(new Set(alone ? [] : others));
  }

  #set(hidden) {
    this.events.changed(hidden);
    this.#list();
  }
}

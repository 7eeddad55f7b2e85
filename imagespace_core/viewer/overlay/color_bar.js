/** The scale of a numeric or date column, with ticks and a brush: two handles that leave a range of values. */

import { scaleColor, toCss, neutral } from "../core/colors.js";
import { element } from "../core/dom.js";
import { count, ticksOf, writerOf } from "../core/words.js";
import { domain, STEPS } from "../draw/shading.js";

/** How far keys move a handle, in steps of the scale. */
const KEY_STEPS = { ArrowUp: 10, ArrowRight: 10, ArrowDown: -10, ArrowLeft: -10, PageUp: 100, PageDown: -100, Home: -STEPS, End: STEPS };

export class ColorBar {
  /** @type {[number, number] | null} steps of the scale that the brush leaves */ steps = null;

  /**
   * @param {import("../data/workspace_files.js").Column} column
   * @param {Pick<import("./legend.js").LegendEvents, "brushed" | "selects" | "range">} events
   */
  constructor(column, events) {
    this.column = column;
    this.events = events;
    const [low, high] = domain(column);
    this.low = low;
    this.high = high;
    this.text = writerOf(column);
    this.bars = ["is-bar is-bar-all", "is-bar"].map((name) => element("div", { class: name }));
    this.ends = [0, 1].map((end) => this.#handle(end));
    const ticks = ticksOf(column, low, high).map(({ at, text }) => {
      const tick = element("span", { class: "is-tick", text });
      tick.style.bottom = `${high > low ? (100 * (at - low)) / (high - low) : 50}%`;
      return tick;
    });
    this.track = element("div", { class: "is-track" }, ...this.bars, ...(high > low ? this.ends : []));
    const scale = element("div", { class: "is-scale", role: "group", "aria-label": `Colors run from ${this.text(low)} to ${this.text(high)}` }, this.track, element("div", { class: "is-ticks", "aria-hidden": "true" }, ...ticks));
    this.words = element("div", { class: "is-legend-note is-range" });
    this.select = element("button", {
      class: "is-link", type: "button", text: "Select", "aria-label": "Select this range", title: "Shift adds, Alt removes",
      onclick: (/** @type {MouseEvent} */ event) => this.events.range({ shift: event.shiftKey, alt: event.altKey }),
    });
    this.reset = element("button", { class: "is-link", type: "button", text: "Show all", onclick: () => this.#set(null) });
    this.foot = element("div", { class: "is-legend-foot" }, this.select, this.reset);
    this.notes = element("div", {});
    this.box = element("div", { class: "is-legend-scale" }, scale, this.words, this.foot, this.notes);
    if (high > low) this.#drag();
  }

  /**
   * @param {import("../draw/shading.js").Shading} shading
   * @param {Map<number, number>} counts of rows by step, of those that the mask leaves
   */
  show(shading, counts) {
    const { column, low, high } = this;
    this.steps = shading.steps;
    const { dark } = shading;
    const stops = Array.from({ length: 11 }, (_, i) => `${toCss(scaleColor(i / 10, dark))} ${i * 10}%`).join(", ");
    for (const bar of this.bars) bar.style.background = `linear-gradient(to top, ${stops})`;
    const [first, last] = this.steps ?? [0, STEPS - 1];
    const places = [first, last + 1];
    this.bars[1].style.clipPath = `inset(${100 - (100 * places[1]) / STEPS}% 0 ${(100 * places[0]) / STEPS}%)`;
    this.ends.forEach((handle, end) => {
      handle.style.bottom = `${(100 * places[end]) / STEPS}%`;
      handle.setAttribute("aria-valuenow", String(this.#at(places[end])));
      handle.setAttribute("aria-valuetext", this.#endText(end, places[end]));
    });
    let inside = 0;
    for (const [step, rows] of counts) if (step >= first && step <= last) inside += rows;
    this.words.hidden = !this.steps;
    this.words.textContent = `${this.#endText(0, places[0])} to ${this.#endText(1, places[1])} · ${count(inside)} images`;
    this.select.hidden = !this.steps || !this.events.selects();
    this.foot.hidden = this.reset.hidden = !this.steps;
    const notes = [];
    const min = column.min ?? low, max = column.max ?? high;
    if (column.kind === "number" && (low > min || high < max)) {
      notes.push(element("div", { class: "is-legend-note", text: `from ${this.text(min)} to ${this.text(max)}; the ends share a color` }));
    }
    if (column.missing) {
      const swatch = element("span", { class: "is-swatch" });
      swatch.style.background = toCss(neutral(dark));
      notes.push(element("div", { class: "is-legend-note" }, swatch, element("span", { text: `missing: ${count(column.missing)}${this.steps ? ", hidden" : ""}` })));
    }
    this.notes.replaceChildren(...notes);
  }

  /** @param {number} end 0 the low one, 1 the high one */
  #handle(end) {
    const [low, high] = domain(this.column);
    return element("div", {
      class: "is-handle", role: "slider", tabindex: "0", "aria-orientation": "vertical", "aria-valuemin": low, "aria-valuemax": high,
      "aria-label": `${end ? "Highest" : "Lowest"} ${this.column.name} shown`, title: "Drag, or use the arrow keys; double click shows all",
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const by = KEY_STEPS[/** @type {keyof typeof KEY_STEPS} */ (event.key)];
        if (!by) return;
        event.preventDefault();
        event.stopPropagation();
        this.#move(end, this.#places()[end] + by);
      },
    });
  }

  /** The ends as places between steps, 0 to STEPS. */
  #places() {
    const [first, last] = this.steps ?? [0, STEPS - 1];
    return [first, last + 1];
  }

  /** The value at a place of the scale. @param {number} place */
  #at(place) {
    return this.low + ((this.high - this.low) * place) / STEPS;
  }

  /** An end in words: at the ends of the scale it takes in all that is beyond. @param {number} end @param {number} place */
  #endText(end, place) {
    const { column } = this;
    if (place === 0 && !end) return this.text(column.min ?? this.low);
    if (place === STEPS && end) return this.text(column.max ?? this.high);
    const at = this.#at(place);
    return this.text(!column.whole ? at : end ? Math.floor(at) : Math.ceil(at));
  }

  /** @param {number} end @param {number} place */
  #move(end, place) {
    const places = this.#places();
    places[end] = Math.max(end ? places[0] + 1 : 0, Math.min(end ? STEPS : places[1] - 1, Math.round(place)));
    this.#set([places[0], places[1] - 1]);
  }

  /** @param {[number, number] | null} steps */
  #set(steps) {
    const all = !steps || (steps[0] === 0 && steps[1] === STEPS - 1);
    this.events.brushed(all ? null : steps);
  }

  /** A handle follows the pointer; between the handles of a narrowed range both do. */
  #drag() {
    const { track } = this;
    let grip = /** @type {{end: number, from: number, places: number[]} | null} */ (null);
    const place = (/** @type {MouseEvent} */ event) => {
      const box = track.getBoundingClientRect();
      return STEPS * Math.max(0, Math.min(1, (box.bottom - event.clientY) / box.height));
    };
    track.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      try {
        track.setPointerCapture(event.pointerId);
      } catch {
        // A pointer made by a script cannot be captured; it works without.
      }
      const at = place(event), places = this.#places();
      const held = this.ends.findIndex((handle) => handle === event.target);
      const nearest = Math.abs(at - places[0]) < Math.abs(at - places[1]) ? 0 : 1;
      const both = held < 0 && this.steps && at > places[0] && at < places[1];
      const end = both ? 2 : held < 0 ? nearest : held;
      if (!both) this.ends[end].focus({ preventScroll: true });
      if (held < 0 && !both) this.#move(end, at); // a press beside the handles brings the nearer one there
      grip = { end, from: at, places: this.#places() };
    });
    track.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const at = place(event);
      if (grip.end < 2) this.#move(grip.end, grip.places[grip.end] + at - grip.from);
      else {
        const by = Math.round(Math.max(-grip.places[0], Math.min(STEPS - grip.places[1], at - grip.from)));
        this.#set([grip.places[0] + by, grip.places[1] + by - 1]);
      }
    });
    const drop = () => (grip = null);
    track.addEventListener("pointerup", drop);
    track.addEventListener("pointercancel", drop);
    track.addEventListener("dblclick", () => this.#set(null));
  }
}

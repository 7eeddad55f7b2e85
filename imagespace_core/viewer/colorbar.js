/** The scale of a numeric or date column, with ticks. */

import { scaleColor, toCss, neutral } from "./colors.js";
import { element } from "./dom.js";
import { count, date, dateTicks, number, numberTicks } from "./format.js";
import { domain } from "./shading.js";

/**
 * @param {import("./dataset.js").Column} column
 * @param {boolean} dark
 * @returns {HTMLElement}
 */
export function colorBar(column, dark) {
  const [low, high] = domain(column);
  const stops = Array.from({ length: 11 }, (_, i) => `${toCss(scaleColor(i / 10, dark))} ${i * 10}%`).join(", ");
  const bar = element("div", { class: "is-bar" });
  bar.style.background = `linear-gradient(to top, ${stops})`;
  const ticks = (column.kind === "date" ? dateTicks : numberTicks)(low, high).map(({ at, text }) => {
    const tick = element("span", { class: "is-tick", text });
    tick.style.bottom = `${high > low ? (100 * (at - low)) / (high - low) : 50}%`;
    return tick;
  });
  const say = column.kind === "date" ? date : number;
  const box = element("div", { class: "is-scale", role: "img", "aria-label": `Colors run from ${say(low)} to ${say(high)}` }, bar, element("div", { class: "is-ticks" }, ...ticks));
  const notes = [];
  if (column.kind === "number" && (low > column.min || high < column.max)) {
    notes.push(element("div", { class: "is-legend-note", text: `from ${say(column.min)} to ${say(column.max)}; the ends share a color` }));
  }
  if (column.missing) {
    const swatch = element("span", { class: "is-swatch" });
    swatch.style.background = toCss(neutral(dark));
    notes.push(element("div", { class: "is-legend-note" }, swatch, element("span", { text: `missing: ${count(column.missing)}` })));
  }
  return element("div", {}, box, ...notes);
}

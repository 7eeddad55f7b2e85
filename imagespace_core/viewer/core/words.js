/** Numbers and dates in words, and even ticks for their scales. Dates are without time zone. */

/** Above so many steps from 0 a tick has more digits than fit in the short form. */
const TELLING = 500;
const COUNT = new Intl.NumberFormat("en-US");

/** @param {number} value */
export function count(value) {
  return COUNT.format(value);
}

/** How many images, in words. @param {number} images */
export function counted(images) {
  return `${count(images)} ${images === 1 ? "image" : "images"}`;
}

/** @param {number} value @param {number} [step] between ticks */
export function number(value, step) {
  if (!Number.isFinite(value)) return "missing";
  const size = Math.abs(value);
  const long = size >= 1e15 || (size >= 1e7 && !(step && step * TELLING < size));
  if (size && (long || size < 1e-4)) return value.toExponential(2).replace(/\.?0+e/, "e");
  const digits = step ? Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9))) : size >= 1000 ? 0 : size >= 10 ? 1 : 3;
  return plain(value, digits);
}

/** A number of a column of whole ones: with all its digits while it is exact. @param {number} value */
export function wholeNumber(value) {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? plain(value, 0) : number(value);
}

/** Never "-0". @param {number} value @param {number} digits behind the point, at most */
function plain(value, digits) {
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: digits, useGrouping: Math.abs(value) >= 10000, signDisplay: "negative" }).format(value);
}

/** How a column writes its numbers or dates. @param {import("../data/workspace_files.js").Column} column @returns {(value: number) => string} */
export function writerOf({ kind, whole }) {
  if (kind === "date") return (value) => date(value);
  return whole ? wholeNumber : (value) => number(value);
}

/** Ticks of a column's scale. @param {import("../data/workspace_files.js").Column} column @param {number} low @param {number} high */
export function ticksOf({ kind, whole }, low, high) {
  return kind === "date" ? dateTicks(low, high) : numberTicks(low, high, { whole });
}

/** @param {number} seconds since 1970 @param {"year" | "month" | "day" | "minute"} grain */
export function date(seconds, grain = "minute") {
  const when = new Date(seconds * 1000);
  if (Number.isNaN(when.getTime())) return "missing";
  const iso = when.toISOString();
  if (grain === "year") return String(when.getUTCFullYear());
  if (grain === "month") return new Intl.DateTimeFormat("en-US", { month: "short", year: "numeric", timeZone: "UTC" }).format(when);
  if (grain === "day") return new Intl.DateTimeFormat("en-US", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(when);
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 16).replace("T", " ");
}

/**
 * @param {number} low
 * @param {number} high
 * @param {{most?: number, whole?: boolean | null}} [options] most: ticks; whole: whether all are whole numbers
 * @returns {{at: number, text: string}[]}
 */
export function numberTicks(low, high, { most = 6, whole = false } = {}) {
  const text = whole ? wholeNumber : number;
  if (!(high > low)) return [{ at: low, text: text(low) }];
  const rough = Math.max((high - low) / most, whole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((k) => k * power >= rough) ?? 10);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push({ at: i * step, text: text(i * step, step) });
  return ticks;
}

const DAY = 86400;

/** Ticks at the beginnings of years, months, days or hours, as the span needs. @param {number} low seconds @param {number} high @param {number} most ticks @returns {{at: number, text: string}[]} */
export function dateTicks(low, high, most = 6) {
  if (!(high > low)) return [{ at: low, text: date(low) }];
  const days = (high - low) / DAY;
  if (days < most * 0.9) {
    const step = [60, 300, 900, 3600, 10800, 21600, 43200, DAY].find((s) => (high - low) / s <= most) ?? DAY;
    const ticks = [];
    for (let at = Math.ceil(low / step) * step; at <= high; at += step) ticks.push({ at, text: step < DAY ? date(at) : date(at, "day") });
    return ticks;
  }
  if (days < 62) {
    const step = Math.ceil(days / most) * DAY;
    const ticks = [];
    for (let at = Math.ceil(low / DAY) * DAY; at <= high; at += step) ticks.push({ at, text: date(at, "day") });
    return ticks;
  }
  const months = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000].find((m) => days / 30.44 / m <= most) ?? 12000;
  const ticks = [];
  const first = new Date(low * 1000);
  for (let index = Math.floor((first.getUTCFullYear() * 12) / months) * months; ; index += months) {
    const at = new Date(0).setUTCFullYear(Math.floor(index / 12), index % 12, 1) / 1000; // Date.UTC takes 99 for 1999
    if (at > high) return ticks;
    if (at >= low) ticks.push({ at, text: date(at, months >= 12 ? "year" : "month") });
  }
}

/**
 * A row's value in words.
 * @param {import("../data/workspace_files.js").Column} column
 * @param {number} row
 */
export function value(column, row) {
  const { data, kind, lists } = column;
  if (kind === "date" || kind === "number") return Number.isNaN(data[row]) ? "missing" : writerOf(column)(data[row]);
  if (lists) {
    const codes = lists.codes.subarray(lists.starts[row], lists.starts[row + 1]);
    return Array.from(codes, (code) => column.values?.[code] ?? "").join(", ") || nameOfMissing(column);
  }
  if (kind === "color") return `#${[0, 1, 2].map((k) => data[3 * row + k].toString(16).padStart(2, "0")).join("")}`;
  return data[row] < 0 ? nameOfMissing(column) : (column.values?.[data[row]] ?? "");
}

/** @param {import("../data/workspace_files.js").Column} column */
export function nameOfMissing(column) {
  return column.kind === "cluster" ? "noise" : "missing";
}

/**
 * Colors that differ clearly: categories, scales and the theme's own.
 *
 * The first categorical colors follow Okabe and Ito (2008, "Color Universal Design"), darkened where
 * they would vanish on white; the rest were picked in OKLab (Ottosson 2020), each as far from all before as possible.
 */

import PALETTE from "../palette.js";

/** @typedef {[number, number, number]} Rgb 0..255 */

/** @param {string} hex @returns {Rgb} */
export function fromHex(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** @param {number[] | Uint8Array} rgb */
export function toCss([r, g, b]) {
  return `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;
}

/**
 * Any CSS color, by asking the browser.
 * @param {string} css
 * @param {Rgb} fallback
 * @returns {Rgb}
 */
export function fromCss(css, fallback) {
  const plain = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(css);
  if (plain) return [Number(plain[1]), Number(plain[2]), Number(plain[3])];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  if (!context || !css) return fallback;
  context.fillStyle = toCss(fallback);
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return a < 128 ? fallback : [r, g, b];
}

/** Relative luminance after WCAG, 0..1. @param {Rgb} rgb */
export function luminance(rgb) {
  const linear = rgb.map(linearize);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/**
 * @param {number} count
 * @param {boolean} dark whether the background is
 * @param {string[] | null} [custom] CSS colors that come first
 * @returns {Rgb[]} as many colors, always the same ones in the same order
 */
export function categorical(count, dark, custom) {
  const first = (custom ?? []).map((css) => fromCss(css, [128, 128, 128]));
  const rest = PALETTE.categories[dark ? "dark" : "light"].map(fromHex).filter((color) => first.every((other) => distance(color, other) >= PALETTE.near));
  const colors = [...first, ...rest].slice(0, count);
  const [low, high] = PALETTE.lightness[dark ? "dark" : "light"];
  for (let i = colors.length; i < count; i++) {
    const angle = i * 2.399963; // golden angle: any run of neighbors is spread around the wheel
    const lightness = low + (high - low) * ((i * 0.618034) % 1);
    const chroma = 0.07 + 0.09 * ((i * 0.754878) % 1);
    colors.push(fromOklab([lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)]));
  }
  return colors;
}

/** @param {boolean} dark @returns {Rgb} */
export function neutral(dark) {
  return fromHex(PALETTE.neutral[dark ? "dark" : "light"]);
}

/**
 * The color at a place of the continuous scale. The end nearest to the background is left out.
 * @param {number} t 0..1
 * @param {boolean} dark
 * @returns {Rgb}
 */
export function scaleColor(t, dark) {
  const { stops } = PALETTE.scale;
  const [first, last] = PALETTE.scale[dark ? "dark" : "light"];
  const place = (first + (last - first) * t) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(place));
  const a = fromHex(stops[i]), b = fromHex(stops[i + 1]);
  return /** @type {Rgb} */ (a.map((value, k) => value + (b[k] - value) * (place - i)));
}

/** @param {Rgb} a @param {Rgb} b */
function distance([r, g, b], [R, G, B]) {
  return Math.hypot(r - R, g - G, b - B);
}

/** @param {number} value 0..255 @returns {number} 0..1 */
function linearize(value) {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

/** @param {number[]} lab @returns {Rgb} */
function fromOklab([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return /** @type {Rgb} */ ([
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => Math.round(255 * Math.min(1, Math.max(0, v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055)))));
}

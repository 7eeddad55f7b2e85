/**
 * Colors that differ clearly: categories, scales and the theme's own.
 *
 * The first categorical colors follow Okabe and Ito (2008, "Color Universal Design"), darkened where
 * they would vanish on white; the rest are picked in OKLab (Ottosson 2020) as far from all before as possible.
 */

/** @typedef {[number, number, number]} Rgb 0..255 */

const OKABE_ITO = {
  light: ["#0072b2", "#e08a00", "#009e73", "#c8609e", "#d55e00", "#4aa8dd", "#a08c00", "#7a5cc0"],
  dark: ["#4aa3e0", "#f0a830", "#2fc49a", "#e08fc0", "#f07a3a", "#8fd0f5", "#f0e442", "#b09af0"],
};

/** Noise and missing values. */
const NEUTRAL = { light: "#a3a8b0", dark: "#6d7480" };

/** Dark to light in even steps of lightness, blue over green to yellow; readable without red or green. */
const SCALE = ["#3b1f6b", "#44398a", "#3d569b", "#31719f", "#278a9c", "#26a38f", "#4cba77", "#8ccd58", "#cddb43", "#f8e750"];

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
 * @param {string[]} [custom] CSS colors that come first
 * @returns {Rgb[]} as many colors, always the same ones in the same order
 */
export function categorical(count, dark, custom) {
  const colors = (custom?.length ? custom.map((css) => fromCss(css, [128, 128, 128])) : OKABE_ITO[dark ? "dark" : "light"].map(fromHex)).slice(0, count);
  if (colors.length === count) return colors;
  const [low, high] = dark ? [0.62, 0.9] : [0.4, 0.74];
  /** @type {{lab: number[], away: number}[]} */ const candidates = [];
  for (const [step, lightness] of [0.5, 0, 1, 0.25, 0.75].entries()) {
    for (let hue = 0; hue < 24; hue++) {
      for (const chroma of [0.15, 0.08]) {
        const angle = ((hue + step / 5) * Math.PI) / 12;
        const lab = [low + (high - low) * lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
        candidates.push({ lab, away: Infinity });
      }
    }
  }
  const seen = [NEUTRAL[dark ? "dark" : "light"]].map(fromHex).concat(colors).map(toOklab);
  const mark = (/** @type {number[]} */ lab) => {
    for (const c of candidates) c.away = Math.min(c.away, Math.hypot(1.2 * (c.lab[0] - lab[0]), c.lab[1] - lab[1], c.lab[2] - lab[2]));
  };
  seen.forEach(mark);
  while (colors.length < Math.min(count, 96)) {
    // Ties go to the first, whatever the last bits say: drawing/colors.py picks the same ones.
    const best = candidates.reduce((a, b) => (b.away > a.away + 1e-9 ? b : a));
    colors.push(fromOklab(best.lab));
    mark(best.lab);
  }
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
  return fromHex(NEUTRAL[dark ? "dark" : "light"]);
}

/**
 * The color at a place of the continuous scale. The end nearest to the background is left out.
 * @param {number} t 0..1
 * @param {boolean} dark
 * @returns {Rgb}
 */
export function scaleColor(t, dark) {
  const place = (dark ? 0.16 + 0.84 * t : 0.94 * t) * (SCALE.length - 1);
  const i = Math.min(SCALE.length - 2, Math.floor(place));
  const a = fromHex(SCALE[i]), b = fromHex(SCALE[i + 1]);
  return /** @type {Rgb} */ (a.map((value, k) => value + (b[k] - value) * (place - i)));
}

/** @param {number} value 0..255 @returns {number} 0..1 */
function linearize(value) {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

/** @param {number[]} rgb @returns {number[]} */
function toOklab(rgb) {
  const [r, g, b] = rgb.map(linearize);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
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

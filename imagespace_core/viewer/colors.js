/**
 * Colors that can be told apart: categories, scales and the theme's own.
 *
 * The first categorical colors follow Okabe and Ito (2008, "Color Universal Design"), darkened where
 * they would vanish on white; the rest were picked in OKLab (Ottosson 2020), each as far from all before as possible.
 */

/** @typedef {[number, number, number]} Rgb 0..255 */

/**
 * `palette.json`, which Python reads, word for word: a request for it would hold up the first picture. Where they differ a
 * test fails; change the file, then paste it here.
 *
 * categories: the colors of values, in this order. neutral: noise and missing values. scale: stops from dark to light in
 * even steps of lightness, blue over green to yellow, readable without red or green; and the part of it that is used on
 * each background, without the end nearest to that. lightness: of colors made up beyond the categories, in OKLab.
 * near: colors of the list nearer than this, in RGB, to one that people chose are left out.
 */
const PALETTE = {
  "categories": {
    "light": [
      "#0072b2", "#e08a00", "#009e73", "#c8609e", "#d55e00", "#4aa8dd", "#a08c00", "#7a5cc0", "#524a00", "#820f40", "#005c64", "#483292",
      "#9c3f00", "#72c265", "#316d4e", "#d589e4", "#7d4d6e", "#fb8081", "#9b7ae0", "#a1655b", "#005c19", "#004b90", "#00c8b9", "#6a391e",
      "#92a1ff", "#755d00", "#717e47", "#007485", "#bd7e76", "#a96600", "#008da8", "#baab70", "#5050b1", "#00a8bf", "#593963", "#a12f4d",
      "#a752a1", "#6da337", "#6575a7", "#d396b1", "#7b8fc2", "#388779", "#ab7faa", "#296685", "#ba4a74", "#723700", "#436e00", "#78419e",
      "#00c1e7", "#867a00", "#4d8a1f", "#861500", "#404e18", "#00554c", "#2b4872", "#731c69", "#afb32a", "#81ba96", "#854e3c", "#007858",
      "#4fa09d", "#dc6478", "#aaa2da", "#4294e9", "#c04e3e", "#00927b", "#92668e", "#6cb8cb", "#f080b6", "#6a6024", "#92357b", "#7f9b68",
      "#566fcf", "#c87e00", "#4db2ff", "#0069a5", "#93703f", "#3c819b", "#6a3443", "#d89988", "#555a8c", "#af8959", "#f48c49", "#c06cc0",
      "#00ad8f", "#db9f10", "#0080c6", "#da6d40", "#9e6375", "#54855e", "#7f6da0", "#5f4106", "#1f5432", "#005261", "#464070", "#cea174"
    ],
    "dark": [
      "#4aa3e0", "#f0a830", "#2fc49a", "#e08fc0", "#f07a3a", "#8fd0f5", "#f0e442", "#b09af0", "#ffb4b3", "#908b00", "#f7c3ff", "#5bfed1",
      "#ba60ac", "#00a28f", "#b4d39d", "#ae775b", "#8374da", "#39f6ff", "#a5deff", "#a5be43", "#f6b2b9", "#9aa167", "#ffc969", "#00c9e5",
      "#b8baff", "#faa3fa", "#e76f88", "#6bb3ff", "#00e5e0", "#4d90ac", "#dda187", "#6e9262", "#eedfa2", "#ffcaf2", "#c79100", "#ffa476",
      "#dbca44", "#d15a63", "#c878cf", "#5baca5", "#c78a77", "#5ab35b", "#ff8692", "#e8bf8e", "#b77800", "#4885df", "#a5f797", "#57e5a9",
      "#9097cd", "#b8b478", "#70c1c1", "#1f9f58", "#009bbb", "#907aae", "#ffccba", "#b3efc8", "#a7e8ff", "#ffb3ea", "#00b4c6", "#bd88ac",
      "#ccbdf6", "#ff9cc9", "#7accff", "#1cdcff", "#8fb4e4", "#cc6526", "#9ba516", "#898ff6", "#a2db71", "#fe8f5b", "#8dc096", "#af7281",
      "#97854b", "#47968b", "#cfdaff", "#8dd9c6", "#c5a2d4", "#d592f2", "#61cb7c", "#ffb649", "#00b894", "#d6ab1b", "#dc9caf", "#67a4c6",
      "#a8a2ff", "#00cfb5", "#cfaa77", "#77bcd8", "#abaae3", "#6888b6", "#a3749b", "#ffc9d6", "#ffd4a6", "#d1e8af", "#9ff0e6", "#ebd1ff"
    ]
  },
  "neutral": { "light": "#a3a8b0", "dark": "#6d7480" },
  "scale": {
    "stops": ["#3b1f6b", "#44398a", "#3d569b", "#31719f", "#278a9c", "#26a38f", "#4cba77", "#8ccd58", "#cddb43", "#f8e750"],
    "light": [0, 0.94],
    "dark": [0.16, 1]
  },
  "lightness": { "light": [0.4, 0.74], "dark": [0.62, 0.9] },
  "near": 50
};

/** @param {string} hex @returns {Rgb} */
export function fromHex(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** @param {ArrayLike<number>} rgb */
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
export function luminance([r, g, b]) {
  const linear = [r, g, b].map(linearize);
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

function distance([r, g, b], [R, G, B]) {
  return Math.hypot(r - R, g - G, b - B);
}

function linearize(value) {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

/** @returns {Rgb} */
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

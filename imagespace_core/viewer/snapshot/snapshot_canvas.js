/** The view drawn once more on a canvas of its own, at any scale: the map in tiles, then all that is written on it. */

import { neutral, scaleColor, toCss } from "../core/colors.js";
import { count, date, dateTicks, nameOfMissing, number, numberTicks } from "../core/words.js";
import { domain, isCategorical, STEPS } from "../draw/shading.js";
import { shorten } from "../core/fitted_text.js";

const KEY_WIDTH = 200, LINE = 20, EDGE = 12, BAR = 150;

/** The longest side that can be drawn, in pixels. @param {import("../draw/renderer.js").Picture} picture */
export function mostPixels({ gpu: { gl } }) {
  return Math.min(16384, ...gl.getParameter(gl.MAX_VIEWPORT_DIMS));
}

/**
 * @param {import("../map/map_view.js").Viewer} viewer
 * @param {number} scale pixels per CSS pixel
 * @returns {HTMLCanvasElement}
 */
export function paint(viewer, scale) {
  const { picture, parts } = viewer;
  const { clientWidth: width, clientHeight: height } = picture.canvas;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  map(pen, picture, scale);
  pen.scale(scale, scale);
  const style = getComputedStyle(parts.root);
  const ink = { text: style.color, background: style.backgroundColor, family: style.fontFamily, line: getComputedStyle(parts.tools).borderTopColor };
  const origin = picture.canvas.getBoundingClientRect();
  const right = title(pen, viewer, ink, width);
  const free = ({ left, top }) => left - origin.left > right || top - origin.top > EDGE + LINE; // nothing is written into the title
  writing(pen, parts.guides, origin, ink, false, free);
  for (const ring of parts.marks.querySelectorAll(".is-ring-selected, .is-ring-query")) circle(pen, ring, origin);
  writing(pen, parts.labels, origin, ink, true, free);
  key(pen, viewer, ink, width, height);
  return canvas;
}

/** The map by the GPU, in tiles of the size of its own canvas, so that no scale asks for more memory there. */
function map(pen, picture, scale) {
  const { canvas, dpr } = picture;
  const { width, height } = pen.canvas;
  picture.dpr = scale;
  try {
    for (let y = 0; y < height; y += canvas.height) {
      for (let x = 0; x < width; x += canvas.width) {
        picture.viewport = [-x, y + canvas.height - height, width, height];
        picture.draw();
        pen.drawImage(canvas, x, y);
      }
    }
  } finally {
    picture.dpr = dpr;
    picture.viewport = null;
    picture.draw();
  }
}

/** The words of a layer where they stand now. */
function writing(pen, layer, origin, ink, boxed, free) {
  for (const node of layer.querySelectorAll("*")) {
    const text = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data).join("").trim();
    const shape = node.getBoundingClientRect();
    if (!text || !shape.width || !node.offsetWidth || !free(shape)) continue;
    const style = getComputedStyle(node);
    const zoom = shape.width / node.offsetWidth;
    const right = Math.min(shape.right, node.parentElement === layer ? Infinity : node.parentElement.getBoundingClientRect().right);
    const pad = parseFloat(style.paddingLeft) * zoom;
    const x = shape.left - origin.left + pad, y = shape.top - origin.top + shape.height / 2;
    pen.save();
    pen.globalAlpha = faintness(node, layer);
    pen.font = `${style.fontWeight} ${parseFloat(style.fontSize) * zoom}px ${style.fontFamily}`;
    if (boxed) {
      pen.fillStyle = ink.background;
      pen.globalAlpha *= 0.75;
      pen.beginPath();
      pen.roundRect(shape.left - origin.left, shape.top - origin.top, shape.width, shape.height, shape.height / 2);
      pen.fill();
      pen.globalAlpha = 1;
    }
    const room = right - shape.left - 2 * pad;
    if (room > 4) words(pen, shorten(text, room + 1, pen.font, false), x, y, style.color, boxed ? null : ink.background);
    pen.restore();
  }
}

function faintness(node, layer) {
  let alpha = 1;
  for (let at = node; at && at !== layer; at = at.parentElement) if (at.style.opacity) alpha *= Number(at.style.opacity);
  return alpha;
}

function words(pen, text, x, y, color, halo, align = "left") {
  pen.textAlign = align;
  pen.textBaseline = "middle";
  if (halo) {
    pen.strokeStyle = halo;
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeText(text, x, y);
  }
  pen.fillStyle = color;
  pen.fillText(text, x, y);
}

function circle(pen, node, origin) {
  const { left, top, width, height } = node.getBoundingClientRect();
  if (!width) return;
  const style = getComputedStyle(node);
  pen.save();
  pen.strokeStyle = style.borderTopColor;
  pen.lineWidth = parseFloat(style.borderTopWidth);
  if (style.borderTopStyle === "dashed") pen.setLineDash([4, 3]);
  pen.beginPath();
  pen.roundRect(left - origin.left + 1, top - origin.top + 1, width - 2, height - 2, Math.min(parseFloat(style.borderTopLeftRadius) || 0, width / 2));
  pen.stroke();
  pen.restore();
}

/** What the colors mean, in the corner where the legend is. */
function key(pen, viewer, ink, width, height) {
  const { shading } = viewer.picture;
  const { column } = shading;
  if (!column || column.kind === "color") return;
  const wide = Math.min(KEY_WIDTH, width - 2 * EDGE);
  const left = width - EDGE - wide;
  const room = Math.floor((height - 2 * EDGE - 2 * LINE) / LINE);
  const lines = isCategorical(column) ? entries(viewer, room) : [];
  const tall = LINE * 1.4 + (lines.length ? lines.length * LINE : BAR + 26 + (shading.steps ? LINE : 0)) + 8;
  pen.fillStyle = ink.background;
  pen.globalAlpha = 0.92;
  pen.beginPath();
  pen.roundRect(left, EDGE, wide, tall, 8);
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = ink.line;
  pen.lineWidth = 1;
  pen.stroke();
  const font = (weight, size) => `${weight} ${size}px ${ink.family}`;
  pen.font = font(600, 13);
  words(pen, shorten(column.name, wide - 24, pen.font, false), left + 12, EDGE + LINE * 0.8, ink.text, null);
  lines.forEach(({ text, note, color }, i) => {
    const y = EDGE + LINE * 1.4 + (i + 0.5) * LINE;
    if (color) {
      pen.fillStyle = color;
      pen.beginPath();
      pen.arc(left + 17.5, y, 5.5, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.font = font(400, 12);
    words(pen, note, left + wide - 12, y, ink.text, null, "right");
    const taken = pen.measureText(note).width;
    pen.font = font(400, 13);
    words(pen, shorten(text, wide - (color ? 50 : 24) - taken, pen.font, false), left + (color ? 31 : 12), y, ink.text, null);
  });
  if (!lines.length) bar(pen, shading, ink, left + 12, EDGE + LINE * 1.4 + 10, font(400, 12));
}

/** @returns {{text: string, note: string, color: string | null}[]} the values shown, as many as there is room for */
function entries({ picture: { shading }, reading: { legend } }, room) {
  const { column, hidden } = shading;
  const colors = shading.colors();
  const shown = [...legend.counts].filter(([code, rows]) => rows && !hidden.has(code)).sort(([a], [b]) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
  const fits = shown.length <= room ? shown : shown.slice(0, room - 1);
  const lines = fits.map(([code, rows]) => ({
    text: code < 0 ? nameOfMissing(column) : (column.values[code] ?? ""), note: count(rows),
    color: toCss(code < 0 ? neutral(shading.dark) : colors[code % colors.length]),
  }));
  if (fits.length < shown.length) lines.push({ text: `and ${count(shown.length - fits.length)} more`, note: "", color: null });
  return lines;
}

function bar(pen, shading, ink, left, top, font) {
  const { column, dark, steps } = shading;
  const [low, high] = domain(column);
  const paint = pen.createLinearGradient(0, top + BAR, 0, top);
  for (let i = 0; i <= 10; i++) paint.addColorStop(i / 10, toCss(scaleColor(i / 10, dark)));
  pen.fillStyle = paint;
  const [first, last] = steps ?? [0, STEPS - 1];
  pen.globalAlpha = 0.2;
  pen.fillRect(left, top, 14, BAR);
  pen.globalAlpha = 1;
  pen.fillRect(left, top + BAR * (1 - (last + 1) / STEPS), 14, (BAR * (last + 1 - first)) / STEPS);
  pen.font = font;
  for (const { at, text } of (column.kind === "date" ? dateTicks : numberTicks)(low, high)) {
    const y = top + BAR * (1 - (high > low ? (at - low) / (high - low) : 0.5));
    pen.fillStyle = ink.text;
    pen.fillRect(left + 14, y - 0.5, 6, 1);
    words(pen, text, left + 26, y, ink.text, null);
  }
  if (!steps) return;
  const say = column.kind === "date" ? date : number;
  const [from, to] = shading.range();
  words(pen, `${say(from)} to ${say(to)}`, left, top + BAR + 22, ink.text, null);
}

/** What this is: the layout's name and how much of it is shown. @returns {number} where it ends, in CSS pixels */
function title(pen, viewer, ink, width) {
  const { config, picture, root } = viewer;
  const selected = Number(root.dataset.selected ?? 0);
  const text = [config.label ?? `${config.layout} ${config.dims}D`, `${count(picture.visible)} shown`, ...(selected ? [`${count(selected)} selected`] : [])].join(" · ");
  pen.font = `600 14px ${ink.family}`;
  const line = shorten(text, Math.max(120, width - KEY_WIDTH - 4 * EDGE), pen.font, false);
  words(pen, line, EDGE, EDGE + 8, ink.text, ink.background);
  return EDGE + pen.measureText(line).width + EDGE;
}

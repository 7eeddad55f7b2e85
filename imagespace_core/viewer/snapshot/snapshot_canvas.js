/** The view drawn once more on a canvas of its own, at any scale: the map in tiles, then all that is written on it. */

import { neutral, scaleColor, toCss } from "../core/colors.js";
import { count, nameOfMissing, ticksOf, writerOf } from "../core/words.js";
import { domain, isCategorical, STEPS } from "../draw/shading.js";
import { shorten } from "../core/fitted_text.js";

const LEGEND_WIDTH = 200, LINE = 20, EDGE = 12, BAR = 150;

/**
 * @typedef {CanvasRenderingContext2D} Pen
 * @typedef {{text: string, background: string, family: string, line: string}} Ink CSS colors, and the fonts
 */

/** The longest side that can be drawn, in pixels. @param {import("../draw/renderer.js").Renderer} renderer */
export function mostPixels({ gpu: { gl } }) {
  return Math.min(16384, ...gl.getParameter(gl.MAX_VIEWPORT_DIMS));
}

/**
 * @param {import("../map/map_elements.js").MapElements} elements
 * @param {import("../draw/renderer.js").Renderer} renderer
 * @param {import("../overlay/legend.js").Legend} legend
 * @param {import("../contract").MapConfig} config
 * @param {number} scale pixels per CSS pixel
 * @returns {HTMLCanvasElement}
 */
export function snapshotCanvas(elements, renderer, legend, config, scale) {
  const { clientWidth: width, clientHeight: height } = renderer.canvas;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = /** @type {Pen} */ (canvas.getContext("2d"));
  drawMap(pen, renderer, scale);
  pen.scale(scale, scale);
  const style = getComputedStyle(elements.root);
  const ink = { text: style.color, background: style.backgroundColor, family: style.fontFamily, line: getComputedStyle(elements.tools).borderTopColor };
  const origin = renderer.canvas.getBoundingClientRect();
  const title = titleOf(config, renderer, Number(elements.root.dataset.selected ?? 0));
  const right = drawTitle(pen, title, ink, width);
  const free = (/** @type {DOMRect} */ { left, top }) => left - origin.left > right || top - origin.top > EDGE + LINE; // nothing is written into the title
  drawText(pen, elements.guides, origin, ink, false, free);
  for (const ring of elements.rings.querySelectorAll(".is-ring-selected, .is-ring-query")) drawRing(pen, ring, origin);
  drawText(pen, elements.labels, origin, ink, true, free);
  drawLegend(pen, renderer.shading, legend.counts, ink, width, height);
  return canvas;
}

/** The map by the GPU, in tiles of the size of its own canvas, so that no scale asks for more memory there. @param {Pen} pen @param {import("../draw/renderer.js").Renderer} renderer @param {number} scale */
function drawMap(pen, renderer, scale) {
  const { canvas, dpr } = renderer;
  const { width, height } = pen.canvas;
  renderer.dpr = scale;
  try {
    for (let y = 0; y < height; y += canvas.height) {
      for (let x = 0; x < width; x += canvas.width) {
        renderer.viewport = [-x, y + canvas.height - height, width, height];
        renderer.draw();
        pen.drawImage(canvas, x, y);
      }
    }
  } finally {
    renderer.dpr = dpr;
    renderer.viewport = null;
    renderer.draw();
  }
}

/**
 * The text inside an element, where it stands now.
 * @param {Pen} pen
 * @param {HTMLElement} overlay
 * @param {DOMRect} origin
 * @param {Ink} ink
 * @param {boolean} boxed whether each text stands on a plate
 * @param {(shape: DOMRect) => boolean} free whether it may be written there
 */
function drawText(pen, overlay, origin, ink, boxed, free) {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (overlay.querySelectorAll("*"))) {
    const text = [...node.childNodes].map((child) => (child instanceof Text ? child.data : "")).join("").trim();
    const shape = node.getBoundingClientRect();
    if (!text || !shape.width || !node.offsetWidth || !free(shape)) continue;
    const style = getComputedStyle(node);
    const zoom = shape.width / node.offsetWidth;
    const right = Math.min(shape.right, !node.parentElement || node.parentElement === overlay ? Infinity : node.parentElement.getBoundingClientRect().right);
    const pad = parseFloat(style.paddingLeft) * zoom;
    const x = shape.left - origin.left + pad, y = shape.top - origin.top + shape.height / 2;
    pen.save();
    pen.globalAlpha = opacityOf(node, overlay);
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
    if (room > 4) write(pen, shorten(text, room + 1, pen.font, false), x, y, style.color, boxed ? null : ink.background);
    pen.restore();
  }
}

/** @param {HTMLElement} node @param {HTMLElement} overlay */
function opacityOf(node, overlay) {
  let alpha = 1;
  for (let at = /** @type {HTMLElement | null} */ (node); at && at !== overlay; at = at.parentElement) if (at.style.opacity) alpha *= Number(at.style.opacity);
  return alpha;
}

/** @param {Pen} pen @param {string} text @param {number} x @param {number} y @param {string} color @param {string | null} halo */
function write(pen, text, x, y, color, halo, align = /** @type {CanvasTextAlign} */ ("left")) {
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

/** @param {Pen} pen @param {Element} node @param {DOMRect} origin */
function drawRing(pen, node, origin) {
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

/**
 * What the colors mean, in the corner where the legend is.
 * @param {Pen} pen
 * @param {import("../draw/shading.js").Shading} shading
 * @param {Map<number, number>} counts by code
 * @param {Ink} ink
 * @param {number} width CSS pixels
 * @param {number} height
 */
function drawLegend(pen, shading, counts, ink, width, height) {
  const { column } = shading;
  if (!column || column.kind === "color") return;
  const wide = Math.min(LEGEND_WIDTH, width - 2 * EDGE);
  const left = width - EDGE - wide;
  const room = Math.floor((height - 2 * EDGE - 2 * LINE) / LINE);
  const lines = isCategorical(column) ? entriesOf(column, shading, counts, room) : [];
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
  const font = (/** @type {number} */ weight, /** @type {number} */ size) => `${weight} ${size}px ${ink.family}`;
  pen.font = font(600, 13);
  write(pen, shorten(column.name, wide - 24, pen.font, false), left + 12, EDGE + LINE * 0.8, ink.text, null);
  lines.forEach(({ text, note, color }, i) => {
    const y = EDGE + LINE * 1.4 + (i + 0.5) * LINE;
    if (color) {
      pen.fillStyle = color;
      pen.beginPath();
      pen.arc(left + 17.5, y, 5.5, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.font = font(400, 12);
    write(pen, note, left + wide - 12, y, ink.text, null, "right");
    const taken = pen.measureText(note).width;
    pen.font = font(400, 13);
    write(pen, shorten(text, wide - (color ? 50 : 24) - taken, pen.font), left + (color ? 31 : 12), y, ink.text, null);
  });
  if (!lines.length) drawScale(pen, column, shading, ink, left + 12, EDGE + LINE * 1.4 + 10, font(400, 12));
}

/**
 * @param {import("../data/workspace_files.js").Column} column
 * @param {import("../draw/shading.js").Shading} shading
 * @param {Map<number, number>} counts by code
 * @param {number} room lines
 * @returns {{text: string, note: string, color: string | null}[]} the values shown, as many as there is room for
 */
function entriesOf(column, shading, counts, room) {
  const { hidden } = shading;
  const colors = shading.colors();
  const shown = [...counts].filter(([code, rows]) => rows && !hidden.has(code)).sort(([a], [b]) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
  const fits = shown.length <= room ? shown : shown.slice(0, room - 1);
  /** @type {{text: string, note: string, color: string | null}[]} */
  const lines = fits.map(([code, rows]) => ({
    text: code < 0 ? nameOfMissing(column) : (column.values?.[code] ?? ""), note: count(rows),
    color: toCss(code < 0 ? neutral(shading.dark) : colors[code % colors.length]),
  }));
  if (fits.length < shown.length) lines.push({ text: `and ${count(shown.length - fits.length)} more`, note: "", color: null });
  return lines;
}

/**
 * @param {Pen} pen
 * @param {import("../data/workspace_files.js").Column} column
 * @param {import("../draw/shading.js").Shading} shading
 * @param {Ink} ink
 * @param {number} left CSS pixels
 * @param {number} top
 * @param {string} font
 */
function drawScale(pen, column, shading, ink, left, top, font) {
  const { dark, steps } = shading;
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
  for (const { at, text } of ticksOf(column, low, high)) {
    const y = top + BAR * (1 - (high > low ? (at - low) / (high - low) : 0.5));
    pen.fillStyle = ink.text;
    pen.fillRect(left + 14, y - 0.5, 6, 1);
    write(pen, text, left + 26, y, ink.text, null);
  }
  const range = shading.range();
  if (!range) return;
  const [from, to] = range.map(writerOf(column));
  write(pen, `${from} to ${to}`, left, top + BAR + 22, ink.text, null);
}

/** What this is: the layout's name and how much of it is shown. @param {import("../contract").MapConfig} config @param {import("../draw/renderer.js").Renderer} renderer @param {number} selected rows */
function titleOf({ label, layout, dims }, { visible }, selected) {
  return [label ?? `${layout} ${dims}D`, `${count(visible)} shown`, ...(selected ? [`${count(selected)} selected`] : [])].join(" · ");
}

/** @param {Pen} pen @param {string} text @param {Ink} ink @param {number} width CSS pixels @returns {number} where it ends, in CSS pixels */
function drawTitle(pen, text, ink, width) {
  pen.font = `600 14px ${ink.family}`;
  const line = shorten(text, Math.max(120, width - LEGEND_WIDTH - 4 * EDGE), pen.font, false);
  write(pen, line, EDGE, EDGE + 8, ink.text, ink.background);
  return EDGE + pen.measureText(line).width + EDGE;
}

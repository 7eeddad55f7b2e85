/** How wide words are, and words made to fit. */

/** @type {CanvasRenderingContext2D | null} */ let pen = null;

/**
 * @param {string} text
 * @param {string} font as in CSS
 * @returns {number} CSS pixels
 */
export function widthOf(text, font) {
  pen ??= /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  if (pen.font !== font) pen.font = font;
  return pen.measureText(text).width;
}

/**
 * A text that is too long loses its middle (file names differ at their ends) or its end.
 * @param {string} text
 * @param {number} width CSS pixels
 * @param {string} font
 * @param {boolean} middle
 */
export function shorten(text, width, font, middle = true) {
  if (widthOf(text, font) <= width) return text;
  const letters = [...text];
  const cut = (/** @type {number} */ kept) => {
    const last = middle ? Math.floor(kept / 2) : 0;
    return `${letters.slice(0, kept - last).join("")}…${last ? letters.slice(-last).join("") : ""}`;
  };
  let low = 1, high = letters.length - 1;
  while (low < high) {
    const kept = Math.ceil((low + high) / 2);
    if (widthOf(cut(kept), font) <= width) low = kept;
    else high = kept - 1;
  }
  return cut(low);
}

/** The font of an element, for the two above. @param {Element} element */
export function fontOf(element) {
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  return `${fontWeight} ${fontSize} ${fontFamily}`;
}

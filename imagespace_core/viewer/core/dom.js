/** Making elements: all of the viewer's markup is built here or from here, never from strings of HTML. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes] `class`, `text`, `on…` listeners, or attributes; null and false leave one out
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const ICONS = {
  move: "M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5",
  box: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M11 4h2M11 20h2M4 11v2M20 11v2",
  lasso: "M12 4c5 0 9 2.4 9 5.6s-4 5.6-9 5.6-9-2.4-9-5.6S7 4 12 4zM6.5 14c-1.6 1-1.7 2.9-.2 3.2s2.3-1.5 1.2-2.7M7 17.2c.6 1.4.2 2.6-1.2 3.3",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  layers: "M12 4l8.5 4.5L12 13 3.5 8.5zM3.5 12.5 12 17l8.5-4.5M3.5 16.5 12 21l8.5-4.5",
  camera: "M4 8h3.5l1.5-2.5h6L16.5 8H20v11H4zM12 10a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z",
  help: "M9.2 9a2.9 2.9 0 1 1 4.3 2.6c-.9.5-1.5 1.1-1.5 2.1M12 17h.01",
  legend: "M5 7h.01M5 12h.01M5 17h.01M9 7h10M9 12h10M9 17h10",
  close: "M6 6l12 12M18 6L6 18",
  undo: "M8.5 6 5 9.5 8.5 13M5 9.5h8.5a5 5 0 0 1 0 10H9",
  redo: "M15.5 6 19 9.5 15.5 13M19 9.5h-8.5a5 5 0 0 0 0 10H15",
  all: "M4 12.5l5 5L20 6.5",
  invert: "M12 4a8 8 0 0 0 0 16zM12 4a8 8 0 0 1 0 16",
  pencil: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19 4 20zM13.5 7l3.5 3.5",
  select: "M5 5l5.5 14 2-6.5 6.5-2z",
};

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @typedef {keyof typeof ICONS} IconName */

/** @param {IconName} name */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", width: "16", height: "16", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

/** Making elements: all of the viewer's markup is built here or from here, never from strings of HTML. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `class`, `text`, `on…` listeners, or attributes; null and false leave one out
 * @param {...Node} children
 * @returns {any} the element
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
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  pictures: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  help: "M9.2 9a2.9 2.9 0 1 1 4.3 2.6c-.9.5-1.5 1.1-1.5 2.1M12 17h.01",
  legend: "M5 7h.01M5 12h.01M5 17h.01M9 7h10M9 12h10M9 17h10",
  close: "M6 6l12 12M18 6L6 18",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: "16", height: "16", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * The viewer's frame: everything the other modules draw into.
 * @param {string} stylesheet URL
 */
export function frame(stylesheet) {
  const link = element("link", { rel: "stylesheet", href: stylesheet });
  const canvas = element("canvas", { class: "is-canvas", tabindex: "0", role: "application", "aria-roledescription": "map of images" });
  const marks = element("div", { class: "is-marks", "aria-hidden": "true" });
  const labels = element("div", { class: "is-labels" });
  const tools = element("div", { class: "is-tools", role: "group", "aria-label": "View" });
  const legend = element("div", { class: "is-legend", role: "group", "aria-label": "Legend" });
  const card = element("div", { class: "is-card", "data-testid": "imagespace-hover", "aria-hidden": "true", hidden: true });
  const message = element("div", { class: "is-message", role: "status", hidden: true });
  const live = element("div", { class: "is-live", "aria-live": "polite" });
  const root = element(
    "div", { class: "imagespace", "data-testid": "imagespace-viewer", "data-ready": "false" },
    link, canvas, marks, labels, tools, legend, card, message, live,
  );
  return { root, link, canvas, marks, labels, tools, legend, card, message, live };
}

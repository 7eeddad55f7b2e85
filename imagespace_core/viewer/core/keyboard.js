/** The whole map by keyboard, while it has the focus. */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAN_PX = 60;
/** @type {Record<string, import("../select/tools.js").Tool>} */
const TOOLS = { m: "move", b: "box", l: "lasso" };
/** With Ctrl. @type {Record<string, "all" | "invert" | "undo" | "redo">} */
const CHANGES = { a: "all", i: "invert", y: "redo", z: "undo" };

/**
 * @typedef {object} KeyActions
 * @property {(dx: number, dy: number) => void} move pan a flat map, turn a deep one, by CSS pixels
 * @property {(factor: number) => void} zoom
 * @property {() => void} fit
 * @property {(direction: [number, number]) => void} step to the nearest image in a direction
 * @property {() => void} open the focused image
 * @property {() => boolean} clear what is open, focused or selected; false: there was nothing
 * @property {() => boolean} takesSelections whether the host does
 * @property {(tool: import("../select/tools.js").Tool) => void} take a tool
 * @property {() => void} toggle the focused image in the selection
 * @property {(held: {shift: boolean, alt: boolean}) => void} view selects all in view
 * @property {(kind: "all" | "invert" | "undo" | "redo") => void} change the whole selection
 */

/**
 * Shift with an arrow steps from image to image; Alt would leave the page in some browsers.
 * @param {HTMLElement} surface
 * @param {KeyActions} actions
 * @param {AbortSignal} signal
 */
export function listenToKeys(surface, actions, signal) {
  surface.addEventListener("keydown", (event) => {
    if (!(actions.takesSelections() && select(event, actions)) && !move(event, actions)) return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
}

/** @param {KeyboardEvent} event @param {KeyActions} actions @returns {boolean} whether the key meant something */
function move(event, actions) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const arrow = ARROWS[event.key];
  if (arrow && event.shiftKey) actions.step(arrow);
  else if (arrow) actions.move(-arrow[0] * PAN_PX, -arrow[1] * PAN_PX);
  else if (event.key === "+" || event.key === "=") actions.zoom(0.7);
  else if (event.key === "-" || event.key === "_") actions.zoom(1 / 0.7);
  else if (event.key === "0" || event.key === "Home") actions.fit();
  else if (event.key === "Enter" || event.key === " ") actions.open();
  else return event.key === "Escape" && actions.clear();
  return true;
}

/** @param {KeyboardEvent} event @param {KeyActions} actions @returns {boolean} likewise */
function select(event, actions) {
  const { key, shiftKey: shift, altKey: alt } = event;
  const letter = key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    const kind = shift && letter === "z" ? "redo" : CHANGES[letter];
    if (!kind || alt || (shift && letter !== "z")) return false;
    actions.change(kind);
  } else if (letter === "s" || (alt && event.code === "KeyS")) actions.view({ shift, alt }); // with Alt some layouts write another letter
  else if (alt || shift) return false;
  else if (key === " ") actions.toggle();
  else if (TOOLS[letter]) actions.take(TOOLS[letter]);
  else return false;
  return true;
}

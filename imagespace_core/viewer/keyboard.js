/** The whole map by keyboard. */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAN_PX = 60;

/**
 * @typedef {object} KeyActions
 * @property {(dx: number, dy: number) => void} move pan a flat map, turn a deep one, by CSS pixels
 * @property {(factor: number) => void} zoom
 * @property {() => void} fit
 * @property {(direction: [number, number]) => void} step to the nearest image in a direction
 * @property {() => void} open the focused image
 * @property {() => boolean} clear @returns whether there was anything to let go
 */

/**
 * Shift with an arrow steps from image to image; Alt would leave the page in some browsers.
 * @param {HTMLElement} surface
 * @param {KeyActions} actions
 * @param {AbortSignal} signal
 */
export function listenToKeys(surface, actions, signal) {
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey) actions.step(arrow);
    else if (arrow) actions.move(-arrow[0] * PAN_PX, -arrow[1] * PAN_PX);
    else if (event.key === "+" || event.key === "=") actions.zoom(0.7);
    else if (event.key === "-" || event.key === "_") actions.zoom(1 / 0.7);
    else if (event.key === "0" || event.key === "Home") actions.fit();
    else if (event.key === "Enter" || event.key === " ") actions.open();
    else if (event.key !== "Escape" || !actions.clear()) return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
}

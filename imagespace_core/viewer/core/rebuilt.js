/** An old page after a rebuild: its addresses are gone, and instead of showing holes it asks to be loaded anew. */

import { REBUILT_HEADER } from "./constants.js";
import { element } from "./dom.js";

const STYLE = `position: fixed; inset: 0 0 auto; z-index: 1000000; display: flex; gap: 1em; justify-content: center;
  align-items: center; padding: 0.6em 1em; font: 15px system-ui, sans-serif; color: #1f1a00; background: #ffe58a`;

/** Passes an answer on. @param {Response} response */
export function noticed(response) {
  if (response.headers.has(REBUILT_HEADER)) announce();
  return response;
}

/** An image could not be had: perhaps because of that. @param {string} address */
export function probe(address) {
  fetch(address, { method: "HEAD" }).then(noticed, () => undefined);
}

/** Once for all parts of the page. */
function announce() {
  if (document.querySelector("[data-testid=imagespace-rebuilt]")) return;
  document.body.append(
    element(
      "div", { role: "alert", "data-testid": "imagespace-rebuilt", style: STYLE },
      "This workspace was rebuilt since the page was opened.",
      element("button", { type: "button", text: "Reload the page", onclick: () => location.reload() }),
    ),
  );
}

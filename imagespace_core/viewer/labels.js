/** Titles of hotspots, floating at their places; the larger ones come first and nothing overlaps. */

import { element } from "./dom.js";
import { count } from "./format.js";

/** @typedef {{label: number, title: string, size: number, row: number}} Hotspot */

/** Titles looked at in one frame, and shown on a wide view. */
const MOST_TRIED = 300;
const MOST_SHOWN = 28;

export class Labels {
  /**
   * @param {HTMLElement} host
   * @param {(hotspot: Hotspot) => void} chosen
   */
  constructor(host, chosen) {
    this.host = host;
    this.chosen = chosen;
    /** @type {{hotspot: Hotspot, node: HTMLElement, width: number}[]} */ this.entries = [];
  }

  /** @param {Hotspot[]} hotspots */
  set(hotspots) {
    this.host.replaceChildren();
    this.entries = [...hotspots].sort((a, b) => b.size - a.size).slice(0, MOST_TRIED).map((hotspot) => {
      const node = element("button", {
        class: "is-label", type: "button", text: hotspot.title, title: `${hotspot.title}: ${count(hotspot.size)} images. Click to go there.`,
        onclick: () => this.chosen(hotspot),
      });
      node.hidden = true;
      this.host.append(node);
      return { hotspot, node, width: 0 };
    });
  }

  /**
   * @param {(row: number) => {x: number, y: number, height: number} | null} box of an image, CSS pixels of the view
   * @param {{width: number, height: number, inset: number}} view
   */
  follow(box, view) {
    const width = view.width - view.inset;
    const most = Math.max(6, Math.min(MOST_SHOWN, (width * view.height) / 22000));
    /** @type {number[][]} */ const taken = [];
    for (const entry of this.entries) {
      const at = taken.length < most ? box(entry.hotspot.row) : null;
      if (at && !entry.width) {
        entry.node.hidden = false;
        entry.width = entry.node.offsetWidth || 8 * entry.hotspot.title.length;
      }
      const half = entry.width / 2 + 3;
      const y = at ? at.y - at.height / 2 - 16 : 0; // above its image
      const shown = at && at.x > half && at.x < width - half && y > 14 && y < view.height - 14
        && taken.every(([x0, y0, h0]) => Math.abs(at.x - x0) > half + h0 || Math.abs(y - y0) > 24);
      entry.node.hidden = !shown;
      if (!shown) continue;
      taken.push([at.x, y, half]);
      entry.node.style.transform = `translate(${Math.round(at.x - entry.width / 2)}px, ${Math.round(y - 11)}px)`;
    }
  }
}

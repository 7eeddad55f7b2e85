/** Rings around single images: the one pointed at, focused, selected, and those of the query. */

import { element } from "../core/dom.js";

/** @typedef {"hover" | "focus" | "selected" | "query"} RingKind */

export class Rings {
  /** @type {Map<string, {row: number, node: HTMLElement}>} by kind and row */ #rings = new Map();

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /**
   * @param {RingKind} kind
   * @param {number[]} rows rows to ring; the former ones of this kind lose theirs
   */
  set(kind, rows) {
    const wanted = new Set(rows.slice(0, 64));
    for (const [key, { row, node }] of this.#rings) {
      if (key.startsWith(`${kind}:`) && !wanted.has(row)) {
        node.remove();
        this.#rings.delete(key);
      }
    }
    for (const row of wanted) {
      const key = `${kind}:${row}`;
      if (this.#rings.has(key)) continue;
      const node = element("div", { class: `is-ring is-ring-${kind}`, "data-row": row });
      this.host.append(node);
      this.#rings.set(key, { row, node });
    }
  }

  /** The rows that have a ring, the one pointed at last. @returns {number[]} */
  get rows() {
    const rows = [...this.#rings].map(([key, { row }]) => ({ row, last: key.startsWith("hover") ? 1 : 0 }));
    return [...new Set(rows.sort((a, b) => a.last - b.last).map(({ row }) => row))];
  }

  /**
   * Moves the rings to where their images are drawn.
   * @param {(row: number) => {x: number, y: number, width: number, height: number, sprite: boolean} | null} box CSS pixels, center and size
   */
  follow(box) {
    for (const { row, node } of this.#rings.values()) {
      const at = box(row);
      node.hidden = !at;
      if (!at) continue;
      const width = Math.max(12, at.width + 7), height = Math.max(12, at.height + 7);
      node.style.width = `${width}px`;
      node.style.height = `${height}px`;
      node.style.borderRadius = at.sprite ? "7px" : "50%";
      node.style.transform = `translate(${at.x - width / 2}px, ${at.y - height / 2}px)`;
    }
  }
}

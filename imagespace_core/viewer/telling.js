/** The layer that tells most of an image: named by a column, drawn by the host. */

import { noticed } from "./rebuilt.js";

/** Longer side in px: a card on a screen with two pixels for one. */
const SIDE = 360;
/** After so many failures and no success, the host has none. */
const TRIES = 3;

/** @typedef {{name: string, bitmap: ImageBitmap}} Layer */

export class Telling {
  constructor() {
    this.abort = new AbortController();
    this.arrived = 0;
    this.failed = 0;
  }

  /**
   * A later call gives up an earlier one.
   * @param {import("./dataset.js").Dataset} dataset
   * @param {string} slug of the column
   * @param {number} row
   * @returns {Promise<Layer | null>} null: there is none, or it was given up
   */
  async layer(dataset, slug, row) {
    this.stop();
    if (!this.arrived && this.failed >= TRIES) return null;
    this.abort = new AbortController();
    const { signal } = this.abort;
    try {
      const column = await dataset.column(slug);
      const name = column.values?.[column.data[row]];
      if (name === undefined || signal.aborted) return null;
      const response = noticed(await fetch(dataset.url(`image/${row}?side=${SIDE}&layer=${encodeURIComponent(name)}`), { signal }));
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const bitmap = await createImageBitmap(await response.blob());
      this.arrived++;
      return { name, bitmap };
    } catch {
      if (!signal.aborted) this.failed++; // the sprite stays
      return null;
    }
  }

  stop() {
    this.abort.abort();
  }
}

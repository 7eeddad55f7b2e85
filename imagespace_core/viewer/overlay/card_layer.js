/** The layer of an image that its card shows: named by a column, drawn by the host. */

import { noticed } from "../core/rebuilt.js";

/** Longer side in px: a card on a screen with two pixels for one. */
const SIDE = 360;
/** After so many failures and no success, the host has none. */
const TRIES = 3;

/** @typedef {{name: string, bitmap: ImageBitmap}} Layer */

export class CardLayer {
  #abort = new AbortController();
  #arrived = 0;
  #failed = 0;

  /**
   * A later call gives up an earlier one.
   * @param {import("../data/workspace_files.js").WorkspaceFiles} files
   * @param {string} slug of the column
   * @param {number} row
   * @returns {Promise<Layer | null>} null: there is none, or it was given up
   */
  async load(files, slug, row) {
    this.stop();
    if (!this.#arrived && this.#failed >= TRIES) return null;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const column = await files.column(slug);
      const name = column.values?.[column.data[row]];
      if (name === undefined || signal.aborted) return null;
      const response = noticed(await fetch(files.url(`image/${row}?side=${SIDE}&layer=${encodeURIComponent(name)}`), { signal }));
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const bitmap = await createImageBitmap(await response.blob());
      this.#arrived++;
      return { name, bitmap };
    } catch {
      if (!signal.aborted) this.#failed++; // the sprite stays
      return null;
    }
  }

  stop() {
    this.#abort.abort();
  }
}

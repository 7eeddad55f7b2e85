/** Follows what is selected, asked for and found: those rows keep their color, all others lose theirs. */

import { countOf, Lit } from "../data/row_set.js";

export class Lighting {
  /** @param {import("./map_view.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.turn = 0;
    /** @type {string | null | undefined} where the bits of the selection came from */ this.url = null;
    /** @type {Uint8Array | null} */ this.bits = null;
  }

  /** @param {import("../index.js").ViewerConfig} config */
  async follow({ rows, selection, query, results }) {
    const { viewer } = this;
    const turn = ++this.turn;
    if (selection !== this.url) {
      viewer.begin("selection");
      let bits = null, failure = "";
      try {
        bits = selection ? await viewer.dataset.bits(selection) : null;
      } catch (error) {
        failure = error.message;
      }
      if (turn !== this.turn || viewer.stop.signal.aborted) return;
      Object.assign(this, { url: selection, bits });
      if (failure) viewer.notice.tell(failure);
    }
    const selected = this.bits ? countOf(this.bits) : 0;
    const others = [...(query ?? []), ...(results ?? [])];
    viewer.picture.light(selected || others.length ? new Lit(rows, this.bits, others) : null);
    viewer.root.dataset.selected = String(selected);
    viewer.interaction.tools.tell(selected);
    viewer.done("selection");
  }
}

/** Follows what is selected, searched for and found: those rows keep their color, all others lose theirs. */

import { Latest } from "../core/latest.js";
import { countBits, RowSet } from "../data/row_set.js";

export class Highlight {
  /** @type {string | null} where the bits of the selection came from */ #url = null;
  /** @type {Uint8Array | null} */ #bits = null;

  /**
   * @param {import("../data/workspace_files.js").WorkspaceFiles} files
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("./readiness.js").Readiness} readiness
   * @param {import("../core/notices.js").Notices} notices
   * @param {AbortSignal} signal
   * @param {(selected: number) => void} counted rows that are selected
   */
  constructor(files, renderer, readiness, notices, signal, counted) {
    this.files = files;
    this.renderer = renderer;
    this.readiness = readiness;
    this.notices = notices;
    this.counted = counted;
    this.latest = new Latest(signal);
  }

  /** @param {import("../contract").MapConfig} config */
  async follow({ rows, selection, query, results }) {
    const late = this.latest.begin();
    const url = selection ?? null;
    if (url !== this.#url) {
      this.readiness.begin("selection");
      /** @type {Uint8Array | null} */ let bits = null;
      let failure = "";
      try {
        bits = url ? await this.files.bits(url) : null;
      } catch (error) {
        failure = error.message;
      }
      if (late()) return;
      this.#url = url;
      this.#bits = bits;
      if (failure) this.notices.show(failure);
    }
    const selected = this.#bits ? countBits(this.#bits) : 0;
    const others = [...(query ?? []), ...(results ?? [])];
    this.renderer.setHighlight(selected || others.length ? new RowSet(rows, this.#bits, others) : null);
    this.counted(selected);
    this.readiness.done("selection");
  }
}

/** Loads the column that colors the rows, and the mask that leaves some out. */

import { Latest } from "../core/latest.js";
import { nameClusters } from "../data/workspace_files.js";

export class ColorLoader {
  /**
   * @param {import("../data/workspace_files.js").WorkspaceFiles} files
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("./readiness.js").Readiness} readiness
   * @param {import("../core/notices.js").Notices} notices
   * @param {AbortSignal} signal
   * @param {() => void} shown
   */
  constructor(files, renderer, readiness, notices, signal, shown) {
    this.files = files;
    this.renderer = renderer;
    this.readiness = readiness;
    this.notices = notices;
    this.shown = shown;
    this.latest = new Latest(signal);
  }

  /** @param {import("../contract").MapConfig} config */
  async load({ color, mask: url, palette, names }) {
    const { files, renderer } = this;
    const { shading } = renderer;
    this.readiness.begin("color");
    const late = this.latest.begin();
    /** @type {import("../data/workspace_files.js").Column | null} */ let column = null;
    /** @type {Uint8Array | null} */ let mask = null;
    let failure = "";
    try {
      [column, mask] = await Promise.all([
        !color ? null : color === shading.column?.slug ? shading.column : files.column(color),
        url ? files.bits(url) : null,
      ]);
    } catch (error) {
      failure = error.message;
    }
    if (late()) return;
    if (column) nameClusters(column, names);
    shading.custom = palette ?? undefined;
    shading.assign(column, mask);
    if (!renderer.gpu.gl.isContextLost()) renderer.shade();
    this.shown();
    this.readiness.done("color");
    if (failure) this.notices.show(failure);
  }
}

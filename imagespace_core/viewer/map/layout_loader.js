/** Loads a layout and shows it: the first while its rows come in, each later one by a glide. */

import { Latest } from "../core/latest.js";

export class LayoutLoader {
  /**
   * @param {import("../data/workspace_files.js").WorkspaceFiles} files
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("./camera_moves.js").CameraMoves} moves
   * @param {import("./first_rows.js").FirstRows} firstRows
   * @param {import("./readiness.js").Readiness} readiness
   * @param {import("../core/notices.js").Notices} notices
   * @param {AbortSignal} signal
   * @param {(positions: import("../data/positions.js").Positions) => void} shown
   */
  constructor(files, renderer, moves, firstRows, readiness, notices, signal, shown) {
    this.files = files;
    this.renderer = renderer;
    this.moves = moves;
    this.firstRows = firstRows;
    this.readiness = readiness;
    this.notices = notices;
    this.shown = shown;
    this.latest = new Latest(signal);
  }

  /** @param {import("../contract").MapConfig} config */
  async load(config) {
    const { files, renderer, moves, notices } = this;
    this.readiness.begin("layout");
    const late = this.latest.begin();
    const path = config.positions ?? `projections/${encodeURIComponent(`${config.layout}-${config.dims}d`)}.npy`;
    let positions, guides;
    try {
      [positions, guides] = await Promise.all([
        files.positions(path, config.dims, (arriving) => late() || this.firstRows.show(arriving)),
        config.guides ? files.guides(config.guides).catch((error) => void (late() || notices.show(error.message))) : null,
      ]);
    } catch (error) {
      if (late()) return;
      notices.show(error.message);
      if (renderer.positions) this.readiness.done("layout"); // the layout before still stands
      return;
    }
    if (late()) return;
    positions.guides = guides ?? null;
    if (!renderer.positions) moves.begin(positions);
    else if (positions !== renderer.positions) moves.morph(positions);
    else if (!renderer.previous) {
      renderer.points.stream();
      renderer.camera.reach = Math.max(1, positions.radius);
      if (!moves.moved) moves.fit(false);
    }
    this.shown(positions);
    this.readiness.done("layout");
    moves.goOn();
  }
}

/** What helps to read the map: legend, names of clusters, overview, notes, and the choice among them. */

import { count } from "../core/words.js";
import { Labels, standing } from "./cluster_labels.js";
import { Layers } from "./layer_switches.js";
import { Legend } from "./legend.js";
import { Minimap } from "./minimap.js";
import { Snapshot } from "../snapshot/snapshot.js";

/** Several clicks on the legend are told as one. */
const HIDE_MS = 300;

export class Reading {
  /** @param {import("../map/map_view.js").Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const { parts, picture, travel, events, interaction, redraw } = viewer;
    const { selecting, tools } = interaction;
    this.labels = new Labels(parts.labels, {
      chosen: (hotspot) => {
        travel.fly(hotspot.row);
        events.hotspot?.(hotspot.label);
      },
      selected: ({ label }) => selecting.codes(this.#clusterSlug, [label], tools.mode),
    });
    this.legend = new Legend(parts.legend, {
      changed: (hidden) => this.#hide(hidden),
      brushed: (steps) => this.#brush(steps),
      folded: redraw,
      selects: () => selecting.offered,
      codes: (codes, held) => selecting.codes(picture.shading.column.slug, codes, tools.modeOf(held)),
      range: (held) => selecting.range(picture.shading.column.slug, picture.shading.range(), tools.modeOf(held)),
    });
    this.minimap = new Minimap(parts.overview, (x, y) => {
      picture.camera.set({ x, y });
      travel.touched();
    });
    this.layers = new Layers(this.#layers(), redraw);
    this.snapshot = new Snapshot(viewer);
  }

  /** Counts what mask and legend leave, and tells the legend. */
  recount() {
    const { positions, shading } = this.viewer.picture;
    if (positions && positions.scanned === positions.rows) this.legend.show(shading, this.#count());
  }

  /** Called after each frame. */
  follow() {
    const { picture, guides } = this.viewer;
    const obstacles = this.#obstacles();
    guides.follow(picture, obstacles);
    this.labels.follow((hotspot) => (this.#headed ? null : standing(picture, hotspot)), picture.camera, [...obstacles, ...guides.taken]);
    this.minimap.follow(picture);
  }

  destroy() {
    clearTimeout(this.timer);
  }

  /** What lies over the view, so that nothing is written under it. @returns {import("./layout_guides.js").Box[]} */
  #obstacles() {
    const { tools, legend, picks, overview, foot } = this.viewer.parts;
    return [tools, legend, picks, overview, foot].filter((part) => !part.hidden).map(({ offsetLeft: x, offsetTop: y, offsetWidth: w, offsetHeight: h }) => [x, y, x + w, y + h]);
  }

  /** @returns {import("./layer_switches.js").Layer[]} */
  #layers() {
    const { picture } = this.viewer;
    const { labels, minimap } = this;
    return [
      { name: "images", label: "Images when zoomed in", of: picture.sprites, lacks: () => "" },
      { name: "clusters", label: "Cluster names", of: labels, lacks: () => (this.#headed ? "the layout has headings" : labels.hotspots.length ? "" : "none here") },
      { name: "density", label: "Density", of: picture.density, lacks: () => "" },
      { name: "overview", label: "Overview map", of: minimap, lacks: () => (picture.positions?.dims === 2 ? "" : "flat maps only") },
    ];
  }

  /** Whether the layout has headings of its own, which stand in for the names of clusters. */
  get #headed() {
    return (this.viewer.picture.positions?.guides?.headings?.length ?? 0) > 0;
  }

  /** Slug of the clusters' column, by which a name selects its cluster. */
  get #clusterSlug() {
    const { column } = this.viewer.picture.shading;
    return column?.kind === "cluster" ? column.slug : "cluster";
  }

  /** @returns {Map<number, number>} by code, of the rows that the mask leaves */
  #count() {
    const { picture, root, notice } = this.viewer;
    const { visible, missing, codes } = picture.shading.count(picture.positions);
    picture.visible = visible;
    picture.missing = missing;
    root.dataset.visible = String(visible);
    this.minimap.forget();
    this.#note(missing);
    notice.say(`${count(visible)} of ${count(picture.positions.rows)} images shown`);
    return codes;
  }

  /** What the layout has to say for itself: rows without a place in it, and its notes. @param {number} missing */
  #note(missing) {
    const { foot } = this.viewer.parts;
    const notes = this.viewer.picture.positions.guides?.notes ?? [];
    const text = [...(missing ? [`${count(missing)} ${missing === 1 ? "image has" : "images have"} no place in this layout.`] : []), ...notes].join(" ");
    foot.hidden = !text;
    foot.textContent = foot.title = text;
  }

  #hide(hidden) {
    const { picture, events, redraw } = this.viewer;
    picture.shading.hidden = hidden;
    picture.paint();
    this.#count();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => events.hide?.([...hidden]), HIDE_MS);
    redraw();
  }

  #brush(steps) {
    const { picture, redraw } = this.viewer;
    picture.shading.steps = steps;
    picture.paint();
    this.recount();
    redraw();
  }
}

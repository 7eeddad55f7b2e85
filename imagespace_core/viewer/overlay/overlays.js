/** What helps to read the map: headings, legend, names of clusters, overview, notes, and the switches among them. */

import { count } from "../core/words.js";
import { anchorOnScreen, ClusterLabels } from "./cluster_labels.js";
import { DrawingSwitches } from "./drawing_switches.js";
import { LayoutGuides } from "./layout_guides.js";
import { Legend } from "./legend.js";
import { Minimap } from "./minimap.js";

/** Several clicks on the legend are sent as one. */
const HIDE_MS = 300;

export class Overlays {
  #timer = 0;

  /**
   * @param {import("../map/map_elements.js").MapElements} elements
   * @param {import("../draw/renderer.js").Renderer} renderer
   * @param {import("../map/camera_moves.js").CameraMoves} moves
   * @param {import("../select/tools.js").Tools} tools
   * @param {import("../core/notices.js").Notices} notices
   * @param {Pick<import("../index.js").ViewerEvents, "cluster" | "hide">} events
   * @param {() => void} redraw
   */
  constructor(elements, renderer, moves, tools, notices, events, redraw) {
    this.elements = elements;
    this.renderer = renderer;
    this.notices = notices;
    this.events = events;
    this.redraw = redraw;
    const { shading } = renderer;
    const slug = () => shading.column?.slug ?? "";
    this.guides = new LayoutGuides(elements.guides);
    this.labels = new ClusterLabels(elements.labels, {
      chosen: (cluster) => {
        moves.fly(cluster.row);
        events.cluster?.(cluster.label);
      },
      selected: ({ label }) => tools.events.codes(this.#clusterSlug, [label], tools.mode),
    });
    this.legend = new Legend(elements.legend, shading, {
      changed: (hidden) => this.#hide(hidden),
      brushed: (steps) => this.#brush(steps),
      folded: redraw,
      selects: () => tools.events.offered,
      codes: (codes, held) => tools.events.codes(slug(), codes, tools.modeOf(held)),
      range: (held) => tools.events.range(slug(), shading.range() ?? [1, 0], tools.modeOf(held)),
    });
    this.minimap = new Minimap(elements.overview, (x, y) => {
      renderer.camera.set({ x, y });
      moves.touched();
    });
    this.switches = new DrawingSwitches(this.#switches(), redraw);
  }

  /** Counts what mask and legend leave, and shows it in the legend. */
  recount() {
    const { positions } = this.renderer;
    if (positions?.complete) this.legend.show(this.#count(positions));
  }

  /** Called after each frame. */
  follow() {
    const { renderer, guides } = this;
    const obstacles = this.#obstacles();
    guides.follow(renderer, obstacles);
    this.labels.follow((cluster) => (this.#headed ? null : anchorOnScreen(renderer, cluster)), renderer.camera, [...obstacles, ...guides.taken]);
    this.minimap.follow(renderer);
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  /** What lies over the view, so that nothing is written under it. @returns {import("./layout_guides.js").Box[]} */
  #obstacles() {
    const { tools, legend, picks, overview, foot } = this.elements;
    return [tools, legend, picks, overview, foot].filter((part) => !part.hidden).map(({ offsetLeft: x, offsetTop: y, offsetWidth: w, offsetHeight: h }) => [x, y, x + w, y + h]);
  }

  /** @returns {import("./drawing_switches.js").Switch[]} */
  #switches() {
    const { labels, minimap, renderer } = this;
    return [
      { name: "images", label: "Images when zoomed in", of: renderer.sprites, missing: () => "" },
      { name: "clusters", label: "Cluster names", of: labels, missing: () => (this.#headed ? "the layout has headings" : labels.clusters.length ? "" : "none here") },
      { name: "density", label: "Density", of: renderer.density, missing: () => "" },
      { name: "overview", label: "Overview map", of: minimap, missing: () => (renderer.positions?.dims === 2 ? "" : "flat maps only") },
    ];
  }

  /** Whether the layout has headings of its own, which stand in for the names of clusters. */
  get #headed() {
    return (this.renderer.positions?.guides?.headings?.length ?? 0) > 0;
  }

  /** Slug of the clusters' column, by which a name selects its cluster. */
  get #clusterSlug() {
    const { column } = this.renderer.shading;
    return column?.kind === "cluster" ? column.slug : "cluster";
  }

  /** @param {import("../data/positions.js").Positions} positions @returns {Map<number, number>} by code, of the rows that the mask leaves */
  #count(positions) {
    const { renderer, elements } = this;
    const { visible, missing, codes } = renderer.shading.count(positions);
    renderer.visible = visible;
    renderer.missing = missing;
    elements.root.dataset.visible = String(visible);
    this.minimap.outdate();
    elements.foot.classList.toggle("is-over-axis", positions.dims === 2 && (positions.guides?.axes ?? []).some(({ axis }) => axis === "x"));
    this.#showNotes(missing, positions.guides?.notes ?? []);
    this.notices.announce(`${count(visible)} of ${count(positions.rows)} images shown`);
    return codes;
  }

  /** @param {number} missing rows without a place in the layout @param {string[]} notes of the layout */
  #showNotes(missing, notes) {
    const { foot } = this.elements;
    // A note of the layout on as many images says why.
    const why = notes.some((note) => note.startsWith(`${count(missing)} image`));
    const text = [...(missing && !why ? [`${count(missing)} ${missing === 1 ? "image has" : "images have"} no place in this layout.`] : []), ...notes].join(" ");
    foot.hidden = !text;
    foot.textContent = foot.title = text;
  }

  /** @param {Set<number>} hidden codes */
  #hide(hidden) {
    const { renderer, events } = this;
    renderer.hide(hidden);
    if (renderer.positions) this.#count(renderer.positions);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => events.hide?.([...hidden]), HIDE_MS);
    this.redraw();
  }

  /** @param {[number, number] | null} steps of the scale */
  #brush(steps) {
    const { renderer } = this;
    renderer.shading.steps = steps;
    renderer.paint();
    this.recount();
    this.redraw();
  }
}

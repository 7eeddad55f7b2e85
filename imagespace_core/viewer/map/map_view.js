/** One mounted viewer: takes configurations, loads what changed, and draws. */

import { Address } from "./camera_url.js";
import { Arrival } from "./first_rows.js";
import { Atlas } from "../data/sprite_pages.js";
import { called, Dataset } from "../data/workspace_files.js";
import { frame } from "../core/dom.js";
import { gridOf } from "../space/cell_grid.js";
import { Guides } from "../overlay/layout_guides.js";
import { hooks } from "./automation.js";
import { Card } from "../overlay/hover_card.js";
import { Interaction } from "./map_input.js";
import { Lighting } from "./highlight.js";
import { Loop } from "../core/frame_loop.js";
import { Marks } from "../overlay/rings.js";
import { Notice } from "../core/notices.js";
import { Picture } from "../draw/renderer.js";
import { pyramidOf } from "../space/representatives.js";
import { Reading } from "../overlay/overlays.js";
import { ThemeReader } from "../core/theme.js";
import { Toolbar } from "../overlay/toolbar.js";
import { Travel } from "./camera_moves.js";

export class Viewer {
  /**
   * @param {HTMLElement} host
   * @param {import("../index.js").ViewerConfig} config
   * @param {import("../index.js").ViewerEvents} events
   */
  constructor(host, config, events) {
    this.config = /** @type {import("../index.js").ViewerConfig} */ ({});
    this.events = events;
    this.parts = frame(new URL("./map_view.css", import.meta.url).href);
    this.root = this.parts.root;
    this.stop = new AbortController();
    /** @type {Set<string>} what has to come before the picture is whole */ this.pending = new Set(["style"]);
    this.notice = new Notice(this.parts.message, this.parts.live, events.error);
    this.loop = new Loop(() => this.#draw());
    this.redraw = () => this.loop.request();
    this.address = new Address(config.cameraParam ?? null);
    this.dataset = new Dataset(config.base, config.rows);
    this.atlas = new Atlas(this.dataset, (message) => this.notice.tell(message));
    this.picture = new Picture(this.parts.canvas, config.rows, this.atlas, this.redraw);
    this.travel = new Travel(this);
    this.arrival = new Arrival(this);
    this.colorTurn = 0;
    this.layoutTurn = 0;
    host.append(this.root);
    this.theme = new ThemeReader(this.root, () => this.#retheme());
    this.guides = new Guides(this.parts.guides);
    this.marks = new Marks(this.parts.marks);
    this.card = new Card(this.parts.card, () => ({ dataset: this.dataset, atlas: this.atlas, column: this.picture.shading.column, cardLayer: this.config.cardLayer ?? null, inset: this.picture.camera.inset }));
    this.interaction = new Interaction(this);
    this.reading = new Reading(this);
    this.lighting = new Lighting(this);
    const { layers, snapshot } = this.reading;
    this.toolbar = new Toolbar(this.parts.tools, this.root, this.stop.signal, this.interaction.actions(), [layers.popover, snapshot.popover]);
    this.root.imagespace = hooks(this);
    this.#listen();
    this.update(config);
  }

  #listen() {
    const { root, canvas, link } = this.parts;
    const { signal } = this.stop;
    root.style.visibility = "hidden";
    const styled = () => {
      root.style.visibility = "";
      this.#retheme();
      this.done("style");
    };
    link.addEventListener("load", styled, { signal });
    link.addEventListener("error", styled, { signal });
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.begin("context");
    }, { signal });
    canvas.addEventListener("webglcontextrestored", () => {
      this.loop.cut();
      this.picture.restore();
      this.done("context");
    }, { signal });
    // A tab that slept may have missed frames, or lost what was drawn.
    document.addEventListener("visibilitychange", () => document.hidden || this.redraw(), { signal });
    this.resizes = new ResizeObserver(this.redraw);
    this.resizes.observe(root);
  }

  /** @param {import("../index.js").ViewerConfig} next */
  update(next) {
    const { config: old, picture, root } = this;
    const first = old.base === undefined;
    this.config = next;
    const changed = (...names) => names.some((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]));
    if (changed("height")) root.style.height = `min(${next.height ?? 560}px, max(360px, 120vw))`;
    if (changed("label") || first) this.parts.canvas.setAttribute("aria-label", next.label ?? "Map of images");
    if (changed("pointSize", "opacity")) {
      picture.pointSize = next.pointSize ?? 1;
      picture.opacity = next.opacity ?? 0.8;
      this.redraw();
    }
    if (changed("color", "mask", "palette", "names") || first) this.#recolor();
    if (changed("layout", "dims", "positions", "guides")) this.#goTo();
    if (changed("selection", "query", "results") || first) this.lighting.follow(next);
    if (changed("query")) this.marks.set("query", next.query ?? []);
    if (changed("selected")) {
      // The host writes the image into the address as it knows it, without the camera.
      if (this.travel.moved) this.travel.remember(picture.camera.state);
      this.marks.set("selected", next.selected === null || next.selected === undefined ? [] : [next.selected]);
      this.redraw();
    }
    if (changed("hotspots", "names")) {
      this.reading.labels.set(next.hotspots ?? [], next.names);
      this.redraw();
    }
    if (changed("select") || first) {
      this.interaction.tools.refresh();
      this.reading.recount();
    }
    if (changed("fly") && next.fly && !(first && this.address.read(next.layout, next.dims))) this.travel.fly(next.fly.row);
    if (this.theme.refresh()) this.#retheme();
  }

  /** Rings have changed: the picture is drawn again only where that puts other images on top. */
  remark() {
    const { picture, marks } = this;
    const raised = (rows) => rows.filter((row) => picture.raises(row)).join();
    if (raised(picture.top) !== raised(marks.rows)) return this.redraw();
    picture.top = marks.rows;
    this.#ring();
  }

  #ring() {
    this.marks.follow((row) => this.picture.box(row));
  }

  /** Something has to come before the picture is whole. @param {string} what */
  begin(what) {
    this.pending.add(what);
    this.root.dataset.ready = "false";
  }

  /** @param {string} what */
  done(what) {
    this.pending.delete(what);
    this.redraw();
  }

  /** Follows the element's size and what the legend covers. */
  measure() {
    const { picture, travel } = this;
    const { legend } = this.reading;
    const width = picture.canvas.clientWidth;
    legend.fitWidth(width);
    if (!picture.resize(legend.inset) || !picture.positions) return;
    const goal = picture.camera.fit(picture.positions);
    picture.fitHalf = goal.half;
    if (!travel.moved && !picture.gliding) picture.camera.set(goal);
  }

  async #goTo() {
    const { root, picture, travel, config, dataset } = this;
    const { layout, dims } = config;
    const path = dataset.pathOf(config);
    this.begin("layout");
    root.dataset.layout = layout;
    root.dataset.dims = String(dims);
    this.toolbar.setDims(dims);
    const turn = ++this.layoutTurn;
    const stale = () => this.stop.signal.aborted || turn !== this.layoutTurn;
    let positions, guides;
    try {
      [positions, guides] = await Promise.all([
        dataset.positions(path, dims, (arriving) => stale() || this.arrival.show(arriving)),
        config.guides ? dataset.guides(config.guides).catch((error) => void (stale() || this.notice.tell(error.message))) : null,
      ]);
    } catch (error) {
      if (!stale()) this.notice.tell(error.message);
      return;
    }
    if (stale()) return;
    positions.guides = guides ?? null;
    if (!picture.positions) travel.begin(positions);
    else if (positions !== picture.positions) travel.morph(positions);
    else if (!picture.previous) {
      picture.points.stream();
      picture.camera.reach = Math.max(1, positions.radius);
      if (!travel.moved) travel.fit(false);
    }
    root.dataset.points = String(positions.finite);
    this.reading.recount();
    this.done("layout");
    travel.goOn();
  }

  async #recolor() {
    const { picture, config } = this;
    const { shading } = picture;
    this.begin("color");
    const turn = ++this.colorTurn;
    let column = null, mask = null, failure = "";
    try {
      [column, mask] = await Promise.all([
        !config.color ? null : config.color === shading.column?.slug ? shading.column : this.dataset.column(config.color),
        config.mask ? this.dataset.bits(config.mask) : null,
      ]);
    } catch (error) {
      failure = error.message;
    }
    if (turn !== this.colorTurn || this.stop.signal.aborted) return;
    if (column) called(column, config.names);
    shading.custom = config.palette;
    shading.assign(column, mask);
    if (!picture.gpu.gl.isContextLost()) picture.shade();
    this.reading.recount();
    this.done("color");
    if (failure) this.notice.tell(failure);
  }

  #retheme() {
    this.theme.refresh();
    this.picture.theme = this.theme.value;
    if (!this.picture.gpu.gl.isContextLost()) this.picture.paint();
    this.reading.recount();
    this.redraw();
  }

  #draw() {
    const { picture, root } = this;
    if (this.pending.has("context") || this.pending.has("style")) return;
    this.measure();
    picture.top = this.marks.rows;
    picture.draw();
    this.reading.follow();
    this.#ring();
    this.interaction.pointing.follow();
    this.arrival.drawn = performance.now();
    if (this.settled && root.dataset.ready !== "true") this.#finish();
  }

  get settled() {
    return !this.pending.size && !this.picture.gliding && !this.loop.gliding && !this.stop.signal.aborted;
  }

  /** The whole picture is on its way: once the GPU is through, the viewer is ready and prepares for pointing. */
  async #finish() {
    if (this.finishing) return;
    this.finishing = true;
    await this.picture.gpu.finished();
    this.finishing = false;
    if (!this.settled) return;
    this.root.dataset.ready = "true";
    const { picture, config } = this;
    if (!this.atlas.about) {
      const [there, centrality] = await Promise.all([
        this.atlas.open(), config.centrality ? this.dataset.centrality(config.centrality).catch((error) => void this.notice.tell(error.message)) : null,
      ]);
      if (this.stop.signal.aborted) return;
      picture.centrality = centrality ?? null;
      if (there) this.redraw();
    }
    const { positions } = picture;
    if (!this.settled || !positions || positions.scanned < positions.rows) return;
    gridOf(positions);
    picture.points.prepare();
    if (this.atlas.about) pyramidOf(positions, picture.shading, picture.centrality);
  }

  destroy() {
    this.stop.abort();
    this.loop.stop();
    this.reading.destroy();
    this.notice.destroy();
    this.resizes.disconnect();
    this.interaction.destroy();
    this.address.destroy();
    this.theme.destroy();
    this.atlas.destroy();
    this.dataset.destroy();
    this.picture.destroy();
    this.root.remove();
    delete this.root.imagespace;
  }
}

/** One mounted map: makes its parts, gives each what it needs, and carries configurations to them. */

import { FrameLoop } from "../core/frame_loop.js";
import { Notices } from "../core/notices.js";
import { ThemeReader } from "../core/theme.js";
import { SpritePages } from "../data/sprite_pages.js";
import { WorkspaceFiles } from "../data/workspace_files.js";
import { Renderer } from "../draw/renderer.js";
import { HoverCard } from "../overlay/hover_card.js";
import { Overlays } from "../overlay/overlays.js";
import { Rings } from "../overlay/rings.js";
import { Toolbar } from "../overlay/toolbar.js";
import { SelectEvents } from "../select/select_events.js";
import { Tools } from "../select/tools.js";
import { Snapshot } from "../snapshot/snapshot.js";
import { cellGridOf } from "../space/cell_grid.js";
import { representativesOf } from "../space/representatives.js";
import { automation } from "./automation.js";
import { CameraMoves } from "./camera_moves.js";
import { CameraUrl } from "./camera_url.js";
import { ColorLoader } from "./color_loader.js";
import { changesBetween } from "./config_changes.js";
import { FirstRows } from "./first_rows.js";
import { Highlight } from "./highlight.js";
import { HoverTarget } from "./hover_target.js";
import { LayoutLoader } from "./layout_loader.js";
import { mapElements } from "./map_elements.js";
import { MapInput } from "./map_input.js";
import { Readiness } from "./readiness.js";

export class MapView {
  /** @type {import("../contract").MapConfig | null} that is shown; null before the first */ #shown = null;
  #finishing = false;
  #stop = new AbortController();

  /**
   * @param {HTMLElement} host
   * @param {import("../contract").MapConfig} config
   * @param {import("../index.js").ViewerEvents} events
   */
  constructor(host, config, events) {
    const { signal } = this.#stop;
    const elements = (this.elements = mapElements());
    const { root } = elements;
    this.config = config;
    const redraw = () => this.loop.request();
    const measure = () => this.#measure();
    this.loop = new FrameLoop(() => this.#draw());
    this.readiness = new Readiness(root, redraw);
    this.readiness.begin("style");
    this.notices = new Notices(elements.message, elements.live, events.error);
    this.files = new WorkspaceFiles(config.base, config.rows);
    this.pages = new SpritePages(this.files, (message) => this.notices.show(message));
    const { readiness, notices, files, pages, loop } = this;
    const renderer = (this.renderer = new Renderer(elements.canvas, config.rows, pages, redraw));
    this.url = new CameraUrl(config.cameraParam ?? null);
    const moves = (this.moves = new CameraMoves(renderer, loop, this.url, readiness, { measure, arrived: () => this.target.look() }));
    this.firstRows = new FirstRows(renderer, moves, redraw);
    host.append(root);
    this.theme = new ThemeReader(root, () => this.#retheme());
    this.rings = new Rings(elements.rings);
    const card = new HoverCard(elements.card, () => ({ files, pages, column: renderer.shading.column, cardLayer: this.config.cardLayer ?? null, inset: renderer.camera.inset }));
    this.target = new HoverTarget(renderer, this.rings, card, () => this.#ringsChanged());
    const tools = (this.tools = new Tools(elements, renderer, new SelectEvents(renderer, (value) => events.select?.(value), signal), notices));
    this.overlays = new Overlays(elements, renderer, moves, tools, notices, events, redraw);
    this.input = new MapInput(elements, renderer, moves, this.target, tools, this.overlays.labels, notices, {
      click: (row) => events.click?.(row),
      opened: () => (this.config.selected ?? null) !== null,
      name: (row) => files.name(row),
    }, signal);
    const snapshot = new Snapshot(elements, renderer, this.overlays.legend, () => this.config, redraw);
    this.toolbar = new Toolbar(elements, signal, {
      tools, zoom: (factor) => moves.zoom(factor, 250), fit: () => moves.fit(),
    }, [this.overlays.switches.popover, snapshot.popover]);
    this.colors = new ColorLoader(files, renderer, readiness, notices, signal, () => this.overlays.recount());
    this.layouts = new LayoutLoader(files, renderer, moves, this.firstRows, readiness, notices, signal, (positions) => {
      root.dataset.points = String(positions.finite);
      this.overlays.recount();
    });
    this.highlight = new Highlight(files, renderer, readiness, notices, signal, (selected) => {
      root.dataset.selected = String(selected);
      tools.setSelected(selected);
    });
    root.imagespace = automation(renderer, moves, loop, files, pages, measure);
    this.resizes = new ResizeObserver(redraw);
    this.#listen(redraw);
    this.update(config);
  }

  /** @param {() => void} redraw */
  #listen(redraw) {
    const { root, canvas, link } = this.elements;
    const { signal } = this.#stop;
    root.style.visibility = "hidden";
    const styled = () => {
      root.style.visibility = "";
      this.#retheme();
      this.readiness.done("style");
    };
    link.addEventListener("load", styled, { signal });
    link.addEventListener("error", styled, { signal });
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.readiness.begin("context");
    }, { signal });
    canvas.addEventListener("webglcontextrestored", () => {
      this.loop.cut();
      this.renderer.restore();
      this.readiness.done("context");
    }, { signal });
    // A tab that slept may have missed frames, or lost what was drawn.
    document.addEventListener("visibilitychange", () => document.hidden || redraw(), { signal });
    this.resizes.observe(root);
  }

  /** @param {import("../contract").MapConfig} next */
  update(next) {
    const { renderer, rings, moves, url, overlays, loop } = this;
    const { root, canvas } = this.elements;
    const first = !this.#shown;
    const changes = changesBetween(this.#shown, next);
    this.#shown = this.config = next;
    url.layout = next.layout;
    url.dims = next.dims;
    this.tools.events.offered = next.select === true;
    if (changes.height) root.style.height = `min(${next.height ?? 560}px, max(360px, 120vw))`;
    if (changes.label) canvas.setAttribute("aria-label", next.label ?? "Map of images");
    if (changes.dots) {
      renderer.pointSize = next.pointSize ?? 1;
      renderer.opacity = next.opacity ?? 0.8;
    }
    if (changes.colors) this.colors.load(next);
    if (changes.layout) {
      root.dataset.layout = next.layout;
      root.dataset.dims = String(next.dims);
      this.toolbar.setDims(next.dims);
      this.layouts.load(next);
    }
    if (changes.highlight) this.highlight.follow(next);
    if (changes.query) rings.set("query", next.query ?? []);
    if (changes.opened) {
      // The host writes the image into the address as it knows it, without the camera.
      if (moves.moved) url.write(renderer.camera.state);
      rings.set("selected", next.selected === null || next.selected === undefined ? [] : [next.selected]);
    }
    if (changes.clusters) overlays.labels.set(next.clusters ?? [], next.names);
    if (changes.tools) {
      this.tools.refresh();
      overlays.recount();
    }
    if (changes.flight && next.fly && !(first && url.read())) moves.fly(next.fly.row);
    if (changes.dots || changes.opened || changes.clusters) loop.request();
    if (this.theme.refresh()) this.#retheme();
  }

  /** Rings have changed: the map is drawn again only where that puts other images on top. */
  #ringsChanged() {
    const { renderer, rings } = this;
    const raised = (/** @type {number[]} */ rows) => rows.filter((row) => renderer.raises(row)).join();
    if (raised(renderer.top) !== raised(rings.rows)) return this.loop.request();
    renderer.top = rings.rows;
    this.#placeRings();
  }

  #placeRings() {
    this.rings.follow((row) => this.renderer.box(row));
  }

  /** Follows the element's size and what the legend covers. */
  #measure() {
    const { renderer, moves } = this;
    const { legend } = this.overlays;
    legend.fitWidth(renderer.canvas.clientWidth);
    if (!renderer.resize(legend.inset) || !renderer.positions) return;
    const goal = renderer.camera.fit(renderer.positions);
    renderer.fitHalf = goal.half;
    if (!moves.moved && !renderer.gliding) renderer.camera.set(goal);
  }

  #retheme() {
    this.theme.refresh();
    this.renderer.theme = this.theme.value;
    if (!this.renderer.gpu.gl.isContextLost()) this.renderer.paint();
    this.overlays.recount();
    this.loop.request();
  }

  #draw() {
    const { renderer, readiness } = this;
    if (readiness.waitsFor("context") || readiness.waitsFor("style")) return;
    this.#measure();
    renderer.top = this.rings.rows;
    renderer.draw();
    this.overlays.follow();
    this.#placeRings();
    this.target.follow();
    this.firstRows.drawn = performance.now();
    if (this.#settled && !readiness.ready) this.#finish();
  }

  get #settled() {
    return this.readiness.complete && !this.renderer.gliding && !this.loop.gliding && !this.#stop.signal.aborted;
  }

  /** The whole map is on its way: once the GPU is through, the viewer is ready and prepares for pointing. */
  async #finish() {
    if (this.#finishing) return;
    this.#finishing = true;
    await this.renderer.gpu.finished();
    this.#finishing = false;
    if (!this.#settled) return;
    this.readiness.ready = true;
    const { renderer, pages, files, notices, config } = this;
    if (!pages.atlas) {
      const [there, centrality] = await Promise.all([
        pages.open(), config.centrality ? files.centrality(config.centrality).catch((error) => void notices.show(error.message)) : null,
      ]);
      if (this.#stop.signal.aborted) return;
      renderer.centrality = centrality ?? null;
      if (there) this.loop.request();
    }
    const { positions } = renderer;
    if (!this.#settled || !positions?.complete) return;
    cellGridOf(positions);
    renderer.points.prepare();
    if (pages.atlas) representativesOf(positions, renderer.shading, renderer.centrality);
  }

  destroy() {
    this.#stop.abort();
    this.loop.stop();
    this.resizes.disconnect();
    for (const part of [this.overlays, this.notices, this.input, this.url, this.theme, this.pages, this.files, this.renderer]) part.destroy();
    this.elements.root.remove();
    delete this.elements.root.imagespace;
  }
}

/** One mounted viewer: takes configurations, loads what changed, and draws. */

import { Address } from "./address.js";
import { Atlas } from "./atlas.js";
import { between } from "./camera.js";
import { Dataset } from "./dataset.js";
import { frame } from "./dom.js";
import { count } from "./format.js";
import { gridOf } from "./grid.js";
import { Card } from "./hover.js";
import { Interaction } from "./interaction.js";
import { Labels } from "./labels.js";
import { Legend } from "./legend.js";
import { Loop } from "./loop.js";
import { Marks } from "./marks.js";
import { Picture } from "./picture.js";
import { unpackMask } from "./shading.js";
import { Sprites } from "./sprites.js";
import { ThemeReader } from "./theme.js";
import { Toolbar } from "./toolbar.js";

const GLIDE_MS = 900;
const FLY_MS = 700;
/** A partial picture of arriving rows is drawn at most this often, and takes at most a fifth of the time. */
const PARTIAL_MS = 200;
/** How large a sprite becomes when flown to, CSS pixels. */
const FLY_PX = 76;

export class Viewer {
  /**
   * @param {HTMLElement} host
   * @param {import("./index.js").ViewerConfig} config
   * @param {import("./index.js").ViewerEvents} events
   */
  constructor(host, config, events) {
    this.config = /** @type {import("./index.js").ViewerConfig} */ ({});
    this.events = events;
    this.parts = frame(new URL("viewer.css", import.meta.url).href);
    const { root, canvas } = this.parts;
    this.root = root;
    this.stop = new AbortController();
    /** @type {Set<string>} what has to come before the picture is whole */ this.pending = new Set(["style"]);
    this.address = new Address(config.cameraParam ?? null);
    this.dataset = new Dataset(config.base, config.rows);
    this.atlas = new Atlas(this.dataset, (message) => events.error?.(message));
    this.loop = new Loop(() => this.#draw());
    this.redraw = () => this.loop.request();
    this.picture = new Picture(canvas, config.rows, this.atlas, this.redraw);
    /** Whether the camera stands elsewhere than at the fit. */ this.moved = false;
    this.drawn = 0;
    host.append(root);
    this.theme = new ThemeReader(root, () => this.#retheme());
    this.marks = new Marks(this.parts.marks);
    this.card = new Card(this.parts.card, () => ({ dataset: this.dataset, atlas: this.atlas, column: this.picture.shading.column }));
    this.labels = new Labels(this.parts.labels, (hotspot) => {
      this.fly(hotspot.row);
      events.hotspot?.(hotspot.label);
    });
    this.legend = new Legend(this.parts.legend, { changed: (hidden) => this.#hide(hidden), folded: this.redraw });
    this.interaction = new Interaction(this);
    this.toolbar = new Toolbar(this.parts.tools, this.interaction.tools());
    this.#listen();
    this.#expose();
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
    this.resizes = new ResizeObserver(this.redraw);
    this.resizes.observe(root);
  }

  /** The hooks for tests and automation. */
  #expose() {
    const { picture, root } = this;
    const viewer = this;
    root.imagespace = {
      screen(row) {
        const at = picture.place(row);
        if (!at) return null;
        const box = picture.canvas.getBoundingClientRect();
        return { x: box.left + window.scrollX + at.x, y: box.top + window.scrollY + at.y };
      },
      frame: () => picture.frame(),
      get camera() {
        return { ...picture.camera.state };
      },
      set camera(state) {
        viewer.loop.cut();
        picture.camera.set(state);
        viewer.touched();
      },
      memory: () => ({
        gpuBytes: picture.gpu.bytes,
        heapBytes: viewer.dataset.bytes + viewer.atlas.bytes + (picture.positions?.grid?.bytes ?? 0)
          + picture.shading.index.byteLength + picture.shading.palette.byteLength,
      }),
      sprites: () => ({ wanted: picture.sprites.wanted, loaded: picture.sprites.loaded }),
    };
  }

  /** @param {import("./index.js").ViewerConfig} next */
  update(next) {
    const { config: old, picture, root } = this;
    const first = old.base === undefined;
    this.config = next;
    const changed = (...names) => names.some((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]));
    if (changed("height")) root.style.height = `${next.height ?? 560}px`;
    if (changed("label")) this.parts.canvas.setAttribute("aria-label", next.label ?? "Map of images");
    if (changed("pointSize", "opacity")) {
      picture.pointSize = next.pointSize ?? 1;
      picture.opacity = next.opacity ?? 0.8;
      this.redraw();
    }
    if (changed("color", "mask", "palette")) this.#recolor();
    if (changed("layout", "dims")) this.#goTo(next.layout, next.dims, first);
    if (changed("query", "results")) {
      const rows = [...(next.query ?? []), ...(next.results ?? [])];
      picture.light(rows.length ? new Set(rows) : null);
      this.marks.set("query", next.query ?? []);
      this.redraw();
    }
    if (changed("selected")) {
      this.marks.set("selected", next.selected === null || next.selected === undefined ? [] : [next.selected]);
      this.redraw();
    }
    if (changed("hotspots")) {
      this.labels.set(next.hotspots ?? []);
      this.redraw();
    }
    if (changed("fly") && next.fly && !(first && this.address.read(next.layout, next.dims))) this.fly(next.fly.row);
    if (this.theme.refresh()) this.#retheme();
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

  /** The camera was moved by hand. */
  touched() {
    this.moved = true;
    if (this.picture.cameraGliding) {
      this.picture.cameraGliding = false; // a glide between layouts goes on, the camera is the hand's
      if (!this.picture.previous) this.loop.cut();
    }
    this.address.write(this.config.layout, this.config.dims, this.picture.camera.state);
    this.redraw();
  }

  /** Glides the camera. @param {import("./camera.js").CameraState} goal */
  glide(goal, ms = FLY_MS) {
    const { camera } = this.picture;
    const from = camera.state;
    this.root.dataset.ready = "false";
    this.picture.cameraGliding = true;
    this.loop.start(ms, (t) => {
      if (this.picture.cameraGliding) camera.set(between(from, goal, t));
    }, () => {
      this.picture.cameraGliding = false;
      this.interaction.pointing.look();
    });
  }

  /** Shows the whole map. */
  fit() {
    if (!this.picture.positions || this.picture.previous) return;
    this.moved = false;
    this.glide(this.picture.camera.fit(this.picture.positions), 450);
    this.address.write(this.config.layout, this.config.dims, null);
  }

  /** Brings a row to the middle, near enough to see its image. @param {number} row */
  fly(row) {
    const { picture } = this;
    if (this.pending.has("layout") || picture.previous) {
      this.flyLater = row;
      return;
    }
    if (!picture.positions?.has(row)) return;
    const [x, y, z] = picture.positions.at(row, [0, 0, 0]);
    const half = (Sprites.world(picture.positions) * picture.camera.height) / 2 / FLY_PX;
    const goal = { ...picture.camera.state, x, y, z, half: Math.min(half, picture.fitHalf) };
    this.moved = true;
    this.glide(goal);
    this.address.write(this.config.layout, this.config.dims, goal);
  }

  /** @param {string} text for a screen reader */
  say(text) {
    if (this.parts.live.textContent !== text) this.parts.live.textContent = text;
  }

  async #goTo(layout, dims, first) {
    const { root, picture } = this;
    this.begin("layout");
    root.dataset.layout = layout;
    root.dataset.dims = String(dims);
    this.toolbar.setDims(dims);
    let shown = false;
    /** @type {(positions: import("./positions.js").Positions) => void} */
    const arriving = (positions) => {
      if (!first || picture.gpu.gl.isContextLost()) return;
      if (!shown) this.#begin(positions);
      else {
        picture.points.stream();
        if (!this.moved) picture.camera.set(picture.camera.fit(positions));
      }
      shown = true;
      const now = performance.now();
      if (now - this.drawn > Math.max(PARTIAL_MS, 5 * (this.drawMs ?? 0))) this.redraw();
    };
    let positions;
    try {
      positions = await this.dataset.positions(layout, dims, arriving);
    } catch (error) {
      if (this.config.layout === layout && this.config.dims === dims) this.#fail(error);
      return;
    }
    if (this.stop.signal.aborted || this.config.layout !== layout || this.config.dims !== dims) return;
    if (first) {
      if (!shown) this.#begin(positions);
      picture.points.stream();
      picture.fitHalf = picture.camera.fit(positions).half;
      picture.camera.reach = Math.max(1, positions.radius);
      if (!this.moved) picture.camera.set(picture.camera.fit(positions));
    } else if (!picture.positions) this.#begin(positions);
    else if (positions !== picture.positions) this.#morph(positions);
    root.dataset.points = String(positions.finite);
    this.#recount();
    this.done("layout");
    this.#flyIfAsked();
  }

  #flyIfAsked() {
    const row = this.flyLater;
    this.flyLater = undefined;
    if (row !== undefined) this.fly(row);
  }

  /** The first rows of the first layout are here. */
  #begin(positions) {
    this.picture.show(positions, false);
    this.#measure();
    const kept = this.address.read(this.config.layout, this.config.dims);
    this.moved = kept !== null;
    this.picture.camera.set(kept ?? this.picture.camera.fit(positions));
  }

  #morph(positions) {
    const { picture, loop } = this;
    loop.cut();
    const { camera } = picture;
    picture.show(positions, true);
    const from = camera.state;
    const goal = camera.fit(positions);
    picture.bring(goal);
    picture.cameraGliding = true;
    this.moved = false;
    this.address.write(this.config.layout, this.config.dims, null);
    loop.start(GLIDE_MS, (t) => {
      picture.mix = t;
      if (picture.cameraGliding) camera.set(between(from, goal, t));
    }, () => {
      picture.cameraGliding = false;
      picture.settle();
      this.#flyIfAsked();
      this.interaction.pointing.look();
    });
  }

  async #recolor() {
    const { picture, config } = this;
    const { shading } = picture;
    this.begin("color");
    const turn = (this.colorTurn = (this.colorTurn ?? 0) + 1);
    let column = null, mask = null, failure = null;
    try {
      [column, mask] = await Promise.all([
        !config.color ? null : config.color === shading.column?.slug ? shading.column : this.dataset.column(config.color),
        config.mask ? unpackMask(config.mask) : null,
      ]);
    } catch (error) {
      failure = error;
    }
    if (turn !== this.colorTurn || this.stop.signal.aborted) return;
    shading.custom = config.palette;
    shading.assign(column, mask);
    if (!picture.gpu.gl.isContextLost()) picture.shade();
    this.#recount();
    this.done("color");
    if (failure) this.#fail(failure);
  }

  /** Counts what mask and legend leave, and tells the legend. */
  #recount() {
    const { picture, root, legend } = this;
    const { positions, shading } = picture;
    if (!positions || positions.scanned < positions.rows) return;
    const { visible, codes } = shading.count(positions);
    picture.visible = visible;
    root.dataset.visible = String(visible);
    legend.show(shading, codes);
    this.say(`${count(visible)} of ${count(positions.rows)} images shown`);
  }

  #hide(hidden) {
    const { picture } = this;
    picture.shading.hidden = hidden;
    picture.paint();
    const { visible } = picture.shading.count(picture.positions);
    picture.visible = visible;
    this.root.dataset.visible = String(visible);
    this.say(`${count(visible)} of ${count(picture.positions.rows)} images shown`);
    clearTimeout(this.hideTimer);
    this.hideTimer = setTimeout(() => this.events.hide?.([...hidden]), 300);
    this.redraw();
  }

  #retheme() {
    this.theme.refresh();
    this.picture.theme = this.theme.value;
    if (!this.picture.gpu.gl.isContextLost()) this.picture.paint();
    this.#recount();
    this.redraw();
  }

  #fail(error) {
    if (this.stop.signal.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    this.parts.message.textContent = text;
    this.parts.message.hidden = false;
    this.events.error?.(text);
  }

  /** Follows the element's size and what the legend covers. */
  #measure() {
    const { picture, legend, root } = this;
    const width = picture.canvas.clientWidth;
    root.dataset.narrow = String(width <= 500);
    legend.fitWidth(width);
    if (picture.resize(legend.inset) && picture.positions) {
      picture.fitHalf = picture.camera.fit(picture.positions).half;
      if (!this.moved && !picture.gliding) picture.camera.set(picture.camera.fit(picture.positions));
    }
  }

  #draw() {
    const { picture, root } = this;
    if (this.pending.has("context") || this.pending.has("style")) return;
    this.#measure();
    const start = performance.now();
    picture.draw();
    this.marks.follow((row) => picture.box(row));
    this.labels.follow((row) => (picture.shading.shows(row) ? picture.place(row) : null), picture.camera);
    this.interaction.pointing.follow();
    this.drawn = performance.now();
    this.drawMs = this.drawn - start;
    if (this.pending.size || picture.previous || this.loop.gliding || root.dataset.ready === "true") return;
    root.dataset.ready = "true";
    if (!this.atlas.about) {
      this.atlas.open().then((there) => there && !this.stop.signal.aborted && this.redraw());
      setTimeout(() => picture.positions && !this.stop.signal.aborted && gridOf(picture.positions), 50);
    }
  }

  destroy() {
    this.stop.abort();
    this.loop.stop();
    clearTimeout(this.hideTimer);
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

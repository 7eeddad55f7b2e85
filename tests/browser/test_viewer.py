"""The viewer by itself, in a real Chromium: its hooks, its life and its losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.standalone import Build, Server
from tests.browser.viewing import BOARD, SPRITES, Viewer

pytestmark = pytest.mark.browser


def test_hooks_tell_layout_and_counts_and_rows_without_position_are_left_out(viewer: Viewer, build: Build) -> None:
    placed = int(build.placed.sum())
    assert placed == build.rows - 2
    assert [viewer.data(name) for name in ("points", "visible", "layout", "dims")] == [
        str(placed),
        str(placed),
        "tsne",
        "2",
    ]
    assert np.isnan(viewer.screens()).sum(axis=1).nonzero()[0].tolist() == list(build.lost)
    assert viewer.page.evaluate("typeof window.root().imagespace.frame()") == "number"


def test_the_picture_comes_back_after_the_context_was_lost(viewer: Viewer) -> None:
    viewer.fly(17)
    before = viewer.shot()
    viewer.page.evaluate("""() => {
      const gl = window.root().querySelector("canvas").getContext("webgl2");
      window.lose = gl.getExtension("WEBGL_lose_context");
      window.lose.loseContext();
    }""")
    viewer.page.wait_for_function("window.root().dataset.ready === 'false'")
    viewer.page.evaluate("window.lose.restoreContext()")
    viewer.ready()
    viewer.page.wait_for_function(SPRITES)
    viewer.drawn()
    after = viewer.shot()
    assert (np.abs(before - after).max(axis=2) > 8).mean() < 0.001


def test_destroying_leaves_nothing_behind_and_mounting_twice_leaves_one(viewer: Viewer) -> None:
    page = viewer.page
    page.evaluate("""() => {
      window.frames = 0;
      const ask = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (f) => { window.frames++; return ask(f); };
      window.pass = async (count) => { while (count--) await new Promise((done) => ask(done)); return window.frames; };
    }""")
    asleep = page.evaluate("""async () => {
      for (let tries = 10, before = NaN; tries--; ) if (before === (before = await window.pass(10))) return true;
    }""")
    assert asleep, "the loop sleeps when nothing moves"
    page.evaluate("window.start(window.config)")
    viewer.ready()
    assert page.locator("[data-testid=imagespace-viewer]").count() == 1
    page.evaluate("""() => {
      window.context = window.root().querySelector("canvas").getContext("webgl2");
      window.update({ layout: "pca" });
      window.handle.destroy();
    }""")
    left = page.evaluate("""async () => {
      const before = window.frames;
      await window.pass(10);
      window.dispatchEvent(new Event("resize"));
      window.handle.update(window.config);
      return (await window.pass(10)) - before;
    }""")
    assert [left, *page.evaluate("[window.element.childElementCount, window.context.isContextLost()]")] == [0, 0, True]


@pytest.mark.parametrize("picture", [None, "static/tsne-2d.png"])
def test_without_webgl2_a_picture_and_a_sentence_stand_in_its_place(
    page: Any, server: Server, build: Build, picture: str | None
) -> None:
    (build.folder / "static").mkdir(exist_ok=True)
    Image.new("RGB", (90, 60), (200, 30, 30)).save(build.folder / "static/tsne-2d.png")
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(server.url)
    page.wait_for_function("window.loaded")
    config = {
        "base": server.url + "base/",
        "rows": 3,
        "layout": "tsne",
        "dims": 2,
        "label": "t-SNE map",
        "stillMap": picture,
    }
    page.evaluate("(config) => window.start(config)", config)
    assert "WebGL2" in page.get_by_role("alert").inner_text()
    assert page.evaluate("window.events.map(([name]) => name)") == ["error"]
    root = page.locator("[data-testid=imagespace-viewer]")
    assert [root.get_attribute(f"data-{name}") for name in ("ready", "layout", "dims")] == ["failed", "tsne", "2"]
    image = page.get_by_role("img", name="Picture of the t-SNE map")
    if not picture:
        assert image.count() == 0
        return
    page.wait_for_function("window.root().querySelector('img').naturalWidth === 90")
    page.evaluate("window.update({ stillMap: 'static/none.png' })")
    image.wait_for(state="hidden")
    page.evaluate("window.handle.destroy()")
    assert root.count() == 0


def test_a_tab_that_slept_goes_on_where_it_was(viewer: Viewer) -> None:
    page = viewer.page
    page.evaluate("""() => {
      window.asleep = [];
      window.real = window.requestAnimationFrame;
      window.requestAnimationFrame = (f) => window.asleep.push(f);
      window.update({ layout: "pca", color: "cluster" });
    }""")
    # By the clock, since there are no frames.
    page.wait_for_function(
        """window.asleep.length && ["pca-2d.npy", "cluster.npy"].every(
          (file) => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(file)))""",
        polling=20,
    )
    assert viewer.data("ready") == "false"
    page.evaluate("""() => {
      window.requestAnimationFrame = window.real;
      for (const f of window.asleep) window.requestAnimationFrame(f);
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    viewer.ready()
    assert viewer.data("layout") == "pca"
    positions = viewer.build.arrays["projections/pca-2d"][viewer.build.placed]
    at = viewer.screens()[viewer.build.placed]
    order = np.corrcoef(positions[:, 0], at[:, 0])[0, 1], np.corrcoef(positions[:, 1], at[:, 1])[0, 1]
    assert order == pytest.approx((1, -1), abs=1e-6)
    viewer.hover(viewer.alone(1)[0])


@pytest.mark.parametrize(("rows", "dims"), [(1, 2), (1, 3), (40, 2)])
def test_few_rows_all_at_one_place_can_be_drawn_and_picked(page: Any, tmp_path: Any, rows: int, dims: int) -> None:
    build = Build(tmp_path, rows=rows, lost=()).write()
    np.save(tmp_path / f"projections/tsne-{dims}d.npy", np.full((rows, dims), 7.5, np.float32))
    server = Server(tmp_path)
    viewer = Viewer(page, server, build, dims=dims)
    assert [viewer.data("points"), viewer.data("visible")] == [str(rows), str(rows)]
    page.mouse.click(*viewer.place(0))
    assert len(viewer.events("click")) == 1
    server.close()


def test_a_layout_without_any_position_is_empty_and_a_missing_one_is_told(page: Any, tmp_path: Any) -> None:
    build = Build(tmp_path, rows=6, lost=tuple(range(6))).write()
    server = Server(tmp_path)
    viewer = Viewer(page, server, build)
    assert [viewer.data("points"), viewer.data("visible")] == ["0", "0"]
    page.evaluate("window.update({ layout: 'umap' })")
    page.wait_for_function("window.events.some(([name]) => name === 'error')")
    assert "umap-2d.npy" in viewer.events("error")[0]
    server.close()


def test_arrays_are_read_right_however_they_arrive(page: Any, server: Server, build: Build) -> None:
    page.goto(server.url)
    sums = page.evaluate(
        """async (url) => {
      const { fetchNpy } = await import("./viewer/data/npy.js");
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const real = window.fetch;
      const read = async (step) => {
        window.fetch = async () => new Response(new ReadableStream({ start(control) {
          for (let i = 0; i < bytes.length; i += step) control.enqueue(bytes.slice(i, i + step));
          control.close();
        } }));
        let last = 0;
        const part = (n) => { if (n < last) throw new Error("backwards"); last = n; };
        const { data, shape } = await fetchNpy(url, { part });
        return [...shape, last, ...data];
      };
      const results = [await read(7), await read(129), await read(1e6)];
      window.fetch = real;
      return results;
    }""",
        server.url + "base/columns/price.npy",
    )
    price = build.arrays["columns/price"]
    for shape, last, *values in sums:
        assert shape == last == build.rows
        assert np.array_equal(np.array(values, np.float32), price, equal_nan=True)


def test_a_layout_that_cannot_be_had_leaves_the_one_before_and_can_be_asked_for_again(viewer: Viewer) -> None:
    page, before = viewer.page, viewer.screens()
    page.route("**/layouts/board.npy", lambda route: route.fulfill(status=404, body="gone"))
    viewer.update(**BOARD)  # waits until the viewer is ready again
    assert "404" in page.evaluate("window.root().textContent")
    np.testing.assert_allclose(viewer.screens(), before, atol=1)
    page.unroute("**/layouts/board.npy")
    viewer.update(layout="tsne", positions=None, guides=None)
    viewer.update(**BOARD)
    assert np.nanmax(np.abs(viewer.screens() - before)) > 20

"""Ways between layouts and images: glides, flights, the camera in the address."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.browser.standalone import Build, Server
from tests.browser.viewing import Viewer

pytestmark = pytest.mark.browser

# Changes the configuration; gives where each row is in every frame until the viewer is ready again.
WAY = """async (change) => {
  const seen = [], { root, config } = window;
  window.update(change);
  do {
    seen.push(Array.from({ length: config.rows }, (_, row) => {
      const at = root().imagespace.screen(row);
      return at ? [at.x, at.y] : [NaN, NaN];
    }));
    await new Promise(requestAnimationFrame);
  } while (root().dataset.ready !== "true");
  return seen;
}"""


def test_another_layout_is_glided_to_and_keeps_the_selection(viewer: Viewer) -> None:
    viewer.update(selected=17)
    start = viewer.screens()
    between = np.array(viewer.page.evaluate(WAY, {"layout": "pca", "dims": 3}), float)
    end = viewer.screens()
    assert [viewer.data("layout"), viewer.data("dims")] == ["pca", "3"]
    away = [np.nanmean(np.abs(between - there), axis=(1, 2)) for there in (start, end)]
    assert np.minimum(*away).max() > 5, "between both"
    ring = viewer.page.locator(".is-ring-selected").bounding_box()
    assert (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2) == pytest.approx(viewer.place(17), abs=1.5)
    viewer.update(layout="tsne", dims=2)
    assert np.nanmax(np.abs(viewer.screens() - start)) < 0.1


def test_a_switch_during_a_glide_starts_where_the_images_are(viewer: Viewer) -> None:
    viewer.update(dims=3)
    viewer.update(dims=2)
    moved, jump = viewer.page.evaluate("""async () => {
      const at = () => window.root().imagespace.screen(17);
      const start = at();
      const moved = () => Math.hypot(at().x - start.x, at().y - start.y);
      window.update({ layout: "pca" });
      while (moved() < 20 && window.root().dataset.ready === "false") await new Promise(requestAnimationFrame);
      const before = at();
      window.update({ layout: "tsne", dims: 3 }); // already here, so that it starts at once
      await new Promise((go) => setTimeout(go, 0));
      return [moved(), Math.hypot(at().x - before.x, at().y - before.y)];
    }""")
    assert moved > 20
    assert jump < 0.5
    viewer.ready()
    assert [viewer.data("layout"), viewer.data("dims")] == ["tsne", "3"]


def test_only_what_changed_is_sent_for_and_switching_back_sends_for_nothing(viewer: Viewer) -> None:
    # Where the sprites are is asked for once the first picture is there.
    viewer.page.wait_for_function(
        "performance.getEntriesByType('resource').filter(({ name }) => /atlas(\\/|\\.json)/.test(name)).length >= 3"
    )

    def sent_for(**change: object) -> list[str]:
        viewer.listen()
        viewer.update(**change)
        viewer.drawn()
        return sorted(path for path in viewer.requested() if not path.endswith(".webp"))

    assert sent_for() == []
    assert sent_for(color="price") == ["columns/price.json", "columns/price.npy"]
    assert sent_for(pointSize=0.8, opacity=0.5, selected=3) == []
    assert sent_for(dims=3) == ["projections/tsne-3d.npy"]
    assert sent_for(dims=2, color="category") == []


def test_flying_brings_a_row_to_the_middle(viewer: Viewer) -> None:
    viewer.fly(44)
    view = viewer.page.locator("[data-testid=imagespace-viewer]").bounding_box()
    legend = viewer.page.locator(".is-legend").bounding_box()
    x, y = viewer.place(44)
    assert y == pytest.approx(view["y"] + view["height"] / 2, abs=2)
    assert x == pytest.approx((view["x"] + legend["x"]) / 2, abs=15)


def test_the_camera_is_kept_in_the_address(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, "?other=a%20b", cameraParam="camera")
    page.mouse.move(500, 300)
    page.mouse.wheel(0, -400)
    page.wait_for_function("location.search.includes('camera=tsne-2d:')")
    assert "other=a" in page.url
    camera = viewer.camera()
    page.reload()
    page.wait_for_function("window.loaded")
    viewer = Viewer(page, server, build, cameraParam="camera")
    assert viewer.camera() == pytest.approx(camera, rel=1e-3)
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_function("!location.search.includes('camera')")


def test_with_reduced_motion_nothing_glides(chromium: Any, server: Server, build: Build) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 700}, reduced_motion="reduce")
    viewer = Viewer(context.new_page(), server, build)
    viewer.update(dims=3)
    viewer.update(dims=2)
    move = """() => {
      window.update({ dims: 3 });
      return new Promise((go) => setTimeout(() => go(window.root().imagespace.screen(17)), 0));
    }"""
    at_once = viewer.page.evaluate(move)
    viewer.ready()
    assert viewer.page.evaluate("window.root().imagespace.screen(17)") == at_once
    context.close()

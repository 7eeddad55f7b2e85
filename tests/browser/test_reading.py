"""What helps to read the map: names of clusters, layers, overview, and the view as a picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.standalone import Build, Server
from tests.browser.viewing import Viewer

pytestmark = pytest.mark.browser


def spot(label: int, row: int, size: int = 100, **more: object) -> dict[str, object]:
    return {"label": label, "title": f"Cluster {label}", "size": size, "row": row} | more


def name(viewer: Viewer, label: int) -> Any:
    return viewer.page.locator(f".is-label[data-label='{label}']:visible")


def middle(locator: Any) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_name_stands_at_its_place_and_in_other_layouts_at_its_row(viewer: Viewer, build: Build) -> None:
    positions = build.arrays["projections/tsne-2d"]
    rows = viewer.alone(3, 20)
    place = positions[rows[0]].tolist()
    viewer.update(clusters=[spot(4, rows[1], anchors={"tsne-2d": place})])
    name(viewer, 4).wait_for()
    assert middle(name(viewer, 4)) == pytest.approx(viewer.place(rows[0]), abs=1.5)
    viewer.update(layout="pca")
    at, label = viewer.place(rows[1]), middle(name(viewer, 4))
    assert at[0] == pytest.approx(label[0], abs=1.5)
    assert 10 < at[1] - label[1] < 40


def test_a_name_lets_the_pointer_through_but_is_clicked_itself(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, select=True)
    row = viewer.alone(1, 20)[0]
    place = build.arrays["projections/tsne-2d"][row].tolist()
    viewer.update(clusters=[spot(7, row, anchors={"tsne-2d": place})])
    name(viewer, 7).wait_for()
    viewer.hover(row)
    assert page.locator(".is-ring-hover").get_attribute("data-row") == str(row)
    x, y = middle(name(viewer, 7))
    before = viewer.screens()
    page.mouse.down()
    page.mouse.move(x + 40, y + 20, steps=4)
    page.mouse.up()
    assert np.nanmax(np.abs(viewer.screens() - before - [40, 20])) < 0.6
    half = viewer.camera()["half"]
    page.mouse.move(x + 40, y + 20)
    page.mouse.wheel(0, -100)
    viewer.zoomed(half)
    page.mouse.click(*middle(name(viewer, 7)), button="right")
    page.keyboard.down("Shift")
    page.mouse.click(*middle(name(viewer, 7)))
    page.keyboard.up("Shift")
    [event] = viewer.events("select")
    assert (event["kind"], event["color"], event["codes"]) == ("codes", "cluster", [7])
    assert viewer.events("cluster") == []
    page.mouse.click(*middle(name(viewer, 7)))
    viewer.ready()
    assert viewer.events("cluster") == [7]
    assert viewer.events("click") == []
    camera = viewer.camera()
    page.keyboard.press("Home")
    viewer.ready()
    name(viewer, 7).focus()
    page.keyboard.press("Enter")
    viewer.ready()
    assert viewer.camera() == pytest.approx(camera, abs=1e-6)
    assert viewer.events("cluster") == [7, 7]


def test_nearer_shows_more_names_and_one_at_the_edge_moves_inward(viewer: Viewer, build: Build) -> None:
    rows = np.flatnonzero(build.placed)
    spots = [spot(i, int(row), size=len(rows) - i) for i, row in enumerate(rows)]
    viewer.update(clusters=spots)
    viewer.page.locator(".is-label:visible").nth(3).wait_for()
    box = viewer.page.locator("canvas.is-canvas").bounding_box()

    def shown() -> set[str]:
        return set(viewer.page.locator(".is-label:visible").evaluate_all("all => all.map((l) => l.dataset.label)"))

    far = shown()
    viewer.page.evaluate("(s) => { window.root().imagespace.camera = s }", viewer.camera() | {"half": 0.12})
    viewer.drawn()
    near = shown()
    assert len(near - far) > 5
    assert max(map(int, near)) > 300
    row = int(rows[0])
    viewer.update(clusters=[spot(0, row)])
    x, y = viewer.place(row)
    # The image goes to 5 px from the left edge; its name does not fit there and stays whole.
    viewer.page.mouse.move(x, y)
    state = viewer.camera()
    per_px = 2 * state["half"] / box["height"]
    move = state | {"x": state["x"] + (x - box["x"] - 5) * per_px, "y": state["y"] - (y - box["y"] - 200) * per_px}
    viewer.page.evaluate("(s) => { window.root().imagespace.camera = s }", move)
    viewer.drawn()
    assert viewer.place(row)[0] == pytest.approx(box["x"] + 5, abs=1)
    label = name(viewer, 0).bounding_box()
    assert box["x"] <= label["x"] < box["x"] + 10


def test_layers_are_switched_off_and_say_what_a_layout_lacks(viewer: Viewer, build: Build) -> None:
    page = viewer.page
    viewer.update(clusters=[spot(1, viewer.alone(1)[0])])
    name(viewer, 1).wait_for()
    menu = page.get_by_role("button", name="Layers")
    menu.click()
    names = page.get_by_role("checkbox", name="Cluster names")
    names.uncheck()
    name(viewer, 1).wait_for(state="hidden")
    names.check()
    name(viewer, 1).wait_for()
    viewer.fly(17)
    page.get_by_role("checkbox", name="Images when zoomed in").uncheck()
    page.wait_for_function("window.root().imagespace.sprites().wanted === 0")
    before = viewer.shot()
    page.get_by_role("checkbox", name="Density").check()
    viewer.drawn()
    assert (np.abs(viewer.shot() - before).max(axis=2) > 20).mean() > 0.02
    page.keyboard.press("Escape")
    assert page.get_by_role("checkbox").count() == 0
    assert menu.evaluate("(b) => b === document.activeElement")
    viewer.update(layout="board", positions="layouts/board.npy", guides="layouts/board.json")
    assert name(viewer, 1).count() == 0
    menu.click()
    assert names.is_disabled()
    viewer.update(layout="tsne", dims=3, positions=None, guides=None)
    page.get_by_role("button", name="Zoom in").click()
    menu.click()
    assert page.get_by_role("checkbox", name="Overview map").is_disabled()


def test_the_overview_frames_what_is_in_view_and_moves_it(viewer: Viewer, build: Build) -> None:
    page = viewer.page
    overview = page.locator(".is-overview")
    assert overview.is_hidden()
    page.evaluate(
        "(s) => { window.root().imagespace.camera = s }", viewer.camera() | {"x": 0.3, "y": -0.2, "half": 0.2}
    )
    overview.wait_for()
    drawing = page.locator(".is-overview canvas").evaluate("""(c) => {
      const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
      return [c.width, c.height, [...data]];
    }""")
    pixels = np.array(drawing[2]).reshape(drawing[1], drawing[0], 4)
    filled = pixels[..., 3] > 0
    assert 100 < filled.sum() < len(build.placed)
    positions = build.arrays["projections/tsne-2d"][build.placed]
    low, high = positions.min(axis=0), positions.max(axis=0)
    scale = 2 / (high - low).max()
    box, frame = page.locator(".is-overview canvas").bounding_box(), page.locator(".is-overview-frame").bounding_box()
    per_px = (132 - 10) / 2

    def at(world: tuple[float, float]) -> tuple[float, float]:
        return box["x"] + box["width"] / 2 + world[0] * per_px, box["y"] + box["height"] / 2 - world[1] * per_px

    x, y = at((0.3, -0.2))
    assert frame["height"] == pytest.approx(2 * 0.2 * per_px, abs=2)
    assert frame["y"] + frame["height"] / 2 == pytest.approx(y, abs=1.5)
    assert frame["x"] + frame["width"] / 2 == pytest.approx(x, abs=1.5)
    target = (positions[10] - (low + high) / 2) * scale
    goal = at((float(target[0]), float(target[1])))
    # The dot of that row is drawn there.
    ratio = drawing[0] / box["width"]
    row, column = int((goal[1] - box["y"]) * ratio), int((goal[0] - box["x"]) * ratio)
    assert filled[row - 1 : row + 2, column - 1 : column + 2].any()
    page.mouse.click(*goal)
    assert viewer.camera()["x"] == pytest.approx(target[0], abs=0.02)
    assert viewer.camera()["y"] == pytest.approx(target[1], abs=0.02)
    page.keyboard.press("Tab")
    page.locator("canvas.is-canvas").focus()
    page.keyboard.press("0")
    viewer.ready()
    overview.wait_for(state="hidden")
    page.set_viewport_size({"width": 480, "height": 800})
    page.keyboard.press("+")
    page.keyboard.press("+")
    viewer.drawn()
    assert overview.is_hidden()


@pytest.mark.parametrize("scale", [1, 3])
def test_the_view_is_saved_in_exact_size_with_its_colors_and_legend(viewer: Viewer, build: Build, scale: int) -> None:
    page = viewer.page
    row = viewer.alone(1, 25)[0]
    viewer.update(clusters=[spot(3, row)])
    page.get_by_role("button", name="Copy as picture").click()
    page.get_by_role("radio", name=f"{scale}×").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save PNG").click()
    assert download.value.suggested_filename == "imagespace-tsne-2d.png"
    picture = np.asarray(Image.open(BytesIO(Path(download.value.path()).read_bytes())).convert("RGB")).astype(int)
    canvas = page.locator("canvas.is-canvas").bounding_box()
    assert picture.shape == (round(canvas["height"] * scale), round(canvas["width"] * scale), 3)
    code = int(build.arrays["columns/category"][row])
    swatch = page.locator(f".is-legend-row[data-code='{code}'] .is-swatch").evaluate(
        "(s) => getComputedStyle(s).backgroundColor.match(/\\d+/g).map(Number)"
    )
    x, y = viewer.place(row)
    dot = picture[round((y - canvas["y"]) * scale), round((x - canvas["x"]) * scale)]
    white = np.array([255, 255, 255])
    faded = (white - dot) @ (white - swatch) / ((white - swatch) @ (white - swatch))
    assert 0.2 < faded <= 1.01
    assert dot == pytest.approx(white + faded * (np.array(swatch) - white), abs=6), "the dot has its color, blended"
    legend = picture[: 150 * scale, -220 * scale :].reshape(-1, 3)
    assert (np.abs(legend - swatch).max(axis=1) < 4).sum() > 40 * scale**2, "the legend's dot is drawn"
    title = picture[8 * scale : 32 * scale, 12 * scale : 200 * scale]
    assert (title.max(axis=2) < 120).sum() > 100 * scale**2, "the title is written"
    viewer.drawn()
    assert page.evaluate("window.root().imagespace.frame()") > 0
    assert viewer.data("ready") == "true"

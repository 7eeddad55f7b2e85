"""Layouts as they are drawn: tilings, headings, ticks, lines; what is selected; density."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from tests.browser.standalone import Build, Server, color_of, size_of
from tests.browser.viewing import BOARD, RING, SPRITES, Viewer, mask_of

pytestmark = pytest.mark.browser

HEADINGS = """() => [...window.root().querySelectorAll(".is-heading:not([hidden])")].map((node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return { text: node.title, x, y, width, height, opacity: Number(getComputedStyle(node).opacity) };
})"""
TICKS = HEADINGS.replace(".is-heading", ".is-axis-tick").replace("node.title", "node.textContent")


def onto(viewer: Viewer, *places: tuple[float, ...]) -> np.ndarray:
    """float (n, 2): where places of the layout's file are, in px of the window."""
    matrix = np.array(viewer.page.evaluate("window.root().imagespace.drawing.matrix")).reshape(4, 4).T
    clip = np.array([[*place, *([0.0] * (3 - len(place))), 1.0] for place in places]) @ matrix.T
    box = viewer.page.locator("canvas.is-canvas").bounding_box()
    x = box["x"] + (clip[:, 0] / clip[:, 3] + 1) / 2 * box["width"]
    return np.stack([x, box["y"] + (1 - clip[:, 1] / clip[:, 3]) / 2 * box["height"]], 1)


def test_positions_come_from_the_path_that_the_host_names(page: Any, server: Server, build: Build) -> None:
    server.requests.clear()
    viewer = Viewer(page, server, build, **BOARD)
    assert "base/layouts/board.npy" in server.requests
    assert not [path for path in server.requests if path.startswith("base/projections/")]
    assert [viewer.data(name) for name in ("layout", "dims", "points")] == ["board", "2", str(build.placed.sum())]
    assert page.evaluate("window.root().imagespace.missing()") == len(build.lost)
    rows = [0, 7, 40, 599]
    places = [tuple(build.arrays["layouts/board"][row]) for row in rows]
    assert np.array([viewer.place(row) for row in rows]) == pytest.approx(onto(viewer, *places), abs=0.01)
    viewer.update(mask=mask_of(np.arange(build.rows) % 5 > 0))
    assert page.evaluate("window.root().imagespace.missing()") == sum(row % 5 > 0 for row in build.lost)


@pytest.mark.parametrize("nearer", [1, 2.7])
def test_images_of_a_tiling_fill_their_cells_and_never_cover_each_other(
    page: Any, server: Server, build: Build, nearer: float
) -> None:
    viewer = Viewer(page, server, build, **BOARD)
    page.evaluate(
        "(f) => { const i = window.root().imagespace; i.camera = { ...i.camera, half: i.camera.half / f }; }", nearer
    )
    viewer.drawn()
    page.wait_for_function(SPRITES)
    images = dict(page.evaluate("window.root().imagespace.images()"))
    cell = float(np.diff(onto(viewer, (0, 0), (1, 0))[:, 0])[0])
    assert set(np.round(list(images.values()), 3)) == {round(0.94 * cell, 3)}
    page.mouse.move(640, 700)
    viewer.drawn()
    shot, at = viewer.shot(), viewer.screens()
    rows = [row for row in images if 150 < at[row][0] < 950 and 120 < at[row][1] < 380]
    assert len(rows) > 10
    for row in rows:
        width, height = (side / max(size_of(row)) * images[row] / 2 - 2 for side in size_of(row))
        for dx, dy in [(0, 0), (-width, 0), (width, 0), (0, -height), (0, height)]:
            seen = shot[round(at[row][1] + dy), round(at[row][0] + dx)]
            assert seen.tolist() == pytest.approx(color_of(row), abs=4)


def test_headings_stand_at_their_places_the_larger_ones_first_and_none_over_another(
    page: Any, server: Server, build: Build
) -> None:
    viewer = Viewer(page, server, build, **BOARD)
    columns = int(build.arrays["layouts/board"][:, 0][build.placed].max()) + 1
    counts = []
    for nearer in (1, 1.6, 3):
        page.evaluate(
            """([f, y]) => {
              const i = window.root().imagespace;
              i.camera = { ...i.camera, half: i.camera.half / f, y: f > 1 ? y : i.camera.y };
            }""",
            [nearer, 0.55],
        )
        viewer.drawn()
        shown = {heading["text"]: heading for heading in page.evaluate(HEADINGS)}
        places = {"Left half": (columns / 4, 2.0), "Right half": (columns * 3 / 4, 2.0)}
        places |= {f"Column {i}": (float(i), 1.0) for i in range(columns)}
        for text, heading in shown.items():
            foot = heading["x"] + heading["width"] / 2, heading["y"] + heading["height"]
            assert foot == pytest.approx(onto(viewer, places[text])[0], abs=2)
        for a, b in combinations(shown.values(), 2):
            beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
        counts.append(len(shown))
        if nearer == 1:
            assert {"Left half", "Right half", "Column 0"} <= set(shown)
    assert counts[0] < columns + 2, "thinned while there is no room"
    each = page.evaluate(HEADINGS)
    numbers = sorted(int(heading["text"].split()[1]) for heading in each if heading["text"].startswith("Column"))
    assert numbers == list(range(numbers[0], numbers[-1] + 1)), "all of them once there is"


def test_ticks_stay_at_the_edges_and_lines_at_their_places(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, **BOARD)
    page.wait_for_function(SPRITES)
    view = page.locator("canvas.is-canvas").bounding_box()
    for _ in range(2):
        ticks = page.evaluate(TICKS)
        across = [tick for tick in ticks if tick["text"].endswith("E")]
        down = [tick for tick in ticks if tick["text"].endswith("S")]
        assert min(len(across), len(down)) >= 3
        for tick in across:
            x = onto(viewer, (float(tick["text"].split()[0]), 0.0))[0][0]
            assert tick["x"] + tick["width"] / 2 == pytest.approx(x, abs=1.5)
            assert view["y"] + view["height"] - 30 < tick["y"] < view["y"] + view["height"]
        for tick in down:
            y = onto(viewer, (0.0, -float(tick["text"].split()[0])))[0][1]
            assert tick["y"] + tick["height"] / 2 == pytest.approx(y, abs=1.5)
            assert tick["x"] < view["x"] + 12
        page.evaluate(
            "() => { const i = window.root().imagespace; i.camera = { ...i.camera, half: i.camera.half / 2 }; }"
        )
        viewer.drawn()
    page.get_by_role("button", name="Show the whole map").click()
    viewer.ready()
    viewer.drawn()
    shot = viewer.shot()
    board = build.arrays["layouts/board"]
    left, top = onto(viewer, (-0.5, 0.5))[0]  # noqa: RUF059
    x, y = onto(viewer, (-0.5, -2.0))[0]
    line = shot[round(y), round(left) - 4 : round(left) + 5].sum(axis=1)
    assert line.min() < line.max() - 60, "the outline's left side"
    assert abs(int(line.argmin()) - 4) <= 1
    assert np.isfinite(board[0]).all()


def test_headings_of_a_carousel_follow_it_in_perspective(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, **RING)
    for yaw in (0.3, 0.3 + np.pi):
        page.evaluate("(yaw) => { const i = window.root().imagespace; i.camera = { ...i.camera, yaw }; }", yaw)
        viewer.drawn()
        shown = {heading["text"]: heading for heading in page.evaluate(HEADINGS)}
        for text, z in (("Front", 3.0), ("Back", -3.0)):
            foot = shown[text]["x"] + shown[text]["width"] / 2, shown[text]["y"] + shown[text]["height"]
            assert foot == pytest.approx(onto(viewer, (0.0, 3.0, z))[0], abs=2)
        near, far = ("Front", "Back") if yaw < 1 else ("Back", "Front")
        assert shown[near]["height"] > shown[far]["height"]
        assert shown[near]["opacity"] > shown[far]["opacity"]


def test_headings_of_the_old_layout_fade_before_those_of_the_new_one_come(
    page: Any, server: Server, build: Build
) -> None:
    viewer = Viewer(page, server, build, **BOARD)
    viewer.update(**RING)
    sheets = """() => new Promise((done) => {
      const seen = [];
      const look = () => {
        seen.push([...window.root().querySelectorAll(".is-sheet:not([hidden])")].map((node) => Number(node.style.opacity)));
        if (window.root().dataset.ready === "true") done(seen);
        else requestAnimationFrame(look);
      };
      window.update({ layout: "board", dims: 2, positions: "layouts/board.npy", guides: "layouts/board.json" });
      requestAnimationFrame(look);
    })"""  # noqa: E501
    seen = page.evaluate(sheets)
    assert all(len(opacities) <= 1 for opacities in seen), "never both at once"
    assert min(sum(opacities) for opacities in seen) < 0.5 < seen[-1][0] == 1
    viewer.update(layout="tsne", positions=None, guides=None)
    assert page.evaluate(HEADINGS) == []
    assert page.locator(".is-sheet").count() == 0


@pytest.mark.parametrize("dims", [2, 3])
def test_selected_rows_keep_their_color_and_all_others_lose_it(
    page: Any, server: Server, build: Build, dims: int
) -> None:
    viewer = Viewer(page, server, build, dims=dims)
    assert viewer.data("selected") == "0"
    rows = [row for row in viewer.alone(25, 10) if build.arrays["columns/category"][row] in (0, 1, 2, 4)]
    selected = np.zeros(build.rows, bool)
    selected[rows[::2]] = True
    before = viewer.shot()
    viewer.update(selection=mask_of(selected))
    viewer.drawn()
    after = viewer.shot()
    assert viewer.data("selected") == str(selected.sum())

    def chroma(shot: np.ndarray, row: int) -> int:
        x, y = map(round, viewer.place(row))
        return int(np.ptp(shot[y, x]))

    for row in rows:
        if selected[row]:
            assert chroma(after, row) > 0.8 * chroma(before, row)
        else:
            assert chroma(after, row) < 0.35 * chroma(before, row)
    viewer.update(results=[rows[1]])
    viewer.drawn()
    found = viewer.shot()
    assert chroma(found, rows[1]) > 0.8 * chroma(before, rows[1]), "both together"
    assert chroma(found, rows[0]) > 0.8 * chroma(before, rows[0])
    assert viewer.data("selected") == str(selected.sum())
    viewer.update(selection=None, results=[])
    viewer.drawn()
    assert viewer.data("selected") == "0"
    assert (np.abs(viewer.shot() - before).max(axis=2) > 8).mean() < 0.001


def test_images_that_are_not_selected_are_dimmed(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, **BOARD)
    selected = np.arange(build.rows) % 2 == 0
    viewer.update(selection=mask_of(selected))
    page.wait_for_function(SPRITES)
    page.mouse.move(640, 700)
    viewer.drawn()
    shot, at = viewer.shot(), viewer.screens()
    rows = [row for row in np.flatnonzero(build.placed) if 150 < at[row][0] < 950 and 120 < at[row][1] < 380]
    for row in rows[:60]:
        seen = shot[round(at[row][1]), round(at[row][0])]
        if selected[row]:
            assert seen.tolist() == pytest.approx(color_of(int(row)), abs=4)
        else:
            assert np.ptp(seen) < 8
            assert seen.min() > 130


def test_density_counts_only_rows_that_are_shown(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, color="cluster")
    before = viewer.shot()
    page.get_by_role("button", name="Layers").click()
    page.get_by_label("Density").click()
    page.keyboard.press("Escape")
    page.mouse.move(640, 700)
    viewer.drawn()
    dense = viewer.shot()
    at, codes = viewer.screens(), build.arrays["columns/cluster"]
    inside = (at[:, 0] > 110) & (at[:, 0] < 1000) & (at[:, 1] > 60) & (at[:, 1] < 540)
    away = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    crowd = np.where(inside, (away < 12).sum(axis=1), 0)
    row = int(crowd.argmax())
    x, y = map(round, viewer.place(row))
    patch = np.s_[y - 4 : y + 5, x - 4 : x + 5]
    assert dense[patch].sum() < 0.8 * before[patch].sum(), "dark where many lie"
    assert dense[40, 400].tolist() == [255, 255, 255], "nothing where none do"
    around = np.unique(codes[away[row] < 25])
    shown = build.placed & ~np.isin(codes, around)
    viewer.update(mask=mask_of(shown))
    viewer.drawn()
    bare = viewer.shot()
    free = away[row][shown].min() > 40
    assert free or bare[patch].sum() > dense[patch].sum()
    assert bare[patch].sum() > 1.15 * dense[patch].sum()
    memory = page.evaluate("window.root().imagespace.memory().gpuBytes")
    page.get_by_role("button", name="Layers").click()
    page.get_by_label("Density").click()
    viewer.drawn()
    assert page.evaluate("window.root().imagespace.memory().gpuBytes") < memory


def test_all_that_is_drawn_comes_back_after_a_lost_context(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, **BOARD, selection=mask_of(np.arange(build.rows) % 3 == 0))
    page.get_by_role("button", name="Layers").click()
    page.get_by_label("Density").click()
    page.keyboard.press("Escape")
    page.evaluate("() => { const i = window.root().imagespace; i.camera = { ...i.camera, half: i.camera.half / 8 }; }")
    page.wait_for_function("window.root().imagespace.sprites().previews === 16")
    page.mouse.move(640, 700)
    viewer.drawn()
    before, bytes_before = viewer.shot(), page.evaluate("window.root().imagespace.memory().gpuBytes")
    page.evaluate("""() => {
      window.lose = window.root().querySelector("canvas").getContext("webgl2").getExtension("WEBGL_lose_context");
      window.lose.loseContext();
    }""")
    page.wait_for_function("window.root().dataset.ready === 'false'")
    page.evaluate("window.lose.restoreContext()")
    viewer.ready()
    page.wait_for_function("window.root().imagespace.sprites().previews === 16")
    viewer.drawn()
    assert (np.abs(viewer.shot() - before).max(axis=2) > 8).mean() < 0.001
    assert page.evaluate("window.root().imagespace.memory().gpuBytes") == pytest.approx(bytes_before, rel=0.01)

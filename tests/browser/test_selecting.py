"""Selecting in the viewer by box, lasso, click and key: exact rows, as Python finds them from what is told."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from imagespace_core.selection import inside
from tests.browser.standalone import Build, Server
from tests.browser.viewing import Viewer, mask_of

pytestmark = pytest.mark.browser


@pytest.fixture
def chooser(page: Any, server: Server, build: Build) -> Viewer:
    """A viewer whose host listens to selections."""
    return Viewer(page, server, build, select=True)


def draw(page: Any, points: list[tuple[float, float]], button: str = "left") -> None:
    page.mouse.move(*points[0])
    page.mouse.down(button=button)
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up(button=button)


def circle(x: float, y: float, radius: float, steps: int = 60) -> list[tuple[float, float]]:
    angles = [2 * math.pi * i / steps for i in range(steps)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def drawn(viewer: Viewer) -> np.ndarray:
    """float (v, 2): the outline that is on the view, in px of the page."""
    text = viewer.page.locator(".is-drawn polygon").get_attribute("points")
    box = viewer.page.locator("canvas.is-canvas").bounding_box()
    corner = np.array([box["x"], box["y"]])
    return corner + [[float(v) for v in pair.split(",")] for pair in text.split()]


def within(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """bool (n,): a plain even-odd test, one point and edge at a time."""
    found = np.zeros(len(points), bool)
    for i, (x, y) in enumerate(points):
        for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                found[i] = not found[i]
    return found


def rows_of(build: Build, event: dict[str, Any]) -> np.ndarray:
    """bool (n,): the rows that Python finds from an event, less those it says are hidden."""
    positions = np.load(build.folder / event["positions"])
    found = inside(positions, np.array(event["matrix"]), np.array(event["polygon"]), event["near"])
    hiding = event["hiding"]
    if hiding["color"]:
        column = build.arrays[f"columns/{hiding['color']}"]
        if hiding["shown"] is not None:
            found &= np.isin(column, hiding["shown"])
        if hiding["codes"]:
            found &= ~np.isin(column, hiding["codes"])
        if hiding["range"]:
            found &= (column >= hiding["range"][0]) & (column <= hiding["range"][1])
    return found


@pytest.mark.parametrize("tool", ["box", "lasso"])
@pytest.mark.parametrize(("dims", "offset"), [(2, 0), (2, 1e6), (3, 0), (3, 1e6)])
def test_what_is_drawn_selects_exactly_the_rows_that_python_finds(
    page: Any, tmp_path: Any, dims: int, offset: float, tool: str
) -> None:
    build = Build(tmp_path, rows=900).write()
    file = tmp_path / f"projections/tsne-{dims}d.npy"
    np.save(file, np.load(file) + np.float32(offset))
    server = Server(tmp_path)
    shown = np.arange(build.rows) % 4 > 0
    viewer = Viewer(page, server, build, dims=dims, select=True, mask=mask_of(shown))
    codes = build.arrays["columns/category"]
    page.locator("button.is-entry[data-code='2']").click()
    if dims == 3:
        draw(page, [(500, 300), (590, 340)])
    half = viewer.camera()["half"]
    page.mouse.move(480, 260)
    page.mouse.wheel(0, -250)
    viewer.zoomed(half)
    page.get_by_role("button", name=f"Select by {tool}").click()
    draw(page, [(300, 120), (760, 430)] if tool == "box" else circle(540, 280, 190))
    [event] = viewer.events("select")
    assert (event["kind"], event["mode"], event["hiding"]["codes"]) == ("polygon", "replace", [2])
    assert len(event["polygon"]) == (4 if tool == "box" else len(event["polygon"]))
    expected = within(viewer.screens(), drawn(viewer)) & shown & (codes != 2)
    assert 50 < expected.sum() < 600
    assert np.array_equal(rows_of(build, event) & shown, expected)
    server.close()


def test_a_long_outline_is_told_in_few_vertices_and_drawn_as_told(chooser: Viewer, build: Build) -> None:
    chooser.page.keyboard.press("Tab")
    chooser.page.keyboard.press("l")
    star = [
        (x + 9 * math.sin(7.7 * i), y + 9 * math.cos(5.3 * i)) for i, (x, y) in enumerate(circle(560, 290, 200, 220))
    ]
    draw(chooser.page, star)
    [event] = chooser.events("select")
    assert len(event["polygon"]) <= 200
    assert len(json.dumps(event, separators=(",", ":"))) < 5000
    assert all(abs(v) <= 1 and round(v, 5) == v for point in event["polygon"] for v in point)
    assert len(drawn(chooser)) == len(event["polygon"])
    assert np.array_equal(rows_of(build, event), within(chooser.screens(), drawn(chooser)))


def test_shift_adds_and_alt_removes_and_so_do_the_buttons(chooser: Viewer) -> None:
    page = chooser.page
    page.get_by_role("button", name="Select by box").click()
    for held, button in [
        ("Shift", None),
        ("Alt", None),
        (None, "Add to the selection"),
        (None, "Remove from the selection"),
    ]:
        if button:
            page.get_by_role("button", name=button).click()
        if held:
            page.keyboard.down(held)
        draw(page, [(300, 150), (600, 350)])
        if held:
            page.keyboard.up(held)
    page.get_by_role("button", name="New selection").click()
    draw(page, [(300, 150), (600, 350)])
    assert [event["mode"] for event in chooser.events("select")] == ["add", "remove", "add", "remove", "replace"]


def test_with_a_tool_in_hand_other_buttons_still_move_and_a_tiny_drag_is_a_click(
    page: Any, server: Server, build: Build
) -> None:
    viewer = Viewer(page, server, build, dims=3, select=True)
    row = viewer.alone(1)[0]
    page.get_by_role("button", name="Select by box").click()
    x, y = viewer.place(row)
    draw(page, [(x, y), (x + 2, y + 2)])
    assert viewer.events("click") == [row]
    camera = viewer.camera()
    draw(page, [(500, 300), (560, 330)], "right")
    moved = viewer.camera()
    assert (moved["yaw"], moved["x"] != camera["x"]) == (camera["yaw"], True)
    draw(page, [(500, 300), (560, 330)], "middle")
    assert viewer.camera()["yaw"] > moved["yaw"]
    half = viewer.camera()["half"]
    page.mouse.wheel(0, -200)
    viewer.zoomed(half)
    assert viewer.events("select") == []
    page.get_by_role("button", name="Move", exact=True).click()
    yaw = viewer.camera()["yaw"]
    draw(page, [(500, 300), (560, 330)])
    assert viewer.camera()["yaw"] > yaw


def test_shift_click_toggles_one_image_and_a_shift_drag_still_moves(chooser: Viewer) -> None:
    page = chooser.page
    first, second = chooser.alone(2)
    before = chooser.screens()
    page.keyboard.down("Shift")
    page.mouse.click(*chooser.place(first))
    draw(page, [(500, 300), (540, 310)])
    page.mouse.click(*chooser.place(second))
    page.mouse.click(640, 560)
    page.keyboard.up("Shift")
    assert np.nanmax(np.abs(chooser.screens() - before - [40, 10])) < 0.01
    assert [(e["kind"], e["rows"], e["mode"]) for e in chooser.events("select")] == [
        ("rows", [first], "toggle"),
        ("rows", [second], "toggle"),
    ]
    assert chooser.events("click") == []


def test_the_selection_works_by_keyboard(chooser: Viewer, build: Build) -> None:
    page = chooser.page
    page.keyboard.press("Tab")
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", " ", "Enter", "+", "+", "s", "Shift+S"):
        page.keyboard.press(key)
        chooser.drawn()
    row = int(page.locator(".is-ring-focus").get_attribute("data-row"))
    for key in ("Control+a", "Control+i", "Control+z", "Control+Shift+Z", "Control+y"):
        page.keyboard.press(key)
    events = chooser.events("select")
    assert [event["kind"] for event in events] == [
        "rows",
        "polygon",
        "polygon",
        "all",
        "invert",
        "undo",
        "redo",
        "redo",
    ]
    assert events[0]["rows"] == chooser.events("click") == [row]
    assert [event["mode"] for event in events[1:3]] == ["replace", "add"]
    at = chooser.screens()
    box = page.locator("canvas.is-canvas").bounding_box()
    seen = (at > [box["x"], box["y"]]) & (at < [box["x"] + box["width"], box["y"] + box["height"]])
    assert np.array_equal(rows_of(build, events[1]), seen.all(axis=1))
    assert 20 < seen.all(axis=1).sum() < build.rows - 20


def test_escape_lets_go_one_thing_after_the_other(chooser: Viewer, build: Build) -> None:
    page = chooser.page
    chosen = np.arange(build.rows) < 7
    chooser.update(selected=3, selection=mask_of(chosen))
    assert chooser.data("selected") == "7"
    assert "7 selected" in page.locator(".is-picks").inner_text()
    page.get_by_role("button", name="Select by box").click()
    page.mouse.move(300, 150)
    page.mouse.down()
    page.mouse.move(600, 350, steps=3)
    assert page.locator(".is-drawn polygon").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".is-drawn polygon").count() == 0
    page.mouse.move(640, 380)
    page.mouse.up()
    assert chooser.events("select") == []
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".is-ring-focus").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".is-ring-focus").count() == 0
    page.keyboard.press("Escape")
    assert chooser.events("click") == [None]
    chooser.update(selected=None)
    page.keyboard.press("Escape")
    assert [event["kind"] for event in chooser.events("select")] == ["clear"]


def test_a_finger_draws_and_a_second_one_gives_up_and_zooms(chromium: Any, server: Server, build: Build) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    viewer = Viewer(page, server, build, select=True)
    cdp = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        cdp.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]},
        )

    page.get_by_role("button", name="Select by lasso").tap()
    touch("touchStart", (110, 150))
    for point in ((300, 160), (310, 340), (120, 330)):
        touch("touchMove", point)
    touch("touchEnd")
    [event] = viewer.events("select")
    assert np.array_equal(rows_of(build, event), within(viewer.screens(), drawn(viewer)))
    assert rows_of(build, event).sum() > 20
    half = viewer.camera()["half"]
    touch("touchStart", (150, 250))
    touch("touchMove", (190, 250))
    touch("touchStart", (190, 250), (250, 250))
    touch("touchMove", (150, 250), (300, 250))
    touch("touchEnd")
    assert viewer.camera()["half"] < 0.7 * half
    assert len(viewer.events("select")) == 1
    context.close()


def test_a_host_that_takes_no_selections_is_told_none_and_offers_no_tools(viewer: Viewer) -> None:
    page = viewer.page
    assert page.get_by_role("button", name="Select by box").count() == 0
    page.keyboard.press("Tab")
    for key in ("b", "s", "Control+a"):
        page.keyboard.press(key)
    draw(page, [(300, 150), (600, 350)])
    assert page.locator(".is-drawn polygon").count() == 0
    assert viewer.events("select") == []
    assert page.get_by_role("button", name="Select Banana").count() == 0

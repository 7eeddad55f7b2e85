"""Mouse, fingers and keys on the viewer, in a real Chromium, with exact rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.browser.standalone import CATEGORIES, Build, Server, color_of, size_of
from tests.browser.viewing import Viewer

pytestmark = pytest.mark.browser

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.mark.parametrize(("dims", "ratio"), [(2, 1), (2, 2), (3, 1), (3, 2)])
def test_pointing_at_a_row_shows_its_picture_and_a_click_reports_it(
    chromium: Any, server: Server, build: Build, dims: int, ratio: int
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 700}, device_scale_factor=ratio)
    viewer = Viewer(context.new_page(), server, build, dims=dims)
    viewer.page.evaluate("window.scrollTo(0, 13)")
    rows = viewer.alone(2)
    for row in rows:
        card = viewer.hover(row)
        assert f"photo {row}.jpg" in card.inner_text()
        code = build.arrays["columns/category"][row]
        assert f"category: {CATEGORIES[code] if code >= 0 else 'missing'}" in card.inner_text()
        mean = card.locator("canvas").evaluate("""(c) => {
          const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
          const sums = [0, 1, 2].map((k) => data.filter((_, i) => i % 4 === k).reduce((a, b) => a + b));
          return [c.width, c.height, ...sums.map((sum) => sum / (c.width * c.height))];
        }""")
        assert mean == pytest.approx([*size_of(row), *color_of(row)], abs=1.5)
        box, view = card.bounding_box(), viewer.page.locator("[data-testid=imagespace-viewer]").bounding_box()
        for start, side in (("x", "width"), ("y", "height")):
            assert view[start] <= box[start] <= view[start] + view[side] - box[side]
        viewer.page.mouse.click(*viewer.place(row))
    assert viewer.events("click") == rows
    viewer.page.mouse.move(640, 690)
    viewer.page.locator("[data-testid=imagespace-hover]").wait_for(state="hidden")
    context.close()


def test_pointing_at_dots_draws_the_map_no_second_time(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, dims=3)
    rows = viewer.alone(2)
    page.evaluate("""() => {
      const proto = WebGL2RenderingContext.prototype, { drawArrays } = proto;
      window.draws = 0;
      proto.drawArrays = function (...given) { window.draws++; return drawArrays.apply(this, given); };
    }""")
    for row in rows:
        viewer.hover(row)
        assert page.locator(".is-ring-hover").get_attribute("data-row") == str(row)
    assert page.evaluate("window.draws") == 0
    page.mouse.wheel(0, -100)
    page.wait_for_function("window.draws > 0")


def test_dragging_moves_the_map_with_the_hand_and_is_no_click(viewer: Viewer) -> None:
    before = viewer.screens()
    viewer.page.mouse.move(500, 300)
    viewer.page.mouse.down()
    viewer.page.mouse.move(540, 280, steps=4)
    viewer.page.mouse.up()
    moved = viewer.screens() - before
    assert np.nanmax(np.abs(moved - [40, -20])) < 0.01
    assert viewer.events("click") == []


def test_wheel_zooms_about_the_pointer_and_does_not_scroll_the_page(viewer: Viewer) -> None:
    before, half = viewer.screens(), viewer.camera()["half"]
    viewer.page.mouse.move(450, 300)
    viewer.page.mouse.wheel(0, -300)
    viewer.zoomed(half)
    nearer = half / viewer.camera()["half"]
    assert nearer > 1.4
    assert np.nanmax(np.abs((viewer.screens() - [450, 300]) - nearer * (before - [450, 300]))) < 0.05
    assert viewer.page.evaluate("scrollY") == 0


def test_in_three_dimensions_a_drag_turns_and_a_right_drag_moves(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, dims=3)
    before, camera = viewer.screens(), viewer.camera()
    page.mouse.move(500, 300)
    page.mouse.down()
    page.mouse.move(580, 320, steps=4)
    page.mouse.up()
    turned = viewer.camera()
    assert min(turned["yaw"] - camera["yaw"], turned["pitch"] - camera["pitch"]) > 0.1
    assert turned["half"] == camera["half"]
    assert np.nanstd(viewer.screens() - before) > 10
    page.mouse.down(button="right")
    page.mouse.move(600, 340, steps=4)
    page.mouse.up(button="right")
    assert viewer.camera()["yaw"] == turned["yaw"]
    assert viewer.camera()["x"] != turned["x"]


def test_two_fingers_pinch_and_one_finger_moves_and_taps(chromium: Any, server: Server, build: Build) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    viewer = Viewer(page, server, build)
    cdp = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        cdp.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]},
        )

    half, before = viewer.camera()["half"], viewer.screens()
    touch("touchStart", (150, 300))
    touch("touchStart", (150, 300), (250, 300))
    for spread in (10, 30, 50):
        touch("touchMove", (150 - spread, 300), (250 + spread, 300))
    touch("touchEnd")
    assert viewer.camera()["half"] == pytest.approx(half / 2, rel=0.05)
    middle = np.array([200, 300])
    assert np.nanmax(np.abs((viewer.screens() - middle) - 2 * (before - middle))) < 30
    before = viewer.screens()
    touch("touchStart", (200, 300))
    touch("touchMove", (230, 330))
    touch("touchMove", (260, 350))
    touch("touchEnd")
    assert np.nanmedian(viewer.screens() - before, axis=0) == pytest.approx([60, 50], abs=1)
    at = viewer.screens()
    away = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    inside = (np.abs(at - [195, 300]) < [120, 180]).all(axis=1)
    row = int(np.flatnonzero(inside)[np.argmax(np.nan_to_num(away[inside], nan=np.inf).min(axis=1))])
    touch("touchStart", viewer.place(row))
    touch("touchEnd")
    page.wait_for_function("window.events.some(([kind]) => kind === 'click')")
    assert viewer.events("click") == [row]
    context.close()


def test_the_whole_map_works_by_keyboard(viewer: Viewer) -> None:
    page = viewer.page
    page.keyboard.press("Tab")
    assert page.evaluate("window.root().querySelector('canvas') === document.activeElement")
    start = viewer.camera()
    page.keyboard.press("ArrowRight")
    assert viewer.camera()["x"] > start["x"]
    page.keyboard.press("+")
    assert viewer.camera()["half"] == pytest.approx(0.7 * start["half"])
    page.keyboard.press("0")
    viewer.ready()
    assert viewer.camera() == pytest.approx(start)
    rows = []
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
        rows.append(int(page.locator(".is-ring-focus").get_attribute("data-row")))
    at = viewer.screens()[rows]
    assert at[1][0] > at[0][0]
    assert at[2][1] > at[1][1]
    page.locator(f"[data-testid=imagespace-hover][data-row='{rows[2]}']").wait_for()
    expect(page.locator("[aria-live=polite]")).to_contain_text(f"photo {rows[2]}.jpg")
    page.keyboard.press("Enter")
    assert viewer.events("click") == [rows[2]]
    page.keyboard.press("Escape")
    assert page.locator(".is-ring-focus").count() == 0
    assert page.locator("[data-testid=imagespace-hover]").is_hidden()


def test_the_card_keeps_off_the_legend_and_a_long_name_loses_its_middle(page: Any, tmp_path: Any) -> None:
    build = Build(tmp_path).write()
    (tmp_path / "names/0.json").write_text(
        json.dumps([f"shelf/a-very-long-name-of-a-photo-from-somewhere-{row:04}.jpeg" for row in range(build.rows)])
    )
    server = Server(tmp_path)
    viewer = Viewer(page, server, build)
    rows = viewer.alone(8)
    row = rows[int(np.argmax(viewer.screens()[rows, 0]))]
    camera = viewer.camera()
    legend = page.locator(".is-legend").bounding_box()
    # Brings the image to just left of the legend.
    x, _ = viewer.place(row)
    camera["x"] += (x - legend["x"] + 30) * 2 * camera["half"] / 560
    page.evaluate("(s) => { window.root().imagespace.camera = s }", camera)
    card = viewer.hover(row)
    box = card.bounding_box()
    assert box["x"] + box["width"] <= legend["x"]
    name = card.locator(".is-card-name")
    text = name.inner_text()
    assert text.startswith("a-very-l")
    assert text.endswith(f"{row:04}.jpeg")
    assert "…" in text
    assert name.evaluate("(n) => n.scrollWidth <= n.clientWidth")
    server.close()

"""Selecting in the app, the whole way: drawn in the browser, resolved in Python, shown on map and in gallery."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from imagespace_core.selection import inside, unpacked
from imagespace_core.workspace import Workspace
from tests.browser.visiting import (
    BAR,
    DETAIL,
    READY,
    SELECTED,
    STRIP,
    VIEWER,
    WAIT_MS,
    choose_map,
    point_at,
    query_of,
    screen,
    tiles,
    visit,
    wait_for_rest,
    wait_for_selected,
    wait_for_state,
)
from tests.conftest import Home

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect

IDENTITY = np.eye(4).ravel()


@pytest.fixture
def demo(home: Home) -> Workspace:
    return home.workspace("demo")


class Sent:
    """The selections that the server hands to the viewer."""

    def __init__(self, page: Any, rows: int) -> None:
        self.rows = rows
        self.answers: list[Any] = []
        page.on("response", lambda answer: self.answers.append(answer) if answer.url.endswith(".bits") else None)

    @property
    def last(self) -> list[int]:
        return np.flatnonzero(unpacked(self.answers[-1].body(), self.rows)).tolist()


def places(page: Any, opened: Workspace) -> np.ndarray:
    """float64 (n, 2): where every row is, in CSS pixels of the window."""
    return np.array([[place["x"], place["y"]] for place in screen(page, list(range(opened.rows)))])


def lasso(page: Any, middle: np.ndarray, radius: float) -> np.ndarray:
    """Draws a star around a place; float64 (v, 2), the outline as the viewer sent it, in CSS pixels of the window."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = radius * np.where(np.arange(24) % 2, 1.0, 0.7)
    star = middle + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    page.get_by_role("button", name="Select by lasso").click()
    page.mouse.move(*star[0])
    page.mouse.down()
    for corner in [*star[1:], star[0]]:
        page.mouse.move(*corner, steps=2)
    page.mouse.up()
    shape = page.locator(".is-drawn polygon")
    text = shape.get_attribute("points")
    box = page.locator("canvas.is-canvas").bounding_box()
    polygon = np.array([[float(number) for number in pair.split(",")] for pair in text.split()])
    return polygon + np.array([box["x"], box["y"]])


def within(points: np.ndarray, polygon: np.ndarray) -> list[int]:
    return np.flatnonzero(inside(points.astype(np.float32), IDENTITY, polygon, 0.0)).tolist()


def press(page: Any, name: str) -> None:
    page.locator(BAR).get_by_role("button", name=name, exact=True).click()


def take_cluster(page: Any, label: int, **held: Any) -> None:
    """Select a cluster by its tile in the strip."""
    tile = page.locator(f"{STRIP} li[data-label='{label}']")
    tile.hover()
    tile.get_by_role("button", name=re.compile("^Select")).click(**held)


def test_a_lasso_selects_exactly_the_rows_inside_it(page: Any, app: str, demo: Workspace) -> None:
    visit(page, app, "", workspace="demo")
    sent = Sent(page, demo.rows)
    points = places(page, demo)
    polygon = lasso(page, np.median(points[demo.clusters()[0] == 1], axis=0), 50)
    expected = within(points, polygon)
    assert len(expected) > 30
    wait_for_selected(page, len(expected))
    assert sent.last == expected
    page.wait_for_selector(SELECTED, timeout=WAIT_MS)
    assert set(tiles(page, SELECTED)) <= set(expected)
    assert len(tiles(page, SELECTED)) == 12


def test_a_lasso_in_3d_selects_what_it_encloses_from_where_the_camera_was_turned_to(
    page: Any, app: str, demo: Workspace
) -> None:
    visit(page, app, "", workspace="demo", map="UMAP", dims="3D")
    sent = Sent(page, demo.rows)
    before = places(page, demo)
    box = page.locator(VIEWER).bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 340, steps=6)
    page.mouse.up()
    page.wait_for_selector(READY, timeout=WAIT_MS)
    points = places(page, demo)
    assert np.abs(points - before).max() > 20
    polygon = lasso(page, np.median(points[demo.clusters()[0] == 0], axis=0), 50)
    expected = within(points, polygon)
    assert len(expected) > 30
    wait_for_selected(page, len(expected))
    assert sent.last == expected


def test_undo_redo_invert_and_clear(page: Any, app: str, demo: Workspace) -> None:
    visit(page, app, "", workspace="demo")
    labels = demo.clusters()[0]
    sizes = [int((labels == label).sum()) for label in range(2)]
    bar = page.locator(BAR)
    assert bar.get_by_role("button", name="Undo").is_disabled()
    take_cluster(page, 0)
    wait_for_selected(page, sizes[0])
    take_cluster(page, 1, modifiers=["Shift"])
    wait_for_selected(page, sum(sizes))
    press(page, "Undo")
    wait_for_selected(page, sizes[0])
    press(page, "Redo")
    wait_for_selected(page, sum(sizes))
    assert bar.get_by_role("button", name="Redo").is_disabled()
    press(page, "Invert")
    wait_for_selected(page, demo.rows - sum(sizes))
    press(page, "Clear")
    wait_for_selected(page, 0)
    assert page.get_by_text("To select some, draw around them").is_visible()
    press(page, "Undo")
    wait_for_selected(page, demo.rows - sum(sizes))


def test_what_the_legend_hides_and_the_filters_leave_out_is_not_selected(page: Any, app: str, demo: Workspace) -> None:
    labels, digits = demo.clusters()[0], demo.items["digit"].astype(str).to_numpy()
    # The digit that is spread over clusters most, and of these the one that has most of it.
    shares = {digit: np.bincount(labels[(digits == digit) & (labels >= 0)]) for digit in np.unique(digits)}
    digit = max(shares, key=lambda digit: shares[digit].sum() - shares[digit].max())
    often = int(shares[digit].argmax())
    visit(page, app, "", workspace="demo", filters="digit", **{"f-digit": digit})
    sent = Sent(page, demo.rows)
    page.locator(f".is-legend button.is-entry[data-code='{often}']").click()
    expected = np.flatnonzero((digits == digit) & (labels != often))
    assert len(expected) > 0
    page.wait_for_selector(f"{READY}[data-visible='{len(expected)}']", timeout=WAIT_MS)
    press(page, "Select all shown")
    wait_for_selected(page, len(expected))
    assert sent.last == expected.tolist()


def test_the_selection_stays_through_maps_dimensions_layouts_pages_and_filters(
    page: Any, app: str, demo: Workspace
) -> None:
    visit(page, app, "", workspace="demo")
    size = int((demo.clusters()[0] == 0).sum())
    take_cluster(page, 0)
    wait_for_selected(page, size)
    choose_map(page, "UMAP")
    wait_for_state(page, "umap", 2)
    wait_for_selected(page, size)
    choose_map(page, "3D")
    wait_for_state(page, "umap", 3)
    wait_for_selected(page, size)
    choose_map(page, "Grid")
    wait_for_state(page, "grid", 2)
    wait_for_selected(page, size)
    page.get_by_role("link", name="Overview").click()
    page.get_by_text("Vector length").wait_for(timeout=WAIT_MS)
    page.get_by_role("link", name="Explore").click()
    page.wait_for_selector(READY, timeout=WAIT_MS)
    wait_for_selected(page, size)
    page.get_by_role("combobox", name="Filter by").fill("file name")
    page.get_by_role("option", name="file name", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="File name contains").fill("no such name")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{READY}[data-visible='0']", timeout=WAIT_MS)
    wait_for_selected(page, size)
    assert page.get_by_text(f"{size} of them left out by the filters").is_visible()


def test_a_value_is_selected_by_its_name(page: Any, app: str, demo: Workspace) -> None:
    visit(page, app, "", workspace="demo")
    sent = Sent(page, demo.rows)
    page.get_by_role("button", name="Select by value").click()
    page.get_by_role("combobox", name="Column").fill("digit")
    page.get_by_role("option", name="digit", exact=True).click()
    expect(page.get_by_role("combobox", name="Value")).not_to_have_value(re.compile("Cluster"))
    page.get_by_role("combobox", name="Value").fill("7")
    page.get_by_role("option", name="7", exact=True).click()
    page.get_by_role("button", name="Apply", exact=True).click()
    expected = np.flatnonzero(demo.items["digit"].astype(str) == "7").tolist()
    wait_for_selected(page, len(expected))
    assert sent.last == expected


def test_the_gallery_goes_through_all_pages_in_order(page: Any, app: str, demo: Workspace) -> None:
    visit(page, app, "", workspace="demo", sort="brightness", order="Descending", **{"per-page": "24"})
    take_cluster(page, 1)
    members = np.flatnonzero(demo.clusters()[0] == 1)
    expected = members[np.argsort(-demo.items["brightness"].to_numpy()[members], kind="stable")].tolist()
    page.wait_for_selector(SELECTED, timeout=WAIT_MS)
    pager = page.get_by_test_id("stPagination")
    previous, following = pager.get_by_role("button").first, pager.get_by_role("button").last
    assert previous.is_disabled()
    for start in range(0, len(expected), 24):
        page.wait_for_selector(
            f"{SELECTED} [data-testid=imagespace-tile][data-row='{expected[start]}']", timeout=WAIT_MS
        )
        assert tiles(page, SELECTED) == expected[start : start + 24]
        if start + 24 < len(expected):
            following.click()
    assert following.is_disabled()
    assert not previous.is_disabled()
    take_cluster(page, 0)
    expect(previous).to_be_disabled(timeout=WAIT_MS)


def test_a_tile_of_the_gallery_flies_to_its_image_and_opens_it(page: Any, app: str, demo: Workspace) -> None:
    visit(page, app, "", workspace="demo", sort="file name")
    take_cluster(page, 1)
    page.wait_for_selector(SELECTED, timeout=WAIT_MS)
    row = int(np.flatnonzero(demo.clusters()[0] == 1)[5])
    page.locator(f"{SELECTED} [data-row='{row}']").click()
    page.wait_for_selector(f"{DETAIL}[data-row='{row}']", timeout=WAIT_MS)
    page.wait_for_selector(READY, timeout=WAIT_MS)
    box = page.locator(VIEWER).bounding_box()
    x, y = point_at(page, row)
    assert abs(x - box["x"] - box["width"] / 2) < box["width"] / 4
    assert abs(y - box["y"] - box["height"] / 2) < box["height"] / 4
    assert query_of(page)["image"] == demo.ids[row]


def test_an_open_image_leaves_the_viewer_where_it_was(page: Any, app: str, demo: Workspace) -> None:
    visit(page, app, "", workspace="demo")
    page.locator(VIEWER).evaluate("root => { root.before = true; }")
    page.locator(f"{STRIP} .is-cluster").first.click()
    page.wait_for_selector(DETAIL, timeout=WAIT_MS)
    assert page.locator(VIEWER).evaluate("root => root.before") is True


def test_250_kilobytes_are_not_sent_for_a_selection(page: Any, app: str, demo: Workspace) -> None:
    visit(page, app, "", workspace="demo")
    wait_for_rest(page)
    sent: list[int] = []
    received: list[int] = []
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.webSocketFrameSent", lambda event: sent.append(len(event["response"]["payloadData"])))
    client.on("Network.webSocketFrameReceived", lambda event: received.append(len(event["response"]["payloadData"])))
    press(page, "Select all shown")
    wait_for_selected(page, demo.rows)
    page.wait_for_selector(SELECTED, timeout=WAIT_MS)
    assert 0 < sum(sent) < 8_000
    assert sum(received) < 200_000

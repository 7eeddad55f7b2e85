"""Explore and Overview in a real Chromium, on the demo and, with test data, on the grocery photos."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.workspace import Workspace
from tests.browser.visiting import (
    DETAIL,
    HOVER,
    READY,
    STRIP,
    TILE,
    VIEWER,
    WAIT_MS,
    choose_color,
    choose_map,
    lonely_row,
    point_at,
    query_of,
    visit,
    wait_for_rest,
    wait_for_state,
)
from tests.conftest import Home

pytestmark = pytest.mark.browser


def test_hover_shows_the_right_image_and_its_name(page: Any, app: str, opened: Workspace) -> None:
    visit(page, app, "", workspace=opened.name)
    assert page.locator(VIEWER).get_attribute("data-points") == str(opened.rows)
    row = lonely_row(page, opened)
    page.mouse.move(*point_at(page, row))
    card = page.wait_for_selector(f"{HOVER}[data-row='{row}']", timeout=WAIT_MS)
    # A long name is shortened in its middle.
    head, _, tail = card.inner_text().splitlines()[0].partition("…")
    name = Path(opened.ids[row]).name
    assert len(head) >= 8
    assert name.startswith(head)
    assert name.endswith(tail)
    canvas = page.locator(f"{HOVER} canvas")
    page.wait_for_function(
        "c => c.width > 1 && c.getContext('2d').getImageData(0, 0, 1, 1).data[3] > 0", arg=canvas.element_handle()
    )
    mean = canvas.evaluate("""c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let s = [0, 0, 0]; for (let i = 0; i < d.length; i += 4) for (let k = 0; k < 3; k++) s[k] += d[i + k];
        return s.map(v => v * 4 / d.length); }""")
    assert np.abs(np.array(mean) - opened.sprite(row).mean((0, 1))).max() < 12


def test_a_click_opens_the_image_in_full_with_all_that_is_known(page: Any, app: str, opened: Workspace) -> None:
    visit(page, app, "", workspace=opened.name)
    row = lonely_row(page, opened)
    page.mouse.click(*point_at(page, row))
    page.wait_for_selector(f"{DETAIL}[data-row='{row}']", timeout=WAIT_MS)
    detail = page.locator(DETAIL)
    text = detail.inner_text()
    assert opened.ids[row] in text
    for column in opened.manifest.steps["table"]["metadata_columns"]:
        value = opened.items[column].iloc[row]
        assert column in text
        assert (f"{value:.4g}" if isinstance(value, float) else str(value)) in text
    image = detail.locator(".is-picture img")
    page.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=image.element_handle())
    table = opened.items.iloc[row]
    assert image.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [table["width"], table["height"]]
    tiles = detail.locator(TILE).evaluate_all("tiles => tiles.map(t => Number(t.dataset.row))")
    assert tiles == opened.graph()[0][row, :12].tolist()
    assert query_of(page)["image"] == opened.ids[row]


def test_map_and_dimension_switches_keep_the_selection_and_a_reload_restores_all(
    page: Any, app: str, opened: Workspace
) -> None:
    visit(page, app, "", workspace=opened.name, image=opened.ids[5])
    page.wait_for_selector(f"{DETAIL}[data-row='5']", timeout=WAIT_MS)
    for layout, title in (("umap", "UMAP"), ("pca", "PCA")):
        choose_map(page, title)
        wait_for_state(page, layout, 2)
        choose_map(page, "3D")
        wait_for_state(page, layout, 3)
        assert page.locator(DETAIL).get_attribute("data-row") == "5"
        choose_map(page, "2D")
        wait_for_state(page, layout, 2)
    choose_map(page, "UMAP")
    choose_map(page, "3D")
    wait_for_state(page, "umap", 3)
    choose_color(page, "lightness")
    page.wait_for_function("() => location.search.includes('color=lightness')")
    before = query_of(page)
    page.reload()
    wait_for_state(page, "umap", 3)
    page.wait_for_selector(f"{DETAIL}[data-row='5']", timeout=WAIT_MS)
    assert query_of(page) == before
    assert page.get_by_role("combobox", name=re.compile("Color by")).input_value() == "lightness"


def test_the_camera_comes_back_with_the_link(page: Any, app: str, opened: Workspace) -> None:
    visit(page, app, "", workspace=opened.name)
    box = page.locator(VIEWER).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 300)
    page.mouse.wheel(0, -600)
    page.wait_for_function("() => location.search.includes('camera=')")
    page.wait_for_selector(READY)
    place = point_at(page, 3)
    page.reload()
    page.wait_for_selector(READY, timeout=WAIT_MS)
    assert point_at(page, 3) == pytest.approx(place, abs=1.5)
    choose_color(page, "lightness")
    page.wait_for_function("() => location.search.includes('color=lightness') && location.search.includes('camera=')")
    assert point_at(page, 3) == pytest.approx(place, abs=1.5)


def test_a_change_of_color_moves_little(page: Any, app: str, opened: Workspace) -> None:
    visit(page, app, "", workspace=opened.name)
    wait_for_rest(page)
    page.wait_for_load_state("networkidle")  # pictures of the clusters and of the map may still be on their way
    bytes_in = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal bytes_in
        bytes_in += event.get("encodedDataLength", 0) or len(event.get("response", {}).get("payloadData", ""))

    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", count)
    client.on("Network.webSocketFrameReceived", count)
    with page.expect_response(re.compile("columns/brightness.npy")):
        choose_color(page, "brightness")
    page.wait_for_function("() => location.search.includes('color=brightness')")
    wait_for_rest(page)
    page.wait_for_selector(READY, timeout=WAIT_MS)
    assert 0 < bytes_in < 50_000


def test_filters_leave_exactly_the_rows_that_match(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("demo")
    visit(page, app, "", workspace="demo", filters="digit", **{"f-digit": "3"})
    expected = opened.items["digit"].astype(str).tolist().count("3")
    assert page.locator(VIEWER).get_attribute("data-visible") == str(expected)
    assert page.get_by_text(f"{expected:,} of {opened.rows:,} images pass the filters.").is_visible()
    page.get_by_role("combobox", name="Filter by").click()
    page.get_by_role("option", name="file name", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="File name contains").fill("no such name")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{READY}[data-visible='0']", timeout=WAIT_MS)
    assert page.get_by_text("No image passes the filters").is_visible()


def test_a_cluster_tile_flies_to_its_most_central_image(page: Any, app: str, opened: Workspace) -> None:
    visit(page, app, "", workspace=opened.name)
    spot = sorted(opened.manifest.measured("hotspots", "hotspots"), key=lambda spot: -spot["size"])[1]
    before = point_at(page, spot["central"])
    page.locator(f"{STRIP} .is-cluster").nth(1).click()
    page.wait_for_selector(f"{DETAIL}[data-row='{spot['central']}']", timeout=WAIT_MS)
    page.wait_for_selector(READY)
    box = page.locator(VIEWER).bounding_box()
    x, y = point_at(page, spot["central"])
    assert (x, y) != before
    assert abs(x - box["x"] - box["width"] / 2) < box["width"] / 4
    assert abs(y - box["y"] - box["height"] / 2) < box["height"] / 4


def test_file_names_are_shown_letter_by_letter_and_never_run(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("words")
    page.on("dialog", lambda dialog: pytest.fail(f"a file name ran as a script: {dialog.message}"))
    for row, name in enumerate(opened.ids):
        if any(sign in name for sign in "<'&\n"):
            visit(page, app, "", workspace="words", image=name)
            page.wait_for_selector(f"{DETAIL}[data-row='{row}']", timeout=WAIT_MS)
            assert page.locator(f"{DETAIL} h3").text_content() == name


def test_every_section_of_the_overview_draws(page: Any, app: str, opened: Workspace) -> None:
    page.goto(f"{app}/overview?workspace={opened.name}")
    page.get_by_role("heading", name=opened.name, exact=True).wait_for(timeout=WAIT_MS)
    page.get_by_text(f"{opened.rows:,}", exact=True).first.wait_for(timeout=WAIT_MS)
    for section, heading in (
        ("Columns", "Columns"),
        ("Clusters", "Cluster sizes"),
        ("Maps and index", "Recall of the index"),
        ("Making", "Parameters"),
        ("Images", "Image sizes"),
    ):
        page.get_by_role("radio", name=section, exact=True).click()
        page.get_by_role("heading", name=heading, exact=True).wait_for(timeout=WAIT_MS)
        assert page.locator("[data-testid=stException]").count() == 0


def test_a_cluster_bar_shows_its_images_and_one_click_more_opens_the_map(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("demo")
    page.goto(f"{app}/overview?workspace=demo&section=Clusters")
    chart = page.frame_locator("iframe[title*=plotly_events]")
    chart.locator(".bars .point").first.wait_for(timeout=WAIT_MS)
    chart.locator(".nsewdrag").first.click(position={"x": 12, "y": 180})
    page.wait_for_selector(f"[data-gallery=members] {TILE}", timeout=WAIT_MS)
    labels, _, _ = opened.clusters()
    rows = page.locator(f"[data-gallery=members] {TILE}").evaluate_all("tiles => tiles.map(t => Number(t.dataset.row))")
    assert {int(labels[row]) for row in rows} == {0}
    page.locator(f"[data-gallery=members] {TILE}").first.click()
    page.wait_for_selector(f"{DETAIL}[data-row='{rows[0]}']", timeout=WAIT_MS)

"""Map tiles in a real Chromium: the card's layer, chosen layers in the panel, and search by coordinate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imagespace_core.workspace import Workspace
from tests.browser.visiting import DETAIL, HOVER, TILE, WAIT_MS, point_at, tiles, visit
from tests.conftest import serving
from tests.makers.tiles import X, Y, write_tiles
from tests.pipeline.building import quick, run, write_model

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect

PIXEL = "canvas => [...canvas.getContext('2d').getImageData(canvas.width / 2, 0, 1, 1).data].slice(0, 3)"


def test_a_tile_is_pointed_at_opened_in_chosen_layers_and_found_by_its_number(page: Any, tmp_path: Path) -> None:
    run(quick(write_tiles(tmp_path / "map"), tmp_path / "w/tiles", write_model(tmp_path), layouts="map"))
    opened = Workspace.open(tmp_path / "w/tiles")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url.rsplit("/", 1)[1]))
    with serving(tmp_path / "w", tmp_path / "log.txt") as app:
        visit(page, app, "", map="Map")
        row = opened.ids.index(f"17/{X + 3}/{Y + 1}")
        page.mouse.move(*point_at(page, row))
        page.wait_for_selector(f"{HOVER}[data-row='{row}'][data-layer=water]", timeout=WAIT_MS)
        assert page.locator(HOVER).inner_text().splitlines()[::2] == [opened.ids[row], "layer: water"]
        assert page.locator(f"{HOVER} canvas").evaluate(PIXEL)[2] > 180, "water is blue; with roads over it, it is dark"
        page.mouse.click(*point_at(page, row))
        picture = page.locator(f"{DETAIL}[data-row='{row}'] .is-picture img")
        picture.wait_for(timeout=WAIT_MS)
        page.get_by_role("button", name="3 of 3 layers").click()
        page.get_by_role("button", name="roads", exact=True).click()
        page.locator(f"{DETAIL} img[src$='image/{row}?side=1600&layer=roads']").wait_for(timeout=WAIT_MS)
        page.wait_for_function("new URLSearchParams(location.search).get('layers') === 'roads'")
        expect(page.get_by_role("button", name="1 of 3 layers")).to_be_visible()
        expect(page.get_by_role("button", name="roads", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 16
        assert f"{row}?side=360&layer=water" in requested

        page.get_by_role("link", name="Search").click()
        page.get_by_role("radio", name="Coordinate").click()
        page.get_by_role("radio", name="Tile x, y").click()
        field = page.get_by_label("x, y of the tile")
        field.fill(f"{X + 9}, {Y}")
        field.press("Enter")
        page.get_by_text(f"The nearest is {X + 3}, {Y}, 6 tiles away").wait_for(timeout=WAIT_MS)
        page.wait_for_selector(f"[data-gallery=results] {TILE}", timeout=WAIT_MS)
        found = opened.ids.index(f"17/{X + 3}/{Y}")
        assert found not in tiles(page, "[data-gallery=results]")
        link = page.url
        page.goto(link)
        page.get_by_text(f"Nearest to 17/{X + 3}/{Y}").wait_for(timeout=WAIT_MS)

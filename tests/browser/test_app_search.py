"""The Search page in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from imagespace_core.embed import TextEmbedder, catalog
from imagespace_core.search import Exact
from imagespace_core.workspace import Workspace
from tests.browser.visiting import TILE, WAIT_MS, visit, wait_for_rest
from tests.conftest import Home

pytestmark = pytest.mark.browser


def results(page: Any) -> list[int]:
    return page.locator(f"[data-gallery=results] {TILE}").evaluate_all("tiles => tiles.map(t => Number(t.dataset.row))")


def nearest(opened: Workspace, row: int, k: int) -> list[int]:
    exact = Exact("angular")
    exact.build(opened.vectors())
    rows = exact.query(np.array(opened.vectors()[row : row + 1]), k + 1).rows[0].tolist()
    return [other for other in rows if other != row][:k]


def test_a_result_tile_becomes_the_next_query(page: Any, app: str, opened: Workspace) -> None:
    visit(page, app, "search", workspace=opened.name, image=opened.ids[17])
    page.wait_for_selector(f"[data-gallery=results] {TILE}", timeout=WAIT_MS)
    expected = nearest(opened, 17, 24)
    assert results(page) == expected
    page.locator(f"[data-gallery=results] {TILE}").nth(2).click()
    page.wait_for_function(
        "name => new URLSearchParams(location.search).get('image') === name", arg=opened.ids[expected[2]]
    )
    page.wait_for_selector(
        f"[data-gallery=results] {TILE}[data-row='{nearest(opened, expected[2], 1)[0]}']", timeout=WAIT_MS
    )
    wait_for_rest(page)
    assert results(page) == nearest(opened, expected[2], 24)
    page.get_by_role("button", name="Back").click()
    page.wait_for_function("name => new URLSearchParams(location.search).get('image') === name", arg=opened.ids[17])


def test_find_similar_leads_from_the_map_to_the_search(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("demo")
    visit(page, app, "", workspace="demo", image=opened.ids[8])
    page.get_by_role("button", name="Find similar").click()
    page.wait_for_selector(f"[data-gallery=results] {TILE}", timeout=WAIT_MS)
    assert urlsplit(page.url).path == "/search"
    assert results(page) == nearest(opened, 8, 24)


def test_an_uploaded_image_finds_itself_first(page: Any, app: str, home: Home, tmp_path: Path) -> None:
    opened = home.workspace("words")
    row = opened.ids.index(next(name for name in opened.ids if name.endswith(".jpg")))
    original = Path(opened.manifest.source["root"]) / opened.ids[row]
    visit(page, app, "search", workspace="words", **{"from": "Upload"})
    page.locator("input[type=file]").set_input_files(str(original))
    page.wait_for_selector(f"[data-gallery=results] {TILE}", timeout=WAIT_MS)
    assert results(page)[0] == row


def test_an_upload_that_is_no_image_is_refused_in_words(page: Any, app: str, tmp_path: Path) -> None:
    (tmp_path / "fake.jpg").write_text("<html>not an image</html>")
    visit(page, app, "search", workspace="words", **{"from": "Upload"})
    page.locator("input[type=file]").set_input_files(str(tmp_path / "fake.jpg"))
    page.get_by_text("not an image").first.wait_for(timeout=WAIT_MS)
    assert results(page) == []


def test_a_sentence_finds_what_its_vector_is_nearest_to(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("words")
    sentence = "a photo of something red"
    visit(page, app, "search", workspace="words", **{"from": "Sentence", "sentence": sentence})
    page.wait_for_selector(f"[data-gallery=results] {TILE}", timeout=WAIT_MS)
    embedder = catalog.load("clip-vit-b32", model_dir=Path(opened.manifest.steps["embed"]["model_dir"]))
    assert isinstance(embedder, TextEmbedder)
    exact = Exact("angular")
    exact.build(opened.vectors())
    assert results(page) == exact.query(embedder.embed_text([sentence]), 24).rows[0].tolist()
    red, blue = (opened.items.loc[results(page)[:6], "color"] == color for color in ("red", "blue"))
    assert red.sum() >= blue.sum()


def test_a_model_without_words_says_so(page: Any, app: str) -> None:
    visit(page, app, "search", workspace="demo", **{"from": "Sentence"})
    page.get_by_text("which knows images only").wait_for(timeout=WAIT_MS)

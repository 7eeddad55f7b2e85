"""The app in a real Chromium: Explore, Search and Overview on the demo and, with test data, on the grocery photos."""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
from PIL import Image

from imagespace_core.embed import TextEmbedder, catalog
from imagespace_core.search import Exact
from imagespace_core.workspace import FORMAT, Workspace
from tests.conftest import Home, serving
from tests.makers.workspaces import write_workspace

pytestmark = pytest.mark.browser

NAMES = ["demo", *(["grocery"] if os.environ.get("IMAGESPACE_TEST_DATA") else [])]
VIEWER = "[data-testid=imagespace-viewer]"
READY = f"{VIEWER}[data-ready=true]"
DETAIL = "[data-testid=imagespace-detail]"
HOVER = "[data-testid=imagespace-hover]"
TILE = "[data-testid=imagespace-tile]"
WAIT_MS = 30_000


@pytest.fixture(params=NAMES)
def opened(request: pytest.FixtureRequest, home: Home) -> Workspace:
    return home.workspace(request.param)


def visit(page: Any, app: str, path: str, **query: str) -> None:
    text = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    page.goto(f"{app}/{path}?{text}")
    page.wait_for_selector(READY, timeout=WAIT_MS)


def query_of(page: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def screen(page: Any, rows: list[int]) -> list[dict[str, float]]:
    """Where rows are, in CSS pixels of the window."""
    script = """(root, rows) => rows.map((row) => {
        const {x, y} = root.imagespace.screen(row); return {x: x - window.scrollX, y: y - window.scrollY}; })"""
    return page.locator(VIEWER).evaluate(script, rows)


def lonely_row(page: Any, opened: Workspace) -> int:
    """The row farthest from all others on the screen, and under no label: a pointer there can mean no other."""
    places = screen(page, list(range(opened.rows)))
    free = page.evaluate(
        """(places) => places.map(({x, y}) => {
            let found = document.elementFromPoint(x, y);
            while (found?.shadowRoot) found = found.shadowRoot.elementFromPoint(x, y);
            return found?.tagName === "CANVAS"; })""",
        places,
    )
    points = np.array([[place["x"], place["y"]] for place in places])
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    nearest = np.where(free, apart.min(axis=1), -1)
    assert nearest.max() > 2
    return int(nearest.argmax())


def point_at(page: Any, row: int) -> tuple[float, float]:
    (place,) = screen(page, [row])
    return place["x"], place["y"]


def choose_map(page: Any, title: str) -> None:
    page.get_by_role("radio", name=title, exact=True).click()


def choose_color(page: Any, name: str) -> None:
    page.get_by_role("combobox", name=re.compile("Color by")).fill(name)
    page.get_by_role("option", name=name, exact=True).click()


def wait_for_state(page: Any, layout: str, dims: int) -> None:
    page.wait_for_selector(f"{READY}[data-layout={layout}][data-dims='{dims}']", timeout=WAIT_MS)


def test_hover_shows_the_right_image_and_its_name(page: Any, app: str, opened: Workspace) -> None:
    visit(page, app, "", workspace=opened.name)
    assert page.locator(VIEWER).get_attribute("data-points") == str(opened.rows)
    row = lonely_row(page, opened)
    page.mouse.move(*point_at(page, row))
    card = page.wait_for_selector(f"{HOVER}[data-row='{row}']", timeout=WAIT_MS)
    assert Path(opened.ids[row]).name in card.inner_text()
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
    page.wait_for_timeout(1000)
    bytes_in = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal bytes_in
        bytes_in += event.get("encodedDataLength", 0) or len(event.get("response", {}).get("payloadData", ""))

    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", count)
    client.on("Network.webSocketFrameReceived", count)
    choose_color(page, "brightness")
    page.wait_for_function("() => location.search.includes('color=brightness')")
    page.wait_for_selector(f"{READY}", timeout=WAIT_MS)
    page.wait_for_timeout(1000)
    assert 0 < bytes_in < 50_000


def test_filters_leave_exactly_the_rows_that_match(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("demo")
    visit(page, app, "", workspace="demo", filters="digit", **{"f-digit": "3"})
    expected = int((opened.items["digit"].astype(str) == "3").sum())
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
    spot = opened.manifest.measured("hotspots", "hotspots")[1]
    before = point_at(page, spot["central"])
    page.locator(f"[data-gallery=hotspots] {TILE}").nth(1).click()
    page.wait_for_selector(f"{DETAIL}[data-row='{spot['central']}']", timeout=WAIT_MS)
    page.wait_for_selector(READY)
    box = page.locator(VIEWER).bounding_box()
    x, y = point_at(page, spot["central"])
    assert (x, y) != before
    assert abs(x - box["x"] - box["width"] / 2) < box["width"] / 4
    assert abs(y - box["y"] - box["height"] / 2) < box["height"] / 4


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
    page.wait_for_timeout(500)
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


def test_without_a_workspace_the_page_says_which_command_makes_one(page: Any, tmp_path: Path) -> None:
    with serving(tmp_path / "none", tmp_path / "log.txt") as address:
        page.goto(address)
        page.get_by_text("uv run precompute.py --demo").wait_for(timeout=WAIT_MS)
        assert page.get_by_role("heading", name="No workspace yet").is_visible()
        assert page.locator("[data-testid=stException]").count() == 0


def test_broken_newer_and_unfinished_workspaces_are_told_apart(page: Any, tmp_path: Path) -> None:
    folder = tmp_path / "workspaces"
    for name in ("broken", "newer"):
        write_workspace(folder / name)
    (folder / "broken/vectors/tiny.npy").unlink()
    manifest = folder / "newer/manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', f'"format": {FORMAT + 1}'))
    (folder / "started/.build").mkdir(parents=True)
    with serving(folder, tmp_path / "log.txt") as address:
        page.goto(address)
        page.get_by_text("broken cannot be opened").wait_for(timeout=WAIT_MS)
        assert page.get_by_text("newer was made by a newer ImageSpace").is_visible()
        assert page.get_by_text("started is not finished").is_visible()


def test_the_app_works_below_a_base_path(page: Any, home: Home, tmp_path: Path) -> None:
    with serving(home.folder, tmp_path / "log.txt", "/below/here") as address:
        page.goto(f"{address}/?workspace=demo")
        page.wait_for_selector(READY, timeout=WAIT_MS)


def test_data_is_for_those_who_were_shown_a_page(page: Any, app: str) -> None:
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    visit(page, app, "", workspace="demo")
    positions = next(url for url in urls if url.endswith("projections/tsne-2d.npy"))
    with urllib.request.urlopen(positions) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    token = positions.split("/imagespace/")[1].split("/")[0]
    for forbidden, status in (
        (positions.replace(token, "0" * 32), 403),
        (positions.replace("projections/tsne-2d.npy", "vectors/efficientnet-lite0.npy"), 404),
        (positions.replace("projections/tsne-2d.npy", "manifest.json"), 404),
        (positions.replace("projections/tsne-2d.npy", "image/99999999"), 404),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(forbidden)
        assert refused.value.code == status


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_screen(
    chromium: Any, app: str, home: Home, width: int, scheme: str, tmp_path: Path
) -> None:
    opened = home.workspace("demo")
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    for path in ("", "search"):
        visit(page, app, path, workspace="demo", image=opened.ids[3])
        page.wait_for_timeout(500)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        page.screenshot(path=str(tmp_path / "shot.png"))
        corner = np.asarray(Image.open(tmp_path / "shot.png").convert("L"))[-3:, -3:].mean()
        assert (corner < 100) == (scheme == "dark")
    context.close()

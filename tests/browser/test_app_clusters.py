"""The strip of clusters, their names, layouts in the app, and the app without WebGL2."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from imagespace_core.workspace import Workspace, cluster_names, names
from tests.browser.visiting import (
    DETAIL,
    READY,
    SELECTED,
    STRIP,
    VIEWER,
    WAIT_MS,
    choose_map,
    query_of,
    tiles,
    visit,
    wait_for_state,
)
from tests.conftest import Home, serving

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture(scope="module")
def copied(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Workspace]]:
    """The app with a copy of the demo, whose clusters may be named; the address and the workspace."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(home.folder / "demo", folder / "demo")
    (folder / "demo" / names.CLUSTER_NAMES).unlink(missing_ok=True)
    with serving(folder, folder / "log.txt") as address:
        yield address, Workspace.open(folder / "demo")


def name_cluster(page: Any, label: int, text: str, key: str = "Enter") -> None:
    tile = page.locator(f"{STRIP} li[data-label='{label}']")
    tile.hover()
    tile.get_by_role("button", name=re.compile("^Rename")).click()
    field = tile.get_by_role("textbox")
    field.fill(text)
    field.press(key)


def title(page: Any, label: int) -> str:
    return page.locator(f"{STRIP} li[data-label='{label}'] .is-caption").inner_text()


def test_the_strip_has_every_cluster_the_largest_first(page: Any, copied: tuple[str, Workspace]) -> None:
    address, opened = copied
    visit(page, address, "", workspace="demo")
    spots = sorted(opened.manifest.measured("hotspots", "hotspots"), key=lambda spot: -spot["size"])
    labels = page.locator(f"{STRIP} li").evaluate_all("all => all.map(li => Number(li.dataset.label))")
    assert labels == [*(spot["label"] for spot in spots), -1]
    rows = page.locator(f"{STRIP} button.is-cluster").evaluate_all("all => all.map(b => Number(b.dataset.row))")
    assert rows == [spot["central"] for spot in spots]


@pytest.mark.parametrize("dims", [2, 3])
def test_a_name_stands_on_the_map_where_the_build_put_it(page: Any, copied: tuple[str, Workspace], dims: int) -> None:
    address, opened = copied
    visit(page, address, "", workspace="demo", map="t-SNE", dims=f"{dims}D")
    anchors = {
        spot["label"]: spot["positions"][f"tsne-{dims}d"] for spot in opened.manifest.measured("hotspots", "hotspots")
    }
    matrix, width, height, found = page.locator(VIEWER).evaluate("""(root) => {
        const view = root.querySelector("canvas").getBoundingClientRect();
        const names = [...root.querySelectorAll(".is-label")].filter((name) => !name.hidden).map((name) => {
            const { left, right, top, bottom } = name.getBoundingClientRect();
            return [Number(name.dataset.label), (left + right) / 2 - view.left, (top + bottom) / 2 - view.top];
        });
        return [root.imagespace.drawing.matrix, view.width, view.height, names]; }""")
    assert len(found) > 2
    for label, *place in found:
        x, y, _, w = np.reshape(matrix, (4, 4)).T @ [*anchors[label], *[0] * (3 - dims), 1]
        at = [(x / w + 1) * width / 2, (1 - y / w) * height / 2]
        assert place == pytest.approx(at, abs=2), label


def test_a_name_reaches_everything_that_tells_it_and_survives_a_reload(
    page: Any, copied: tuple[str, Workspace]
) -> None:
    address, opened = copied
    key = opened.manifest.steps["clusters"]["key"]
    row = opened.manifest.measured("hotspots", "hotspots")[1]["central"]
    name = "Round <b>*fours*</b>"
    visit(page, address, "", workspace="demo", image=opened.ids[row], map="Clusters", filters="cluster")
    name_cluster(page, 1, name)
    page.locator(".is-legend").get_by_text(name, exact=True).wait_for(timeout=WAIT_MS)
    assert cluster_names.read(opened.root, key).names == {1: name}
    page.reload()
    page.wait_for_selector(READY, timeout=WAIT_MS)
    page.locator(".is-legend").get_by_text(name, exact=True).wait_for(timeout=WAIT_MS)
    assert title(page, 1) == name
    assert name in page.locator(DETAIL).inner_text()
    page.locator("[data-testid=stMultiSelect]").get_by_role("combobox", name="cluster", exact=True).click()
    page.get_by_role("option", name=name, exact=True).wait_for(timeout=WAIT_MS)
    page.keyboard.press("Escape")
    page.goto(f"{address}/overview?workspace=demo&section=Clusters")
    chart = page.frame_locator("iframe[title*=plotly_events]")
    chart.locator(".xtick", has_text=name).wait_for(timeout=WAIT_MS)


def test_escape_gives_a_name_up_and_nothing_gives_the_number_back(page: Any, copied: tuple[str, Workspace]) -> None:
    address, opened = copied
    key = opened.manifest.steps["clusters"]["key"]
    visit(page, address, "", workspace="demo")
    name_cluster(page, 2, "Not this", "Escape")
    assert title(page, 2) == "Cluster 2"
    pencil = page.locator(f"{STRIP} li[data-label='2']").get_by_role("button", name="Rename Cluster 2")
    assert pencil.evaluate("button => button === button.getRootNode().activeElement")
    name_cluster(page, 2, "This")
    page.locator(".is-legend").get_by_text("This", exact=True).wait_for(timeout=WAIT_MS)
    assert cluster_names.read(opened.root, key).names[2] == "This"
    name_cluster(page, 2, "")
    page.locator(".is-legend").get_by_text("Cluster 2", exact=True).wait_for(timeout=WAIT_MS)
    assert 2 not in cluster_names.read(opened.root, key).names


def test_a_name_that_cannot_be_saved_is_said_and_not_shown(page: Any, copied: tuple[str, Workspace]) -> None:
    address, opened = copied
    file = opened.root / names.CLUSTER_NAMES
    before = file.read_text() if file.exists() else None
    visit(page, address, "", workspace="demo")
    file.write_text("{")
    try:
        name_cluster(page, 0, "Lost")
        page.get_by_text("Repair it, or move it away").first.wait_for(timeout=WAIT_MS)
        caption = page.locator(f"{STRIP} li[data-label='0'] .is-caption")
        expect(caption).to_have_text("Cluster 0", timeout=WAIT_MS)
    finally:
        file.unlink() if before is None else file.write_text(before)


def test_a_link_reopens_a_layout_with_its_groups_and_only_what_the_filters_leave(
    page: Any, app: str, home: Home
) -> None:
    opened = home.workspace("demo")
    digits = opened.items["digit"].astype(str).to_numpy()
    link = {"map": "Clusters", "group": "digit", "filters": "digit", "f-digit": "3", "only": "true"}
    guides: list[Any] = []
    page.on(
        "response",
        lambda answer: guides.append(answer) if "/offered/" in answer.url and ".json" in answer.url else None,
    )
    visit(page, app, "", workspace="demo", **link)
    wait_for_state(page, "clusters", 2)
    assert page.locator(VIEWER).get_attribute("data-points") == str(int((digits == "3").sum()))
    headings = json.loads(guides[-1].body())["headings"]
    assert [(heading["text"], heading["count"]) for heading in headings] == [("3", int((digits == "3").sum()))]
    for name, value in link.items():
        assert query_of(page)[name] == value


def test_images_are_kept_apart_on_a_map_and_how_far_they_moved_is_said(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("demo")
    assert "tsne" in opened.manifest.apart()
    visit(page, app, "", workspace="demo")
    page.locator("label", has_text="Keep images apart").click()
    page.wait_for_function("() => location.search.includes('apart=true')")
    page.get_by_text("No image covers another").first.wait_for(timeout=WAIT_MS)
    wait_for_state(page, "tsne", 2)
    choose_map(page, "3D")
    wait_for_state(page, "tsne", 3)
    assert page.get_by_text("Keep images apart").count() == 0


def test_without_webgl2_a_still_map_stands_for_the_map_and_the_rest_works(page: Any, app: str, home: Home) -> None:
    opened = home.workspace("demo")
    page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = "
        "function (kind, ...more) { return kind === 'webgl2' ? null : real.call(this, kind, ...more); };"
    )
    page.goto(f"{app}/?workspace=demo")
    page.wait_for_selector(f"{VIEWER}[data-ready=failed] img", timeout=WAIT_MS)
    image = page.locator(f"{VIEWER} img")
    size = image.evaluate("async (img) => { await img.decode(); return [img.naturalWidth, img.naturalHeight]; }")
    assert size == [1280, 800]
    assert page.get_by_text("WebGL").first.is_visible()
    page.locator(f"{STRIP} li[data-label='1']").hover()
    page.locator(STRIP).get_by_role("button", name="Select Cluster 1", exact=True).click()
    page.wait_for_selector(SELECTED, timeout=WAIT_MS)
    assert set(tiles(page, SELECTED)) <= set(np.flatnonzero(opened.clusters()[0] == 1).tolist())
    page.get_by_role("button", name="Select all shown").click()
    page.get_by_text(f"{opened.rows:,} images selected").wait_for(timeout=WAIT_MS)

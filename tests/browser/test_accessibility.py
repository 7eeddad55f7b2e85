"""axe-core finds no serious fault in the viewer, in either theme, with panels open; keys do all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.browser.standalone import Build, Server
from tests.browser.viewing import Viewer, mask_of

pytestmark = pytest.mark.browser

DARK = """() => {
  const style = { "--st-background-color": "#0e1117", "--st-text-color": "#fafafa", "--st-primary-color": "#ff4b4b" };
  for (const [name, value] of Object.entries(style)) document.body.style.setProperty(name, value);
  document.body.style.background = "#0e1117";
}"""


def faults(page: Any) -> list[str]:
    """What axe-core finds serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(
        page,
        options={"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    )
    return [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in found.response["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_serious_fault_in_any_state(
    chromium: Any, server: Server, build: Build, theme: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    spots = [{"label": i, "title": f"Cluster {i}", "size": 90 - i, "row": 20 + i} for i in range(12)]
    chosen = mask_of(np.arange(build.rows) < 50)
    viewer = Viewer(page, server, build, color="species", select=True, clusters=spots, selection=chosen, selected=4)
    page.evaluate("document.documentElement.lang = 'en'")
    if theme == "dark":
        page.evaluate(DARK)
        page.wait_for_function("window.root().dataset.theme === 'dark'")
    viewer.drawn()
    assert faults(page) == []
    if width < 500:
        page.get_by_role("button", name="Legend: species").click()
    page.locator("button.is-entry").first.click()
    page.get_by_role("button", name="Select by lasso").click()
    for name in ("Layers", "Copy as picture", "How to move"):
        page.get_by_role("button", name=name).click()
        panel = page.locator(".is-panel:visible")
        box, view = panel.bounding_box(), page.locator("[data-testid=imagespace-viewer]").bounding_box()
        assert view["x"] <= box["x"] <= view["x"] + view["width"] - box["width"], "the panel fits"
        assert view["y"] <= box["y"] <= view["y"] + view["height"] - box["height"]
        assert faults(page) == []
    page.keyboard.press("Escape")
    viewer.update(color="price")
    slider = page.get_by_role("slider", name="Lowest price shown")
    slider.focus()
    page.keyboard.press("PageUp")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    viewer.ready()
    assert faults(page) == []
    context.close()


def test_every_button_is_large_enough_to_hit(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, select=True, selection=mask_of(np.arange(build.rows) < 9))
    page.get_by_role("button", name="Select by box").click()
    page.locator("button.is-entry").first.click()
    page.locator(".is-legend-row").nth(2).hover()
    page.get_by_role("button", name="Layers").click()
    sizes = page.locator("button:visible, label:visible").evaluate_all(
        """all => all.map((button) => {
          const { width, height } = button.getBoundingClientRect();
          return [button.textContent || button.ariaLabel, width, height];
        })"""
    )
    assert len(sizes) > 20
    assert [name for name, width, height in sizes if min(width, height) < 24] == []
    viewer.update(color="price")
    box = page.get_by_role("slider", name="Lowest price shown").bounding_box()
    assert min(box["width"], box["height"]) >= 24


def test_tab_goes_from_the_map_over_names_and_tools_to_the_legend_with_one_stop_each(
    page: Any, server: Server, build: Build
) -> None:
    spots = [{"label": i, "title": f"Cluster {i}", "size": 90 - i, "row": 20 + i} for i in range(6)]
    Viewer(page, server, build, select=True, clusters=spots)
    page.locator(".is-label:visible").nth(2).wait_for()
    focused = "document.activeElement.ariaLabel || document.activeElement.textContent"
    stops = []
    for _ in range(5):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(focused))
    assert stops[0] == "t-SNE map"
    assert stops[1].startswith("Cluster ")
    assert stops[2:4] == ["Move", "Fold the legend"]
    assert stops[4].startswith("Apple")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused).startswith("Banana")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("window.root().dataset.tool") == "lasso"
    page.keyboard.press("End")
    assert page.evaluate(focused) == "How to move"


def test_a_screen_reader_is_told_counts_the_focused_image_and_the_selection(
    page: Any, server: Server, build: Build
) -> None:
    viewer = Viewer(page, server, build, select=True)
    live = page.locator("[aria-live=polite]")
    placed = int(build.placed.sum())
    assert live.inner_text() == f"{placed} of {build.rows} images shown"
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+ArrowRight")
    row = page.locator(".is-ring-focus").get_attribute("data-row")
    page.wait_for_function(
        "(text) => document.querySelector('[aria-live=polite]').textContent.includes(text)", arg=f"photo {row}.jpg"
    )
    viewer.update(selection=mask_of(np.arange(build.rows) < 33))
    assert live.inner_text() == "33 images selected"
    viewer.update(selection=None)
    assert live.inner_text() == "Nothing selected"

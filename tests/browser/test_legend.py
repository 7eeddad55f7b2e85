"""What colors mean and what is shown: legend, filters, lit rows, titles, theme."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.browser.standalone import Build, Server
from tests.browser.viewing import Viewer, mask_of

pytestmark = pytest.mark.browser


def test_the_legend_hides_isolates_and_shows_again_with_exact_counts(viewer: Viewer, build: Build) -> None:
    codes = build.arrays["columns/category"][build.placed]
    entry = viewer.page.locator("button.is-entry[data-code='1']")
    assert entry.inner_text().split() == ["Banana", str((codes == 1).sum())]
    entry.click()
    assert viewer.data("visible") == str((codes != 1).sum())
    assert entry.get_attribute("aria-pressed") == "false"
    entry.click()
    entry.dblclick()
    assert viewer.data("visible") == str((codes == 1).sum())
    row = next(row for row in viewer.alone(12) if build.arrays["columns/category"][row] not in (1,))
    viewer.page.mouse.click(*viewer.place(row))
    assert row not in viewer.events("click")
    entry.dblclick()
    assert viewer.data("visible") == str(len(codes))
    viewer.page.wait_for_timeout(350)
    assert viewer.events("hide")[-1] == []


def test_a_long_legend_is_searched(viewer: Viewer, build: Build) -> None:
    viewer.update(color="species")
    assert viewer.page.locator("button.is-entry").count() == 200
    viewer.page.locator("input.is-legend-search").fill("species 25")
    assert viewer.page.locator("button.is-entry").count() == 10
    viewer.page.get_by_role("button", name="Only Species 257").focus()
    viewer.page.keyboard.press("Enter")
    assert viewer.data("visible") == str((build.arrays["columns/species"][build.placed] == 257).sum())


def test_a_mask_hides_exactly_its_rows_and_they_cannot_be_picked(viewer: Viewer, build: Build) -> None:
    rows = viewer.alone(2)
    shown = np.arange(build.rows) % 3 > 0
    shown[rows] = [False, True]
    viewer.update(mask=mask_of(shown))
    assert viewer.data("visible") == str((shown & build.placed).sum())
    for row in rows:
        viewer.page.mouse.click(*viewer.place(row))
    assert rows[0] not in viewer.events("click")
    assert rows[1] in viewer.events("click")
    codes = build.arrays["columns/category"]
    viewer.page.locator("button.is-entry[data-code='2']").click()
    assert viewer.data("visible") == str((shown & build.placed & (codes != 2)).sum())
    viewer.update(mask=mask_of(np.zeros(build.rows, bool)))
    assert viewer.data("visible") == "0"
    viewer.page.evaluate("window.update({ mask: null })")
    viewer.ready()
    assert viewer.data("visible") == str((build.placed & (codes != 2)).sum())


def test_lit_rows_keep_their_color_and_the_others_lose_it(viewer: Viewer, build: Build) -> None:
    lit, other = [row for row in viewer.alone(12) if build.arrays["columns/category"][row] in (0, 1, 4)][:2]
    before = viewer.shot()
    viewer.update(results=[lit], query=[])
    viewer.page.wait_for_timeout(100)
    after = viewer.shot()

    def chroma(shot: np.ndarray, row: int) -> int:
        x, y = map(round, viewer.place(row))
        return int(np.ptp(shot[y, x]))

    assert chroma(after, lit) > 0.9 * chroma(before, lit) > 30
    assert chroma(after, other) < 0.3 * chroma(before, other)


def test_hotspot_titles_never_overlap_and_a_click_goes_there(viewer: Viewer) -> None:
    hotspots = [{"label": i, "title": f"Cluster {i} with a name", "size": 200 - i, "row": 20 + i} for i in range(60)]
    viewer.update(hotspots=hotspots)
    # Titles are laid out at the next frame, however long a busy machine takes for it.
    viewer.page.locator(".is-label:visible").nth(3).wait_for()
    # All at once: read one by one, two of them could be of different frames.
    boxes = viewer.page.locator(".is-label:visible").evaluate_all(
        "all => all.map(l => l.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) > 3
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart_x = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert apart_x or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
    half = viewer.camera()["half"]
    viewer.page.locator(".is-label:visible").first.click()
    viewer.ready()
    assert viewer.camera()["half"] < half
    assert len(viewer.events("hotspot")) == 1


def test_colors_follow_the_hosts_theme_also_inside_a_shadow_root(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, "?shadow")
    assert viewer.data("theme") == "light"
    assert viewer.shot()[40, 400].tolist() == [255, 255, 255]
    page.evaluate("""() => {
      document.body.style.setProperty("--st-background-color", "rgb(14, 17, 23)");
      document.body.style.setProperty("--st-text-color", "#fafafa");
    }""")
    page.wait_for_function("window.root().dataset.theme === 'dark'")
    page.wait_for_timeout(100)
    assert viewer.shot()[40, 400].tolist() == [14, 17, 23]

"""What colors mean and what is shown: legend, filters, lit rows, titles, theme."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.browser.standalone import Build, Server
from tests.browser.viewing import RING, Viewer, mask_of

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
    viewer.page.wait_for_function("window.events.findLast(([kind]) => kind === 'hide')?.[1].length === 0")


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
    highlighted, other = [row for row in viewer.alone(12) if build.arrays["columns/category"][row] in (0, 1, 4)][:2]
    before = viewer.shot()
    viewer.update(results=[highlighted], query=[])
    viewer.drawn()
    after = viewer.shot()

    def chroma(shot: np.ndarray, row: int) -> int:
        x, y = map(round, viewer.place(row))
        return int(np.ptp(shot[y, x]))

    assert chroma(after, highlighted) > 0.9 * chroma(before, highlighted) > 30
    assert chroma(after, other) < 0.3 * chroma(before, other)


def test_cluster_titles_never_overlap_and_a_click_goes_there(viewer: Viewer) -> None:
    clusters = [{"label": i, "title": f"Cluster {i} with a name", "size": 200 - i, "row": 20 + i} for i in range(60)]
    viewer.update(clusters=clusters)
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
    assert len(viewer.events("cluster")) == 1


def test_colors_follow_the_hosts_theme_also_inside_a_shadow_root(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, "?shadow")
    assert viewer.data("theme") == "light"
    assert viewer.shot()[40, 400].tolist() == [255, 255, 255]
    page.evaluate("""() => {
      document.body.style.setProperty("--st-background-color", "rgb(14, 17, 23)");
      document.body.style.setProperty("--st-text-color", "#fafafa");
    }""")
    page.wait_for_function("window.root().dataset.theme === 'dark'")
    viewer.drawn()
    assert viewer.shot()[40, 400].tolist() == [14, 17, 23]


def test_a_value_is_selected_from_the_legend_by_mouse_and_by_keyboard(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, select=True)
    row = page.locator(".is-legend-row[data-code='1']")
    row.hover()
    row.get_by_text("select").click(modifiers=["Shift"])
    entry = page.locator("button.is-entry[data-code='0']")
    entry.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.ariaLabel") == "Select Carrot"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Only Date").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    codes, chosen, isolated = viewer.events("select")
    everything = {"color": "category", "codes": [], "shown": None, "range": None}
    assert codes == {"kind": "codes", "color": "category", "codes": [1], "mode": "add"} | {
        "hiding": everything | {"color": "category"}
    }
    assert (chosen["codes"], chosen["mode"]) == ([2], "replace")
    assert (isolated["codes"], isolated["hiding"]) == ([3], everything | {"codes": None, "shown": [3]})


def test_fifty_thousand_values_are_listed_found_isolated_and_told_briefly(page: Any, tmp_path: Any) -> None:
    build = Build(tmp_path, rows=60_000, sprites=False).write()
    codes = np.random.default_rng(1).permutation(np.arange(build.rows) % 50_000).astype(np.int32)
    build.column("title", "category", codes, values=[f"Title {i:05}" for i in range(50_000)])
    server = Server(tmp_path)
    viewer = Viewer(page, server, build, color="title", select=True)
    entries = page.locator("button.is-entry")
    assert entries.count() == 200
    page.get_by_role("button", name="49,800 more").click()
    assert entries.count() == 400
    page.locator("input.is-legend-search").fill("49999")
    assert entries.all_inner_texts()[0].split() == ["Title", "49999", str((codes[build.placed] == 49_999).sum())]
    entries.first.dblclick()
    assert viewer.data("visible") == str((codes[build.placed] == 49_999).sum())
    page.locator("canvas.is-canvas").focus()
    page.keyboard.press("s")
    [event] = viewer.events("select")
    assert event["hiding"] == {"color": "title", "codes": None, "shown": [49_999], "range": None}
    page.get_by_role("button", name="Show all").click()
    assert viewer.data("visible") == str(build.placed.sum())
    server.close()


def test_the_brush_leaves_a_range_of_numbers_and_tells_it_in_values_that_occur(
    page: Any, server: Server, build: Build
) -> None:
    viewer = Viewer(page, server, build, color="price", select=True)
    price = build.arrays["columns/price"]
    low, high = (
        page.get_by_role("slider", name="Lowest price shown"),
        page.get_by_role("slider", name="Highest price shown"),
    )
    start = float(low.get_attribute("aria-valuenow"))
    low.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    box = high.bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 12, box["y"] + 62, steps=4)
    page.mouse.up()
    least, most = (float(end.get_attribute("aria-valuenow")) for end in (low, high))
    assert start < least < most < float(high.get_attribute("aria-valuemax"))
    inside = (price >= least) & (price < most)
    assert viewer.data("visible") == str((inside & build.placed).sum())
    assert 20 < inside.sum() < build.rows - 20
    assert f"{(inside & build.placed).sum()} images" in page.locator(".is-range").inner_text()
    page.get_by_role("button", name="Select this range").click()
    [event] = viewer.events("select")
    assert (event["kind"], event["color"], event["mode"]) == ("range", "price", "replace")
    assert event["range"] == event["hiding"]["range"]
    assert np.array_equal((price >= event["range"][0]) & (price <= event["range"][1]), inside)
    out = next(row for row in viewer.alone(20) if not inside[row])
    page.mouse.click(*viewer.place(out))
    assert out not in viewer.events("click")
    page.locator(".is-track").dblclick(position={"x": 12, "y": 75})
    assert viewer.data("visible") == str(build.placed.sum())


def test_the_ends_of_a_scale_take_in_what_lies_beyond_and_dates_have_a_brush_too(viewer: Viewer, build: Build) -> None:
    page = viewer.page
    viewer.update(color="price")
    price, taken = build.arrays["columns/price"], build.arrays["columns/taken"]
    page.get_by_role("slider", name="Highest price shown").focus()
    for _ in range(8):
        page.keyboard.press("PageDown")
    most = float(page.get_by_role("slider", name="Highest price shown").get_attribute("aria-valuenow"))
    assert viewer.data("visible") == str(((price < most) & build.placed).sum())
    assert (price < np.nanpercentile(price, 2)).sum() > 3
    viewer.update(color="taken")
    assert viewer.data("visible") == str(build.placed.sum())
    page.get_by_role("slider", name="Lowest taken shown").focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
    least = float(page.get_by_role("slider", name="Lowest taken shown").get_attribute("aria-valuenow"))
    assert viewer.data("visible") == str(((taken >= least) & build.placed).sum())
    assert np.datetime64(int(least), "s").astype(str)[:4] in page.locator(".is-range").inner_text()


def test_names_given_by_people_stand_in_legend_card_and_on_the_map(viewer: Viewer, build: Build) -> None:
    page = viewer.page
    labels = build.arrays["columns/cluster"]
    spots = [{"label": i, "title": f"Cluster {i}", "size": 90 - i, "row": int((labels == i).argmax())} for i in (2, 3)]
    viewer.update(color="cluster", clusters=spots, names={"3": "Apples"})
    assert page.locator("button.is-entry[data-code='3'] .is-entry-label").inner_text() == "Apples"
    page.locator(".is-label:visible", has_text="Apples").wait_for()
    row = next(row for row in viewer.alone(30) if labels[row] == 3)
    assert "cluster: Apples" in viewer.hover(row).inner_text()
    viewer.update(names={})
    assert page.locator("button.is-entry[data-code='3'] .is-entry-label").inner_text() == "Cluster 3"
    assert page.locator(".is-label", has_text="Apples").count() == 0


def test_images_without_a_place_are_counted_in_words_within_the_filter(viewer: Viewer, build: Build) -> None:
    foot = viewer.page.locator(".is-foot")
    assert foot.inner_text() == "2 images have no place in this layout."
    shown = np.ones(build.rows, bool)
    shown[build.lost[0]] = False
    viewer.update(mask=mask_of(shown))
    assert foot.inner_text() == "1 image has no place in this layout."
    shown[build.lost[1]] = False
    viewer.update(mask=mask_of(shown))
    assert foot.is_hidden()


def test_why_images_have_no_place_is_said_in_place_of_that_they_have_none(viewer: Viewer, build: Build) -> None:
    viewer.update(**RING)
    foot = viewer.page.locator(".is-foot")
    assert foot.inner_text() == "2 images have no turn."
    shown = np.ones(build.rows, bool)
    shown[build.lost[0]] = False
    viewer.update(mask=mask_of(shown))
    assert foot.inner_text() == "1 image has no place in this layout. 2 images have no turn."

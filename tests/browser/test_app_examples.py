"""Search by examples, clicked together in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.visiting import READY, TILE, WAIT_MS

pytestmark = pytest.mark.browser


def rows(page: Any, gallery: str) -> list[str]:
    return page.locator(f"[data-gallery={gallery}] {TILE}").evaluate_all("tiles => tiles.map(tile => tile.dataset.row)")


def test_images_are_clicked_into_the_lists_and_out_of_the_answer(page: Any, app: str) -> None:
    page.goto(f"{app}/search?workspace=demo&from=Examples")
    page.wait_for_selector(READY, timeout=WAIT_MS)
    picked = page.locator(f"[data-gallery=browse] {TILE}").first
    wanted = picked.get_attribute("data-row")
    picked.click()
    page.wait_for_selector(f"[data-gallery=example-positive] {TILE}", timeout=WAIT_MS)
    page.wait_for_selector(f"[data-gallery=results] {TILE}", timeout=WAIT_MS)
    assert rows(page, "example-positive") == [wanted]
    unwanted = rows(page, "results")[0]
    page.get_by_text("Not wanted", exact=True).first.click()
    page.locator(f"[data-gallery=results] {TILE}").first.click()
    page.wait_for_selector(f"[data-gallery=example-negative] {TILE}[data-row='{unwanted}']", timeout=WAIT_MS)
    page.wait_for_function(
        "row => ![...document.querySelectorAll('*')].some(host => host.shadowRoot?.querySelector("
        "`[data-gallery=results] [data-row='${row}']`))",
        arg=unwanted,
        timeout=WAIT_MS,
    )
    assert wanted not in rows(page, "results")

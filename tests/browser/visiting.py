"""What the tests of the app share: going to a page, and finding images on its map."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np

from imagespace_core.workspace import Workspace

VIEWER = "[data-testid=imagespace-viewer]"
READY = f"{VIEWER}[data-ready=true]"
DETAIL = "[data-testid=imagespace-detail]"
HOVER = "[data-testid=imagespace-hover]"
TILE = "[data-testid=imagespace-tile]"
STRIP = "[data-testid=imagespace-clusters]"
BAR = "[data-testid=imagespace-selection]"
SELECTED = "[data-gallery=selection]"
WAIT_MS = 30_000


def visit(page: Any, app: str, path: str, **query: str) -> None:
    text = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    page.goto(f"{app}/{path}?{text}")
    page.wait_for_selector(READY, timeout=WAIT_MS)


def wait_for_rest(page: Any) -> None:
    """Until the page's script is through and all that it draws is there."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=WAIT_MS)
    page.wait_for_function("document.querySelectorAll('[data-stale=true]').length === 0", timeout=WAIT_MS)


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


def tiles(page: Any, gallery: str) -> list[int]:
    """The rows that a gallery shows, in order."""
    return page.locator(f"{gallery} {TILE}").evaluate_all("tiles => tiles.map(t => Number(t.dataset.row))")


def wait_for_selected(page: Any, count: int) -> None:
    """Until the viewer draws, and the bar tells, so many selected rows."""
    page.wait_for_selector(f"{READY}[data-selected='{count}']", timeout=WAIT_MS)
    page.wait_for_selector(f"{BAR}[data-count='{count}']", timeout=WAIT_MS)

"""axe-core finds no serious fault on the pages of the app, light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.visiting import READY, SELECTED, STRIP, WAIT_MS, wait_for_rest
from tests.conftest import Home

pytestmark = pytest.mark.browser

# Faults of Streamlit's own markup, which no page can mend: (rule, part of the selector).
STREAMLITS: tuple[tuple[str, str], ...] = ()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "search", "evaluate", "overview"])
def test_no_serious_fault(page: Any, app: str, home: Home, path: str, scheme: str) -> None:
    opened = home.workspace("demo")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{app}/{path}?workspace=demo&image={opened.ids[3]}")
    if path in ("evaluate", "overview"):
        last = {"evaluate": "The first 12 it found", "overview": "Vector length"}[path]
        page.get_by_text(last).wait_for(timeout=WAIT_MS)
    else:
        page.wait_for_selector(READY, timeout=WAIT_MS)
    if path == "":
        page.locator(f"{STRIP} li").first.hover()
        page.locator(STRIP).get_by_role("button", name="Select Cluster 0", exact=True).click()
        page.wait_for_selector(SELECTED, timeout=WAIT_MS)
    wait_for_rest(page)
    found = Axe().run(page).response["violations"]
    faults = [
        (fault["id"], node["target"], node["failureSummary"])
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
        if not any(fault["id"] == rule and part in str(node["target"]) for rule, part in STREAMLITS)
    ]
    assert faults == []

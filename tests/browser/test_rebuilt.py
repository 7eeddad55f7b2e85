"""A page that was opened before its workspace was rebuilt says so, whatever it asks for first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.viewing import Viewer

pytestmark = pytest.mark.browser

NOTICE = "[data-testid=imagespace-rebuilt]"
COLUMN = "window.update({ color: 'number' })"
TILE = """async () => {
  const { tile } = await import('/viewer/panels/tile.js');
  document.body.append(tile({ base: '/base/' }, { row: 1, title: 'one' }, () => {}));
}"""
PARENT = """async () => {
  const { ParentPanel } = await import('/viewer/parent/parent_panel.js');
  const panel = new ParentPanel(() => {});
  document.body.append(panel.root);
  panel.show('/base/', 1, 'slice');
}"""


def _gone(route: Any) -> None:
    route.fulfill(status=410, headers={"Imagespace-Rebuilt": "1"}, body="the workspace was rebuilt; reload the page")


@pytest.mark.parametrize("request_", [COLUMN, TILE, PARENT])
def test_an_old_page_asks_once_to_be_loaded_anew(viewer: Viewer, request_: str) -> None:
    page = viewer.page
    page.route("**/base/**", _gone)
    page.evaluate(request_)
    page.evaluate(request_)
    page.locator(NOTICE).wait_for(timeout=10_000)
    assert page.locator(NOTICE).count() == 1
    assert page.locator(NOTICE).text_content().startswith("This workspace was rebuilt since the page was opened.")
    page.unroute("**/base/**")
    with page.expect_navigation():
        page.locator(NOTICE).get_by_role("button", name="Reload the page").click()
    page.wait_for_function("window.loaded")
    assert page.locator(NOTICE).count() == 0


def test_a_file_that_is_lost_is_no_rebuild(viewer: Viewer) -> None:
    viewer.page.route("**/base/image/**", lambda route: route.fulfill(status=404, body="lost"))
    viewer.page.evaluate(TILE)
    viewer.page.get_by_text("no picture").wait_for(timeout=10_000)
    assert viewer.page.locator(NOTICE).count() == 0

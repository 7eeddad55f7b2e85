"""What the app's server gives to whom, and what it says where there is nothing to show."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagespace_core.workspace import FORMAT
from tests.browser.visiting import READY, WAIT_MS, visit, wait_for_rest
from tests.conftest import Home, serving
from tests.makers.workspaces import write_workspace

pytestmark = pytest.mark.browser


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
        assert page.get_by_text("started is not ready").is_visible()


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
    page: Any, app: str, home: Home, width: int, scheme: str, tmp_path: Path
) -> None:
    opened = home.workspace("demo")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    for path in ("", "search"):
        visit(page, app, path, workspace="demo", image=opened.ids[3])
        wait_for_rest(page)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        page.screenshot(path=str(tmp_path / "shot.png"))
        corner = np.asarray(Image.open(tmp_path / "shot.png").convert("L"))[-3:, -3:].mean()
        assert (corner < 100) == (scheme == "dark")

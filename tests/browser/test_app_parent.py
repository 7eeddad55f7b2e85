"""The detail panel shows an image in what it was cut from: outline, neighbors, mask and zoom, in a real Chromium."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagespace_core.workspace import Workspace
from tests.browser.visiting import DETAIL, WAIT_MS, query_of, visit
from tests.conftest import serving
from tests.makers.slices import left_third, save, textures
from tests.pipeline.building import quick, run, write_model

pytestmark = pytest.mark.browser

PARENT = "[data-testid=imagespace-scene]"
CYAN, WHITE, ORANGE = np.array([0, 229, 255]), np.array([255, 255, 255]), np.array([230, 159, 0])


class Parent:
    """Questions to the panel's picture of the parent."""

    def __init__(self, page: Any, row: int) -> None:
        self.page, self.row = page, row
        self.wait()

    def wait(self, more: str = "") -> None:
        selector = f"{PARENT}[data-ready=true][data-row='{self.row}']{more}"
        self.page.wait_for_selector(selector, timeout=WAIT_MS)
        self.page.locator(PARENT).scroll_into_view_if_needed()

    def place(self, x: float, y: float) -> tuple[float, float]:
        """px of the parent -> px of the window."""
        at = self.page.locator(PARENT).evaluate("(panel, [x, y]) => panel.imagespace.screen(x, y)", [x, y])
        return at["x"], at["y"]

    def colors(self, x: float, y: float) -> np.ndarray:
        """int (9, 3): what is drawn at px of the parent, and right beside it."""
        shot = np.asarray(Image.open(BytesIO(self.page.screenshot())).convert("RGB")).astype(int)
        left, top = (round(value) for value in self.place(x, y))
        return shot[top - 1 : top + 2, left - 1 : left + 2].reshape(-1, 3)

    def outlined(self, x: float, y: float, color: np.ndarray = CYAN) -> bool:
        return bool(np.abs(self.colors(x, y) - color).max(1).min() < 60)

    def scale(self) -> float:
        """CSS pixels of a px of the parent."""
        return float(self.page.locator(PARENT).get_attribute("data-scale"))

    def wait_for_scale(self, least: float, most: float) -> None:
        """Until the picture stands still at such a scale."""
        panel = self.page.locator(PARENT).element_handle()
        script = "([{ dataset: { ready, scale } }, least, most]) => ready === 'true' && scale > least && scale < most"
        self.page.wait_for_function(script, arg=[panel, least, most], timeout=WAIT_MS)

    def switch(self, name: str) -> None:
        self.page.locator(PARENT).get_by_role("switch", name=name).click()


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("slices")
    for number, texture in enumerate(textures(2, 192, 288)):
        save(root / f"in/raw/slice_{number}.png", texture // 2)
        save(root / f"in/labels/slice_{number}.png", left_third(192, 288))
    options = quick(root / "in", root / "workspaces/slices", write_model(root))
    run(options.__class__(**{**vars(options), "parameters": {"patch_size": (32,), "stride": 32}}))
    return Workspace.open(root / "workspaces/slices")


def test_a_patch_is_seen_in_its_slice_and_a_click_on_a_neighbor_opens_that(
    page: Any, slices: Workspace, tmp_path: Path
) -> None:
    row, beside, other = (
        slices.ids.index(f"raw/slice_{at}") for at in ("1.png@32,0,32", "1.png@64,32,32", "0.png@0,0,32")
    )
    with serving(slices.root.parent, tmp_path / "log.txt") as app:
        visit(page, app, "", image=slices.ids[row])
        panel = Parent(page, row)
        assert panel.outlined(32, 16)
        assert panel.outlined(64, 16)
        assert panel.outlined(48, 32)
        assert not panel.outlined(48, 16)
        assert not panel.outlined(80, 32, WHITE)

        panel.switch("Neighbors")
        panel.wait("[data-neighbors='53']")
        assert panel.outlined(80, 32, WHITE)
        page.mouse.click(*panel.place(84, 50))
        page.wait_for_selector(f"{DETAIL}[data-row='{beside}']", timeout=WAIT_MS)
        panel.row = beside
        panel.wait("[data-neighbors='53']")
        assert query_of(page)["image"] == slices.ids[beside]
        assert panel.outlined(80, 32)
        assert not panel.outlined(32, 16)

        before = panel.colors(10, 20)
        panel.switch("Mask")
        panel.wait("[data-mask=on]")
        np.testing.assert_allclose(panel.colors(10, 20), (before + ORANGE) / 2, atol=30)
        panel.switch("Mask")
        panel.wait("[data-mask=off]")

        scale = panel.scale()
        page.locator(PARENT).get_by_role("button", name="Zoom to it").click()
        panel.wait_for_scale(2 * scale, np.inf)
        assert panel.outlined(80, 32)
        page.locator(f"{PARENT} canvas").press("0")
        panel.wait_for_scale(scale - 1e-3, scale + 1e-3)

        page.locator(f"{PARENT} canvas").press("Shift+ArrowLeft")
        page.keyboard.press("Enter")
        left = slices.ids.index("raw/slice_1.png@32,32,32")
        page.wait_for_selector(f"{DETAIL}[data-row='{left}']", timeout=WAIT_MS)

        (slices.root.parents[1] / "in/raw/slice_0.png").unlink()
        visit(page, app, "", image=slices.ids[other])
        page.locator(PARENT).get_by_text("cannot be shown: it is not where it was read.").wait_for(timeout=WAIT_MS)
        assert page.locator(f"{PARENT} canvas").is_hidden()

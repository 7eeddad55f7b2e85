"""Images on the map: which are shown, where, and how many are kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.standalone import Build, Server, color_of, size_of
from tests.browser.viewing import Viewer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dims", [2, 3])
def test_sprites_appear_at_their_rows_when_zoomed_in(page: Any, server: Server, build: Build, dims: int) -> None:
    viewer = Viewer(page, server, build, dims=dims)
    page.wait_for_timeout(200)
    fit = page.evaluate("window.root().imagespace.sprites().wanted")
    row = viewer.alone(1, 20)[0]
    viewer.fly(row)
    assert page.evaluate("window.root().imagespace.sprites().wanted") != fit
    page.mouse.move(640, 700)
    page.wait_for_timeout(100)
    shot = viewer.shot()
    x, y = viewer.place(row)
    assert shot[round(y) + 4, round(x) + 4].tolist() == pytest.approx(color_of(row), abs=4)
    if dims == 2:
        rows = viewer.alone(2, 75)
        for row in rows:
            x, y = viewer.place(row)
            width, height = (side / max(size_of(row)) * 64 / 2 for side in size_of(row))
            for dx, dy in [(0, 0), (-width + 4, 0), (width - 4, 0), (0, -height + 4), (0, height - 4)]:
                assert shot[round(y + dy), round(x + dx)].tolist() == pytest.approx(color_of(row), abs=4)
    page.get_by_role("button", name="Images when zoomed in").click()
    page.wait_for_timeout(100)
    assert page.evaluate("window.root().imagespace.sprites()") == {"wanted": 0, "loaded": 0}


def test_sprites_on_the_gpu_stay_within_their_bound_and_the_least_recently_used_go(page: Any, server: Server) -> None:
    page.goto(server.url)
    result = page.evaluate("""async () => {
      const { Slots, SPRITE_BYTES } = await import("./viewer/slots.js");
      const { Gpu } = await import("./viewer/gpu.js");
      const gpu = new Gpu(document.createElement("canvas"));
      const before = gpu.bytes;
      const slots = new Slots(gpu, 1024, 1e6);
      const page = await createImageBitmap(new ImageData(1024, 1024));
      const place = { page: 0, x: 0, y: 0, width: 1024, height: 1024 };
      for (let row = 0; row < 30; row++) {
        slots.put(row, page, place);
        slots.use(0);
      }
      const rows = [...slots.slotOf.keys()].sort((a, b) => a - b);
      const distinct = new Set(slots.slotOf.values()).size;
      const bytes = gpu.bytes - before;
      gpu.destroy();
      return { rows, distinct, bytes, bound: SPRITE_BYTES, count: slots.count };
    }""")
    assert result["count"] == result["distinct"] == 16
    assert result["rows"] == [0, *range(15, 30)]
    assert result["bytes"] <= result["bound"]


def test_a_broken_sprite_page_leaves_dots_and_is_told_once(page: Any, build: Build, server: Server) -> None:
    page.route("**/atlas/0001.webp", lambda route: route.fulfill(status=200, body=b"no picture"))
    page.route("**/atlas/0002.webp", lambda route: route.fulfill(status=404))
    viewer = Viewer(page, server, build)
    viewer.update(fly={"row": 17, "nonce": 1})
    page.wait_for_timeout(600)
    state = page.evaluate("window.root().imagespace.sprites()")
    assert 0 < state["loaded"] < state["wanted"]
    assert len(viewer.events("error")) == 1

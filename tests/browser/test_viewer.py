"""The viewer by itself, in a real Chromium: what is drawn, picked and sent for, with exact rows."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.standalone import CATEGORIES, Build, Server, color_of, size_of

pytestmark = pytest.mark.browser

READY = "window.root()?.dataset.ready === 'true'"
SPRITES = "(({ wanted, loaded }) => wanted > 0 && wanted === loaded)(window.root().imagespace.sprites())"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return Build(tmp_path_factory.mktemp("build")).write()


@pytest.fixture(scope="module")
def server(build: Build) -> Iterator[Server]:
    server = Server(build.folder)
    yield server
    server.close()


class Viewer:
    """A page with the viewer mounted, and questions to it."""

    def __init__(self, page: Any, server: Server, build: Build, query: str = "", **config: object) -> None:
        self.page, self.build, self.server = page, build, server
        if not page.url.startswith(server.url):
            page.goto(server.url + query)
            page.wait_for_function("window.loaded")
        self.config = {"base": server.url + "base/", "rows": build.rows, "layout": "tsne", "dims": 2}
        self.config |= {"color": "category", "height": 560, "label": "t-SNE map", **config}
        page.evaluate("(config) => window.start(config)", self.config)
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_function(READY, timeout=20_000)

    def update(self, **change: object) -> None:
        self.page.evaluate("(change) => window.update(change)", change)
        self.ready()

    def data(self, name: str) -> str:
        return self.page.evaluate("(name) => window.root().dataset[name]", name)

    def camera(self) -> dict[str, float]:
        return self.page.evaluate("window.root().imagespace.camera")

    def screens(self) -> np.ndarray:
        """float (rows, 2): where each row is, in px of the page; NaN for a row that is nowhere."""
        code = """(n) => Array.from({ length: n }, (_, row) => {
          const at = window.root().imagespace.screen(row);
          return at ? [at.x, at.y] : [NaN, NaN];
        })"""
        return np.array(self.page.evaluate(code, self.build.rows), float)

    def place(self, row: int) -> tuple[float, float]:
        """Where a row is, in px of the window."""
        at = self.page.evaluate(
            "(row) => { const { x, y } = window.root().imagespace.screen(row); return [x - scrollX, y - scrollY]; }",
            row,
        )
        return at[0], at[1]

    def alone(self, count: int = 3, gap: float = 15) -> list[int]:
        """Rows with nothing else within `gap` px, away from the panels."""
        at = self.screens()
        away = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
        np.fill_diagonal(away, np.inf)
        inside = (at[:, 0] > 110) & (at[:, 0] < 1000) & (at[:, 1] > 60) & (at[:, 1] < 540)
        rows = np.flatnonzero(inside & (np.nan_to_num(away, nan=np.inf).min(axis=1) > gap))
        assert len(rows) >= count, f"{len(rows)} isolated rows"
        return rows[:count].tolist()

    def fly(self, row: int, nonce: int = 1) -> None:
        """Flies to a row and waits for its neighborhood's sprites."""
        self.update(fly={"row": row, "nonce": nonce})
        self.page.wait_for_function(SPRITES)
        self.page.wait_for_timeout(60)

    def shot(self) -> np.ndarray:
        """uint8 (h, w, 3) of the window."""
        return np.asarray(Image.open(BytesIO(self.page.screenshot())).convert("RGB")).astype(int)

    def events(self, name: str) -> list[Any]:
        return self.page.evaluate(
            "(name) => window.events.filter(([kind]) => kind === name).map(([, value]) => value)", name
        )

    def hover(self, row: int) -> Any:
        """Points at a row and gives its card."""
        x, y = self.place(row)
        self.page.mouse.move(x + 3, y + 3)
        self.page.mouse.move(x, y)
        card = self.page.locator(f"[data-testid=imagespace-hover][data-row='{row}']")
        card.wait_for(state="visible", timeout=5000)
        return card


@pytest.fixture
def viewer(page: Any, server: Server, build: Build) -> Viewer:
    return Viewer(page, server, build)


def mask_of(shown: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(np.packbits(shown, bitorder="little").tobytes())).decode()


def test_hooks_tell_layout_and_counts_and_rows_without_position_are_left_out(viewer: Viewer, build: Build) -> None:
    placed = int(build.placed.sum())
    assert placed == build.rows - 2
    assert [viewer.data(name) for name in ("points", "visible", "layout", "dims")] == [
        str(placed),
        str(placed),
        "tsne",
        "2",
    ]
    assert np.isnan(viewer.screens()).sum(axis=1).nonzero()[0].tolist() == list(build.lost)
    assert viewer.page.evaluate("typeof window.root().imagespace.frame()") == "number"


@pytest.mark.parametrize(("dims", "ratio"), [(2, 1), (2, 2), (3, 1), (3, 2)])
def test_pointing_at_a_row_shows_its_picture_and_a_click_reports_it(
    chromium: Any, server: Server, build: Build, dims: int, ratio: int
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 700}, device_scale_factor=ratio)
    viewer = Viewer(context.new_page(), server, build, dims=dims)
    viewer.page.evaluate("window.scrollTo(0, 13)")
    rows = viewer.alone(2)
    for row in rows:
        card = viewer.hover(row)
        assert f"photo {row}.jpg" in card.inner_text()
        code = build.arrays["columns/category"][row]
        assert f"category: {CATEGORIES[code] if code >= 0 else 'missing'}" in card.inner_text()
        mean = card.locator("canvas").evaluate("""(c) => {
          const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
          const sums = [0, 1, 2].map((k) => data.filter((_, i) => i % 4 === k).reduce((a, b) => a + b));
          return [c.width, c.height, ...sums.map((sum) => sum / (c.width * c.height))];
        }""")
        assert mean == pytest.approx([*size_of(row), *color_of(row)], abs=1.5)
        box, view = card.bounding_box(), viewer.page.locator("[data-testid=imagespace-viewer]").bounding_box()
        for start, side in (("x", "width"), ("y", "height")):
            assert view[start] <= box[start] <= view[start] + view[side] - box[side]
        viewer.page.mouse.click(*viewer.place(row))
    assert viewer.events("click") == rows
    viewer.page.mouse.move(640, 690)
    viewer.page.wait_for_timeout(100)
    assert viewer.page.locator("[data-testid=imagespace-hover]").is_hidden()
    context.close()


def test_dragging_moves_the_map_with_the_hand_and_is_no_click(viewer: Viewer) -> None:
    before = viewer.screens()
    viewer.page.mouse.move(500, 300)
    viewer.page.mouse.down()
    viewer.page.mouse.move(540, 280, steps=4)
    viewer.page.mouse.up()
    moved = viewer.screens() - before
    assert np.nanmax(np.abs(moved - [40, -20])) < 0.01
    assert viewer.events("click") == []


def test_wheel_zooms_about_the_pointer_and_does_not_scroll_the_page(viewer: Viewer) -> None:
    before, half = viewer.screens(), viewer.camera()["half"]
    viewer.page.mouse.move(450, 300)
    viewer.page.mouse.wheel(0, -300)
    viewer.page.wait_for_timeout(100)
    nearer = half / viewer.camera()["half"]
    assert nearer > 1.4
    assert np.nanmax(np.abs((viewer.screens() - [450, 300]) - nearer * (before - [450, 300]))) < 0.05
    assert viewer.page.evaluate("scrollY") == 0


def test_in_three_dimensions_a_drag_turns_and_a_right_drag_moves(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, dims=3)
    before, camera = viewer.screens(), viewer.camera()
    page.mouse.move(500, 300)
    page.mouse.down()
    page.mouse.move(580, 320, steps=4)
    page.mouse.up()
    turned = viewer.camera()
    assert min(turned["yaw"] - camera["yaw"], turned["pitch"] - camera["pitch"]) > 0.1
    assert turned["half"] == camera["half"]
    assert np.nanstd(viewer.screens() - before) > 10
    page.mouse.down(button="right")
    page.mouse.move(600, 340, steps=4)
    page.mouse.up(button="right")
    assert viewer.camera()["yaw"] == turned["yaw"]
    assert viewer.camera()["x"] != turned["x"]


def test_two_fingers_pinch_and_one_finger_moves_and_taps(chromium: Any, server: Server, build: Build) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    viewer = Viewer(page, server, build)
    cdp = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        cdp.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]},
        )

    half, before = viewer.camera()["half"], viewer.screens()
    touch("touchStart", (150, 300))
    touch("touchStart", (150, 300), (250, 300))
    for spread in (10, 30, 50):
        touch("touchMove", (150 - spread, 300), (250 + spread, 300))
    touch("touchEnd")
    assert viewer.camera()["half"] == pytest.approx(half / 2, rel=0.05)
    middle = np.array([200, 300])
    assert np.nanmax(np.abs((viewer.screens() - middle) - 2 * (before - middle))) < 30
    before = viewer.screens()
    touch("touchStart", (200, 300))
    touch("touchMove", (230, 330))
    touch("touchMove", (260, 350))
    touch("touchEnd")
    assert np.nanmedian(viewer.screens() - before, axis=0) == pytest.approx([60, 50], abs=1)
    at = viewer.screens()
    away = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    inside = (np.abs(at - [195, 300]) < [120, 180]).all(axis=1)
    row = int(np.flatnonzero(inside)[np.argmax(np.nan_to_num(away[inside], nan=np.inf).min(axis=1))])
    touch("touchStart", viewer.place(row))
    touch("touchEnd")
    page.wait_for_timeout(50)
    assert viewer.events("click") == [row]
    context.close()


def test_the_whole_map_works_by_keyboard(viewer: Viewer) -> None:
    page = viewer.page
    page.keyboard.press("Tab")
    assert page.evaluate("window.root().querySelector('canvas') === document.activeElement")
    start = viewer.camera()
    page.keyboard.press("ArrowRight")
    assert viewer.camera()["x"] > start["x"]
    page.keyboard.press("+")
    page.wait_for_timeout(80)
    assert viewer.camera()["half"] == pytest.approx(0.7 * start["half"])
    page.keyboard.press("0")
    page.wait_for_timeout(700)
    assert viewer.camera() == pytest.approx(start)
    rows = []
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
        page.wait_for_timeout(250)
        rows.append(int(page.locator(".is-ring-focus").get_attribute("data-row")))
    at = viewer.screens()[rows]
    assert at[1][0] > at[0][0]
    assert at[2][1] > at[1][1]
    assert page.locator("[data-testid=imagespace-hover]").get_attribute("data-row") == str(rows[2])
    assert f"photo {rows[2]}.jpg" in page.locator("[aria-live=polite]").inner_text()
    page.keyboard.press("Enter")
    assert viewer.events("click") == [rows[2]]
    page.keyboard.press("Escape")
    page.wait_for_timeout(50)
    assert page.locator(".is-ring-focus").count() == 0
    assert page.locator("[data-testid=imagespace-hover]").is_hidden()


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


def test_another_layout_is_glided_to_and_keeps_the_selection(viewer: Viewer) -> None:
    viewer.update(selected=17)
    start = viewer.screens()
    viewer.page.evaluate("window.update({ layout: 'pca', dims: 3 })")
    assert viewer.data("ready") == "false"
    viewer.page.wait_for_timeout(450)
    between = viewer.screens()
    viewer.ready()
    end = viewer.screens()
    assert [viewer.data("layout"), viewer.data("dims")] == ["pca", "3"]
    assert min(np.nanmean(np.abs(between - start)), np.nanmean(np.abs(between - end))) > 5
    ring = viewer.page.locator(".is-ring-selected").bounding_box()
    assert (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2) == pytest.approx(viewer.place(17), abs=1.5)
    viewer.update(layout="tsne", dims=2)
    assert np.nanmax(np.abs(viewer.screens() - start)) < 0.1


def test_a_switch_during_a_glide_starts_where_the_images_are(viewer: Viewer) -> None:
    viewer.update(dims=3)
    viewer.update(dims=2)
    viewer.page.evaluate("window.update({ layout: 'pca' })")
    viewer.page.wait_for_timeout(450)
    jump = viewer.page.evaluate("""async () => {
      const at = () => window.root().imagespace.screen(17);
      const before = at();
      window.update({ layout: "tsne", dims: 3 }); // already here, so that it starts at once
      await new Promise((go) => setTimeout(go, 0));
      return Math.hypot(at().x - before.x, at().y - before.y);
    }""")
    assert jump < 0.5
    viewer.ready()
    assert [viewer.data("layout"), viewer.data("dims")] == ["tsne", "3"]


def test_only_what_changed_is_sent_for_and_switching_back_sends_for_nothing(viewer: Viewer, server: Server) -> None:
    viewer.page.wait_for_timeout(200)
    asked = server.requests

    def sent_for(**change: object) -> list[str]:
        asked.clear()
        viewer.update(**change)
        viewer.page.wait_for_timeout(50)
        return sorted(path for path in asked if not path.endswith(".webp"))

    assert sent_for() == []
    assert sent_for(color="price") == ["base/columns/price.json", "base/columns/price.npy"]
    assert sent_for(pointSize=0.8, opacity=0.5, selected=3) == []
    assert sent_for(dims=3) == ["base/projections/tsne-3d.npy"]
    assert sent_for(dims=2, color="category") == []


def test_the_picture_comes_back_after_the_context_was_lost(viewer: Viewer) -> None:
    viewer.fly(17)
    before = viewer.shot()
    viewer.page.evaluate("""() => {
      const gl = window.root().querySelector("canvas").getContext("webgl2");
      window.lose = gl.getExtension("WEBGL_lose_context");
      window.lose.loseContext();
    }""")
    viewer.page.wait_for_timeout(100)
    assert viewer.data("ready") == "false"
    viewer.page.evaluate("window.lose.restoreContext()")
    viewer.ready()
    viewer.page.wait_for_function(SPRITES)
    viewer.page.wait_for_timeout(100)
    after = viewer.shot()
    assert (np.abs(before - after).max(axis=2) > 8).mean() < 0.001


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


def test_flying_brings_a_row_to_the_middle(viewer: Viewer) -> None:
    viewer.fly(44)
    view = viewer.page.locator("[data-testid=imagespace-viewer]").bounding_box()
    legend = viewer.page.locator(".is-legend").bounding_box()
    x, y = viewer.place(44)
    assert y == pytest.approx(view["y"] + view["height"] / 2, abs=2)
    assert x == pytest.approx((view["x"] + legend["x"]) / 2, abs=15)


def test_the_camera_is_kept_in_the_address(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, "?other=a%20b", cameraParam="camera")
    page.mouse.move(500, 300)
    page.mouse.wheel(0, -400)
    page.wait_for_function("location.search.includes('camera=tsne-2d:')")
    assert "other=a" in page.url
    camera = viewer.camera()
    page.reload()
    page.wait_for_function("window.loaded")
    viewer = Viewer(page, server, build, cameraParam="camera")
    assert viewer.camera() == pytest.approx(camera, rel=1e-3)
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_function("!location.search.includes('camera')")


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


def test_with_reduced_motion_nothing_glides(chromium: Any, server: Server, build: Build) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 700}, reduced_motion="reduce")
    viewer = Viewer(context.new_page(), server, build)
    viewer.update(dims=3)
    viewer.update(dims=2)
    move = """() => {
      window.update({ dims: 3 });
      return new Promise((go) => setTimeout(() => go(window.root().imagespace.screen(17)), 0));
    }"""
    at_once = viewer.page.evaluate(move)
    viewer.ready()
    assert viewer.page.evaluate("window.root().imagespace.screen(17)") == at_once
    context.close()


def test_destroying_leaves_nothing_behind_and_mounting_twice_leaves_one(viewer: Viewer) -> None:
    page = viewer.page
    page.evaluate("""() => {
      window.frames = 0;
      const ask = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (f) => { window.frames++; return ask(f); };
    }""")
    page.wait_for_timeout(300)
    quiet = page.evaluate("window.frames")
    page.wait_for_timeout(300)
    assert page.evaluate("window.frames") == quiet, "the loop sleeps when nothing moves"
    page.evaluate("window.start(window.config)")
    viewer.ready()
    assert page.locator("[data-testid=imagespace-viewer]").count() == 1
    page.evaluate("""() => {
      window.context = window.root().querySelector("canvas").getContext("webgl2");
      window.update({ layout: "pca" });
      window.handle.destroy();
    }""")
    page.wait_for_timeout(100)
    frames = page.evaluate("window.frames")
    page.evaluate("window.dispatchEvent(new Event('resize')); window.handle.update(window.config)")
    page.wait_for_timeout(300)
    assert page.evaluate("[window.element.childElementCount, window.frames, window.context.isContextLost()]") == [
        0,
        frames,
        True,
    ]


def test_without_webgl2_a_plain_message_stands_in_its_place(page: Any, server: Server, build: Build) -> None:
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(server.url)
    page.wait_for_function("window.loaded")
    page.evaluate("(base) => window.start({ base, rows: 3, layout: 'tsne', dims: 2 })", server.url + "base/")
    assert "WebGL2" in page.get_by_role("alert").inner_text()
    assert page.evaluate("window.events.map(([name]) => name)") == ["error"]


@pytest.mark.parametrize(("rows", "dims"), [(1, 2), (1, 3), (40, 2)])
def test_few_rows_all_at_one_place_can_be_drawn_and_picked(page: Any, tmp_path: Any, rows: int, dims: int) -> None:
    build = Build(tmp_path, rows=rows, lost=()).write()
    np.save(tmp_path / f"projections/tsne-{dims}d.npy", np.full((rows, dims), 7.5, np.float32))
    server = Server(tmp_path)
    viewer = Viewer(page, server, build, dims=dims)
    assert [viewer.data("points"), viewer.data("visible")] == [str(rows), str(rows)]
    page.mouse.click(*viewer.place(0))
    assert len(viewer.events("click")) == 1
    server.close()


def test_a_layout_without_any_position_is_empty_and_a_missing_one_is_told(page: Any, tmp_path: Any) -> None:
    build = Build(tmp_path, rows=6, lost=tuple(range(6))).write()
    server = Server(tmp_path)
    viewer = Viewer(page, server, build)
    assert [viewer.data("points"), viewer.data("visible")] == ["0", "0"]
    page.evaluate("window.update({ layout: 'umap' })")
    page.wait_for_function("window.events.some(([name]) => name === 'error')")
    assert "umap-2d.npy" in viewer.events("error")[0]
    server.close()


def test_arrays_are_read_right_however_they_arrive(page: Any, server: Server, build: Build) -> None:
    page.goto(server.url)
    sums = page.evaluate(
        """async (url) => {
      const { fetchNpy } = await import("./viewer/npy.js");
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const real = window.fetch;
      const read = async (step) => {
        window.fetch = async () => new Response(new ReadableStream({ start(control) {
          for (let i = 0; i < bytes.length; i += step) control.enqueue(bytes.slice(i, i + step));
          control.close();
        } }));
        let last = 0;
        const part = (n) => { if (n < last) throw new Error("backwards"); last = n; };
        const { data, shape } = await fetchNpy(url, { part });
        return [...shape, last, ...data];
      };
      const results = [await read(7), await read(129), await read(1e6)];
      window.fetch = real;
      return results;
    }""",
        server.url + "base/columns/price.npy",
    )
    price = build.arrays["columns/price"]
    for shape, last, *values in sums:
        assert shape == last == build.rows
        assert np.array_equal(np.array(values, np.float32), price, equal_nan=True)

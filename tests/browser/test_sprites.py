"""Images on the map: which are shown, where, how large, and how many are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.browser.standalone import Build, Server, color_of, preview_of, size_of
from tests.browser.viewing import BOARD, SPRITES, Viewer, mask_of

pytestmark = pytest.mark.browser

CENTRAL_PX = 48
KEEP_PX = {2: 60, 3: 96}


class Central:
    """Which rows stand for their region, as space/representatives.js says it: computed here anew, cell by cell.

    apart: dict of row to how far it keeps from the more important rows, in world units.
    """

    def __init__(self, raw: np.ndarray, centrality: np.ndarray, shown: np.ndarray) -> None:
        placed = np.isfinite(raw).all(axis=1)
        low, high = raw[placed].min(axis=0).astype(float), raw[placed].max(axis=0).astype(float)
        dims, half = raw.shape[1], (high - low) / 2
        world = np.zeros((len(raw), 3))
        world[:, :dims] = (np.nan_to_num(raw.astype(float)) - (low + high) / 2) / half.max()
        levels = self._levels(world[placed, :dims], half / half.max())
        rows = np.flatnonzero(placed & shown)
        rows = rows[np.lexsort((rows, -centrality[rows].astype(float)))]
        self.apart: dict[int, float] = {}
        for level in range(levels + 1):
            sides, cell = 2**level, 2 / 2**level
            at = np.clip(np.floor((world[:, :dims] + 1) / 2 * sides), 0, sides - 1).astype(int)
            _, first = np.unique(at[rows], axis=0, return_index=True)
            for row in rows[np.sort(first)]:
                if int(row) in self.apart:
                    continue
                before = np.array(list(self.apart), int)
                near = cell if len(before) else 4.0
                if len(before):
                    before = before[np.abs(at[before] - at[row]).max(axis=1) <= 1]
                    near = min([near, *np.abs(world[before] - world[row]).max(axis=1)])
                if near >= 0.5 * cell:
                    self.apart[int(row)] = near

    @staticmethod
    def _levels(world: np.ndarray, extent: np.ndarray) -> int:
        dims = len(extent)
        cell = (np.prod(2 * extent) / max(1, len(world) / 8)) ** (1 / dims)
        last = np.maximum(1, np.ceil(2 * extent / cell)) - 1
        occupied = len(np.unique(np.clip(np.floor((world + extent) / cell), 0, last), axis=0))
        spacing = (occupied * cell**dims / len(world)) ** (1 / dims)
        return int(np.clip(np.ceil(np.log2(4 / spacing)), 2, {2: 10, 3: 7}[dims]))

    def shown(self, viewer: Viewer, raw: np.ndarray) -> set[int]:
        """The rows that the present camera shows."""
        about = viewer.page.evaluate("({ ...window.root().imagespace.drawing })")
        box = viewer.page.locator("canvas.is-canvas").bounding_box()
        dims = raw.shape[1]
        matrix = np.array(about["matrix"]).reshape(4, 4).T
        rows = np.array(list(self.apart))
        clip = (
            np.column_stack([raw[rows].astype(float), np.zeros((len(rows), 3 - dims)), np.ones(len(rows))]) @ matrix.T
        )
        depth = clip[:, 3]
        x, y = clip[:, 0] / depth * box["width"] / 2, clip[:, 1] / depth * box["height"] / 2
        focal = box["height"] / 2 / np.tan(np.radians(20))
        half = CENTRAL_PX / 2 * (np.clip(about["distance"] / depth, 0.6, 1.3) if dims == 3 else 1)
        inside = (np.abs(x) < box["width"] / 2 + half) & (np.abs(y) < box["height"] / 2 + half)
        near = about["distance"] * 0.02
        kept = np.array(list(self.apart.values())) * focal >= KEEP_PX[dims] * depth
        return {int(row) for row in rows[inside & kept & (depth > near)]}


def central(viewer: Viewer) -> set[int]:
    """The rows shown that stand for their region: they are painted last."""
    viewer.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    viewer.page.wait_for_function(SPRITES)
    state = viewer.page.evaluate("({ rows: window.root().imagespace.images(), ...window.root().imagespace.sprites() })")
    assert state["loaded"] == state["wanted"] == len(state["rows"])
    return {row for row, _ in state["rows"][len(state["rows"]) - state["central"] :]}


def near(viewer: Viewer, factor: float) -> None:
    """Comes nearer about the middle."""
    viewer.page.evaluate(
        "(f) => { const i = window.root().imagespace; i.camera = { ...i.camera, half: i.camera.half / f }; }", factor
    )


def whole(viewer: Viewer) -> None:
    """Shows the whole map again."""
    viewer.page.get_by_role("button", name="Show the whole map").click()
    viewer.drawn()


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Enough rows that only some can be images."""
    return Build(tmp_path_factory.mktemp("crowd"), rows=4000).write()


@pytest.fixture(scope="session")
def crowded(crowd: Build) -> Any:
    server = Server(crowd.folder)
    yield server
    server.close()


@pytest.mark.parametrize("dims", [2, 3])
def test_the_most_central_images_of_regions_show_and_coming_nearer_only_adds(
    page: Any, crowded: Server, crowd: Build, dims: int
) -> None:
    viewer = Viewer(page, crowded, crowd, dims=dims, centrality="centrality.npy")
    raw, centrality = crowd.arrays[f"projections/tsne-{dims}d"], crowd.arrays["centrality"]
    pyramid = Central(raw, centrality, np.ones(crowd.rows, bool))
    before: set[int] = set()
    for factor in (1.8, 1.3, 1.2):
        near(viewer, factor)
        rows, expected = central(viewer), pyramid.shown(viewer, raw)
        assert rows == expected
        assert len(rows) > 10
        at = viewer.screens()
        view = page.locator("canvas.is-canvas").bounding_box()
        middle = np.array([view["x"], view["y"]]) + np.array([view["width"], view["height"]]) / 2
        still = np.all(np.abs(at - middle) < [view["width"] / 2, view["height"] / 2], axis=1)
        assert {row for row in before if still[row]} <= rows
        if dims == 2:
            places = at[list(rows)]
            away = np.abs(places[:, None] - places[None]).max(axis=2)
            assert away[~np.eye(len(rows), dtype=bool)].min() >= CENTRAL_PX, "none covers another"
        before = rows
    if dims == 2:
        page.mouse.move(640, 700)
        shot, at = viewer.shot(), viewer.screens()
        free = [row for row in before if 80 < at[row][0] < 950 and 60 < at[row][1] < 500]
        assert len(free) > 5
        for row in free:
            assert shot[round(at[row][1]), round(at[row][0])].tolist() == pytest.approx(color_of(row), abs=4)
    whole(viewer)
    assert page.evaluate("window.root().imagespace.sprites().wanted") == 0, "far out there are dots alone"


def test_where_the_most_central_image_is_hidden_the_next_one_stands_for_its_region(
    page: Any, crowded: Server, crowd: Build
) -> None:
    viewer = Viewer(page, crowded, crowd, centrality="centrality.npy")
    near(viewer, 2)
    first = central(viewer)
    shown = np.ones(crowd.rows, bool)
    shown[list(first)[::2]] = False
    viewer.update(mask=mask_of(shown))
    raw = crowd.arrays["projections/tsne-2d"]
    rows = central(viewer)
    assert rows == Central(raw, crowd.arrays["centrality"], shown).shown(viewer, raw)
    assert not rows & set(list(first)[::2])
    page.locator("button.is-entry[data-code='1']").click()
    shown &= crowd.arrays["columns/category"] != 1
    assert central(viewer) == Central(raw, crowd.arrays["centrality"], shown).shown(viewer, raw)


def test_few_rows_show_as_images_from_the_start(page: Any, server: Server, build: Build) -> None:
    shown = np.arange(build.rows) % 20 == 0
    viewer = Viewer(page, server, build, centrality="centrality.npy", mask=mask_of(shown))
    rows = central(viewer)
    raw = build.arrays["projections/tsne-2d"]
    assert rows == Central(raw, build.arrays["centrality"], shown).shown(viewer, raw) != set()


@pytest.mark.parametrize("dims", [2, 3])
def test_near_by_every_image_in_view_shows_at_its_row(page: Any, server: Server, build: Build, dims: int) -> None:
    viewer = Viewer(page, server, build, dims=dims)
    row = viewer.alone(1, 20)[0]
    viewer.fly(row)
    page.mouse.move(640, 700)
    viewer.drawn()
    shot, at = viewer.shot(), viewer.screens()
    x, y = viewer.place(row)
    assert shot[round(y) + 4, round(x) + 4].tolist() == pytest.approx(color_of(row), abs=4)
    view = page.locator("canvas.is-canvas").bounding_box()
    images = dict(page.evaluate("window.root().imagespace.images()"))
    if dims == 2:
        left, top = np.array([view["x"], view["y"]])
        inside = (at > [left, top]).all(axis=1) & (at < [left + view["width"], top + view["height"]]).all(axis=1)
        assert set(np.flatnonzero(inside)) <= set(images)
        for row in viewer.alone(2, 75):
            x, y = viewer.place(row)
            width, height = (side / max(size_of(row)) * images[row] / 2 for side in size_of(row))
            for dx, dy in [(0, 0), (-width + 4, 0), (width - 4, 0), (0, -height + 4), (0, height - 4)]:
                assert shot[round(y + dy), round(x + dx)].tolist() == pytest.approx(color_of(row), abs=4)
    whole(viewer)
    assert page.evaluate("window.root().imagespace.sprites().wanted") == 0
    viewer.fly(row, nonce=2)
    page.get_by_role("button", name="Layers").click()
    page.get_by_label("Images when zoomed in").click()
    page.wait_for_function("Object.values(window.root().imagespace.sprites()).every((count) => count === 0)")


def test_images_of_another_layout_come_along_while_layouts_glide(page: Any, server: Server, build: Build) -> None:
    viewer = Viewer(page, server, build, **BOARD)
    page.wait_for_function(SPRITES)
    sides = dict(page.evaluate("window.root().imagespace.images()"))
    assert len(sides) == build.placed.sum()
    # Once its rows are here, the way to the other map and back, caught half-way.
    viewer.update(layout="tsne", positions=None, guides=None)
    assert page.evaluate("window.root().imagespace.images().length") == 0
    seen = page.evaluate(
        """async (change) => {
          const seen = [], { root } = window;
          for (window.update(change); root().dataset.ready === "false"; await new Promise(requestAnimationFrame)) {
            seen.push(root().imagespace.images());
          }
          return seen;
        }""",
        BOARD,
    )
    assert any(0 < np.mean([px for _, px in images]) < np.mean(list(sides.values())) for images in seen if images)
    page.wait_for_function(SPRITES)
    assert dict(page.evaluate("window.root().imagespace.images()")) == pytest.approx(sides)


def test_the_largest_images_become_previews_within_their_bound_and_a_missing_one_stays_a_sprite(
    page: Any, server: Server, build: Build
) -> None:
    viewer = Viewer(page, server, build, **BOARD)
    page.wait_for_function(SPRITES)
    view = page.locator("canvas.is-canvas").bounding_box()
    middle = [(view["x"] + page.locator(".is-legend").bounding_box()["x"] - 2) / 2, view["y"] + view["height"] / 2]
    row = int(np.nanargmin(np.hypot(*(viewer.screens() - middle).T)))
    page.route(f"**/image/{row}?*", lambda route: route.fulfill(status=404))
    page.mouse.move(640, 700)
    viewer.listen()
    near(viewer, 3.5)
    viewer.drawn()
    assert not [path for path in viewer.requested() if path.startswith("image/")], "sprites are large enough yet"
    near(viewer, 2)
    page.wait_for_function("window.root().imagespace.sprites().previews === 15 && window.answered.length >= 16")
    near(viewer, 1)
    viewer.drawn()
    loaded = sorted(int(path.removeprefix("image/")) for path in viewer.requested())
    assert len(set(loaded)) == len(loaded) == 16, "each is asked for once"
    assert row in loaded
    at = viewer.screens()
    away = np.hypot(*(at - middle).T)
    inside = (np.abs(at - middle) < np.array(middle) - [view["x"], view["y"]]).all(axis=1)
    others = np.setdiff1d(np.flatnonzero(inside), loaded)
    assert away[loaded].max() <= away[others].min() + 2, "those nearest the middle"
    shot = viewer.shot()
    free = [other for other in loaded if 120 < at[other][0] < 900 and 60 < at[other][1] < 500]
    assert row in free
    assert len(free) > 5
    for other in free:
        x, y = viewer.place(other)
        color = color_of(row) if other == row else preview_of(other)
        assert shot[round(y) + 9, round(x) + 9].tolist() == pytest.approx(color, abs=4)


def test_previews_keep_the_latest_sixteen_ask_for_four_at_a_time_and_give_up_those_out_of_view(
    page: Any, server: Server
) -> None:
    page.goto(server.url)
    result = page.evaluate("""async () => {
      const { LargePictures, MOST_LARGE_PICTURES } = await import("./viewer/draw/large_pictures.js");
      const { Gpu } = await import("./viewer/draw/gpu.js");
      const { WorkspaceFiles } = await import("./viewer/data/workspace_files.js");
      const gpu = new Gpu(document.createElement("canvas"));
      let running = 0, most = 0;
      const aborted = [];
      const real = window.fetch;
      window.fetch = async (url, options) => {
        most = Math.max(most, ++running);
        options.signal.addEventListener("abort", () => aborted.push(Number(/(\\d+)\\?/.exec(url)[1])));
        try { return await real(url, options); } finally { running--; }
      };
      const bytes = gpu.bytes;
      const previews = new LargePictures(gpu, new WorkspaceFiles("base/", 600), () => {});
      const until = async (ready) => { while (!ready()) await new Promise(requestAnimationFrame); };
      const rows = (from, count) => Array.from({ length: count }, (_, i) => from + i);
      const fill = (wanted) => until(() => {
        previews.want(wanted);
        return wanted.every((row) => previews.kept.has(row));
      });
      await fill(rows(0, 16));
      previews.use(3);
      await fill(rows(16, 15));
      const kept = [...previews.kept.keys()].sort((a, b) => a - b);
      const distinct = new Set(previews.kept.values().map(({ slot }) => slot)).size;
      previews.want(rows(100, 30));
      const started = [...previews.running.keys()];
      previews.want([101]);
      const left = [...previews.running.keys()];
      await until(() => previews.kept.has(101));
      previews.destroy();
      const size = gpu.bytes - bytes;
      gpu.destroy();
      window.fetch = real;
      return { kept, distinct, most, started, left, aborted, size, bound: MOST_LARGE_PICTURES };
    }""")
    assert result["bound"] == result["distinct"] == 16
    assert result["kept"] == [3, *range(16, 31)]
    assert result["most"] == 4
    assert result["started"] == [100, 101, 102, 103]
    assert result["left"] == [101]
    assert result["aborted"] == [100, 102, 103]
    assert result["size"] <= 22 * 2**20


def test_sprites_on_the_gpu_stay_within_their_bound_and_the_least_recently_used_go(page: Any, server: Server) -> None:
    page.goto(server.url)
    result = page.evaluate("""async () => {
      const { SpriteTexture, SPRITE_BYTES } = await import("./viewer/draw/sprite_texture.js");
      const { Gpu } = await import("./viewer/draw/gpu.js");
      const gpu = new Gpu(document.createElement("canvas"));
      const before = gpu.bytes;
      const texture = new SpriteTexture(gpu, 1024, 1e6);
      const page = await createImageBitmap(new ImageData(1024, 1024));
      const place = { page: 0, x: 0, y: 0, width: 1024, height: 1024 };
      for (let row = 0; row < 30; row++) {
        texture.put(row, page, place);
        texture.use(0);
      }
      const rows = [...texture.slots.keys()].sort((a, b) => a - b);
      const distinct = new Set(texture.slots.values()).size;
      const bytes = gpu.bytes - before;
      gpu.destroy();
      return { rows, distinct, bytes, bound: SPRITE_BYTES, count: texture.count };
    }""")
    assert result["count"] == result["distinct"] == 16
    assert result["rows"] == [0, *range(15, 30)]
    assert result["bytes"] <= result["bound"]


def test_a_broken_sprite_page_leaves_placeholders_in_the_rows_color_and_is_told_once(
    page: Any, build: Build, server: Server
) -> None:
    page.route("**/atlas/0001.webp", lambda route: route.fulfill(status=200, body=b"no picture"))
    page.route("**/atlas/0002.webp", lambda route: route.fulfill(status=404))
    viewer = Viewer(page, server, build, color="tint", **BOARD)
    pages = build.arrays["atlas/cells"] // 64
    broken = np.isin(pages, [1, 2]) & build.placed
    page.wait_for_function(f"window.root().imagespace.sprites().loaded === {(build.placed & ~broken).sum()}")
    page.wait_for_function(f"window.root().imagespace.images().length === {build.placed.sum()}")
    viewer.drawn()
    state = page.evaluate("window.root().imagespace.sprites()")
    assert (state["wanted"], state["loaded"]) == (build.placed.sum(), (build.placed & ~broken).sum())
    assert len(page.evaluate("window.root().imagespace.images()")) == build.placed.sum()
    shot, at = viewer.shot(), viewer.screens()
    free = [row for row in np.flatnonzero(broken) if 150 < at[row][0] < 900 and 100 < at[row][1] < 350]
    for row in free[:20]:
        faded = 0.45 * np.array(color_of(int(row))) + 0.55 * 255
        assert shot[round(at[row][1]), round(at[row][0])] == pytest.approx(faded, abs=8)
    assert len(viewer.events("error")) == 1

"""Questions of the browser tests to a mounted viewer."""

from __future__ import annotations

import base64
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from tests.browser.standalone import Build, Server

FRAMES = "async (count) => { while (count--) await new Promise(requestAnimationFrame); }"
LISTEN = """() => {
  const fetch = (window.plainFetch ??= window.fetch);
  Object.assign(window, { requested: [], answered: [] });
  window.fetch = (url, ...more) => {
    window.requested.push(String(url));
    return fetch(url, ...more).finally(() => window.answered.push(String(url)));
  };
}"""
READY = "window.root()?.dataset.ready === 'true'"
SPRITES = "(({ wanted, loaded }) => wanted > 0 && wanted === loaded)(window.root().imagespace.sprites())"

BOARD = {"layout": "board", "positions": "layouts/board.npy", "guides": "layouts/board.json"}
RING = {"layout": "ring", "dims": 3, "positions": "layouts/ring.npy", "guides": "layouts/ring.json"}


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

    def drawn(self) -> None:
        """Waits until all that was asked for up to now is on the screen."""
        self.frames(2)
        self.ready()

    def frames(self, count: int) -> None:
        """Waits for so many frames of the page: the first draws what was asked for before."""
        self.page.evaluate(FRAMES, count)

    def listen(self) -> None:
        """From here on `requested` knows every request that the viewer makes, at once."""
        self.page.evaluate(LISTEN)

    def requested(self) -> list[str]:
        """The paths below the base that were asked for since `listen`."""
        urls = self.page.evaluate("window.requested")
        return [url.removeprefix(self.config["base"]).split("?")[0] for url in urls]

    def zoomed(self, half: float) -> None:
        """Waits until the camera is nearer than at this half height of its view, and that is drawn."""
        self.page.wait_for_function("(half) => window.root().imagespace.camera.half < half", arg=half)
        self.drawn()

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
        self.drawn()

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


def mask_of(shown: np.ndarray) -> str:
    """The URL of a set of rows, as a mask or a selection takes it."""
    return (
        "data:application/octet-stream;base64,"
        + base64.b64encode(zlib.compress(np.packbits(shown, bitorder="little").tobytes())).decode()
    )

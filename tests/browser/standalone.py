"""The viewer without Streamlit: a synthetic build on disk, and a small server with a page that mounts it."""

from __future__ import annotations

import json
import math
import re
import threading
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from imagespace_core import viewer
from imagespace_core.viewer.contract import NAMES_PER_FILE

CELL, COLUMNS = 32, 8
PER_PAGE = COLUMNS * COLUMNS
CATEGORIES = ["Apple", "Banana", "Carrot", "Date", "Elderberry"]

PAGE = """<!doctype html><meta charset="utf-8"><title>viewer</title>
<style>body { margin: 0; padding: 20px; min-height: 1400px }</style>
<div id="host"></div>
<script type="module">
  import { mount } from "./viewer/index.js";
  const host = document.getElementById("host");
  const root = new URLSearchParams(location.search).has("shadow") ? host.attachShadow({ mode: "open" }) : host;
  window.events = [];
  const hear = (name) => (value) => window.events.push([name, value]);
  window.start = (config) => {
    window.element ??= root.appendChild(document.createElement("div"));
    window.config = config;
    const events = Object.fromEntries(["click", "cluster", "hide", "select", "error"].map((name) => [name, hear(name)]));
    window.handle = mount(window.element, config, events);
  };
  window.update = (change) => window.handle.update((window.config = { ...window.config, ...change }));
  window.root = () => window.element.querySelector("[data-testid=imagespace-viewer]");
  window.loaded = true;
</script>
"""  # noqa: E501


def color_of(row: int) -> tuple[int, int, int]:
    """The plain color of a row's sprite."""
    return 30 + row * 67 % 200, 30 + row * 29 % 200, 30 + row * 113 % 200


def preview_of(row: int) -> tuple[int, int, int]:
    """The plain color of a row's large picture: another one than its sprite's."""
    return 255 - color_of(row)[0], color_of(row)[2], color_of(row)[1]


def size_of(row: int) -> tuple[int, int]:
    """Width and height of a row's sprite: wide, tall and square ones in turn."""
    return [(CELL, CELL), (CELL, CELL * 3 // 4), (CELL * 3 // 4, CELL)][row % 3]


@dataclass
class Build:
    """A synthetic build: clustered positions, one column of each kind, names and sprites.

    lost: rows that have NaN for a position in every layout.
    """

    folder: Path
    rows: int = 600
    seed: int = 7
    lost: tuple[int, ...] = (5, 123)
    sprites: bool = True
    layouts: tuple[str, ...] = ("tsne", "pca")
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    def write(self) -> Build:
        """Writes all files that the viewer's contract names."""
        random = np.random.default_rng(self.seed)
        for name in ("projections", "columns", "names", "atlas"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        group = random.integers(0, 12, self.rows)
        for layout in self.layouts:
            for dims in (2, 3):
                centers = random.normal(size=(12, dims)) * 20
                spread = random.uniform(1.5, 5, (12, 1))[group]
                positions = (centers[group] + random.normal(size=(self.rows, dims)) * spread).astype(np.float32)
                positions[list(self.lost)] = np.nan
                self._save(f"projections/{layout}-{dims}d", positions)
        codes = random.integers(0, len(CATEGORIES), self.rows).astype(np.int32)
        codes[:7] = -1
        self.column("category", "category", codes, values=CATEGORIES)
        noise = np.where(random.random(self.rows) < 0.1, -1, group).astype(np.int32)
        self.column("cluster", "cluster", noise, values=[f"Cluster {i}" for i in range(12)])
        many = random.integers(0, 300, self.rows).astype(np.int32)
        self.column("species", "category", many, values=[f"Species {i:03}" for i in range(300)])
        price = random.lognormal(3, 0.5, self.rows).astype(np.float32)
        price[3:4] = np.nan
        low, high = np.nanpercentile(price, [2, 98])
        self.column("price", "number", price, low=float(low), high=float(high))
        self.column("taken", "date", random.uniform(1.2e9, 1.7e9, self.rows))
        self.column(
            "tint",
            "color",
            np.array([color_of(row) for row in range(self.rows)], np.uint8)
            if self.sprites
            else np.zeros((self.rows, 3), np.uint8),
        )
        for page in range(math.ceil(self.rows / NAMES_PER_FILE)):
            rows = range(page * NAMES_PER_FILE, min(self.rows, (page + 1) * NAMES_PER_FILE))
            self._json(f"names/{page}", [f"shelf/photo {row}.jpg" for row in rows])
        if self.sprites:
            self._atlas(random)
        self._save("centrality", random.permutation(self.rows).astype(np.float32) / self.rows)
        self._board()
        self._ring()
        return self

    def _board(self) -> None:
        """All rows but the lost ones side by side in cells of 1 x 1, with headings, an axis each way and an outline."""
        (self.folder / "layouts").mkdir(exist_ok=True)
        placed = np.setdiff1d(np.arange(self.rows), self.lost)
        columns = max(1, math.isqrt(2 * len(placed)))
        y, x = np.divmod(np.arange(len(placed)), columns)
        positions = np.full((self.rows, 2), np.nan, np.float32)
        positions[placed] = np.stack([x, -y], 1)
        left, right, top, bottom = -0.5, columns - 0.5, 0.5, -len(placed) // columns - 0.5
        headings = [
            {"text": "Left half", "count": 300, "at": [columns / 4, 2], "align": "center", "level": 0, "width": 9},
            {"text": "Right half", "count": 200, "at": [columns * 3 / 4, 2], "align": "center", "level": 0, "width": 9},
            *(
                {"text": f"Column {i}", "count": 50 - i, "at": [i, 1], "align": "center", "level": 1, "width": 1}
                for i in range(columns)
            ),
        ]
        axes = [
            {"axis": "x", "title": "across", "ticks": [{"at": float(i), "text": f"{i} E"} for i in range(columns)]},
            {
                "axis": "y",
                "title": "down",
                "ticks": [{"at": -float(i), "text": f"{i} S"} for i in range(int(y.max(initial=0)) + 1)],
            },
        ]
        outline = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
        self._layout("board", positions, cell=1.0, headings=headings, axes=axes, lines=[outline])

    def _ring(self) -> None:
        """All rows but the lost ones around a vertical axis, with a heading before and one behind."""
        turn = 2 * np.pi * np.arange(self.rows) / self.rows
        level = np.arange(self.rows) % 5
        positions = np.stack([3 * np.sin(turn), level / 2, 3 * np.cos(turn)], 1).astype(np.float32)
        positions[list(self.lost)] = np.nan
        headings = [
            {"text": name, "count": self.rows // 2, "at": [0, 3, z], "align": "center", "level": 0}
            for name, z in (("Front", 3), ("Back", -3))
        ]
        notes = [f"{len(self.lost)} images have no turn."]
        self._layout("ring", positions, cell=None, headings=headings, axes=[], lines=[], notes=notes)

    def _layout(self, name: str, positions: np.ndarray, **guides: object) -> None:
        self._save(f"layouts/{name}", positions)
        about = {
            "name": name,
            "title": name.title(),
            "dims": positions.shape[1],
            "missing": len(self.lost),
            "notes": [],
        }
        self._json(f"layouts/{name}", about | guides)

    def _atlas(self, random: np.random.Generator) -> None:
        cells = random.permutation(self.rows).astype(np.int32)
        pages = math.ceil(self.rows / PER_PAGE)
        side = COLUMNS * CELL
        for page in range(pages):
            image = np.zeros((side, side, 3), np.uint8)
            for row in np.flatnonzero(cells // PER_PAGE == page):
                y, x = divmod(int(cells[row]) % PER_PAGE, COLUMNS)
                image[y * CELL : (y + 1) * CELL, x * CELL : (x + 1) * CELL] = color_of(int(row))
            Image.fromarray(image).save(self.folder / f"atlas/{page:04}.webp", lossless=True)
        self._save("atlas/cells", cells)
        self._save("atlas/sizes", np.array([size_of(row) for row in range(self.rows)], np.uint8))
        self._json(
            "atlas",
            {"cell": CELL, "page": side, "columns": COLUMNS, "per_page": PER_PAGE, "pages": pages, "rows": self.rows},
        )

    def column(self, slug: str, kind: str, data: np.ndarray, **about: object) -> None:
        """Writes a column with what the viewer has to know about it."""
        self._save(f"columns/{slug}", data)
        about |= {"name": slug, "slug": slug, "kind": kind}
        if "values" in about:
            about["counts"] = np.bincount(data[data >= 0]).tolist()
            about["missing"] = int((data < 0).sum())
        elif kind != "color":
            low, high = float(np.nanmin(data)), float(np.nanmax(data))
            ends = {"min": low, "max": high, "low": low, "high": high}
            about = ends | about | {"missing": int(np.isnan(data).sum())}
        else:
            about["missing"] = 0
        self._json(f"columns/{slug}", about)

    def _save(self, name: str, array: np.ndarray) -> None:
        self.arrays[name] = array
        np.save(self.folder / f"{name}.npy", array)

    def _json(self, name: str, value: object) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")

    @cached_property
    def placed(self) -> np.ndarray:
        """bool (rows,): which rows have a position."""
        return np.isfinite(self.arrays[f"projections/{self.layouts[0]}-2d"].sum(axis=1))


def _picture(row: int) -> bytes:
    """PNG of a row's large picture, twelve times the size of its sprite."""
    width, height = size_of(row)
    file = BytesIO()
    Image.new("RGB", (12 * width, 12 * height), preview_of(row)).save(file, "PNG")
    return file.getvalue()


class Server:
    """Serves a build under /base/, the viewer under /viewer/ and the page at /; `requests` lists what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[str] = []
        log = self.requests

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                name = self.path.split("?")[0].lstrip("/")
                log.append(name)
                picture = re.fullmatch(r"base/image/(\d+)", name)
                if picture and (folder / "atlas.json").exists():
                    return self._answer(_picture(int(picture[1])), "image/png")
                if name in {"", "favicon.ico"}:
                    return self._answer(PAGE.encode(), "text/html; charset=utf-8")
                top, _, rest = name.partition("/")
                file = viewer.path(rest) if top == "viewer" and rest in viewer.FILES else folder / rest
                if top not in {"viewer", "base"} or not file.is_file():
                    return self._answer(b"not found", "text/plain", 404)
                kinds = {
                    ".js": "text/javascript",
                    ".css": "text/css",
                    ".json": "application/json",
                    ".webp": "image/webp",
                }
                return self._answer(file.read_bytes(), kinds.get(file.suffix, "application/octet-stream"))

            def _answer(self, body: bytes, kind: str, status: int = 200) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keeps quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stops answering."""
        self.http.shutdown()
        self.http.server_close()

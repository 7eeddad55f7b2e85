"""Writes small pyramids of map tiles whose content can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

Z, X, Y = 17, 68_989, 45_981
"""The north-western tile of what `write_tiles` writes."""
COLORS = {"roads": (200, 30, 30), "water": (20, 60, 220), "woods": (10, 120, 40)}
SIDE = 16


def tile(color: tuple[int, int, int], rows: int, side: int = SIDE) -> np.ndarray:
    """uint8 (side, side, 3): white paper whose first `rows` rows are inked."""
    pixels = np.full((side, side, 3), 255, np.uint8)
    pixels[:rows] = color
    return pixels


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_tiles(root: Path, across: int = 4, down: int = 4, layers: Iterable[str] = COLORS) -> Path:
    """<layer>/17/<x>/<y>.png: roads have 8 inked rows everywhere, water as many as the tile's column from the west,
    woods as many as its row from the north."""
    for x in range(across):
        for y in range(down):
            inked: Mapping[str, int] = {"roads": 8, "water": x, "woods": y}
            for layer in layers:
                save(root / f"{layer}/{Z}/{X + x}/{Y + y}.png", tile(COLORS[layer], inked[layer]))
    return root


def drawn_map(across: int, down: int, seed: int = 0) -> np.ndarray:
    """uint8 (down * SIDE, across * SIDE, 3): hills in gray that go on from a tile into the next."""
    from scipy.ndimage import gaussian_filter

    noise = np.random.default_rng(seed).normal(size=(down * SIDE, across * SIDE))
    hills = gaussian_filter(noise, SIDE / 2)
    gray = np.interp(hills, (hills.min(), hills.max()), (20, 230)).astype(np.uint8)
    return np.repeat(gray[..., None], 3, axis=2)


def stored(scheme: str, x: int, y: int, z: int = Z) -> str:
    """Where a tile of the map lies below its layer, by a scheme."""
    return {"xyz": f"{z}/{x}/{y}", "tms": f"{z}/{x}/{(1 << z) - 1 - y}", "zyx": f"{z}/{y}/{x}"}[scheme]


def write_map(layer: Path, scheme: str = "xyz", pixels: np.ndarray | None = None, ending: str = ".png") -> Path:
    """A map cut into tiles, <layer>/17/..., the north-western one at X, Y."""
    pixels = drawn_map(10, 8) if pixels is None else pixels
    for x in range(pixels.shape[1] // SIDE):
        for y in range(pixels.shape[0] // SIDE):
            part = pixels[y * SIDE : (y + 1) * SIDE, x * SIDE : (x + 1) * SIDE]
            save(layer / f"{stored(scheme, X + x, Y + y)}{ending}", part)
    return layer


def write_mbtiles(path: Path, tiles: Mapping[tuple[object, object, object], object], **metadata: str) -> Path:
    """An MBTiles file. tiles: what is stored, by zoom, column and row as the file counts them."""
    import sqlite3
    from contextlib import closing

    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
        )
        database.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        database.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(*at, data) for at, data in tiles.items()])
    return path


def png(pixels: np.ndarray) -> bytes:
    import io

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()

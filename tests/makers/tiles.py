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

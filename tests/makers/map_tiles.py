"""Writes small map tiles in layers, which get lighter from west to east."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

FIRST = (17, 100, 200)


def write_tiles(root: Path, layers: Sequence[str], across: int = 14, down: int = 4, side: int = 32) -> Path:
    """`across` x `down` tiles at zoom 17, gray with a little noise: the darker, the farther west."""
    rng = np.random.default_rng(0)
    zoom, left, top = FIRST
    for layer in layers:
        for x in range(across):
            folder = root / layer / str(zoom) / str(left + x)
            folder.mkdir(parents=True)
            for y in range(down):
                gray = 20 + 200 * x // across + rng.integers(0, 16, (side, side))
                Image.fromarray(gray.astype(np.uint8)).save(folder / f"{top + y}.png")
    return root

"""Writes small microscopy data sets whose overlaps can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image


def save(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


def save_stack(path: Path, pages: Sequence[np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = (Image.fromarray(page) for page in pages)
    first.save(path, save_all=True, append_images=others)


def textures(count: int, height: int = 64, width: int = 96, seed: int = 0) -> list[np.ndarray]:
    """Gray noise, uint8 (h, w)."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (height, width), np.uint8) for _ in range(count)]


def left_third(height: int = 64, width: int = 96, inside: int = 255, outside: int = 0) -> np.ndarray:
    """A label whose left third (32 of 96 px) is `inside`."""
    label = np.full((height, width), outside, np.uint8)
    label[:, : width // 3] = inside
    return label


def write_slices(root: Path, count: int = 3) -> Path:
    """raw/ and labels/ with PNG slices of 96 x 64 px, the left third of each marked."""
    for number, texture in enumerate(textures(count)):
        save(root / f"raw/slice_{number}.png", texture)
        save(root / f"labels/slice_{number}.png", left_third())
    return root

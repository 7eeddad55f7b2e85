"""Where square patches lie in a slice, and cutting pixels out of it."""

from __future__ import annotations

import re

import numpy as np

from imagespace_core.images.fitted import fitted
from imagespace_core.sources import Ring

_KEY = re.compile(r"(?P<parent>.+)@(?P<left>\d{1,7}),(?P<top>\d{1,7}),(?P<side>\d{1,7})", re.DOTALL)
Box = tuple[int, int, int]
"""(left, top, side) in px of the slice."""


def starts(length: int, side: int, stride: int) -> list[int]:
    """Where patches begin along one side; the last lies flush with the edge.

    >>> starts(200, 80, 50), starts(80, 80, 40), starts(79, 80, 40)
    ([0, 50, 100, 120], [0], [])
    """
    if length < side:
        return []
    return sorted({*range(0, length - side + 1, stride), length - side})


def cut(pixels: np.ndarray, box: Box) -> np.ndarray:
    """(h, w, ...) -> (side, side, ...), a view."""
    left, top, side = box
    return pixels[top : top + side, left : left + side]


def patch_key(parent: str, box: Box) -> str:
    """The key of a patch of the slice `parent`.

    >>> patch_key("raw/a.png", (40, 0, 80)), parse_patch_key("raw/a.png@40,0,80")
    ('raw/a.png@40,0,80', ('raw/a.png', (40, 0, 80)))
    """
    return f"{parent}@{box[0]},{box[1]},{box[2]}"


def parse_patch_key(key: str) -> tuple[str, Box] | None:
    """The slice's name and the patch's place; None where the key is none of a patch."""
    found = _KEY.fullmatch(key)
    if not found:
        return None
    return found["parent"], (int(found["left"]), int(found["top"]), int(found["side"]))


def square(left: int, top: int, side: int) -> Ring:
    """The outline of a patch, closed."""
    right, bottom = left + side, top + side
    return ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))


def cut_window(pixels: np.ndarray, window: tuple[float, float, float, float] | None) -> np.ndarray:
    """The part of (h, w, ...) inside (left, top, right, bottom) px, at least one pixel of it; None: all."""
    if window is None:
        return pixels
    height, width = pixels.shape[:2]
    left, top = (
        int(np.clip(np.floor(value), 0, size - 1)) for value, size in zip(window[:2], (width, height), strict=True)
    )
    right, bottom = (int(np.ceil(value)) for value in window[2:])
    return pixels[top : max(bottom, top + 1), left : max(right, left + 1)]


def as_rgb(pixels: np.ndarray, max_side: int) -> np.ndarray:
    """uint8 (h, w, 1 | 3) -> RGB (h, w, 3), reduced where it is larger than `max_side`."""
    return fitted(pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, 2), max_side)

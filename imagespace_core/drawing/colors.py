"""The colors of a column, as the viewer gives them in light: categories, scales, and gray where there is no value.

`viewer/palette.js` is the list of both: a module for the browser, and JSON behind its `export default`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

_FILE = Path(__file__).parents[1] / "viewer/palette.js"
_PALETTE = json.loads(_FILE.read_text("utf-8").partition("export default ")[2].rstrip("; \n"))


def rgb(color: str) -> tuple[int, int, int]:
    """`#rgb` or `#rrggbb` -> 0 to 255 each.

    >>> rgb("#08f"), rgb("#0072b2")
    ((0, 136, 255), (0, 114, 178))
    """
    digits = color.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


NEUTRAL = rgb(_PALETTE["neutral"]["light"])
"""Noise and missing values."""
CODED = ("category", "cluster", "list")
"""Kinds of columns whose array holds codes of values; of a list, of the value of each row that most rows have."""


def colors_of(
    kind: str | None,
    values: np.ndarray | None,
    rows: int,
    limits: tuple[float, float],
    palette: tuple[str, ...] = (),
) -> np.ndarray:
    """uint8 (rows, 3): the colors of a column as `workspace.columns` encodes it; gray where there is no value.

    limits: lowest and highest value of a scale. palette: hexadecimal colors that categories get first.
    """
    colors = np.full((rows, 3), NEUTRAL, np.uint8)
    if values is None or kind is None:
        return colors
    if kind == "color":
        return np.asarray(values)
    if kind in CODED:
        known = values >= 0
        colors[known] = categorical(int(values.max(initial=-1)) + 1, palette)[values[known]]
        return colors
    known = np.isfinite(values)
    low, high = limits
    colors[known] = scale((values[known] - low) / ((high - low) or 1))
    return colors


def scale(shares: np.ndarray) -> np.ndarray:
    """Places on the continuous scale, cut off at 0 and 1 -> float64 (..., 3) from 0 to 255."""
    stops = np.array([rgb(color) for color in _PALETTE["scale"]["stops"]], np.float64)
    first, last = _PALETTE["scale"]["light"]  # the rest of the scale is too near to white
    at = (first + (last - first) * np.clip(shares, 0, 1)) * (len(stops) - 1)
    return np.stack([np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)], axis=-1)


def categorical(count: int, palette: Sequence[str] = ()) -> np.ndarray:
    """uint8 (count, 3): always the same colors in the same order, first the palette's.

    More are made up in OKLab (B. Ottosson, 2020).
    """
    return _categorical(count, tuple(palette))


@lru_cache(maxsize=16)
def _categorical(count: int, palette: tuple[str, ...]) -> np.ndarray:
    first, rest = (
        np.array([rgb(color) for color in colors], np.uint8).reshape(-1, 3)
        for colors in (palette, _PALETTE["categories"]["light"])
    )
    away = np.linalg.norm(rest[:, None].astype(float) - first, axis=2).min(axis=1, initial=np.inf)
    known = np.vstack([first, rest[away >= _PALETTE["near"]]])[:count]
    low, high = _PALETTE["lightness"]["light"]
    i = np.arange(len(known), count)
    # The golden angle: any run of neighbors is spread around the wheel.
    angle, lightness = i * 2.399963, low + (high - low) * ((i * 0.618034) % 1)
    chroma = 0.07 + 0.09 * ((i * 0.754878) % 1)
    return np.vstack([known, _from_oklab(np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], 1))])


_TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.808675766]]
)  # fmt: skip


def _from_oklab(lab: np.ndarray) -> np.ndarray:
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    share = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)

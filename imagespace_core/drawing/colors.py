"""The colors of a column, as the viewer gives them in light: categories, scales, and gray where there is no value.

`viewer/core/colors.js` is the same for the browser; a change there belongs here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

NEUTRAL = (163, 168, 176)
"""Noise and missing values."""
OKABE_ITO = ("#0072b2", "#e08a00", "#009e73", "#c8609e", "#d55e00", "#4aa8dd", "#a08c00", "#7a5cc0")
"""After M. Okabe and K. Ito, "Color universal design", 2008, darkened where they would vanish on white."""
_SCALE = (
    "#3b1f6b", "#44398a", "#3d569b", "#31719f", "#278a9c", "#26a38f", "#4cba77", "#8ccd58", "#cddb43", "#f8e750",
)  # fmt: skip
_SCALE_END = 0.94  # the rest of the scale is too near to white
_PICKED = 96
_LIGHTNESS = (0.4, 0.74)
_TIE = 1e-9


def rgb(color: str) -> tuple[int, int, int]:
    """`#rgb` or `#rrggbb` -> 0 to 255 each.

    >>> rgb("#08f"), rgb("#0072b2")
    ((0, 136, 255), (0, 114, 178))
    """
    digits = color.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


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
    if kind in ("category", "cluster"):
        known = values >= 0
        colors[known] = categorical(int(values.max(initial=-1)) + 1, palette)[values[known]]
        return colors
    known = np.isfinite(values)
    low, high = limits
    colors[known] = scale((values[known] - low) / ((high - low) or 1))
    return colors


def scale(shares: np.ndarray) -> np.ndarray:
    """Places on the continuous scale, cut off at 0 and 1 -> float64 (..., 3) from 0 to 255."""
    stops = np.array([rgb(color) for color in _SCALE], np.float64)
    at = np.clip(shares, 0, 1) * _SCALE_END * (len(stops) - 1)
    return np.stack([np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)], axis=-1)


def categorical(count: int, palette: Sequence[str] = ()) -> np.ndarray:
    """uint8 (count, 3): always the same colors in the same order, first the palette's, by default OKABE_ITO.

    More are picked in OKLab (B. Ottosson, 2020) as far from all before as possible.
    """
    return _categorical(count, tuple(palette))


@lru_cache(maxsize=16)
def _categorical(count: int, palette: tuple[str, ...]) -> np.ndarray:
    given = np.array([rgb(color) for color in palette or OKABE_ITO], np.uint8)[:count]
    if len(given) == count:
        return given
    candidates = _candidates()
    away = np.full(len(candidates), np.inf)
    weight = np.array([1.2, 1, 1])

    def mark(lab: np.ndarray) -> None:
        np.minimum(away, np.linalg.norm((candidates - lab) * weight, axis=1), out=away)

    for lab in _to_oklab(np.vstack([np.array([NEUTRAL]), given])):
        mark(lab)
    picked = []
    while len(given) + len(picked) < min(count, _PICKED):
        best = 0
        for i, distance in enumerate(away.tolist()):
            best = i if distance > away[best] + _TIE else best
        picked.append(candidates[best])
        mark(candidates[best])
    low, high = _LIGHTNESS
    for i in range(len(given) + len(picked), count):
        # The golden angle: any run of neighbors is spread around the wheel.
        angle, lightness = i * 2.399963, low + (high - low) * ((i * 0.618034) % 1)
        chroma = 0.07 + 0.09 * ((i * 0.754878) % 1)
        picked.append(np.array([lightness, chroma * np.cos(angle), chroma * np.sin(angle)]))
    return np.vstack([given, _from_oklab(np.array(picked))])


def _candidates() -> np.ndarray:
    low, high = _LIGHTNESS
    found = []
    for step, lightness in enumerate((0.5, 0.0, 1.0, 0.25, 0.75)):
        for hue in range(24):
            angle = (hue + step / 5) * np.pi / 12
            found += [
                (low + (high - low) * lightness, chroma * np.cos(angle), chroma * np.sin(angle))
                for chroma in (0.15, 0.08)
            ]
    return np.array(found)


_TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.808675766]]
)  # fmt: skip


def _to_oklab(colors: np.ndarray) -> np.ndarray:
    share = colors / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T


def _from_oklab(lab: np.ndarray) -> np.ndarray:
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    share = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)

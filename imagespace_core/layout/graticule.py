"""The graticule of a geographic map: round degrees along its sides, and the thin lines between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

MARGIN = 0.04
SMALLEST_EXTENT = 1e-3
"""Degrees, about 100 m: what a map of one place shows."""
MOST_LINES = 9
STEPS = (1, 2, 5, 10, 15, 30, 45, 90)


@dataclass(frozen=True)
class Side:
    """One of the two axes. degrees: float64 (n,), n >= 1, of the images. scale: layout units a degree. furthest: the
    degree that the graticule ends at, on either side."""

    axis_name: str
    title: str
    letters: tuple[str, str]
    degrees: np.ndarray
    scale: float
    furthest: float

    @property
    def middle(self) -> float:
        return round(float(self.degrees.min() + self.degrees.max()) / 2, 6)

    @property
    def ends(self) -> tuple[float, float]:
        """Degrees between which lines are drawn."""
        low, high = float(self.degrees.min()), float(self.degrees.max())
        margin = max(MARGIN * (high - low), SMALLEST_EXTENT / 2)
        return max(low - margin, -self.furthest), min(high + margin, self.furthest)

    def to_plane(self, degrees: Any) -> Any:
        """Degrees, a number or an array -> layout units."""
        return (degrees - self.middle) * self.scale

    def ticks(self) -> list[float]:
        """The roundest degrees within the ends, at most MOST_LINES of them."""
        low, high = self.ends
        least = (high - low) / (MOST_LINES - 1)
        power = 10.0 ** min(0, math.floor(math.log10(least)))
        step = next((step * power for step in STEPS if step * power >= least), float(STEPS[-1]))
        return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def axis(self) -> dict[str, Any]:
        ticks = [
            {"at": round(self.to_plane(degree), 9), "text": words(degree, *self.letters)} for degree in self.ticks()
        ]
        return {"axis": self.axis_name, "title": self.title, "ticks": ticks}


def graticule(across: Side, upward: Side) -> list[list[list[float]]]:
    """The lines of both sides' ticks, from end to end."""
    left, right = (round(across.to_plane(end), 9) for end in across.ends)
    low, high = (round(upward.to_plane(end), 9) for end in upward.ends)
    meridians = [[[x, low], [x, high]] for x in (round(across.to_plane(degree), 9) for degree in across.ticks())]
    return meridians + [
        [[left, y], [right, y]] for y in (round(upward.to_plane(degree), 9) for degree in upward.ticks())
    ]


def words(degree: float, positive: str, negative: str) -> str:
    """A degree for people; beyond 180 as from the other side.

    >>> words(-12.5, "E", "W"), words(190, "E", "W"), words(0, "N", "S"), words(180, "E", "W")
    ('12.5° W', '170° W', '0°', '180°')
    """
    if abs(degree) > 180:
        degree = (degree + 180) % 360 - 180
    text = f"{abs(degree):.4f}".rstrip("0").rstrip(".")
    return f"{text}°" if text in ("0", "180") else f"{text}° {positive if degree > 0 else negative}"

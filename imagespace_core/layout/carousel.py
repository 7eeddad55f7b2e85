"""Rings of images to turn through, stacked around one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, counted, guides, heading
from imagespace_core.layout.material import Material
from imagespace_core.layout.packing import Groups, groups, inside, near_square, on_shelves
from imagespace_core.neighbors import Tick

STEP = 1.1
"""From the middle of an image to the next, along a ring and up, in images: none covers another."""

GAP = 0.6
"""Between rings, in images; the heading stands there."""

ONE_TURN = 72
"""Images that a ring may always have side by side, before it gets several rows."""

OWN_RINGS_UP_TO = 2.5
"""Height of all rings, in widths, up to which every group has a ring of its own."""

SMALLEST_DRUM = 8.0
"""Images around a drum; on fewer the straight line between neighbors is much shorter than their arc."""


@dataclass(frozen=True)
class Carousel:
    """Each group a ring around the vertical axis, the largest at the bottom; what is in no group below them all.

    A ring is as wide as its images need side by side; large groups get several rows, chosen so that all is not higher
    than wide where that can be. Around the ring images follow each other by their direction from the group's middle
    on the map. Where there are more groups than make a tower (50,000 categories) they share rings: they stand as blocks
    beside each other around a drum. Without groups all images make one ring.
    """

    dims: ClassVar[int] = 3
    title: ClassVar[str] = "Carousel"

    def lacks(self, material: Material) -> str | None:
        return None if material.map2d is not None or material.labels is not None else "no map in 2D and no clusters"

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        labels = material.labels if material.labels is not None else np.zeros(material.rows, np.int32)
        found = groups(labels)
        rings = _rings(found)
        if rings.height <= OWN_RINGS_UP_TO * rings.width:
            positions, places = _in_rings(material, found, rings)
            widths = 2 * rings.radius + 1
        else:
            positions, places, widths = _on_drum(material, found)
        ends = [positions[:, 1].min(initial=np.inf), positions[:, 1].max(initial=-np.inf)] if len(positions) else [0, 0]
        lift = np.array([0, -sum(ends) / 2, 0])
        made = (positions + lift).astype(np.float32)
        names = found.names(material) if material.labels is not None else ["all"] * len(found.size)
        headings = [
            heading(name, size, place, align="center", width=width)
            for name, size, place, width in zip(
                names, found.size.tolist(), (places + lift).tolist(), widths.tolist(), strict=True
            )
        ]
        notes = []
        if found.rest:
            notes = [f"At the bottom: {counted(int(found.size[-1]), 'image', 'images')} in no group ({material.rest})."]
        return Arrangement(made, guides("carousel", self.title, made, notes=notes, headings=headings))


@dataclass(frozen=True)
class _Rings:
    """Of each group: rows of images, images in a row, radius, and the height of its lowest row."""

    turns: np.ndarray
    around: np.ndarray
    radius: np.ndarray
    low: np.ndarray

    @property
    def height(self) -> float:
        return float((self.turns * STEP + GAP).sum())

    @property
    def width(self) -> float:
        return max(2 * float(self.radius.max(initial=0)), ONE_TURN * STEP / np.pi)


def _rings(found: Groups) -> _Rings:
    """The narrowest that are together not higher than wide, and never narrower than ONE_TURN where that is needed."""

    def split(most: int) -> _Rings:
        turns = -(-found.size // most)
        around = -(-found.size // np.maximum(turns, 1))
        # Neighbors STEP apart in a straight line; a single image stands on the axis.
        radius = np.where(around > 1, STEP / (2 * np.sin(np.pi / np.maximum(around, 2))), 0)
        upward = np.roll(turns, 1) if found.rest else turns
        low = np.cumsum(upward * STEP + GAP) - upward * STEP - GAP
        return _Rings(turns, around, radius, np.roll(low, -1) if found.rest else low)

    low, high = ONE_TURN, max(ONE_TURN, int(found.size.max(initial=0)))
    while low < high:
        most = (low + high) // 2
        rings = split(most)
        low, high = (low, most) if rings.height <= rings.width else (most + 1, high)
    return split(low)


def _in_rings(material: Material, found: Groups, rings: _Rings) -> tuple[np.ndarray, np.ndarray]:
    """float64 (n, 3), and where the headings go: on the axis, above each ring."""
    n = len(found.of)
    turn, far = np.arange(n, dtype=np.float64), np.zeros(n)
    if material.map2d is not None:
        place = material.map2d.astype(np.float64)
        known = np.all(np.isfinite(place), axis=1)
        members = np.maximum(np.bincount(found.of[known], minlength=len(found.size)), 1)
        middle = np.column_stack(
            [np.bincount(found.of[known], place[known, axis], len(found.size)) / members for axis in (0, 1)]
        )
        away = np.where(known[:, None], place - middle[found.of], 0)
        # Those without a place on the map close the ring.
        turn, far = np.where(known, np.arctan2(away[:, 1], away[:, 0]), 4), np.hypot(away[:, 0], away[:, 1])
    order = np.lexsort((turn, found.of))
    start = np.cumsum(found.size) - found.size
    column, row = np.divmod(np.arange(n) - start[found.of[order]], rings.turns[found.of[order]])
    order = order[np.lexsort((far[order], column, found.of[order]))]
    of = found.of[order]
    angle = 2 * np.pi * column / rings.around[of]
    positions = np.empty((n, 3))
    positions[order] = np.column_stack(
        [rings.radius[of] * np.sin(angle), rings.low[of] + STEP * row, rings.radius[of] * np.cos(angle)]
    )
    above = rings.low + (rings.turns - 0.5) * STEP
    return positions, np.column_stack([0 * above, above, 0 * above])


def _on_drum(material: Material, found: Groups) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """float64 (n, 3), where the headings go, and how wide they may be: blocks on shelves around a drum as high as
    wide."""
    blocks = near_square(found.size)
    wide, high = blocks.columns + 1.0, blocks.rows + 1 + GAP
    length = max(float(wide.max(initial=0)), float(np.sqrt(np.pi * (wide * high).sum())), SMALLEST_DRUM)
    corners, _ = on_shelves(wide, high, length)
    radius = length * STEP / (2 * np.pi)

    def wrapped(flat: np.ndarray) -> np.ndarray:
        angle = 2 * np.pi * flat[:, 0] / length
        return np.column_stack([radius * np.sin(angle), -STEP * flat[:, 1], radius * np.cos(angle)])

    cells = inside(material, blocks, found.of) + corners[found.of]
    above = corners + np.column_stack([(blocks.columns - 1) / 2, np.full(len(corners), -0.6)])
    return wrapped(cells), wrapped(above), blocks.columns * STEP

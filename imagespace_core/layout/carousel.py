"""The layout `carousel`: a drum of images to turn through, every group a block of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, guides, heading
from imagespace_core.layout.lattice import Blocks
from imagespace_core.layout.material import Material
from imagespace_core.layout.packing import groups, inside
from imagespace_core.neighbors import Tick
from imagespace_core.words import plural

STEP = 1.1
"""From the middle of an image to the next, around and up, in images: none covers another."""

WIDTH_TO_HEIGHT = 2.0
"""Of the drum, seen from its side."""

ROOM = 1.6
"""Between tiers, in images; the headings stand there."""

LEAST_AROUND = 8
"""Images around a drum; on fewer the straight line between neighbors is much shorter than their arc."""


@dataclass(frozen=True)
class Carousel:
    """Groups side by side around a vertical axis, the largest in front; what is in no group comes last.

    All blocks of a drum have the same number of images above each other, so that they make rings: one ring where few
    groups are, and tiers of rings where there are more, never much higher than half as wide. Inside a block images keep
    their neighbors of the map, as in the grid (`lattice.into_cells`). Without groups all images make one block.
    """

    dims: ClassVar[int] = 3
    title: ClassVar[str] = "Carousel"

    def lacks(self, material: Material) -> str | None:
        return None if material.map2d is not None or material.labels is not None else "no map in 2D and no clusters"

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        labels = material.labels if material.labels is not None else np.zeros(material.rows, np.int32)
        found = groups(labels)
        high = _high(found.size)
        columns = -(-found.size // high)
        blocks = Blocks(columns, -(-found.size // np.maximum(columns, 1)), found.size)
        length, tier, start = _around(columns + 1, high)
        radius = length * STEP / (2 * np.pi)

        front = (columns[0] - 1) / 2 if len(columns) else 0

        def on_drum(column: np.ndarray, down: np.ndarray) -> np.ndarray:
            angle = 2 * np.pi * (column - front) / length
            return np.column_stack([radius * np.sin(angle), -STEP * down, radius * np.cos(angle)])

        cells = inside(material, blocks, found.of)
        positions = on_drum(start[found.of] + cells[:, 0], tier[found.of] * (high + ROOM) + cells[:, 1])
        above = on_drum(start + (columns - 1) / 2, tier * (high + ROOM) - 0.6)
        lift = -(positions[:, 1].min() + positions[:, 1].max()) / 2 if len(positions) else 0
        positions[:, 1] += lift
        above[:, 1] += lift
        made = positions.astype(np.float32)
        names = found.names(material) if material.labels is not None else ["all"] * len(found.size)
        headings = [
            heading(name, size, at, align="center", width=width)
            for name, size, at, width in zip(
                names, found.size.tolist(), above.tolist(), (columns * STEP).tolist(), strict=True
            )
        ]
        notes = []
        if found.rest:
            notes = [f"At the end: {plural(int(found.size[-1]), 'image', 'images')} in no group ({material.rest})."]
        return Arrangement(made, guides("carousel", self.title, made, notes=notes, headings=headings))


def _high(size: np.ndarray) -> int:
    """Images above each other in every block: blocks are square on average, and a single ring is not too high."""
    most = max(1, round(float(np.sqrt(size.mean())))) if len(size) else 1
    low, high = 1, most
    while low < high:
        middle = (low + high + 1) // 2
        around = float((-(-size // middle) + 1).sum())
        low, high = (middle, high) if around >= _length(1, middle) else (low, middle - 1)
    return low


def _length(tiers: int, high: int) -> float:
    """Images around a drum of so many tiers, at its proportions."""
    return np.pi * WIDTH_TO_HEIGHT * tiers * (high + ROOM)


def _around(widths: np.ndarray, high: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Blocks int (g,) wide -> images around the drum, and of each block its tier int (g,) and first column int (g,).

    The fewest tiers that are not half as wide again as the proportions ask for, then the shortest way around that does.
    """
    total = int(widths.sum())
    tiers = 1
    while total > 1.5 * tiers * _length(tiers, high):
        tiers += 1
    ends = np.cumsum(widths)
    low = max(LEAST_AROUND, int(widths.max(initial=0)), -(-total // tiers))
    high_enough = max(low, total)
    while low < high_enough:
        middle = (low + high_enough) // 2
        low, high_enough = (low, middle) if len(_firsts(ends, middle)) <= tiers else (middle + 1, high_enough)
    firsts = _firsts(ends, low)
    tier = np.searchsorted(firsts, np.arange(len(widths)), side="right") - 1
    begin = ends - widths
    return low, tier, begin - begin[firsts[tier]] if len(widths) else begin


def _firsts(ends: np.ndarray, length: int) -> np.ndarray:
    """int (tiers,): the first block of each tier, where blocks with these ends fill tiers of `length`."""
    found, block = [], 0
    while block < len(ends):
        found.append(block)
        before = ends[block - 1] if block else 0
        block = int(np.searchsorted(ends, before + length, side="right"))
    return np.array(found, np.int64)

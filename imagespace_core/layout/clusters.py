"""The layout `clusters`: every cluster a block of its own, with its name above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, guides, heading
from imagespace_core.layout.lattice import Blocks
from imagespace_core.layout.material import Material
from imagespace_core.layout.packing import groups, inside, near_square, on_shelves
from imagespace_core.neighbors import Tick
from imagespace_core.words import plural

WIDTH_TO_HEIGHT = 1.5

HEADING_SHARE, GAP_SHARE = 0.15, 0.08
"""Room above a block for its heading and between blocks, as shares of the block's width; at least one cell. Shares,
because a heading has the same size on screen whether a block has ten images or ten thousand."""


@dataclass(frozen=True)
class Clusters:
    """Each group a block, square or nearly, the largest first; what is in no group in a band below all of them.

    Inside a block images keep their neighbors of the map, as in the grid (`lattice.into_cells`).
    """

    width_to_height: float = WIDTH_TO_HEIGHT

    dims: ClassVar[int] = 2
    title: ClassVar[str] = "Clusters"

    def lacks(self, material: Material) -> str | None:
        return None if material.labels is not None else "no clusters"

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        assert material.labels is not None
        found = groups(material.labels)
        blocks = near_square(found.size)
        own = len(found.size) - found.rest
        # Whole cells, so that most blocks on a shelf begin in line.
        room, gap = (np.maximum(1, np.floor(share * blocks.columns)) for share in (HEADING_SHARE, GAP_SHARE))
        outer = [blocks.columns + gap, blocks.rows + room + gap]
        corners, width, height = on_shelves(outer[0][:own], outer[1][:own], self.width_to_height)
        if found.rest:
            blocks, room = _band(blocks, room, width)
            corners = np.vstack([corners, [0, height]])
        corners[:, 1] += room
        cells = inside(material, blocks, found.of) + corners[found.of]
        left = corners[:, 0].min(initial=0)
        right = (corners[:, 0] + blocks.columns).max(initial=0)
        bottom = (corners[:, 1] + blocks.rows).max(initial=0)
        middle = np.array([left + right - 1, bottom - 1]) / 2
        positions = ((cells - middle) * (1, -1)).astype(np.float32)
        names = found.names(material)
        headings = [
            heading(names[g], found.size[g], (x, y), width=blocks.columns[g])
            for g, (x, y) in enumerate((((corners - 0.5) - middle) * (1, -1)).tolist())
        ]
        notes = []
        if found.rest:
            notes = [f"At the bottom: {plural(int(found.size[-1]), 'image', 'images')} in no group ({material.rest})."]
        return Arrangement(positions, guides("clusters", self.title, positions, notes=notes, headings=headings))


def _band(blocks: Blocks, room: np.ndarray, width: float) -> tuple[Blocks, np.ndarray]:
    """The last block made as wide as all others together, where it has enough rows for that."""
    size = int(blocks.filled[-1])
    columns = max(int(blocks.columns[-1]), min(size, int(width) - 1))
    rows = -(-size // columns)
    wide = Blocks(np.append(blocks.columns[:-1], columns), np.append(blocks.rows[:-1], rows), blocks.filled)
    return wide, np.append(room[:-1], max(1, HEADING_SHARE * min(columns, rows)))

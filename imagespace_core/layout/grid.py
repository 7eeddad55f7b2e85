"""The layout `grid`: every image in one rectangle, similar ones beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, guides
from imagespace_core.layout.lattice import Blocks, into_cells
from imagespace_core.layout.material import Material
from imagespace_core.neighbors import Tick
from imagespace_core.words import plural

WIDTH_TO_HEIGHT = 1.4

EXACT_UP_TO = 1_500
"""Rows. Exact assignment takes 0.3 s at 729, 1 s at 1,500, 3 s at 1,797 and grows with the third power."""


@dataclass(frozen=True)
class Grid:
    """A full rectangle about 1.4 times as wide as high, made from a map in 2D whose neighbors it keeps.

    Up to EXACT_UP_TO rows the squared distances between the map, stretched to the rectangle, and the cells are
    minimal (linear assignment; Quadrianto, Smola, Song, Tuytelaars, Kernelized sorting, 2010, and what is known as a
    t-SNE grid). Above, by recursive bisection, see `lattice.into_cells`. Where both run, 1,797 digits, of the 8 nearest
    on the t-SNE map the exact way keeps 58 % among the 8 cells around and 89 % within two cells, bisection 55 % and
    88 %; on the UMAP map 47 % and 76 %, against 49 % and 79 %. Exact assignment in small windows after bisection brings
    the cells nearer to the map, but keeps fewer neighbors from 20,000 rows on, and is left out.
    """

    exact_up_to: int = EXACT_UP_TO

    dims: ClassVar[int] = 2
    title: ClassVar[str] = "Grid"

    def lacks(self, material: Material) -> str | None:
        return None if material.map2d is not None else "no map in 2D"

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        assert material.map2d is not None
        placed = np.flatnonzero(np.isfinite(material.map2d).all(1))
        columns, rows = sides(len(placed))
        blocks = Blocks(np.array([columns]), np.array([rows]), np.array([len(placed)]))
        points = material.map2d[placed].astype(np.float64) * (1, -1)
        exact = len(placed) <= self.exact_up_to
        cells = _assigned(points, columns, rows) if exact else into_cells(points, blocks)
        positions = np.full((material.rows, 2), np.nan, np.float32)
        positions[placed] = (cells - np.array([columns - 1, rows - 1]) / 2) * (1, -1)
        missing = material.rows - len(placed)
        notes = [plural(missing, "image has", "images have") + " no place on the map and so none here."]
        return Arrangement(positions, guides("grid", self.title, positions, notes=notes if missing else []))


def sides(n: int, width_to_height: float = WIDTH_TO_HEIGHT) -> tuple[int, int]:
    """Columns and rows of the rectangle for n cells: no empty row, and only the last may have empty cells.

    >>> sides(1), sides(12), sides(1_000_000)
    ((1, 1), (4, 3), (1183, 846))
    """
    columns = max(1, round((n * width_to_height) ** 0.5))
    return columns, max(1, -(-n // columns))


def _assigned(points: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """int64 (n, 2), the first n cells in reading order, at the least sum of squared distances to float64 (n, 2)."""
    from scipy.optimize import linear_sum_assignment

    n = len(points)
    cells = np.column_stack([np.arange(n) % columns, np.arange(n) // columns])
    if n < 2:
        return cells
    spread = points.std(0)
    stretched = (points - points.mean(0)) / np.where(spread > 0, spread, 1) * cells.std(0)
    # Least squared distance is greatest product: the squares themselves are the same in every assignment.
    return cells[linear_sum_assignment(stretched @ cells.T, maximize=True)[1]]

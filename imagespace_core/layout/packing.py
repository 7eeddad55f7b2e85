"""Packs groups of images into blocks of cells, and blocks beside each other without overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.layout.lattice import Blocks, into_cells
from imagespace_core.layout.material import Material


@dataclass(frozen=True)
class Groups:
    """The groups that have rows, largest first, and last the rows in none.

    label: int64 (g,), -1 for none. size: int64 (g,). of: int64 (n,), the number of each row's group in these.
    """

    label: np.ndarray
    size: np.ndarray
    of: np.ndarray

    @property
    def rest(self) -> bool:
        """Whether the last one holds the rows that are in no group."""
        return len(self.label) > 0 and self.label[-1] < 0

    def names(self, material: Material) -> list[str]:
        """What people call each; a group without a name by its number."""
        names, own = material.group_names, self.label[: len(self.label) - self.rest].tolist()
        named = [names[label] if label < len(names) else f"Group {label}" for label in own]
        return [*named, material.rest] if self.rest else named


def groups(labels: np.ndarray) -> Groups:
    """labels int (n,), below 0 is none -> Groups; equal sizes in the order of their labels."""
    label, of, size = np.unique(np.maximum(labels, -1), return_inverse=True, return_counts=True)
    order = np.lexsort((label, -size, label < 0))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return Groups(label[order].astype(np.int64), size[order], rank[of])


def near_square(size: np.ndarray) -> Blocks:
    """int64 (g,) -> the smallest blocks, square or nearly, wider rather than higher."""
    columns = np.ceil(np.sqrt(size)).astype(np.int64)
    return Blocks(columns, -(-size // np.maximum(columns, 1)), size)


def inside(material: Material, blocks: Blocks, of: np.ndarray) -> np.ndarray:
    """int64 (n, 2): the cell of each row in the block `of` int (n,), so that neighbors on the map stay together.

    Rows without a place on the map come last in their block; without a map rows lie in their order.
    """
    at = material.map2d
    if at is None:
        points = np.repeat(np.arange(len(of), dtype=np.float64)[:, None], 2, axis=1)
    else:
        points = np.where(np.all(np.isfinite(at), axis=1)[:, None], at * (1, -1), np.inf)
    return into_cells(points, blocks, of)


def on_shelves(widths: np.ndarray, heights: np.ndarray, width_to_height: float) -> tuple[np.ndarray, float, float]:
    """Blocks float (g,) x (g,), largest first -> their corners float64 (g, 2), x right and y down; width and height.

    A block starts a shelf, which is as high as it is; the next ones stand in columns on it, and a column
    is filled from the top with what follows. Of several shelf lengths that one is taken whose rectangle is the
    smallest, counted at the proportions asked for.
    """
    area = float((widths * heights).sum())
    best, least = (np.zeros((0, 2)), 0.0, 0.0), np.inf
    for stretch in np.linspace(1.0, 1.4, 9):
        length = max(float(widths.max(initial=0)), (area * width_to_height) ** 0.5 * stretch)
        corners = _shelves(widths.tolist(), heights.tolist(), length)
        width = float((corners[:, 0] + widths).max(initial=0))
        height = float((corners[:, 1] + heights).max(initial=0))
        seen = max(width, height * width_to_height)
        if seen < least:
            best, least = (corners, width, height), seen
    return best


def _shelves(widths: list[float], heights: list[float], length: float) -> np.ndarray:
    corners = np.empty((len(widths), 2))
    shelf = below = left = right = down = 0.0  # the shelf from `shelf` to `below`; a column from `left` to `right`
    for at, (width, height) in enumerate(zip(widths, heights, strict=True)):
        if down + height > below + 1e-9 or width > right - left + 1e-9:
            left, down = right, shelf
            if at == 0 or left + width > length + 1e-9 or shelf + height > below + 1e-9:
                shelf = down = below
                below, left = shelf + height, 0.0
            right = left + width
        corners[at] = left, down
        down += height
    return corners

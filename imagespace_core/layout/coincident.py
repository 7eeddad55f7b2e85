"""Images at one and the same place, side by side around it, so that none covers another."""

from __future__ import annotations

import math

import numpy as np

FEW = 3
"""Images a side of a square: so many, or as many as most squares have, and all squares are divided alike. One place
with hundreds would make all images tiny."""
WIDEST = 1 / 50
"""Of the map: no place takes more room, however far away the next is."""


def side_by_side(points: np.ndarray, cell: float | None) -> tuple[np.ndarray, int]:
    """float32 (n, 2), distinct where they were the same, and how many of them were.

    cell: the side of the squares that the places fill, if they do (see `geography`): then those of one place share its
    square; else at most a quarter of the way to the next place. In order of rows, from the upper left. Where all are at
    one place nothing says how far apart they may be, and they stay.
    """
    from scipy.spatial import KDTree

    sites, of_place, counts = distinct(points)
    if len(sites) < 2 or len(sites) == len(points):
        return points, 0
    most = math.ceil(math.sqrt(counts.max()))
    alike = cell is not None and most <= max(FEW, math.ceil(math.sqrt(np.median(counts))))
    if alike:
        room, sides = np.full(len(sites), cell), np.full(len(sites), most)
    else:
        widest = WIDEST * float(np.ptp(sites, axis=0).max())
        room = np.minimum(KDTree(sites).query(sites, k=2)[0][:, 1] / 2, widest)
        sides = np.ceil(np.sqrt(counts)).astype(int)
    order = np.argsort(of_place, kind="stable")
    rank = np.empty(len(points), np.int64)
    rank[order] = np.arange(len(points)) - np.repeat(np.cumsum(counts) - counts, counts)
    side, step = sides[of_place], (room / sides)[of_place]
    down, across = np.divmod(rank, side)
    middle = (side - 1) / 2
    moved = points.astype(np.float64) + np.column_stack([(across - middle) * step, (middle - down) * step])
    shared = counts[of_place] > 1
    return np.where((shared | alike)[:, None], moved, points).astype(np.float32), int(shared.sum())


def distinct(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct places (m, 2) of float32 (n, 2), which of them each is at (n,), and how many are at each (m,)."""
    whole = np.ascontiguousarray(points, np.float32)
    _, first, of_place, counts = np.unique(
        whole.view(np.int64).ravel(), return_index=True, return_inverse=True, return_counts=True
    )
    return whole[first], of_place.ravel(), counts

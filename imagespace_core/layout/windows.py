"""Exchanges cells within small windows, so that points come nearer to where they belong."""

from __future__ import annotations

import numpy as np

SIDE = 12
SHIFTS = (0, 6, 0, 6)


def exchanged(points: np.ndarray, cells: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """points float64 (n, 2) in columns and rows, centers of cells at whole numbers; cells int64 (n, 2) -> the same.

    Exact assignment within windows of SIDE x SIDE cells, empty ones among them, that overlap from one of SHIFTS to the
    next: the sum of squared distances of points from their cells only falls. Windows whose points all have the nearest
    cell are left alone.
    """
    from scipy.optimize import linear_sum_assignment

    cells = cells.copy()
    offsets = np.column_stack([np.arange(SIDE * SIDE) % SIDE, np.arange(SIDE * SIDE) // SIDE])
    for shift in SHIFTS:
        window = (cells + shift) // SIDE
        code = window[:, 1] * (columns // SIDE + 2) + window[:, 0]
        order = np.argsort(code, kind="stable")
        starts = np.flatnonzero(np.diff(code[order], prepend=-1))
        stops = np.append(starts[1:], len(order))
        loose = np.maximum.reduceat(np.any(np.abs(points - cells) > 0.5, axis=1)[order], starts)
        for start, stop in zip(starts[loose], stops[loose], strict=True):
            members = order[start:stop]
            slots = window[members[0]] * SIDE - shift + offsets
            slots = slots[(slots >= 0).all(1) & (slots < (columns, rows)).all(1)]
            # Squared distance without the point's own square, which is the same in every cell.
            cost = np.square(slots).sum(1) - 2 * points[members] @ slots.T
            at, chosen = linear_sum_assignment(cost)
            cells[members[at]] = slots[chosen]
    return cells

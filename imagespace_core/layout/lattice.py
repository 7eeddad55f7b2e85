"""Points into the cells of lattices, each cell at most once, without losing who is beside whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Blocks:
    """Rectangles of cells. columns, rows: int64 (b,). filled: int64 (b,), usable cells, the first in reading order."""

    columns: np.ndarray
    rows: np.ndarray
    filled: np.ndarray

    def usable(self, block: np.ndarray, left: np.ndarray, right: np.ndarray, top: np.ndarray, bottom: np.ndarray):
        """int64: how many usable cells lie in columns left to right and rows top to bottom of each `block`."""
        whole, rest = np.divmod(self.filled[block], self.columns[block])
        full = np.maximum(np.minimum(bottom, whole) - top, 0) * (right - left)
        last = np.where((top <= whole) & (whole < bottom), np.clip(rest, left, right) - left, 0)
        return full + last


def into_cells(points: np.ndarray, blocks: Blocks, block: np.ndarray | None = None) -> np.ndarray:
    """float (n, 2) in columns and rows, cell 0 from 0 to 1; block int (n,), all 0 if None -> cells int64 (n, 2).

    Recursive bisection, as in Hilasaca, Marcilio-Jr, Eler, Martins, Paulovich, A grid-based method for removing
    overlaps of dimensionality reduction scatterplot layouts, 2019 (DGrid), without its dummy points: a rectangle is
    halved across its longer side, and every point goes to the half that it lies in, unless that half has no cell left
    for it. Where a block has as many usable cells as points, where the line lies no longer matters and the order along
    each side alone does. All rectangles of a level at once: O(n log n) a level. Ties go to the lower row.

    A block must have as many usable cells as it has points.
    """
    n = len(points)
    block = np.zeros(n, np.int64) if block is None else block.astype(np.int64)
    rank = np.empty((n, 2), np.int64)
    for axis in (0, 1):
        rank[np.argsort(points[:, axis], kind="stable"), axis] = np.arange(n)
    # Of each rectangle at work: its block, sides and points, which are order[start:stop].
    order = np.argsort(block, kind="stable")
    owner, start = np.unique(block[order], return_index=True)
    left, right = np.zeros(len(owner), np.int64), blocks.columns[owner]
    top, bottom = np.zeros(len(owner), np.int64), blocks.rows[owner]
    cells = np.empty((n, 2), np.int64)
    while len(order):
        size = np.diff(np.append(start, len(order)))
        done = (right - left) * (bottom - top) == 1
        if done.any():
            cells[order[start[done]]] = np.column_stack([left[done], top[done]])
            order = order[~np.repeat(done, size)]
            owner, left, right, top, bottom, size = (part[~done] for part in (owner, left, right, top, bottom, size))
            start = np.cumsum(size) - size
            if not len(order):
                break
        across = right - left >= bottom - top
        middle = np.where(across, left + right, top + bottom) // 2
        first = blocks.usable(owner, left, np.where(across, middle, right), top, np.where(across, bottom, middle))
        second = blocks.usable(owner, left, right, top, bottom) - first
        at = np.repeat(np.arange(len(size)), size)
        axis = np.where(across, 0, 1)[at]
        order = order[np.argsort(at * n + rank[order, axis])]
        before = np.bincount(at[points[order, axis] < middle[at]], minlength=len(size))
        before = np.clip(before, size - second, first)
        # Each rectangle becomes two; those without points go.
        size = np.column_stack([before, size - before]).ravel()
        owner, left, right, top, bottom, across = (
            np.repeat(part, 2) for part in (owner, left, right, top, bottom, across)
        )
        middle, lower = np.repeat(middle, 2), np.arange(len(owner)) % 2 == 0
        right, bottom = np.where(across & lower, middle, right), np.where(~across & lower, middle, bottom)
        left, top = np.where(across & ~lower, middle, left), np.where(~across & ~lower, middle, top)
        kept = size > 0
        owner, left, right, top, bottom, size = (part[kept] for part in (owner, left, right, top, bottom, size))
        start = np.cumsum(size) - size
    return cells

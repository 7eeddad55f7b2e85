"""Assigns points to the cells of lattices, each cell at most once, and keeps neighbors together."""

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
    order = np.argsort(block, kind="stable")
    owner, start = np.unique(block[order], return_index=True)
    # Of each rectangle at work: its block, left, right, top, bottom; its points are order[start:][:size].
    boxes = np.zeros((5, len(owner)), np.int64)
    boxes[0], boxes[2], boxes[4] = owner, blocks.columns[owner], blocks.rows[owner]
    size = np.diff(np.append(start, n))
    cells = np.empty((n, 2), np.int64)
    while n:
        _, left, right, top, bottom = boxes
        done = (right - left) * (bottom - top) == 1
        cells[order[(np.cumsum(size) - size)[done]]] = boxes[:, done][[1, 3]].T
        order = order[~np.repeat(done, size)]
        boxes, size = boxes[:, ~done], size[~done]
        if not len(order):
            break
        owner, left, right, top, bottom = boxes
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
        lower, upper = boxes.copy(), boxes.copy()
        lower[2], lower[4] = np.where(across, middle, right), np.where(across, bottom, middle)
        upper[1], upper[3] = np.where(across, middle, left), np.where(across, top, middle)
        boxes = np.stack([lower, upper], axis=2).reshape(5, -1)
        size = np.column_stack([before, size - before]).ravel()
        boxes, size = boxes[:, size > 0], size[size > 0]
    return cells

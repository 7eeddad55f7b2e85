"""Finds the rows inside a polygon on the screen, seen through the camera that it was drawn with."""

from __future__ import annotations

import numpy as np

CHUNK_ROWS = 65_536


def inside(positions: np.ndarray, matrix: np.ndarray, polygon: np.ndarray, near: float) -> np.ndarray:
    """bool (n,): the rows whose place on the screen is inside the polygon by the even-odd rule.

    positions: float32 (n, 2 | 3), raw, as in the file. matrix: float64 (16,), column-major, from positions to clip
    space; rows with clip w <= near are behind the camera and never inside, nor are rows without a finite place.
    polygon: float64 (v, 2) in x/w, y/w, closed by itself. A point on an edge belongs to exactly one of two polygons
    that share that edge (an edge owns its lower end; a point on it counts as right of it).
    """
    assert positions.ndim == 2
    assert positions.shape[1] in (2, 3)
    assert polygon.ndim == 2
    assert polygon.shape[1] == 2
    found = np.zeros(len(positions), bool)
    if len(polygon) < 3:
        return found
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    rows, xs, ys = [], [], []
    for start in range(0, len(positions), CHUNK_ROWS):
        x, y, seen = _project(positions[start : start + CHUNK_ROWS], matrix, near)
        near_it = np.flatnonzero(seen & (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
        rows.append(near_it + start)
        xs.append(x[near_it])
        ys.append(y[near_it])
    if rows:
        candidates = np.concatenate(rows)
        found[candidates[_even_odd(np.concatenate(xs), np.concatenate(ys), polygon)]] = True
    return found


def _project(positions: np.ndarray, matrix: np.ndarray, near: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x/w, y/w float64 (n,), and bool (n,) of the rows that are before the camera and finite."""
    columns = matrix.reshape(4, 4)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        clip = positions.astype(np.float64) @ columns[: positions.shape[1], [0, 1, 3]] + columns[3, [0, 1, 3]]
        x, y = clip[:, 0] / clip[:, 2], clip[:, 1] / clip[:, 2]
        return x, y, (clip[:, 2] > near) & np.isfinite(x) & np.isfinite(y)


def _even_odd(x: np.ndarray, y: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """bool (n,): whether a ray to the right of each point crosses an odd number of edges.

    The points are sorted by y, so that an edge looks only at those it spans: a drawn outline spans each height a few
    times, whatever its number of vertices.
    """
    order = np.argsort(y, kind="stable")
    x, y = x[order], y[order]
    odd = np.zeros(len(x), bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        # Upward, whichever way it was drawn: two polygons that share the edge then compute the same crossing.
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        first, last = np.searchsorted(y, [y0, y1])
        odd[first:last] ^= x[first:last] < x0 + (y[first:last] - y0) * ((x1 - x0) / (y1 - y0 or 1.0))
    found = np.empty(len(x), bool)
    found[order] = odd
    return found

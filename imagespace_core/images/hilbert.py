"""Orders points along a Hilbert curve, so that neighbors on a map end up close to each other in a file."""

from __future__ import annotations

import numpy as np

_BITS = 16


def hilbert_order(positions: np.ndarray) -> np.ndarray:
    """float32 (n, 2), any scale -> int64 (n,): the rows in their order along the curve.

    A permutation, and always the same one: equal positions stay in row order, rows without a finite position
    come last. Both axes are stretched to the curve's square.

    Source: D. Hilbert, Mathematische Annalen 38, 1891; the bitwise form is the well-known "xy2d".
    """
    if positions.ndim != 2 or positions.shape[1] != 2:
        raise ValueError(f"positions had shape {positions.shape} while it should have had (n, 2)")
    finite = np.isfinite(positions).all(axis=1)
    distance = np.full(len(positions), np.iinfo(np.int64).max)
    if finite.any():
        distance[finite] = _along_curve(positions[finite].astype(np.float64))
    return np.argsort(distance, kind="stable")


def _along_curve(positions: np.ndarray) -> np.ndarray:
    """float64 (n, 2), finite -> int64 (n,) distance along the curve that fills their bounding box."""
    low = positions.min(axis=0)
    extent = positions.max(axis=0) - low
    scaled = (positions - low) / np.where(extent > 0, extent, 1)
    x, y = (scaled * (2**_BITS - 1)).astype(np.int64).T
    distance = np.zeros(len(x), np.int64)
    for bit in range(_BITS - 1, -1, -1):
        side = 1 << bit
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        distance += side * side * ((3 * right) ^ upper)
        x, y = x & (side - 1), y & (side - 1)
        flip = (right == 1) & (upper == 0)
        x, y = np.where(flip, side - 1 - x, x), np.where(flip, side - 1 - y, y)
        x, y = np.where(upper == 0, y, x), np.where(upper == 0, x, y)
    return distance

"""Orders a selection: by a value of its rows, or by how near its vectors are to one."""

from __future__ import annotations

import numpy as np

CHUNK_ROWS = 8_192
MEAN_OF = 20_000
"""Rows that the mean of a larger selection is taken of, evenly spread: it hardly moves by more, and reading does."""


def sequence(keys: np.ndarray, descending: bool = False) -> np.ndarray:
    """int64 (m,): the places of keys (m,), numbers, in order; NaN is missing and always last, equal ones as given."""
    keys = keys.astype(np.float64)
    # NumPy sorts NaN last.
    return np.argsort(-keys if descending else keys, kind="stable")


def mean_direction(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """float32 (d,) of unit length: where the vectors of `rows`, ascending, point together; see MEAN_OF.

    vectors: float32 (n, d), rows of unit length, possibly memory-mapped. Zero where they cancel out.
    """
    some = rows if len(rows) <= MEAN_OF else rows[np.linspace(0, len(rows) - 1, MEAN_OF).astype(np.int64)]
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(some), CHUNK_ROWS):
        total += vectors[some[start : start + CHUNK_ROWS]].sum(axis=0, dtype=np.float64)
    length = np.linalg.norm(total)
    return (total / length if length else total).astype(np.float32)


def cosine_distances(vectors: np.ndarray, rows: np.ndarray, target: np.ndarray) -> np.ndarray:
    """float32 (m,): 1 - cosine of each of `rows`, ascending, to `target` (d,); all of unit length. Read in chunks."""
    found = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), CHUNK_ROWS):
        part = rows[start : start + CHUNK_ROWS]
        first, last = int(part[0]), int(part[-1]) + 1
        # Where most rows of a stretch are wanted, multiplying them in place is quicker than copying those out.
        if last - first < 3 * len(part):
            found[start : start + len(part)] = (vectors[first:last] @ target)[part - first]
        else:
            found[start : start + len(part)] = vectors[part] @ target
    return 1 - found

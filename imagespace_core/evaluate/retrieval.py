"""Nearest-neighbor accuracy: how often an image's nearest images have its label."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from imagespace_core.errors import InputError

BLOCK_ROWS = 1024


def precision_at_k(vectors: np.ndarray, labels: Sequence[Hashable] | np.ndarray, k: int) -> np.ndarray:
    """Share of each row's k nearest other rows, by cosine, that have its label.

    vectors: float32 (n, d), rows of any length above 0. labels: n of them, compared by equality.
    Returns float32 (n,), from 0 to 1. Of rows at the same distance the earlier one counts as nearer.

    Raises InputError where k is not from 1 to n - 1, or labels and vectors differ in number.
    Source: C. D. Manning et al., "Introduction to Information Retrieval", 2008, section 8.4, precision at k.
    """
    n = len(vectors)
    if len(labels) != n:
        raise InputError(f"There are {len(labels)} labels for {n} vectors; expected one each.")
    if not 1 <= k < n:
        raise InputError(f"k is {k}; among {n} rows it must be from 1 to {n - 1}, as a row is not its own neighbor.")
    known: dict[Hashable, int] = {}
    codes = np.array([known.setdefault(label, len(known)) for label in labels])
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    precision = np.empty(n, np.float32)
    for start in range(0, n, BLOCK_ROWS):
        rows = np.arange(start, min(start + BLOCK_ROWS, n))
        similarity = units[rows] @ units.T
        similarity[np.arange(len(rows)), rows] = -np.inf
        nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
        precision[rows] = (codes[nearest] == codes[rows, None]).mean(axis=1)
    return precision

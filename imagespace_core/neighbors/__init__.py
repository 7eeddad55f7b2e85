"""The shared k-nearest-neighbor graph: t-SNE, UMAP, clusters and similarity all read this one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Graph:
    """The k nearest other rows of every row, nearest first; a row is never its own neighbor.

    rows: int32 (n, k). distances: float32 (n, k), Euclidean between unit vectors, so sqrt(2 - 2 cos).
    """

    rows: np.ndarray
    distances: np.ndarray

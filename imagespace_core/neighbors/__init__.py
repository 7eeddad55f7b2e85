"""The neighbor graph: the k nearest rows of every row. t-SNE, UMAP, clusters and similarity all read this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Tick = Callable[[float], None]
"""Called by a long step with the share done, rising from 0 to 1. It may raise to stop the step."""


@dataclass(frozen=True)
class Graph:
    """The k nearest other rows of every row, nearest first; a row is never its own neighbor.

    rows: int32 (n, k). distances: float32 (n, k), Euclidean between unit vectors, so sqrt(2 - 2 cos).
    """

    rows: np.ndarray
    distances: np.ndarray

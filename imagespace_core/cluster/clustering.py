"""What a clusterer is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from imagespace_core.neighbors import Graph, Tick


@dataclass(frozen=True)
class Clustering:
    """Labels, and what they leave out.

    labels: int32 (n,), 0 is the largest cluster, -1 is noise.
    nearest: int32 (n,), the cluster a row is nearest to; equal to its label unless it is noise; -1 only where
        there is no cluster at all.
    strength: float32 (n,) in [0, 1], how firmly the row belongs to `nearest`.
    """

    labels: np.ndarray
    nearest: np.ndarray
    strength: np.ndarray


class Clusterer(Protocol):
    """A frozen dataclass whose fields are its parameters; `neighbors_needed` is the k that the graph should
    have."""

    @property
    def neighbors_needed(self) -> int: ...

    def __call__(self, vectors: np.ndarray, graph: Graph, tick: Tick | None = None) -> Clustering:
        """float32 (n, d) rows of unit length and their neighbor graph -> Clustering, any n >= 1."""
        ...

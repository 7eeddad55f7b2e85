"""What an index is, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

Metric = Literal["angular", "euclidean", "manhattan", "dot"]
METRICS: tuple[Metric, ...] = ("angular", "euclidean", "manhattan", "dot")


@dataclass(frozen=True)
class Neighbors:
    """Answers to m queries, nearest first.

    rows: int32 (m, k). distances: float32 (m, k), ascending, so smaller is always nearer:
        angular sqrt(2 - 2 cos), euclidean, manhattan, and for dot the *negative* dot product.
    """

    rows: np.ndarray
    distances: np.ndarray


class Index(Protocol):
    """An index over row-aligned vectors: row i of the answers is row i of what was built."""

    metric: Metric

    def build(self, vectors: np.ndarray) -> None:
        """float32 (n, d). Row i keeps its number."""
        ...

    def save(self, path: Path) -> None: ...

    def load(self, path: Path, vectors: np.ndarray) -> None:
        """Open what `save` wrote for these vectors (float32 (n, d), perhaps memory-mapped)."""
        ...

    def query(self, vectors: np.ndarray, k: int) -> Neighbors:
        """float32 (m, d) -> the min(k, n) nearest rows of each."""
        ...

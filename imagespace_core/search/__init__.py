"""Search: the nearest images to a query, exactly or by an index whose recall was measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from imagespace_core.errors import WorkspaceError

Metric = Literal["angular", "euclidean", "manhattan", "dot"]
METRICS: tuple[Metric, ...] = ("angular", "euclidean", "manhattan", "dot")

EXACT_BELOW = 50_000
"""Rows under which exact search is both right and as fast as an index good enough to use (5 ms a query at
50,000 x 512, where Annoy needs 4 ms for a recall of 0.91)."""


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


# Below the types, because the indices are made of them.
from imagespace_core.search.annoy import Annoy  # noqa: E402
from imagespace_core.search.exact import Exact  # noqa: E402

INDICES: dict[str, type[Exact | Annoy]] = {"exact": Exact, "annoy": Annoy}
"""By the name used in the manifest."""


def open_index(metric: Metric, vectors: np.ndarray, path: Path | None = None, search_k: int = -1) -> Index:
    """What answers queries on these vectors: exact search below EXACT_BELOW rows, else the Annoy index at
    `path`.

    search_k: as tuned when the index was built. Raises WorkspaceError where the index is missing or
    another's.
    """
    if len(vectors) < EXACT_BELOW:
        exact = Exact(metric)
        exact.build(vectors)
        return exact
    if path is None:
        raise WorkspaceError(
            f"{len(vectors):,} vectors and no {metric} index; from {EXACT_BELOW:,} on searching needs one. "
            f"Run: precompute.py IMAGES --metrics {metric}"
        )
    annoy = Annoy(metric, search_k=search_k)
    annoy.load(path, vectors)
    return annoy

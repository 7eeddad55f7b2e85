"""Search: the nearest images to a query, exactly or by an index whose recall was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imagespace_core.errors import WorkspaceError
from imagespace_core.search.annoy import Annoy
from imagespace_core.search.exact import Exact
from imagespace_core.search.index import METRICS, Index, Metric, Neighbors

__all__ = ["EXACT_BELOW", "INDICES", "METRICS", "Annoy", "Exact", "Index", "Metric", "Neighbors", "open_index"]

EXACT_BELOW = 50_000
"""Rows under which exact search is both right and as fast as an index good enough to use (5 ms a query at
50,000 x 512, where Annoy needs 4 ms for a recall of 0.91)."""

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

"""UMAP's layout of the neighbor graph: a map for `reduce`, a few dimensions to find dense groups in for
`cluster`."""

from __future__ import annotations

import io
import warnings

import numpy as np

from imagespace_core.neighbors import Graph, Tick
from imagespace_core.neighbors.graph import all_identical


def umap_layout(
    vectors: np.ndarray,
    graph: Graph,
    dims: int,
    n_neighbors: int,
    min_dist: float,
    seed: int,
    tick: Tick,
) -> np.ndarray:
    """float32 (n, d) rows and their graph -> float32 (n, dims), finite, mean 0; n >= 5. Identical rows give
    zeros.

    n_neighbors counts the row itself, as umap-learn does, and is capped at what the graph has. The start is
    spectral; of a few rows PCA, and at random where there are fewer numbers than dimensions. McInnes, Healy,
    Melville, 2018.

    The layout runs on one thread, because umap-learn's parallel one is not repeatable.
    """
    from umap import UMAP

    n = len(vectors)
    if all_identical(vectors, graph):
        return np.zeros((n, dims), np.float32)
    k = min(n_neighbors - 1, graph.rows.shape[1])
    itself = np.arange(n, dtype=np.int32)[:, None]
    rows = np.hstack([itself, graph.rows[:, :k]])
    distances = np.hstack([np.zeros((n, 1), np.float32), graph.distances[:, :k]])
    umap = UMAP(
        n_neighbors=k + 1,
        n_components=dims,
        min_dist=min_dist,
        init=_start(vectors, dims),
        precomputed_knn=(rows, distances),
        random_state=seed,
        n_jobs=1,
        tqdm_kwds={"disable": False, "file": _Ticks(tick), "bar_format": "{percentage}"},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it cannot place new rows later, and the like
        positions = np.asarray(umap.fit_transform(vectors))
    return (positions - positions.mean(0, dtype=np.float64)).astype(np.float32)


def _start(vectors: np.ndarray, dims: int) -> str:
    n, size = vectors.shape
    if n >= 4 * (dims + 1):
        return "spectral"
    return "pca" if size >= dims else "random"


class _Ticks(io.StringIO):
    """A file for tqdm's bar, the only word umap-learn gives of its progress; turns each percentage into a
    tick."""

    def __init__(self, tick: Tick) -> None:
        super().__init__()
        self.tick = tick

    def write(self, text: str) -> int:
        if number := text.strip():
            self.tick(float(number) / 100)
        return len(text)

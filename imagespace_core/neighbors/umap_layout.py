"""UMAP's layout of the neighbor graph: a map for `reduce`, a few dimensions to find dense groups in for
`cluster`."""

from __future__ import annotations

import io
import warnings

import numpy as np

from imagespace_core.neighbors import Graph, Tick
from imagespace_core.neighbors.graph import all_identical

EPOCHS_SMALL, EPOCHS_LARGE, LARGE = 500, 200, 10_000
"""umap-learn's own choice: 500 epochs up to 10,000 rows, 200 above."""
SAMPLE = 2_000


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
    spectral, and where that fails (too few rows, a graph the eigen solver refuses) PCA. McInnes, Healy,
    Melville, 2018.

    It calls the two functions that umap.UMAP.fit consists of, as scanpy does: `fit` would check, copy and
    warn for what is not wanted here. The layout runs on one thread, because umap-learn's parallel one is not
    repeatable.
    """
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

    n = len(vectors)
    if all_identical(vectors, graph):
        return np.zeros((n, dims), np.float32)
    k = min(n_neighbors - 1, graph.rows.shape[1])
    itself = np.arange(n, dtype=np.int32)[:, None]
    random = np.random.RandomState(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fuzzy = fuzzy_simplicial_set(
            vectors,
            k + 1,
            random,
            "euclidean",
            knn_indices=np.hstack([itself, graph.rows[:, :k]]),
            knn_dists=np.hstack([np.zeros((n, 1), np.float32), graph.distances[:, :k]]),
        )[0]
        tick(0.02)
        start = _spectral(vectors, fuzzy, dims, random)
        if start is None:
            start = _principal(vectors, dims, random)
        tick(0.1)
        a, b = find_ab_params(1.0, min_dist)
        positions, _ = simplicial_set_embedding(
            vectors,
            fuzzy,
            dims,
            1.0,
            a,
            b,
            1.0,
            5,
            EPOCHS_SMALL if n <= LARGE else EPOCHS_LARGE,
            _scaled(start, random),
            random,
            "euclidean",
            {},
            False,
            {},
            False,
            tqdm_kwds={
                "disable": False,
                "file": _Ticks(lambda share: tick(0.1 + 0.9 * share)),
                "bar_format": "{percentage}",
            },
        )
    return (positions - positions.mean(0, dtype=np.float64)).astype(np.float32)


def _spectral(vectors: np.ndarray, fuzzy, dims: int, random: np.random.RandomState) -> np.ndarray | None:
    from scipy.sparse.linalg import ArpackError
    from umap.spectral import spectral_layout

    if len(vectors) < 4 * (dims + 1):
        return None
    try:
        start = spectral_layout(vectors, fuzzy, dims, random, metric="euclidean", metric_kwds={})
    except (ArpackError, np.linalg.LinAlgError, ValueError, TypeError):
        # Eigen solvers refuse what umap-learn did not foresee: more pieces than rows allow, a zero matrix.
        return None
    return start if np.isfinite(start).all() else None


def _principal(vectors: np.ndarray, dims: int, random: np.random.RandomState) -> np.ndarray:
    """float32 (n, dims): the principal axes of a sample, which is enough to start from."""
    sample = vectors[np.sort(random.permutation(len(vectors))[:SAMPLE])]
    mean = sample.mean(0)
    axes = np.linalg.svd(sample - mean, full_matrices=False)[2][:dims]
    start = np.zeros((len(vectors), dims), np.float32)
    start[:, : len(axes)] = vectors @ axes.T - mean @ axes.T
    return start


def _scaled(start: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """A start of size 10 with a little noise, so that identical rows are not one point (umap-learn does the
    same)."""
    size = np.abs(start).max()
    scaled = start * (10 / size) if size > 0 else start
    return (scaled + random.normal(scale=1e-4, size=start.shape)).astype(np.float32)


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

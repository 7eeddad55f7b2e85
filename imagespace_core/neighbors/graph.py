"""Computes the neighbor graph: exactly for small collections, by NN-descent above."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.neighbors import Graph, Tick

EXACT_UP_TO = 50_000
"""Rows. At 50,000 x 512, k = 90, on 2 busy cores: exact 38 s; NN-descent 30 s (0.999 of the neighbors), after 25 s
of compiling in a fresh process. Exact takes 5 s at 20,000."""

BLOCK_BYTES = 128 << 20
ROUNDING = 2e-6
"""What float32 leaves uncertain in the cosine of two unit vectors; rows nearer to each other than that are a
tie."""
IDENTICAL = 1e-4
"""Distance up to which two unit vectors count as the same one."""
NEAR_COSINE = 0.999
"""Above it sqrt(2 - 2 cos) loses its digits in float32, so the distance is taken from the difference."""


@dataclass(frozen=True)
class NeighborGraph:
    """The `k` nearest other rows by cosine (k is capped at n - 1).

    Ties go to the lower row. The same vectors and seed give the same graph.
    NN-descent: Dong, Moses, Li, Efficient k-nearest neighbor graph construction, WWW 2011.
    """

    k: int = 90
    seed: int = 0
    jobs: int = field(default=-1, metadata={"key": False})

    def __call__(self, vectors: np.ndarray, tick: Tick | None = None) -> Graph:
        """float32 (n, d) rows of unit length, n >= 1 -> Graph of shape (n, min(k, n - 1)).

        Raises InputError if k < 1 or the vectors are not (n, d) with n >= 1.
        """
        if self.k < 1:
            raise InputError(f"k is {self.k}; a neighbor graph needs at least 1.")
        if vectors.ndim != 2 or len(vectors) == 0:
            raise InputError(f"Vectors of shape {vectors.shape}; expected (n, d) with n >= 1.")
        n, k = len(vectors), min(self.k, len(vectors) - 1)
        if k == 0:
            return Graph(np.empty((n, 0), np.int32), np.empty((n, 0), np.float32))
        tick = tick or (lambda share: None)
        if n <= EXACT_UP_TO:
            return exact_graph(vectors, k, tick)
        return self._descend(vectors, k, tick)

    def _descend(self, vectors: np.ndarray, k: int, tick: Tick) -> Graph:
        from pynndescent import NNDescent

        index = NNDescent(
            np.ascontiguousarray(vectors, np.float32),
            metric="euclidean",
            n_neighbors=k + 1,
            random_state=self.seed,
            n_jobs=None if self.jobs < 1 else self.jobs,
        )
        graph = index.neighbor_graph
        if graph is None:
            raise RuntimeError("pynndescent gave no neighbor graph.")
        found = graph[0]
        tick(0.9)
        n = len(vectors)
        rows = np.empty((n, k), np.int32)
        distances = np.empty((n, k), np.float32)
        step = max(1, BLOCK_BYTES // (4 * vectors.shape[1] * (k + 1)))
        for start in range(0, n, step):
            ids = np.arange(start, min(start + step, n))
            near = found[start : start + step]
            far = _lengths(vectors[np.repeat(ids, k + 1)], vectors[near.ravel()]).reshape(near.shape)
            far[(near == ids[:, None]) | (near < 0)] = np.inf
            order = np.lexsort((near, far), axis=1)[:, :k]
            rows[ids] = np.take_along_axis(near, order, 1)
            distances[ids] = np.take_along_axis(far, order, 1)
            tick(0.9 + 0.1 * (ids[-1] + 1) / n)
        for row in np.flatnonzero(np.isinf(distances[:, -1])):
            rows[row], distances[row] = _search(vectors, np.array([row]), k)
        return Graph(rows, distances)


def all_identical(vectors: np.ndarray, graph: Graph) -> bool:
    """Whether every row is the same vector (to float32 rounding), so that there is nothing to map or to
    group."""
    if graph.distances.size and graph.distances.max() > IDENTICAL:
        return False
    return float(np.ptp(vectors, axis=0).max()) <= IDENTICAL


def exact_graph(vectors: np.ndarray, k: int, tick: Tick) -> Graph:
    """float32 (n, d) rows of unit length, 1 <= k < n -> the true k nearest others of each."""
    n = len(vectors)
    rows = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)
    step = max(1, BLOCK_BYTES // (4 * n))
    for start in range(0, n, step):
        ids = np.arange(start, min(start + step, n))
        rows[ids], distances[ids] = _search(vectors, ids, k)
        tick((ids[-1] + 1) / n)
    return Graph(rows, distances)


def nearest_of(queries: np.ndarray, vectors: np.ndarray, k: int, tick: Tick) -> Graph:
    """float32 (m, d) and float32 (n, d), unit rows, 1 <= k <= n -> the true k nearest of `vectors` to each
    query."""
    m = len(queries)
    rows = np.empty((m, k), np.int32)
    distances = np.empty((m, k), np.float32)
    step = max(1, BLOCK_BYTES // (4 * len(vectors)))
    for start in range(0, m, step):
        part = slice(start, min(start + step, m))
        rows[part], distances[part] = _nearest(queries[part], vectors, queries[part] @ vectors.T, k)
        tick(part.stop / m)
    return Graph(rows, distances)


def _search(vectors: np.ndarray, ids: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest other rows of rows `ids`: int (m, k), float32 (m, k)."""
    queries = vectors[ids]
    cosines = np.asarray(queries @ vectors.T)
    cosines[np.arange(len(ids)), ids] = -np.inf
    return _nearest(queries, vectors, cosines, k)


def _nearest(queries: np.ndarray, vectors: np.ndarray, cosines: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    if k < cosines.shape[1]:
        near = np.argpartition(-cosines, k, axis=1)[:, : k + 1]
        values = np.take_along_axis(cosines, near, 1)
        order = np.argsort(-values, axis=1, kind="stable")
        near, values = np.take_along_axis(near, order, 1), np.take_along_axis(values, order, 1)
        for at in np.flatnonzero(values[:, k - 1] - values[:, k] < ROUNDING):
            near[at, :k] = _lowest_rows_of_tie(cosines[at], values[at, k - 1], k)
        near = near[:, :k]
    else:
        near = np.argsort(-cosines, axis=1, kind="stable")
    values = np.take_along_axis(cosines, near, 1)
    far = np.sqrt(np.maximum(0, 2 - 2 * values))
    at, column = np.nonzero(values > NEAR_COSINE)
    far[at, column] = _lengths(queries[at], vectors[near[at, column]])
    order = np.lexsort((near, far), axis=1)
    return np.take_along_axis(near, order, 1), np.take_along_axis(far, order, 1)


def _lowest_rows_of_tie(cosines: np.ndarray, border: float, k: int) -> np.ndarray:
    surely = np.flatnonzero(cosines > border + ROUNDING)
    tied = np.flatnonzero(np.abs(cosines - border) <= ROUNDING)
    return np.concatenate([surely, tied])[:k]


def _lengths(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distances between paired rows, float32 (m, d) each, from the differences themselves: float32 (m,)."""
    difference = a - b
    return np.sqrt(np.einsum("ij,ij->i", difference, difference))

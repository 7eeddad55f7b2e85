"""`Exact`: compares with every vector, in blocks, so that a million of them may stay on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError, WorkspaceError
from imagespace_core.search.index import METRICS, Metric, Neighbors

BLOCK_BYTES = 64 << 20
QUERIES_AT_ONCE = 256
SPARE = 8
"""Candidates kept beyond k, because the fast scores that choose them are rounded and the final distances are
not."""


@dataclass
class Exact:
    """Exact nearest neighbors. Nothing is written: `save` and `load` are there so that every Index can be
    kept."""

    metric: Metric = "angular"

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise InputError(f"Unknown metric {self.metric!r}; expected one of {', '.join(METRICS)}.")
        self._vectors: np.ndarray | None = None
        self._squares: np.ndarray | None = None

    def build(self, vectors: np.ndarray) -> None:
        """float32 (n, d), perhaps memory-mapped; kept as it is, not copied. One pass for the lengths."""
        if vectors.ndim != 2 or len(vectors) == 0:
            raise InputError(f"Vectors of shape {vectors.shape}; expected (n, d) with n >= 1.")
        self._vectors = vectors
        self._squares = None
        if self.metric in ("angular", "euclidean"):
            self._squares = np.concatenate([np.einsum("ij,ij->i", block, block) for _, block in self._blocks(vectors)])

    def save(self, path: Path) -> None:
        """Nothing to write: the vectors are the index."""

    def load(self, path: Path, vectors: np.ndarray) -> None:
        """The same as `build`."""
        self.build(vectors)

    def query(self, vectors: np.ndarray, k: int) -> Neighbors:
        """float32 (m, d) -> the min(k, n) nearest rows of each, ties by row. k >= 1."""
        if self._vectors is None:
            raise WorkspaceError("This index is empty. Call build or load first.")
        queries = checked_queries(vectors, k, self._vectors.shape[1])
        k = min(k, len(self._vectors))
        rows = np.empty((len(queries), k), np.int32)
        far = np.empty((len(queries), k), np.float32)
        for start in range(0, len(queries), QUERIES_AT_ONCE):
            part = slice(start, start + QUERIES_AT_ONCE)
            candidates = self._candidates(queries[part], min(k + SPARE, len(self._vectors)))
            rows[part], far[part] = nearest_first(self.metric, queries[part], self._vectors, candidates, k)
        return Neighbors(rows, far)

    def _blocks(self, vectors: np.ndarray, at_once: int = 1):
        """(first row, rows of it) so that neither a block nor its scores for `at_once` queries exceed
        BLOCK_BYTES."""
        step = max(1, BLOCK_BYTES // (4 * max(vectors.shape[1], at_once)))
        for start in range(0, len(vectors), step):
            yield start, np.asarray(vectors[start : start + step])

    def _candidates(self, queries: np.ndarray, count: int) -> np.ndarray:
        """int64 (m, count): the rows with the lowest scores, in no order."""
        assert self._vectors is not None
        best = np.empty((len(queries), 0), np.float32)
        rows = np.empty((len(queries), 0), np.int64)
        for start, block in self._blocks(self._vectors, len(queries)):
            scores = self._scores(queries, start, block)
            near = _lowest(scores, count)
            best = np.hstack([best, np.take_along_axis(scores, near, 1)])
            rows = np.hstack([rows, near + start])
            near = _lowest(best, count)
            best, rows = np.take_along_axis(best, near, 1), np.take_along_axis(rows, near, 1)
        return rows

    def _scores(self, queries: np.ndarray, start: int, block: np.ndarray) -> np.ndarray:
        """float32 (m, b): rises with the distance for each query, but is not the distance."""
        if self.metric == "manhattan":
            from scipy.spatial.distance import cdist

            return cdist(queries, block, "cityblock").astype(np.float32)
        products = queries @ block.T
        if self.metric == "dot":
            return -products
        assert self._squares is not None
        squares = self._squares[start : start + len(block)]
        if self.metric == "euclidean":
            return squares - 2 * products
        return -products / np.sqrt(np.maximum(squares, 1e-30))


def checked_queries(vectors: np.ndarray, k: int, d: int) -> np.ndarray:
    """Queries as float32 (m, d). Raises InputError for another shape, for k < 1 and for what is not finite."""
    queries = np.asarray(vectors, np.float32)
    if queries.ndim != 2 or queries.shape[1] != d:
        raise InputError(f"Queries of shape {queries.shape}; the vectors have {d} dimensions, so expected (m, {d}).")
    if k < 1:
        raise InputError(f"k is {k}; ask for at least 1 result.")
    if not np.isfinite(queries).all():
        raise InputError("A query vector holds values that are not finite.")
    return queries


def nearest_first(
    metric: Metric, queries: np.ndarray, vectors: np.ndarray, candidates: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Candidates int (m, c >= k) -> the k nearest of each: rows int32 (m, k), true distances float32 (m,
    k)."""
    rows = np.empty((len(queries), k), np.int32)
    far = np.empty((len(queries), k), np.float32)
    for at, query in enumerate(queries):
        own = np.sort(candidates[at])
        lengths = distances(metric, query, vectors[own])
        order = np.argsort(lengths, kind="stable")[:k]
        rows[at], far[at] = own[order], lengths[order]
    return rows, far


def distances(metric: Metric, query: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """float32 (d,) and float32 (c, d) -> float32 (c,) as `Neighbors` defines them, without cancellation.

    angular is taken between unit vectors, as the length of their difference; a zero vector is sqrt(2) from
    all.
    """
    if metric == "dot":
        return -(vectors @ query)
    if metric == "angular":
        query_length, lengths = np.linalg.norm(query[None], axis=1)[0], np.linalg.norm(vectors, axis=1)
        defined = (lengths > 0) & (query_length > 0)
        scale = np.where(lengths > 0, lengths, 1)[:, None]
        difference = vectors / scale - query / (query_length if query_length > 0 else 1)
        return np.where(defined, np.linalg.norm(difference, axis=1), np.float32(np.sqrt(2)))
    difference = vectors - query
    return np.abs(difference).sum(1) if metric == "manhattan" else np.linalg.norm(difference, axis=1)


def _lowest(scores: np.ndarray, count: int) -> np.ndarray:
    if scores.shape[1] <= count:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    return np.argpartition(scores, count - 1, axis=1)[:, :count]

"""Searches by examples that are rows themselves, as evaluation does thousands of times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.search.annoy import Annoy
from imagespace_core.search.exact import Exact, distances
from imagespace_core.search.index import Index, Metric
from imagespace_core.search.query import Query, run

ANNOY_TREES = 750
ANNOY_METRIC: Metric = "euclidean"
"""The preset for microscopy patches: so many trees that what they miss no longer shows in precision."""
BLOCK_ROWS = 16_384


@dataclass(frozen=True)
class ByRows:
    """vectors: float32 (n, d), row-aligned. index: built on them."""

    vectors: np.ndarray
    index: Index

    def query(self, positive: np.ndarray, negative: np.ndarray, exclude: np.ndarray | None = None) -> Query:
        none = np.empty(0, np.int64)
        return Query(self.vectors[positive], self.vectors[negative], none if exclude is None else exclude)

    def ranking(self, positive: np.ndarray, negative: np.ndarray, exclude: np.ndarray, k: int) -> np.ndarray:
        """int32 (k,): the nearest rows that are not excluded, nearest first, as the index finds them."""
        return run(self.query(positive, negative, exclude), self.index, k).rows[0]

    def scores(self, positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
        """float32 (n,): minus the exact distance of every row, whatever the index would find."""
        return similarities(self.query(positive, negative), self.vectors, self.index.metric)


def similarities(query: Query, vectors: np.ndarray, metric: Metric) -> np.ndarray:
    """float32 (n,): minus the exact distance of every row of `vectors`, float32 (n, d), to the query."""
    vector = query.vector()
    starts = range(0, len(vectors), BLOCK_ROWS)
    blocks = (np.asarray(vectors[start : start + BLOCK_ROWS]) for start in starts)
    return -np.concatenate([distances(metric, vector, block) for block in blocks])


def by_rows(vectors: np.ndarray, metric: Metric = ANNOY_METRIC, trees: int = 0) -> ByRows:
    """Exact where `trees` is 0, else by an Annoy forest of so many; see ANNOY_TREES."""
    index = Annoy(metric, trees) if trees else Exact(metric)
    index.build(vectors)
    return ByRows(vectors, index)

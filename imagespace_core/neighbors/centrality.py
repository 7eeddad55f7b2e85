"""Centrality: how central each image is among its neighbors, so that one can stand for a region of the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.neighbors import Graph, Tick


@dataclass(frozen=True)
class Centrality:
    """PageRank on the neighbor graph: an image is central if central images have it among their `neighbors` nearest.

    Brin, Page, Motwani, Winograd, The PageRank citation ranking, 1999, by power iteration: with probability `damping`
    a walk goes on to one of the neighbors, all alike, else to any row. It ends when the scores move by less than
    `tolerance` in sum, or after `steps`.
    """

    neighbors: int = 15
    damping: float = 0.85
    tolerance: float = 1e-6
    steps: int = 100

    def __call__(self, graph: Graph, tick: Tick | None = None) -> np.ndarray:
        """The graph of n rows -> float32 (n,), above 0, sum 1; larger is more central. Any n >= 0."""
        from scipy.sparse import csr_array

        rows = graph.rows[:, : self.neighbors]
        n, k = rows.shape
        if n == 0 or k == 0:
            return np.full(n, 1 / max(n, 1), np.float32)
        links = np.full(n * k, self.damping / k)
        onward = csr_array((links, rows.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n)).T.tocsr()
        rank = np.full(n, 1 / n)
        for step in range(self.steps):
            before, rank = rank, onward @ rank + (1 - self.damping) / n
            if tick:
                tick((step + 1) / self.steps)
            if np.abs(rank - before).sum() < self.tolerance:
                break
        if tick:
            tick(1.0)
        return (rank / rank.sum()).astype(np.float32)

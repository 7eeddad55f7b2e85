"""UMAP on the shared neighbor graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.neighbors import Graph, Tick
from imagespace_core.neighbors.umap_layout import umap_layout
from imagespace_core.reduce.pca import principal_components


@dataclass(frozen=True)
class UMAP:
    """UMAP by umap-learn (McInnes, Healy, Melville, 2018), with no neighbor search of its own.

    n_neighbors: as umap-learn counts them, the image itself included; capped at n.
    min_dist: how close images may lie, in units of the map's typical distance.

    Fewer than 5 images are placed by PCA, which is all there is to show. Identical images start a hair apart
    (seeded) and end as a small cloud; if all of them are identical, they are one point.
    """

    dims: int = 2
    n_neighbors: int = 15
    min_dist: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_neighbors < 2:
            raise InputError(f"n_neighbors is {self.n_neighbors}; UMAP needs at least 2.")
        if not 0 <= self.min_dist <= 1:
            raise InputError(f"min_dist is {self.min_dist}; expected 0 to 1.")

    packages: ClassVar[Sequence[str]] = ("umap-learn",)

    @property
    def neighbors_needed(self) -> int:
        return self.n_neighbors - 1

    def __call__(self, vectors: np.ndarray, graph: Graph, tick: Tick | None = None) -> np.ndarray:
        """float32 (n, d) rows of unit length, their graph -> float32 (n, dims), finite, mean 0.

        Raises InputError if the graph has fewer neighbors than n_neighbors needs.
        """
        tick = tick or (lambda share: None)
        n = len(vectors)
        if n < 5:
            return principal_components(vectors, self.dims, tick)
        if graph.rows.shape[1] < min(self.neighbors_needed, n - 1):
            raise InputError(
                f"The neighbor graph has k = {graph.rows.shape[1]}; n_neighbors {self.n_neighbors} needs "
                f"{self.neighbors_needed}. Rebuild the graph with that k, or lower n_neighbors."
            )
        positions = umap_layout(vectors, graph, self.dims, self.n_neighbors, self.min_dist, self.seed, tick)
        tick(1.0)
        return positions

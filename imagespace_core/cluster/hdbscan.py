"""HDBSCAN: clusters by density, of any shape, with what lies between them left as noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.cluster.clustering import Clustering
from imagespace_core.errors import InputError
from imagespace_core.neighbors import Graph, Tick
from imagespace_core.neighbors.graph import all_identical
from imagespace_core.neighbors.umap_layout import umap_layout

SMALLEST = 5
SIZE_PER_ROOT = 0.4


@dataclass(frozen=True)
class HDBSCAN:
    """HDBSCAN (Campello, Moulavi, Sander, 2013) in a UMAP space of `dims` dimensions made for it, not on a
    map.

    min_cluster_size: None chooses 0.4 sqrt(n), at least 5: 11 for 729 images, 17 for 1,797, 400 for a
    million.
    min_samples: neighbors that make a place dense; higher calls more rows noise.
    dims, n_neighbors: of the space, whose min_dist is 0 so that density shows (McInnes, Using UMAP for
    clustering).

    Why that space: agreement (adjusted mutual information) with the true classes, noise counted as one class, and
    the share of noise, at min_samples 5 and min_cluster_size n / 100, one seed:
        729 grocery photos, 43 categories, efficientnet-lite0    UMAP-5 0.62, 16 %    PCA-50 0.52, 25 %
        1,797 digits, 10 classes, pixels                         UMAP-5 0.91,  1 %    PCA-50 0.71, 32 %
    In all dimensions at once (the neighbor graph itself) it was 0.43 and 0.69; UMAP-10 and UMAP-2 were like UMAP-5.
    Leaves instead of excess of mass were the same on the photos and worse on the digits (0.63, 22 %). Space and
    size were chosen on these two collections, so other images may fare worse. 50,000 rows took 40 s on 2 busy cores.
    """

    min_cluster_size: int | None = None
    min_samples: int = 5
    dims: int = 5
    n_neighbors: int = 15
    seed: int = 0

    def __post_init__(self) -> None:
        if self.min_cluster_size is not None and self.min_cluster_size < 2:
            raise InputError(f"min_cluster_size is {self.min_cluster_size}; a cluster has at least 2 images.")
        if self.min_samples < 1:
            raise InputError(f"min_samples is {self.min_samples}; expected at least 1.")

    @property
    def neighbors_needed(self) -> int:
        return self.n_neighbors - 1

    def size_for(self, n: int) -> int:
        """The smallest cluster among n images."""
        return self.min_cluster_size or max(SMALLEST, round(SIZE_PER_ROOT * n**0.5))

    def __call__(self, vectors: np.ndarray, graph: Graph, tick: Tick | None = None) -> Clustering:
        """float32 (n, d) rows of unit length, their graph -> Clustering, any n >= 1.

        The strength of a member is HDBSCAN's own membership: 1 in the cluster's core, towards 0 at its edge.
        A noise row is nearest to the cluster of its nearest member in the space, and its strength is that
        member's, times the member's core distance (to its min_samples-th neighbor) over the distance between
        the two: never firmer than the member beside it, and fading with distance. It orders rows; it is no
        probability.

        There is no cluster where fewer than two of the smallest size could be, or where all images are
        identical: HDBSCAN never calls the whole collection one cluster.
        """
        tick = tick or (lambda share: None)
        n, size = len(vectors), self.size_for(len(vectors))
        nothing = Clustering(np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.zeros(n, np.float32))
        if n < max(2 * size, 5) or all_identical(vectors, graph):
            tick(1.0)
            return nothing
        space = umap_layout(
            vectors, graph, self.dims, self.n_neighbors, 0.0, self.seed, lambda share: tick(0.8 * share)
        ).astype(np.float64)
        found, strength = self._cluster(space, size)
        tick(0.95)
        if found.max() < 0:
            return nothing
        labels = largest_first(found)
        nearest = labels.copy()
        self._attach_noise(space, labels, nearest, strength)
        tick(1.0)
        return Clustering(labels, nearest, strength)

    def _cluster(self, space: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
        import hdbscan

        # core_dist_n_jobs above 1 starts processes, which costs more than it saves in a handful of
        # dimensions.
        clusterer = hdbscan.HDBSCAN(
            min_cluster_size=size, min_samples=min(self.min_samples, len(space) - 1), core_dist_n_jobs=1
        ).fit(space)
        return clusterer.labels_, clusterer.probabilities_.astype(np.float32)

    def _attach_noise(self, space: np.ndarray, labels: np.ndarray, nearest: np.ndarray, strength: np.ndarray) -> None:
        """Fill in `nearest` and `strength` where labels are -1."""
        from scipy.spatial import KDTree

        noise, members = np.flatnonzero(labels < 0), np.flatnonzero(labels >= 0)
        if not len(noise):
            return
        distance, at = KDTree(space[members]).query(space[noise], workers=-1)
        beside = members[at]
        core = KDTree(space).query(space[beside], min(self.min_samples + 1, len(space)), workers=-1)[0][:, -1]
        nearest[noise] = labels[beside]
        strength[noise] = strength[beside] * core / np.maximum(np.maximum(distance, core), 1e-12)


def largest_first(labels: np.ndarray) -> np.ndarray:
    """int (n,), -1 is noise -> int32 (n,) with the clusters renumbered by size, ties by their first row."""
    values, first, counts = np.unique(labels, return_index=True, return_counts=True)
    kept = values >= 0
    order = np.lexsort((first[kept], -counts[kept]))
    number = np.full(int(values.max()) + 2, -1, np.int32)
    number[values[kept][order]] = np.arange(kept.sum(), dtype=np.int32)
    return number[labels]

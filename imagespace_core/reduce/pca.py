"""PCA: principal components, the exact linear map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.neighbors import Graph, Tick

BLOCK_ROWS = 16_384


@dataclass(frozen=True)
class PCA:
    """The first `dims` principal components (Pearson 1901), exact at any size; `seed` has no effect.

    Each axis is turned so that its largest loading is positive, so two builds agree. Where the images have
    fewer directions than `dims`, the missing axes are 0; identical images are one point.
    """

    dims: int = 2
    seed: int = 0

    packages: ClassVar[Sequence[str]] = ("scikit-learn",)

    @property
    def neighbors_needed(self) -> int:
        return 0

    def __call__(self, vectors: np.ndarray, graph: Graph | None = None, tick: Tick | None = None) -> np.ndarray:
        """float32 (n, d) -> float32 (n, dims), mean 0. The graph is not used."""
        return principal_components(vectors, self.dims, tick)


def principal_components(vectors: np.ndarray, dims: int, tick: Tick | None = None) -> np.ndarray:
    """float32 (n, d) -> float32 (n, dims), the centered vectors along their `dims` directions of largest
    variance."""
    tick = tick or (lambda share: None)
    mean, variances, axes = _decompose(vectors, tick)
    found = min(dims, int(np.count_nonzero(variances > _rounding(variances))))
    axes = axes[:found]
    axes = axes * np.sign(axes[np.arange(found), np.abs(axes).argmax(1)])[:, None]
    positions = np.zeros((len(vectors), dims), np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = vectors[start : start + BLOCK_ROWS] - mean
        positions[start : start + BLOCK_ROWS, :found] = block @ axes.T.astype(np.float32)
    tick(1.0)
    return positions - positions.mean(0, dtype=np.float64).astype(np.float32)


def explained_variance(vectors: np.ndarray, components: int = 50) -> np.ndarray:
    """float32 (n, d) -> float64 (m,), m = min(components, n, d): the share of all variance each component
    keeps.

    Falling, sum <= 1; all 0 where the vectors are all the same.
    """
    _, variances, _ = _decompose(vectors, lambda share: None)
    variances = np.where(variances > _rounding(variances), variances, 0.0)
    total = variances.sum()
    return variances[:components] / total if total > 0 else np.zeros(min(components, len(variances)))


def _decompose(vectors: np.ndarray, tick: Tick) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean float32 (d,), variances float64 (m,) falling, axes float64 (m, d); m = min(n, d).

    With n >= d the eigenvectors of the covariance, summed over blocks: one pass over a memory-mapped array
    and d x d memory, which is why nothing here needs to be randomized.
    """
    from threadpoolctl import threadpool_limits

    n, d = vectors.shape
    mean = np.asarray(np.mean(vectors, axis=0, dtype=np.float64), np.float32)
    if n < d:
        # OpenBLAS's threads wait for each other busily in these two: 0.35 processor seconds alone, 2 to 4 with two.
        with threadpool_limits(1, user_api="blas"):
            _, lengths, axes = np.linalg.svd((vectors - mean).astype(np.float64), full_matrices=False)
        return mean, lengths**2 / n, axes
    covariance = np.zeros((d, d))
    for start in range(0, n, BLOCK_ROWS):
        block = vectors[start : start + BLOCK_ROWS] - mean
        covariance += block.T @ block
        tick(0.8 * min(1.0, (start + BLOCK_ROWS) / n))
    with threadpool_limits(1, user_api="blas"):
        variances, axes = np.linalg.eigh(covariance / n)
    return mean, np.maximum(variances[::-1], 0), axes.T[::-1]


def _rounding(variances: np.ndarray) -> float:
    """The variance that float32 input makes out of nothing: about its resolution squared, for vectors of
    length 1."""
    return max(1e-12, 1e-10 * float(variances[0])) if len(variances) else 0.0

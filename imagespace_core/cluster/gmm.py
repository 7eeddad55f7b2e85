"""GMM: clusters as a mixture of Gaussians over image vectors and chosen metadata columns; every row belongs to one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imagespace_core.cluster.clustering import Clustering
from imagespace_core.cluster.features import Features, of_columns, of_vectors
from imagespace_core.cluster.hdbscan import largest_first
from imagespace_core.errors import InputError
from imagespace_core.neighbors import Graph, Tick

FIT_ROWS = 20_000
"""The mixture is fitted to so many rows, drawn with the seed; all rows are then assigned to it."""
BLOCK_ROWS = 65_536
FLOOR = 0.01
"""Added to every variance (features have variance 1): a tenth of a standard deviation is the finest that counts."""
LADDER = (*range(1, 11), 12, 14, 17, 20, 24, 29, 34, 40)
PATIENCE = 4
"""So many steps up the ladder without a better BIC end the search."""
LEAST_ROWS_EACH = 5


@dataclass(frozen=True)
class Mixture(Clustering):
    """A Clustering without noise.

    probabilities: float32 (n, k), rows sum to 1: how likely each cluster is for each row; `strength` is the largest.
    bic: of every number of components that was tried; lower is better.
    """

    probabilities: np.ndarray
    bic: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class GMM:
    """Gaussian mixture with diagonal covariances (scikit-learn's EM).

    components: None chooses by the Bayesian information criterion (Schwarz 1978) among 1 to 40.
    columns: metadata columns that count beside the image: numbers and dates standardized, text one-hot.
    weight: what a column counts against one direction of the images; its log-likelihood is multiplied by this, so 0
        ignores the columns. Scaling them instead would do nothing: a Gaussian's likelihood absorbs any scale.
    dims: principal components that stand for the image, each of variance 1.

    Why diagonal in 32 dimensions: agreement (adjusted mutual information) with the true classes, where BIC chose the
    number of components from 2 to 40:
        729 grocery photos, 43 categories    diagonal 0.61 (24)  full 0.31 (2)  tied 0.68 (40)  spherical 0.64 (40)
        1,797 digits, 10 classes             diagonal 0.68 (20)  full 0.53 (5)  tied 0.67 (40)  spherical 0.59 (40)
    Tied and spherical ones were given the most components there were, and full ones too few to be useful.
    """

    components: int | None = None
    columns: tuple[str, ...] = ()
    weight: float = 1.0
    dims: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        if self.components is not None and self.components < 1:
            raise InputError(f"components is {self.components}; a mixture has at least 1.")
        if not 0 <= self.weight < np.inf:
            raise InputError(f"the weight of the columns is {self.weight}; expected 0 or more.")
        if self.dims < 1:
            raise InputError(f"dims is {self.dims}; expected at least 1.")

    @property
    def neighbors_needed(self) -> int:
        return 0

    def need(self, there: Collection[str]) -> None:
        """Raises InputError where a column to cluster by is not among these."""
        if missing := [name for name in self.columns if name not in there]:
            raise InputError(
                f"there is no column {missing[0]!r} to cluster by; there are: {', '.join(there) or 'none'}"
            )

    def __call__(
        self,
        vectors: np.ndarray,
        graph: Graph | None = None,
        tick: Tick | None = None,
        columns: Mapping[str, np.ndarray] | None = None,
    ) -> Mixture:
        """float32 (n, d) rows of unit length, columns (n,) by name -> Mixture, any n >= 1. The graph is not used.

        columns: at least those that the field `columns` names; numbers (NaN is missing), dates, yes/no or text (None
        is missing). A missing number counts as the mean, a missing text as none of the categories.

        Raises InputError for a column that is not there, has no two different values, or is a text with too many.
        """
        tick = tick or (lambda share: None)
        from threadpoolctl import threadpool_limits

        given = columns or {}
        self.need(given)
        n = len(vectors)
        if n < 2:
            return _one(n, tick)
        random = np.random.default_rng(self.seed)
        sample = np.sort(random.choice(n, FIT_ROWS, replace=False)) if n > FIT_ROWS else np.arange(n)
        features = of_vectors(vectors, self.dims, sample)
        if self.columns and self.weight > 0:
            features += of_columns({name: given[name] for name in self.columns}, n, self.weight)
        if not features.values.shape[1]:
            return _one(n, tick)
        # The threads of k-means and BLAS wait for each other busily: on small arrays alone is quicker.
        with threadpool_limits(1):
            mixture, bic = self._fit(features.take(sample), lambda share: tick(0.8 * share))
        found = np.empty((n, mixture.n_components), np.float32)
        for start in range(0, n, BLOCK_ROWS):
            found[start : start + BLOCK_ROWS] = mixture.predict_proba(features.values[start : start + BLOCK_ROWS])
            tick(0.8 + 0.2 * min(1.0, (start + BLOCK_ROWS) / n))
        return _ordered(found, bic)

    def _fit(self, features: Features, tick: Tick) -> tuple[Any, dict[int, float]]:
        """The mixture with the lowest BIC, and the BIC of all."""
        most = max(1, len(features.values) // LEAST_ROWS_EACH)
        ladder = [k for k in LADDER if k <= most]
        if self.components is not None:
            ladder = [min(self.components, len(features.values))]
        bic: dict[int, float] = {}
        best = None
        for step, k in enumerate(ladder, start=1):
            mixture = _em(features, k, self.seed)
            bic[k] = float(mixture.bic(features.values))
            tick(step / len(ladder))
            if best is None or bic[k] < bic[best.n_components]:
                best = mixture
            elif step - ladder.index(best.n_components) > PATIENCE:
                break
        tick(1.0)
        return best, bic


def _em(features: Features, k: int, seed: int) -> Any:
    """A fitted mixture of k components, started from k-means where the image's directions keep their own scale."""
    from sklearn.cluster import KMeans
    from sklearn.mixture import GaussianMixture

    counts = features.counts

    class Weighted(GaussianMixture):
        """The log-likelihood of each feature counts `counts` times. Given who belongs where, the best means and
        variances are the same as without, so that only this step of EM changes."""

        def _estimate_log_prob(self, X: np.ndarray, xp: object = None) -> np.ndarray:
            precisions = np.square(np.asarray(self.precisions_cholesky_))
            means, weighted = np.asarray(self.means_), precisions * counts
            squares = X**2 @ weighted.T - 2 * X @ (means * weighted).T + (means**2 * weighted).sum(1)
            constant = (counts * (np.log(2 * np.pi) - np.log(precisions))).sum(1)
            return -0.5 * (constant + squares)

    # Where rows repeat, k-means finds fewer than k places, and says so.
    placed = features.values * features.spread * np.sqrt(counts)
    k = min(k, len(np.unique(placed, axis=0)))
    kmeans = KMeans(k, n_init=3, random_state=seed)  # pyright: ignore[reportArgumentType]
    labels = kmeans.fit(placed).labels_
    belongs = np.eye(k)[labels]
    size = belongs.sum(0)[:, None]
    means = belongs.T @ features.values / size
    variances = np.maximum(belongs.T @ features.values**2 / size - means**2, 0) + FLOOR
    return Weighted(
        k, covariance_type="diag", reg_covar=FLOOR, max_iter=200, random_state=seed,
        weights_init=size[:, 0] / size.sum(), means_init=means, precisions_init=1 / variances,
    ).fit(features.values)  # fmt: skip


def _one(n: int, tick: Tick) -> Mixture:
    """All rows in one cluster: there is nothing to tell them apart by."""
    tick(1.0)
    labels = np.zeros(n, np.int32)
    return Mixture(labels, labels.copy(), np.ones(n, np.float32), np.ones((n, 1), np.float32))


def _ordered(probabilities: np.ndarray, bic: dict[int, float]) -> Mixture:
    """The largest cluster first; components that are no row's most likely one are folded away."""
    likeliest = probabilities.argmax(1)
    labels = largest_first(likeliest)
    order = np.empty(labels.max() + 1, np.int64)
    order[labels] = likeliest
    kept = probabilities[:, order]
    kept /= kept.sum(1, keepdims=True)
    return Mixture(labels, labels.copy(), np.minimum(kept.max(1), 1), kept, bic)

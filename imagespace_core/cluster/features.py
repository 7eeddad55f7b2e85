"""Features for clustering: image vectors and metadata columns side by side, as numbers of like size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import InputError

BLOCK_ROWS = 65_536
MOST_CATEGORIES = 50
CATEGORY_SPREAD = 0.3
"""A category's indicators have at most this standard deviation, where a number's is 1: one image of another category
in a cluster is then unlikely, and not impossible."""


@dataclass(frozen=True)
class Features:
    """values: float32 (n, f), mean about 0. spread: float64 (f,), what each is multiplied by where distances are
    measured. counts: float64 (f,), how many times its log-likelihood counts."""

    values: np.ndarray
    spread: np.ndarray
    counts: np.ndarray

    def __add__(self, other: Features) -> Features:
        return Features(
            np.hstack([self.values, other.values]),
            np.concatenate([self.spread, other.spread]),
            np.concatenate([self.counts, other.counts]),
        )

    def take(self, rows: np.ndarray) -> Features:
        """Some rows, in float64, as EM wants them."""
        return Features(self.values[rows].astype(np.float64), self.spread, self.counts)


def of_vectors(vectors: np.ndarray, dims: int, sample: np.ndarray) -> Features:
    """float32 (n, d) -> at most `dims` principal components of the sample's rows, int (m,), each of variance 1.

    Their spreads together are 1: so multiplied they keep the proportions they have among the vectors. Directions in
    which nothing varies are left out.
    """
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    fitted = np.asarray(vectors[sample], np.float64)
    found = PCA(min(dims, *fitted.shape), svd_solver="covariance_eigh" if len(fitted) >= fitted.shape[1] else "full")
    # OpenBLAS's threads wait for each other busily, see reduce.pca; images that are all the same divide 0 by 0.
    with threadpool_limits(1, user_api="blas"), np.errstate(invalid="ignore"):
        found.fit(fitted)
    scale = np.sqrt(np.maximum(found.explained_variance_, 0))
    kept = scale > 1e-6
    axes, scale = np.asarray(found.components_)[kept], scale[kept]
    values = np.empty((len(vectors), len(axes)), np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        values[start : start + BLOCK_ROWS] = (vectors[start : start + BLOCK_ROWS] - found.mean_) @ axes.T / scale
    return Features(values, scale / max(float(np.linalg.norm(scale)), 1e-12), np.ones(len(axes)))


def of_columns(columns: Mapping[str, np.ndarray], n: int, weight: float) -> Features:
    """Columns (n,) -> numbers standardized, categories one-hot. A category counts as one number does: what tells two of
    them apart is two indicators, so each counts half.

    Raises InputError for a column that cannot separate clusters.
    """
    made = []
    for name, column in columns.items():
        values = np.asarray(column)
        if values.shape != (n,):
            raise ValueError(f"column {name!r} has shape {values.shape}; expected ({n},)")
        made.append(_number(name, values, weight) if values.dtype.kind in "iufM" else _category(name, values, weight))
    return sum(made[1:], start=made[0])


def _number(name: str, values: np.ndarray, weight: float) -> Features:
    numbers = values.astype("datetime64[us]") if values.dtype.kind == "M" else values
    missing = np.isnat(numbers) if numbers.dtype.kind == "M" else ~np.isfinite(numbers.astype(np.float64))
    numbers = np.where(missing, np.nan, numbers.astype(np.float64))
    if missing.all() or not np.nanstd(numbers) > 0:
        raise InputError(
            f"column {name!r} has no two different numbers, so it cannot tell clusters apart; leave it out"
        )
    scaled = (numbers - np.nanmean(numbers)) / np.nanstd(numbers)
    return Features(np.nan_to_num(scaled)[:, None].astype(np.float32), np.ones(1), np.full(1, weight))


def _category(name: str, values: np.ndarray, weight: float) -> Features:
    import pandas as pd

    if any(isinstance(value, list | np.ndarray) for value in values):
        raise InputError(f"column {name!r} has several values a row; a column to cluster by has one. Leave it out")
    codes, names = pd.factorize(pd.Series(values, dtype="object").map(str, na_action="ignore"), sort=True)
    if not 2 <= len(names) <= MOST_CATEGORIES:
        raise InputError(
            f"column {name!r} has {len(names):,} different values; a text to cluster by has 2 to {MOST_CATEGORIES}. "
            "Leave it out"
        )
    indicators = (codes[:, None] == np.arange(len(names))).astype(np.float64)
    indicators = (indicators - indicators.mean(0)) * (2 * CATEGORY_SPREAD)  # an indicator's deviation is 1/2 at most
    return Features(
        indicators.astype(np.float32), np.full(len(names), 1 / CATEGORY_SPREAD / 2), np.full(len(names), weight / 2)
    )

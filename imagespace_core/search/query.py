"""`Query`: what is wanted and what is not, as vectors. Every kind of search becomes one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.search.index import Index, Neighbors


def _no_rows() -> np.ndarray:
    return np.empty(0, np.int32)


@dataclass(frozen=True)
class Query:
    """Examples of what is wanted and what is not.

    positive: float32 (p, d). negative: float32 (q, d). At least one of both.
    exclude: int (e,), rows never to answer with, such as the examples themselves.
    negative_weight: share of the negatives' mean that is taken off.
    """

    positive: np.ndarray
    negative: np.ndarray | None = None
    exclude: np.ndarray = field(default_factory=_no_rows)
    negative_weight: float = 0.5

    def vector(self) -> np.ndarray:
        """float32 (d,) of unit length: mean of the positives less the weighted mean of the negatives
        (Rocchio, 1971).

        Every example counts by its direction. Where the two cancel, the positives alone are searched with, and
        where those cancel among themselves, the first of them. Negatives alone search for what is least like
        them. Raises InputError without examples, or where they do not fit together.
        """
        positive = _directions(self.positive, "positive")
        if self.negative is None or len(self.negative) == 0:
            negative = np.empty((0, positive.shape[1]), np.float32)
        else:
            negative = _directions(self.negative, "negative")
        if len(positive) and len(negative) and positive.shape[1] != negative.shape[1]:
            raise InputError(
                f"Positive examples have {positive.shape[1]} dimensions, negative ones {negative.shape[1]}; "
                "they must come from one model."
            )
        if not len(positive) and not len(negative):
            raise InputError("A query needs at least one example.")
        if not len(positive):
            return _unit(-negative.mean(0), -negative[0])
        toward = _unit(positive.mean(0), positive[0])
        if not len(negative):
            return toward
        return _unit(positive.mean(0) - self.negative_weight * negative.mean(0), toward)


def run(query: Query, index: Index, k: int) -> Neighbors:
    """The k nearest rows to the query that are not excluded (all that are left, if fewer): arrays of shape
    (1, k)."""
    exclude = np.unique(np.asarray(query.exclude, np.int64))
    answer = index.query(query.vector()[None], k + len(exclude))
    kept = ~np.isin(answer.rows[0], exclude)
    return Neighbors(answer.rows[:, kept][:, :k], answer.distances[:, kept][:, :k])


def _directions(examples: np.ndarray, which: str) -> np.ndarray:
    vectors = np.asarray(examples, np.float32)
    if vectors.ndim != 2:
        raise InputError(f"The {which} examples have shape {vectors.shape}; expected (count, dimensions).")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(vectors).all() or (lengths == 0).any():
        raise InputError(f"A {which} example is zero or not finite, so it points nowhere.")
    return vectors / lengths


def _unit(vector: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vector)
    return (vector / length if length > 1e-6 else otherwise).astype(np.float32)

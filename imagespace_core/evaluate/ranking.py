"""How good a ranking is: precision, recall, average precision, and the overlap of what was found.

Two kinds of measures, which treat ties differently. The curve and its average precision see the scores: rows of one
score come together, so that they do not depend on the order of rows. Measures of the first k see the ranking itself,
as a person does who looks at k results; of rows at the same distance the search puts the earlier first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import InputError


@dataclass(frozen=True)
class Curve:
    """Precision and recall where the ranking is cut after each of its distinct scores, best first.

    precision, recall: float64 (c,), recall rising to 1. scores: float64 (c,), falling: what is taken is at least that.
    """

    precision: np.ndarray
    recall: np.ndarray
    scores: np.ndarray

    @property
    def average_precision(self) -> float:
        """Sum of precision times the step in recall, (R_k - R_k-1) P_k, without interpolation, as in scikit-learn."""
        return float(np.sum(np.diff(self.recall, prepend=0.0) * self.precision))


def precision_recall(relevant: np.ndarray, scores: np.ndarray) -> Curve:
    """The curve of a ranking.

    relevant: bool (n,). scores: (n,), finite, higher is better; for distances give their negative.
    Raises InputError where the shapes differ, a score is not finite, or nothing is relevant: there is no recall then.
    """
    relevant, scores = np.asarray(relevant, bool), np.asarray(scores, np.float64)
    if relevant.shape != scores.shape or relevant.ndim != 1:
        raise InputError(f"relevant has shape {relevant.shape} and scores {scores.shape}; expected one of each a row")
    if not np.isfinite(scores).all():
        raise InputError(f"{int((~np.isfinite(scores)).sum())} scores are not finite; rank only rows that have one")
    if not relevant.any():
        raise InputError(f"none of {len(relevant)} rows is relevant, so there is nothing to find; lower the threshold")
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last_of_its_score = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits = np.cumsum(relevant[order])[last_of_its_score]
    return Curve(hits / (last_of_its_score + 1), hits / hits[-1], ranked[last_of_its_score])


def average_precision(relevant: np.ndarray, scores: np.ndarray) -> float:
    """Area under the precision-recall curve as a sum of steps; 1 for a perfect ranking, about the share of relevant
    rows for a random one. Arguments and errors as for `precision_recall`.

    Source: scikit-learn, `average_precision_score`; ties count as one step.

    >>> average_precision(np.array([True, False, True]), np.array([3.0, 2.0, 1.0])).__round__(4)
    0.8333
    """
    return precision_recall(relevant, scores).average_precision


@dataclass(frozen=True)
class Batch:
    """What the first k of a ranking hold.

    precision: share of the k that is relevant. recall: share of all relevant rows that is among the k.
    average_precision: mean over the relevant rows that could be among k (the fewer of k and all there are) of the
    precision at the rank where each was found, 0 for those that were not. overlap: mean share that the structure
    covers in the k; NaN where nothing is known of it.
    """

    k: int
    precision: float
    recall: float
    average_precision: float
    overlap: float


def batches(
    relevant: np.ndarray, ranking: np.ndarray, sizes: Sequence[int], total: int, overlap: np.ndarray | None = None
) -> list[Batch]:
    """The measures of the first k results for every k of `sizes`.

    relevant: bool (n,). ranking: int (m,), rows best first, m at least the greatest size. total: relevant rows that
    could have been found. overlap: float (n,), 0 to 1.
    Raises InputError where the ranking is shorter than a size, or nothing could have been found.
    Source: C. D. Manning et al., "Introduction to Information Retrieval", 2008, section 8.4.
    """
    if total < 1:
        raise InputError("no row is relevant, so there is nothing to find; lower the threshold")
    if min(sizes) < 1 or max(sizes) > len(ranking):
        raise InputError(f"batch sizes {list(sizes)}: expected 1 to {len(ranking)}, the number of rows in the ranking")
    found = np.asarray(relevant, bool)[ranking]
    hits = np.cumsum(found)
    precision = hits / np.arange(1, len(found) + 1)
    gained = np.cumsum(np.where(found, precision, 0.0))
    measured = []
    for k in sizes:
        known = np.nan if overlap is None else float(np.nanmean(overlap[ranking[:k]]))
        average = gained[k - 1] / min(k, total)
        measured.append(Batch(k, float(precision[k - 1]), float(hits[k - 1] / total), float(average), known))
    return measured

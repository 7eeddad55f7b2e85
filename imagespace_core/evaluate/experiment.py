"""Runs an experiment: many searches by random examples whose right results are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.evaluate.ranking import Batch, Curve, batches, precision_recall
from imagespace_core.evaluate.relevance import Relevance

SIZES = tuple(range(10, 101, 10))
RECALLS = np.linspace(0, 1, 101)


class Searching(Protocol):
    """What is evaluated. Rows are int arrays, examples of what is wanted and of what is not."""

    def ranking(self, positive: np.ndarray, negative: np.ndarray, exclude: np.ndarray, k: int) -> np.ndarray:
        """int (k,): the nearest rows that are not excluded, best first; fewer where there are fewer."""
        ...

    def scores(self, positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
        """(n,): how well every row fits, higher is better."""
        ...


@dataclass(frozen=True)
class Trial:
    """One search. positive, negative: its examples, rows. ranking: what it found, as far as the largest batch.

    candidates: how many rows could have been found. relevant: how many of them should have been.
    """

    positive: np.ndarray
    negative: np.ndarray
    ranking: np.ndarray
    curve: Curve
    batches: tuple[Batch, ...]
    candidates: int
    relevant: int


@dataclass(frozen=True)
class Evaluation:
    """All trials of an experiment. Means are over trials, each counting the same."""

    relevance: Relevance
    trials: tuple[Trial, ...]

    @property
    def average_precisions(self) -> np.ndarray:
        """float64 (trials,)."""
        return np.array([trial.curve.average_precision for trial in self.trials])

    @property
    def mean_average_precision(self) -> float:
        return float(self.average_precisions.mean())

    @property
    def chance(self) -> float:
        """Mean share of the candidates that is relevant: about what a random ranking gets."""
        return float(np.mean([trial.relevant / trial.candidates for trial in self.trials]))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The batches that all trials have: what is left out, and so what is left to find, differs."""
        fewest = min(self.trials, key=lambda trial: len(trial.batches))
        return tuple(batch.k for batch in fewest.batches)

    def measured(self, name: str) -> np.ndarray:
        """float64 (trials, sizes) of a field of Batch."""
        return np.array(
            [[getattr(batch, name) for batch in trial.batches[: len(self.sizes)]] for trial in self.trials], np.float64
        )

    def curves(self) -> np.ndarray:
        """float64 (trials, 101): precision at RECALLS, interpolated: the greatest at that recall or a higher one.

        Source: C. D. Manning et al., "Introduction to Information Retrieval", 2008, section 8.4.
        """
        return np.array([interpolated(trial.curve) for trial in self.trials])


@dataclass(frozen=True)
class Experiment:
    """Searches by examples drawn at random from what is relevant and from what is not.

    trials: searches. positives, negatives: examples of each search; 0 negatives for none. sizes: batches to measure.
    """

    trials: int = 20
    positives: int = 5
    negatives: int = 5
    sizes: tuple[int, ...] = SIZES
    seed: int = 0

    def __post_init__(self) -> None:
        if self.trials < 1 or self.positives < 1 or self.negatives < 0:
            raise InputError(
                f"{self.trials} trials of {self.positives} positive and {self.negatives} negative examples; "
                "give at least 1 trial and 1 positive example"
            )
        if not self.sizes or min(self.sizes) < 1:
            raise InputError(f"batch sizes {self.sizes}: give one or more, each at least 1")

    def __call__(self, relevance: Relevance, search: Searching, groups: np.ndarray | None = None) -> Evaluation:
        """groups: (n,), the group of every row, see `one`.

        Raises InputError where there are fewer examples than asked for.
        """
        wanted = np.flatnonzero(relevance.relevant)
        unwanted = np.flatnonzero(relevance.known & ~relevance.relevant)
        for rows, count, kind in ((wanted, self.positives, "positive"), (unwanted, self.negatives, "negative")):
            most = len(rows) - (kind == "positive")  # one must be left to find
            if most < count:
                remedy = f"Ask for at most {most}" if most else "Label more rows"
                left = ", so that one is left to find" if kind == "positive" else ""
                also = ", or choose another least overlap (--min-overlap)" if relevance.overlap is not None else ""
                raise InputError(
                    f"{len(rows):,} of the rows can be {kind} examples ({relevance.name}); {count} were asked for. "
                    f"{remedy}{left}{also}"
                )
        random = np.random.default_rng(self.seed)
        trials = []
        for _ in range(self.trials):
            positive = np.sort(random.choice(wanted, self.positives, replace=False))
            negative = np.sort(random.choice(unwanted, self.negatives, replace=False))
            trials.append(self.one(relevance, search, positive, negative, groups))
        return Evaluation(relevance, tuple(trials))

    def one(
        self,
        relevance: Relevance,
        search: Searching,
        positive: Sequence[int] | np.ndarray,
        negative: Sequence[int] | np.ndarray,
        groups: np.ndarray | None = None,
    ) -> Trial:
        """The search by these examples (rows). Neither they nor rows of which nothing is known are counted.

        groups: (n,), of every row, e.g. its slice. Where given, the examples' whole groups are left out, not the
        examples alone: patches that overlap an example look like it for no merit of the model.
        Raises InputError where nothing relevant is left to find, or nothing else.
        """
        positive, negative = np.asarray(positive, np.int64), np.asarray(negative, np.int64)
        out = ~relevance.known
        out[positive] = out[negative] = True
        if groups is not None:
            out |= np.isin(groups, groups[np.concatenate([positive, negative])])
        total = int((relevance.relevant & ~out).sum())
        if not total:
            raise InputError(
                f"no row that is {relevance.name} is left to find beside the examples "
                "and what shares their group; give fewer examples, or leave out less (--apart)"
            )
        candidates = int((~out).sum())
        if total == candidates:
            raise InputError(
                f"all {total} rows that are left beside the examples are {relevance.name}, so any order is right; "
                "give fewer negative examples, or leave out less (--apart)"
            )
        sizes = [size for size in self.sizes if size <= candidates]
        if not sizes:
            raise InputError(
                f"{candidates} rows are left to find something in, fewer than the smallest batch of {min(self.sizes)}; "
                "give smaller batches (--batches) or fewer examples, or leave out less (--apart)"
            )
        ranking = search.ranking(positive, negative, np.flatnonzero(out), max(sizes))
        scores = search.scores(positive, negative)
        curve = precision_recall(relevance.relevant[~out], scores[~out])
        measured = batches(relevance.relevant, ranking, sizes, total, relevance.overlap)
        return Trial(positive, negative, ranking, curve, tuple(measured), candidates, total)


def interpolated(curve: Curve, recalls: np.ndarray = RECALLS) -> np.ndarray:
    """float64 (r,): the greatest precision at each of `recalls` or beyond."""
    best_from_here = np.maximum.accumulate(curve.precision[::-1])[::-1]
    at = np.searchsorted(curve.recall, recalls - 1e-12)
    return best_from_here[np.minimum(at, len(best_from_here) - 1)]

"""t-SNE on the shared neighbor graph."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, ClassVar

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.neighbors import Graph, Tick
from imagespace_core.neighbors.graph import NeighborGraph, all_identical, nearest_of
from imagespace_core.reduce.pca import principal_components

EARLY_STEPS = 250
EARLY_EXAGGERATION = 12.0
TICK_EVERY = 10

FFT_FROM = 4_000
"""Rows from which interpolation beats Barnes-Hut in 2D (2 cores: 9 ms against 13 ms a step at 5,000, 7
against 4 at 2,000)."""
BARNES_HUT_3D_UP_TO = 12_000
"""Rows. Interpolation does not exist in 3D, and Barnes-Hut takes about 5.5 microseconds a row and step on 2
cores: 750 steps are 50 s at 12,000 rows and 109 s at 20,000."""
THREADS_FROM = 2_500
"""Rows below which two threads save seconds at best (2 of 4 in 2D, 4 of 9 in 3D) and cost many on a busy machine."""
LANDMARKS = 8_000
LANDMARK_NEIGHBORS, LANDMARK_PERPLEXITY = 15, 5.0
JOINT_STEPS = 50


@dataclass(frozen=True)
class TSNE:
    """t-SNE by openTSNE: affinities from the shared graph, PCA start, learning rate n / exaggeration.

    perplexity: lowered to a third of n - 1 where there are fewer images than it needs.
    exaggeration: factor on the attraction after the early phase; above 1 packs clusters tighter (Boehm,
        Berens, Kobak, JMLR 2022).

    In 3D with more than BARNES_HUT_3D_UP_TO rows a seeded sample of LANDMARKS rows gets a map of its own,
    every other row starts at the mean of its nearest landmarks, weighted by its affinities to them, and then
    all rows are optimized together for JOINT_STEPS steps on the whole graph, as in any t-SNE (Kobak, Berens,
    The art of using t-SNE, 2019, on starting from a sample). With 20,000 synthetic rows that
    kept 49.8 % of the 15 nearest neighbors against 50.3 % for the full map, for 77 s of processor time against 195,
    and rows stood as far from their nearest landmark as landmarks do from each other. Larger maps were not compared.

    Fewer than 5 images are placed by PCA, which is all there is to show. Identical images start a hair apart
    (1 % of the starting spread, seeded) and end as a tight group; if all of them are identical, they are one
    point. van der Maaten, Hinton, JMLR 2008; Polikar, Strazar, Zupan, openTSNE, 2019; Belkina et al., 2019.
    """

    dims: int = 2
    perplexity: float = 30.0
    exaggeration: float = 1.0
    steps: int = 500
    seed: int = 0
    jobs: int = field(default=-1, metadata={"key": False})

    def __post_init__(self) -> None:
        if self.perplexity < 1:
            raise InputError(f"perplexity is {self.perplexity}; t-SNE needs at least 1.")
        if self.exaggeration <= 0:
            raise InputError(f"exaggeration is {self.exaggeration}; it must be above 0 (1 leaves t-SNE as it is).")

    packages: ClassVar[Sequence[str]] = ("openTSNE",)

    @property
    def neighbors_needed(self) -> int:
        return ceil(3 * self.perplexity)

    def __call__(self, vectors: np.ndarray, graph: Graph, tick: Tick | None = None) -> np.ndarray:
        """float32 (n, d) rows of unit length, their graph -> float32 (n, dims), finite, mean 0.

        Raises InputError if the graph has fewer neighbors than the perplexity needs.
        """
        tick = tick or (lambda share: None)
        n = len(vectors)
        if n < 5:
            return principal_components(vectors, self.dims, tick)
        if all_identical(vectors, graph):
            return np.zeros((n, self.dims), np.float32)
        if graph.rows.shape[1] < min(self.neighbors_needed, n - 1):
            raise InputError(
                f"The neighbor graph has k = {graph.rows.shape[1]}; perplexity {self.perplexity:g} needs "
                f"{self.neighbors_needed}. Rebuild the graph with that k, or lower the perplexity."
            )
        if self.dims > 2 and n > BARNES_HUT_3D_UP_TO:
            positions = self._from_landmarks(vectors, graph, tick)
        else:
            positions = self._optimize(self._start(vectors), graph, self._phases, tick)
        positions -= positions.mean(0)
        tick(1.0)
        return positions.astype(np.float32)

    @property
    def _phases(self) -> list[tuple[int, float]]:
        """(steps, exaggeration) of a whole run."""
        return [(EARLY_STEPS, max(EARLY_EXAGGERATION, self.exaggeration)), (self.steps, self.exaggeration)]

    def _start(self, vectors: np.ndarray) -> np.ndarray:
        """float64 (n, dims): PCA with standard deviation 1e-4 on the first axis, and a hundredth of that as noise."""
        start = principal_components(vectors, self.dims).astype(np.float64)
        spread = start[:, 0].std()
        if spread > 0:
            start *= 1e-4 / spread
        return start + np.random.default_rng(self.seed).normal(scale=1e-6, size=start.shape)

    def _optimize(self, start: np.ndarray, graph: Graph, phases: list[tuple[int, float]], tick: Tick) -> np.ndarray:
        """float64 (n, dims) -> float64 (n, dims) after `phases`. An exception in `tick` ends it."""
        # OpenMP's threads wait for each other by spinning, which on a busy machine took 24 s for what takes 3.
        # OpenMP reads it once, when the first of openTSNE and scikit-learn loads it.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from openTSNE import TSNEEmbedding
        from openTSNE.affinity import PerplexityBasedNN
        from openTSNE.nearest_neighbors import PrecomputedNeighbors

        jobs = self.jobs if self.jobs > 0 else os.cpu_count() or 1
        if len(start) < THREADS_FROM:
            jobs = 1
        k = min(self.neighbors_needed, graph.rows.shape[1])
        # Any, because openTSNE's default of 30 makes type checkers expect a whole number.
        perplexity: Any = min(self.perplexity, k / 3)
        neighbors = PrecomputedNeighbors(graph.rows[:, :k], graph.distances[:, :k])
        affinities = PerplexityBasedNN(perplexity=perplexity, knn_index=neighbors, n_jobs=jobs)
        interpolate = self.dims <= 2 and len(start) >= FFT_FROM
        embedding = TSNEEmbedding(
            start,
            affinities,
            negative_gradient_method="fft" if interpolate else "bh",
            random_state=self.seed,
            n_jobs=jobs,
            callbacks_every_iters=TICK_EVERY,
        )
        total, done = sum(steps for steps, _ in phases), 0
        for steps, exaggeration in phases:
            embedding.optimize(steps, exaggeration=exaggeration, inplace=True, callbacks=_Progress(tick, done, total))
            done += steps
        return np.array(embedding)

    def _from_landmarks(self, vectors: np.ndarray, graph: Graph, tick: Tick) -> np.ndarray:
        from openTSNE.affinity import joint_probabilities_nn

        n = len(vectors)
        landmark = np.zeros(n, bool)
        landmark[np.random.default_rng(self.seed).choice(n, LANDMARKS, replace=False)] = True
        # In units of one step for all rows: what each part takes, so that the bar runs evenly.
        first_part = sum(steps for steps, _ in self._phases) * LANDMARKS / n
        shares = np.cumsum([first_part, 2, JOINT_STEPS]) / (first_part + 2 + JOINT_STEPS)

        chosen = np.ascontiguousarray(vectors[landmark], np.float32)
        map_of_landmarks = self._optimize(
            self._start(vectors)[landmark],
            NeighborGraph(k=self.neighbors_needed, seed=self.seed)(chosen),
            self._phases,
            lambda share: tick(shares[0] * share),
        )
        nearest = nearest_of(
            vectors[~landmark],
            chosen,
            LANDMARK_NEIGHBORS,
            lambda share: tick(shares[0] + (shares[1] - shares[0]) * share),
        )
        weights = joint_probabilities_nn(
            nearest.rows,
            nearest.distances,
            [LANDMARK_PERPLEXITY],
            symmetrize=False,
            normalization="point-wise",
            n_reference_samples=LANDMARKS,
        )
        start = np.empty((n, self.dims))
        start[landmark] = map_of_landmarks
        start[~landmark] = weights @ map_of_landmarks
        return self._optimize(
            start,
            graph,
            [(JOINT_STEPS, self.exaggeration)],
            lambda share: tick(shares[1] + (1 - shares[1]) * share),
        )


class _Progress:
    """An openTSNE callback; what it raises ends the optimization, what it returns never does."""

    def __init__(self, tick: Callable[[float], None], done: int, total: int) -> None:
        self.tick, self.done, self.total = tick, done, total

    def __call__(self, step: int, error: float, embedding: np.ndarray) -> bool:
        self.tick((self.done + step) / self.total)
        return False

"""`Annoy`: approximate search by Annoy's forest of random planes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.errors import InputError, WorkspaceError
from imagespace_core.neighbors import Tick
from imagespace_core.search.exact import SPARE, Exact, checked_queries, nearest_first
from imagespace_core.search.index import METRICS, Metric, Neighbors

BUILD_THREADS = 8
"""Fixed, because Annoy seeds every thread by its number: the trees would depend on the machine."""
CHECKED_ROWS = 16
MARKS: dict[Metric, float] = {"angular": 0.001, "euclidean": 0.002, "manhattan": 0.003, "dot": 0.004}
"""What the item after the last row is filled with. An Annoy file does not name its metric, and read as
another's it can crash the process; with this mark it is refused."""


@dataclass
class Annoy:
    """Annoy (github.com/spotify/annoy), with the distances of what it finds taken from the vectors
    themselves.

    search_k: nodes looked at per query; -1 is Annoy's k x trees, which is too few (recall@10 of 0.26 at
    50,000 x 512). `recall.tune_search_k` measures what is enough.
    """

    metric: Metric = "angular"
    trees: int = 50
    search_k: int = -1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise InputError(f"Unknown metric {self.metric!r}; expected one of {', '.join(METRICS)}.")
        if self.trees < 1:
            raise InputError(f"trees is {self.trees}; Annoy needs at least 1.")
        self._forest: Any = None
        self._vectors: np.ndarray | None = None

    def build(self, vectors: np.ndarray, tick: Tick | None = None) -> None:
        """float32 (n, d), n >= 1, perhaps memory-mapped. Ctrl-C ends the wait within a fraction of a second."""
        from annoy import AnnoyIndex

        if vectors.ndim != 2 or len(vectors) == 0:
            raise InputError(f"Vectors of shape {vectors.shape}; expected (n, d) with n >= 1.")
        tick = tick or (lambda share: None)
        n, d = vectors.shape
        forest = AnnoyIndex(d, self.metric)
        # Annoy takes 0 for its own default, so that 0 and 1 would be the same seed.
        forest.set_seed(self.seed + 1)
        for row in range(n):
            forest.add_item(row, vectors[row])
            if row % 1000 == 999:
                tick(0.5 * (row + 1) / n)
        forest.add_item(n, np.full(d, MARKS[self.metric], np.float32))
        tick(0.5)
        # In a thread of its own: Annoy gives the interpreter back while it works, but no chance to be interrupted.
        building = threading.Thread(target=forest.build, args=(self.trees, BUILD_THREADS), daemon=True)
        building.start()
        while building.is_alive():
            building.join(0.2)
        if forest.get_n_trees() != self.trees:
            raise MemoryError(f"Annoy built {forest.get_n_trees()} of {self.trees} trees over {n:,} rows.")
        tick(1.0)
        self._forest, self._vectors = forest, vectors

    def save(self, path: Path) -> None:
        """Raises OSError where the file cannot be written. Answers keep coming, now from the file."""
        forest, _ = self._opened()
        try:
            forest.save(_name(path))
        except Exception as error:
            # What Annoy meets while writing, a full disk among it, it raises without a type.
            if type(error) is Exception:
                raise OSError(f"{path} cannot be written: {error}") from error
            raise

    def load(self, path: Path, vectors: np.ndarray) -> None:
        """Raises WorkspaceError if the file is missing, damaged, or was built for other vectors than these."""
        from annoy import AnnoyIndex

        n, d = vectors.shape
        remedy = "Run: precompute.py IMAGES --only index"
        node_bytes = (12 if self.metric == "angular" else 16) + 4 * d
        try:
            size = path.stat().st_size
            if size == 0 or size % node_bytes:
                raise WorkspaceError(f"{path} is no {self.metric} index of {d}-d vectors. {remedy}")
            forest = AnnoyIndex(d, self.metric)
            forest.load(_name(path))
        except OSError as error:
            raise WorkspaceError(f"{path} cannot be opened: {error}. {remedy}") from error
        if forest.get_n_items() != n + 1:
            raise WorkspaceError(f"{path} has {forest.get_n_items() - 1} rows; there are {n} vectors. {remedy}")
        if not np.array_equal(forest.get_item_vector(n), np.full(d, MARKS[self.metric], np.float32)):
            raise WorkspaceError(f"{path} was built for another metric than {self.metric}. {remedy}")
        for row in np.linspace(0, n - 1, min(n, CHECKED_ROWS)).astype(int):
            if not np.array_equal(forest.get_item_vector(int(row)), vectors[row]):
                raise WorkspaceError(f"{path} was built for other vectors (row {row} differs). {remedy}")
        self._forest, self._vectors = forest, vectors

    def query(self, vectors: np.ndarray, k: int, search_k: int | None = None) -> Neighbors:
        """float32 (m, d) -> the min(k, n) nearest rows of each that the trees lead to; search_k overrides the field.

        Where the trees lead to fewer than k the search is widened, and at last done exactly: the answer is
        never short.
        """
        forest, own = self._opened()
        queries = checked_queries(vectors, k, own.shape[1])
        k = min(k, len(own))
        width = self.search_k if search_k is None else search_k
        rows = np.empty((len(queries), k), np.int32)
        far = np.empty((len(queries), k), np.float32)
        for at, query in enumerate(queries):
            candidates = self._candidates(forest, query, k, width)
            if len(candidates) < k:
                exact = Exact(self.metric)
                exact.build(own)
                answer = exact.query(query[None], k)
                rows[at], far[at] = answer.rows[0], answer.distances[0]
            else:
                one = slice(at, at + 1)
                rows[one], far[one] = nearest_first(self.metric, queries[one], own, candidates[None], k)
        return Neighbors(rows, far)

    def _candidates(self, forest: Any, query: np.ndarray, k: int, width: int) -> np.ndarray:
        """int64 (c,), k <= c <= k + SPARE where the trees hold that many."""
        n = forest.get_n_items() - 1
        width = width if width > 0 else (k + SPARE) * forest.get_n_trees()
        while True:
            found = np.array(forest.get_nns_by_vector(query, k + SPARE, width), np.int64)
            found = found[found < n]
            if len(found) >= k or width >= (n + 1) * forest.get_n_trees():
                return found
            width *= 4

    def _opened(self) -> tuple[Any, np.ndarray]:
        if self._forest is None or self._vectors is None:
            raise WorkspaceError("This index is empty. Call build or load first.")
        return self._forest, self._vectors


def _name(path: Path) -> str:
    """A path that Annoy can take: it accepts UTF-8 only. Raises WorkspaceError for a name that is not."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise WorkspaceError(
            f"{path!r} is not valid UTF-8, and Annoy opens no other names. Rename the folder."
        ) from error
    return str(path)

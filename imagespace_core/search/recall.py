"""Recall: the share of the true nearest images that an index finds, measured against exact search."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from imagespace_core.neighbors import Tick
from imagespace_core.search.annoy import Annoy
from imagespace_core.search.exact import Exact
from imagespace_core.search.index import Index

TIE = 1e-5
"""Distances closer than this are one distance, so that of several identical images any is right."""
LATENCY_QUERIES = 50


@dataclass(frozen=True)
class Tuned:
    """What was chosen and what it gives. Latencies are medians of single queries, in milliseconds."""

    search_k: int
    recall: float
    latency_ms: float
    exact_latency_ms: float


def recall_at_k(index: Index, exact: Index, vectors: np.ndarray, rows: np.ndarray, k: int) -> float:
    """The share of the k nearest others of `rows` (int (m,)) that `index` finds, as `exact` knows them; 0 to
    1.

    vectors: float32 (n, d). A row itself does not count. As in ann-benchmarks, a found row is right if it is
    no further than the k-th true one (Aumueller, Bernhardsson, Faithfull, 2017). 1 where there is no other
    row.
    """
    return _recall(_others(index, vectors, rows, k), _others(exact, vectors, rows, k))


def tune_search_k(
    index: Annoy,
    vectors: np.ndarray,
    k: int = 10,
    target: float = 0.95,
    sample: int = 200,
    seed: int = 0,
    tick: Tick | None = None,
) -> Tuned:
    """The smallest of k x trees, doubled as often as needed, whose recall@k on sampled rows reaches `target`.

    Sets index.search_k to it. At rows x trees everything is looked at, so the search ends there at the
    latest.
    """
    tick = tick or (lambda share: None)
    n = len(vectors)
    rows = np.sort(np.random.default_rng(seed).choice(n, min(sample, n), replace=False))
    exact = Exact(index.metric)
    exact.build(vectors)
    truth = _others(exact, vectors, rows, k)
    tick(0.5)
    most = n * index.trees
    width = min(k * index.trees, most)
    doublings = 0
    while True:
        index.search_k = width
        recall = _recall(_others(index, vectors, rows, k), truth)
        doublings += 1
        tick(1 - 0.5 * 0.8**doublings)
        if recall >= target or width >= most:
            break
        width = min(2 * width, most)
    timed = vectors[rows[:LATENCY_QUERIES]]
    tuned = Tuned(width, recall, _latency_ms(index, timed, k), _latency_ms(exact, timed, k))
    tick(1.0)
    return tuned


def _others(index: Index, vectors: np.ndarray, rows: np.ndarray, k: int) -> np.ndarray:
    """float32 (m, min(k, n - 1)): distances of the nearest others of each row, as `index` answers."""
    k = min(k, len(vectors) - 1)
    answer = index.query(vectors[rows], k + 1)
    far = answer.distances.copy()
    own = answer.rows == rows[:, None]
    # Where twins push the row itself out of the answer, the furthest makes room instead.
    own[~own.any(1), -1] = True
    return far[~own].reshape(len(rows), k)


def _recall(found: np.ndarray, true: np.ndarray) -> float:
    if not true.size:
        return 1.0
    return float(np.mean(found <= true[:, -1:] + TIE * np.maximum(1, np.abs(true[:, -1:]))))


def _latency_ms(index: Index, queries: np.ndarray, k: int) -> float:
    spent = []
    for query in queries:
        start = time.perf_counter()
        index.query(query[None], k)
        spent.append(time.perf_counter() - start)
    return 1000 * float(np.median(spent))

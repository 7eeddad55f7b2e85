import numpy as np
import pytest

from imagespace_core.search import METRICS, Annoy, Exact, Neighbors
from imagespace_core.search.recall import recall_at_k, tune_search_k


def clip_like(n: int, d: int = 96, groups: int = 60) -> np.ndarray:
    """Unit vectors in a cone, in unequal groups, as CLIP's are."""
    random = np.random.default_rng(0)
    centers = random.normal(size=(groups, d)) + 2 * random.normal(size=d)
    vectors = centers[random.choice(groups, n, p=random.dirichlet(np.ones(groups)))] + random.normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("metric", METRICS)
def test_tuning_reaches_the_recall_it_reports(metric):
    vectors = clip_like(4000)
    index = Annoy(metric, trees=20)
    index.build(vectors)
    tuned = tune_search_k(index, vectors, sample=150)
    assert tuned.recall >= 0.95
    assert index.search_k == tuned.search_k
    assert tuned.latency_ms > 0
    assert tuned.exact_latency_ms > 0
    exact = Exact(metric)
    exact.build(vectors)
    others = np.random.default_rng(9).choice(4000, 200, replace=False)
    assert recall_at_k(index, exact, vectors, others, 10) >= 0.90


def test_the_default_search_is_not_good_enough_and_is_measured_as_such():
    vectors = clip_like(4000)
    index, exact = Annoy(trees=5, search_k=10), Exact()
    index.build(vectors)
    exact.build(vectors)
    recall = recall_at_k(index, exact, vectors, np.arange(0, 4000, 40), 10)
    assert 0 < recall < 0.8
    assert recall_at_k(exact, exact, vectors, np.arange(0, 4000, 40), 10) == 1


def test_recall_counts_distances_not_rows_among_twins_and_leaves_the_row_itself_out():
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1, 2, 3]]

    class Backwards(Exact):
        def query(self, vectors, k):
            answer = exact.query(vectors, 6)
            order = np.lexsort((-answer.rows, answer.distances), axis=1)[:, :k]
            return Neighbors(np.take_along_axis(answer.rows, order, 1), np.take_along_axis(answer.distances, order, 1))

    exact = Exact()
    exact.build(vectors)
    assert recall_at_k(Backwards(), exact, vectors, np.array([0]), 1) == 1

    class OnlyItself(Backwards):
        def query(self, vectors, k):
            answer = exact.query(vectors, 6)
            rows = np.hstack([answer.rows[:, :1], answer.rows[:, -k + 1 :]])
            return Neighbors(rows, np.hstack([answer.distances[:, :1], answer.distances[:, -k + 1 :]]))

    assert recall_at_k(OnlyItself(), exact, vectors, np.array([0]), 2) == 0


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_few_rows_are_tuned_too(n):
    vectors = clip_like(n)
    index = Annoy(trees=3)
    index.build(vectors)
    assert tune_search_k(index, vectors).recall == 1

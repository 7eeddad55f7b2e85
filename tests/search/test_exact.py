import numpy as np
import pytest

from imagespace_core.search import METRICS, exact
from imagespace_core.search.exact import Exact


@pytest.mark.parametrize("metric", METRICS)
def test_blocks_do_not_change_the_answer(metric, monkeypatch):
    vectors = np.random.default_rng(0).normal(size=(400, 12)).astype(np.float32)
    index = Exact(metric)
    index.build(vectors)
    whole = index.query(vectors[:40], 15)
    monkeypatch.setattr(exact, "BLOCK_BYTES", 4 * 12 * 33)
    monkeypatch.setattr(exact, "QUERIES_AT_ONCE", 7)
    index.build(vectors)
    parts = index.query(vectors[:40], 15)
    np.testing.assert_array_equal(whole.rows, parts.rows)
    np.testing.assert_array_equal(whole.distances, parts.distances)


@pytest.mark.parametrize("metric", ["angular", "euclidean", "manhattan"])
def test_a_row_is_at_distance_zero_from_itself(metric):
    vectors = 100 + np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    index = Exact(metric)
    index.build(vectors)
    answer = index.query(vectors, 1)
    assert answer.rows[:, 0].tolist() == list(range(50))
    assert (answer.distances == 0).all()


def test_golden_distances():
    vectors = np.array([[1, 0], [0, 2], [-3, 0], [1, 1]], np.float32)
    expected = {
        "angular": ([0, 3, 1, 2], [0, np.sqrt(2 - np.sqrt(2)), np.sqrt(2), 2]),
        "euclidean": ([0, 3, 1, 2], [1, np.sqrt(2), np.sqrt(8), 5]),
        "manhattan": ([0, 3, 1, 2], [1, 2, 4, 5]),
        "dot": ([0, 3, 1, 2], [-2, -2, 0, 6]),
    }
    for metric in METRICS:
        rows, distances = expected[metric]
        index = Exact(metric)
        index.build(vectors)
        answer = index.query(np.array([[2, 0]], np.float32), 4)
        assert answer.rows[0].tolist() == rows
        np.testing.assert_allclose(answer.distances[0], distances, rtol=1e-6, atol=1e-7)


def test_a_zero_vector_is_orthogonal_to_all():
    index = Exact("angular")
    index.build(np.array([[0, 0], [1, 0]], np.float32))
    np.testing.assert_allclose(index.query(np.array([[1, 0]], np.float32), 2).distances, [[0, np.sqrt(2)]])
    np.testing.assert_allclose(index.query(np.zeros((1, 2), np.float32), 2).distances, [[np.sqrt(2)] * 2])

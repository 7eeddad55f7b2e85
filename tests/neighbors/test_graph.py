import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from imagespace_core.errors import InputError
from imagespace_core.neighbors import graph as graph_module
from imagespace_core.neighbors.graph import NeighborGraph, all_identical, nearest_of


def unit(vectors: np.ndarray) -> np.ndarray:
    vectors = np.asarray(vectors, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def blobs(n: int, d: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    centers = random.normal(size=(20, d))
    return unit(centers[random.integers(0, 20, n)] + 0.4 * random.normal(size=(n, d)))


def true_distances(vectors: np.ndarray) -> np.ndarray:
    distances = cdist(vectors.astype(np.float64), vectors.astype(np.float64))
    np.fill_diagonal(distances, np.inf)
    return distances


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 40),
    d=st.integers(1, 12),
    k=st.integers(1, 50),
    twins=st.integers(0, 10),
    seed=st.integers(0, 1000),
)
def test_the_graph_equals_brute_force_and_never_holds_the_row_itself(n, d, k, twins, seed):
    random = np.random.default_rng(seed)
    vectors = unit(random.normal(size=(n, d)))
    vectors[: min(twins, n)] = vectors[0]
    found = NeighborGraph(k=k)(vectors)
    kept = min(k, n - 1)
    assert found.rows.shape == found.distances.shape == (n, kept)
    assert found.rows.dtype == np.int32
    assert found.distances.dtype == np.float32
    assert (found.rows != np.arange(n)[:, None]).all()
    assert all(len(set(row)) == kept for row in found.rows)
    assert (np.diff(found.distances, axis=1) >= 0).all()
    true = true_distances(vectors)
    np.testing.assert_allclose(found.distances, np.sort(true, axis=1)[:, :kept], atol=2e-4)
    np.testing.assert_allclose(found.distances, np.take_along_axis(true, found.rows.astype(int), 1), atol=2e-4)


def test_one_image_has_no_neighbors():
    found = NeighborGraph()(unit(np.ones((1, 4))))
    assert found.rows.shape == found.distances.shape == (1, 0)


def test_three_identical_images_are_each_others_neighbors_at_distance_zero():
    found = NeighborGraph()(unit(np.repeat([[1.0, 2.0, 3.0]], 3, axis=0)))
    assert found.rows.tolist() == [[1, 2], [0, 2], [0, 1]]
    assert found.distances.tolist() == [[0, 0]] * 3


def test_ties_go_to_the_lower_row():
    found = NeighborGraph(k=3)(unit(np.repeat([[0.3, 0.4, 0.5, 0.7]], 30, axis=0)))
    assert found.rows[20].tolist() == [0, 1, 2]
    assert found.rows[1].tolist() == [0, 2, 3]


def test_near_twins_keep_their_true_distance():
    vectors = np.random.default_rng(0).normal(size=(2, 64))
    vectors[1] = vectors[0] + 1e-5 * vectors[1]
    vectors = unit(vectors)
    distance = NeighborGraph()(vectors).distances[0, 0]
    assert distance == pytest.approx(true_distances(vectors)[0, 1], rel=1e-3)


def test_blocks_do_not_change_the_graph(monkeypatch):
    vectors = blobs(300, 16)
    whole = NeighborGraph(k=20)(vectors)
    monkeypatch.setattr(graph_module, "BLOCK_BYTES", 4 * 300 * 7)
    parts = NeighborGraph(k=20)(vectors)
    np.testing.assert_array_equal(whole.rows, parts.rows)


def test_memory_mapped_vectors_are_accepted(tmp_path):
    np.save(tmp_path / "v.npy", blobs(50, 8))
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    np.testing.assert_array_equal(NeighborGraph(k=5)(mapped).rows, NeighborGraph(k=5)(np.array(mapped)).rows)


def test_many_rows_go_by_nn_descent_with_high_recall_and_no_row_its_own_neighbor(monkeypatch):
    vectors = blobs(3000, 24)
    vectors[:40] = vectors[0]
    true = NeighborGraph(k=15)(vectors)
    monkeypatch.setattr(graph_module, "EXACT_UP_TO", 1000)
    found = NeighborGraph(k=15)(vectors)
    again = NeighborGraph(k=15)(vectors)
    np.testing.assert_array_equal(found.rows, again.rows)
    assert (found.rows != np.arange(3000)[:, None]).all()
    assert (found.rows >= 0).all()
    assert (np.diff(found.distances, axis=1) >= 0).all()
    assert np.mean(found.distances <= true.distances[:, -1:] + 1e-5) > 0.97


def test_ticks_rise_to_one_and_may_stop_the_search(monkeypatch):
    monkeypatch.setattr(graph_module, "BLOCK_BYTES", 4 * 200 * 20)
    ticks: list[float] = []
    NeighborGraph(k=3)(blobs(200, 8), ticks.append)
    assert ticks == sorted(ticks)
    assert ticks[-1] == 1
    assert len(ticks) == 10

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        NeighborGraph(k=3)(blobs(200, 8), stop)


def test_nearest_of_finds_the_nearest_of_another_set():
    queries, vectors = blobs(20, 8, 1), blobs(100, 8, 2)
    found = nearest_of(queries, vectors, 6, lambda share: None)
    true = np.sort(cdist(queries, vectors), axis=1)[:, :6]
    np.testing.assert_allclose(found.distances, true, atol=1e-5)


def test_identical_vectors_are_told_from_groups_of_identical_vectors():
    same = unit(np.ones((10, 3)))
    groups = np.concatenate([same[:5], unit(np.eye(3)[[0] * 5])])
    assert all_identical(same, NeighborGraph(k=2)(same))
    assert not all_identical(groups, NeighborGraph(k=2)(groups))


@pytest.mark.parametrize(
    ("vectors", "k"), [(np.empty((0, 4), np.float32), 5), (np.ones(4, np.float32), 5), (unit(np.ones((3, 4))), 0)]
)
def test_impossible_requests_are_refused(vectors, k):
    with pytest.raises(InputError):
        NeighborGraph(k=k)(vectors)

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imagespace_core.neighbors import Graph
from imagespace_core.neighbors.centrality import Centrality


def _graph(rows: np.ndarray) -> Graph:
    return Graph(rows.astype(np.int32), np.zeros(rows.shape, np.float32))


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 40), k=st.integers(1, 20), seed=st.integers(0, 99))
def test_it_is_the_fixed_point_of_the_walk(n: int, k: int, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(n, size=(n, k))
    rank = Centrality(neighbors=15, tolerance=1e-12, steps=500)(_graph(rows))
    assert rank.dtype == np.float32
    np.testing.assert_allclose(rank.sum(dtype=np.float64), 1, rtol=1e-6)
    used = rows[:, :15]
    walk = np.zeros((n, n))
    np.add.at(walk, (used.ravel(), np.repeat(np.arange(n), used.shape[1])), 1 / used.shape[1])
    exact = np.linalg.solve(np.eye(n) - 0.85 * walk, np.full(n, 0.15 / n))
    np.testing.assert_allclose(rank, exact, rtol=1e-5)


def test_the_hub_of_a_star_is_most_central() -> None:
    rows = np.zeros((12, 1), int)
    rows[0] = 1
    rank = Centrality()(_graph(rows))
    assert rank.argmax() == 0
    assert rank[1] > rank[2] == rank[3]


def test_a_graph_without_neighbors_has_no_center() -> None:
    assert Centrality()(_graph(np.empty((1, 0), int))).tolist() == [1]
    assert Centrality()(_graph(np.empty((0, 0), int))).shape == (0,)

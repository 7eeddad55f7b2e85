"""What every Clusterer keeps to. A new one is one entry in CLUSTERERS."""

import subprocess
import sys

import numpy as np
import pytest

from imagespace_core.cluster import CLUSTERERS
from imagespace_core.neighbors.graph import NeighborGraph


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def assert_is_a_clustering(found, n):
    assert found.labels.shape == found.nearest.shape == found.strength.shape == (n,)
    assert found.labels.dtype == found.nearest.dtype == np.int32
    assert found.strength.dtype == np.float32
    assert np.isfinite(found.strength).all()
    assert (found.strength >= 0).all()
    assert (found.strength <= 1).all()
    member = found.labels >= 0
    np.testing.assert_array_equal(found.nearest[member], found.labels[member])
    sizes = np.bincount(found.labels[member])
    assert (sizes > 0).all()
    assert (np.diff(sizes) <= 0).all()
    if len(sizes):
        assert found.nearest.min() >= 0
        assert found.nearest.max() < len(sizes)
    else:
        assert (found.nearest == -1).all()
        assert (found.strength == 0).all()


def test_importing_the_clusterers_loads_no_heavy_library():
    heavy = "umap hdbscan numba sklearn scipy"
    code = f"import imagespace_core.cluster, sys; print(set('{heavy}'.split()) & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


@pytest.mark.parametrize("name", CLUSTERERS)
class TestEveryClusterer:
    @pytest.mark.parametrize("n", [1, 2, 3, 5, 9, 10, 11, 30])
    def test_takes_any_number_of_images(self, name, n):
        vectors = unit(np.random.default_rng(n).normal(size=(n, 10)))
        assert_is_a_clustering(CLUSTERERS[name]()(vectors, NeighborGraph()(vectors)), n)

    @pytest.mark.parametrize("n", [3, 60])
    def test_takes_identical_images(self, name, n):
        vectors = unit(np.ones((n, 6)))
        assert_is_a_clustering(CLUSTERERS[name]()(vectors, NeighborGraph()(vectors)), n)

    def test_separates_blobs_that_lie_apart(self, name):
        random = np.random.default_rng(0)
        truth = np.repeat([0, 1, 2], [90, 60, 50])
        vectors = unit(np.eye(3)[truth] @ random.normal(size=(3, 20)) + 0.1 * random.normal(size=(200, 20)))
        found = CLUSTERERS[name](seed=0)(vectors, NeighborGraph()(vectors))
        assert_is_a_clustering(found, 200)
        assert found.labels.max() == 2
        np.testing.assert_array_equal(found.nearest, truth)

    def test_gives_the_same_clusters_for_the_same_seed(self, name, digits):
        vectors, graph, _ = digits
        one, two = CLUSTERERS[name](seed=1)(vectors, graph), CLUSTERERS[name](seed=1)(vectors, graph)
        np.testing.assert_array_equal(one.labels, two.labels)
        np.testing.assert_array_equal(one.strength, two.strength)

    def test_ticks_rise_to_one(self, name, digits):
        vectors, graph, _ = digits
        ticks: list[float] = []
        CLUSTERERS[name]()(vectors, graph, ticks.append)
        assert ticks == sorted(ticks)
        assert ticks[-1] == 1

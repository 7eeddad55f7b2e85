"""What every Reducer keeps to. A new one is one entry in REDUCERS."""

import subprocess
import sys
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from imagespace_core.neighbors.graph import NeighborGraph
from imagespace_core.reduce import REDUCERS


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def assert_is_a_map(positions, n, dims):
    assert positions.shape == (n, dims)
    assert positions.dtype == np.float32
    assert np.isfinite(positions).all()
    assert np.abs(positions.mean(0, dtype=np.float64)).max() <= 1e-3 * max(1e-3, np.abs(positions).max())


def test_importing_the_reducers_loads_no_heavy_library():
    heavy = "umap openTSNE numba sklearn scipy"
    code = f"import imagespace_core.reduce, sys; print(set('{heavy}'.split()) & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("name", REDUCERS)
class TestEveryReducer:
    def test_maps_digits_so_that_neighbors_stay_together(self, name, dims, digits):
        vectors, graph = digits
        positions = REDUCERS[name](dims=dims)(vectors, graph)
        assert_is_a_map(positions, len(vectors), dims)
        least = {("pca", 2): 0.80, ("pca", 3): 0.88}.get((name, dims), 0.95)
        assert trustworthiness(vectors, positions, n_neighbors=10) > least

    def test_gives_the_same_map_for_the_same_seed_and_leaves_its_input_alone(self, name, dims, digits):
        vectors, graph = digits[0][:150], NeighborGraph()(digits[0][:150])
        before = vectors.copy(), graph.rows.copy(), graph.distances.copy()
        reducer = REDUCERS[name](dims=dims, seed=3)
        np.testing.assert_array_equal(reducer(vectors, graph), reducer(vectors, graph))
        for kept, now in zip(before, (vectors, graph.rows, graph.distances), strict=True):
            np.testing.assert_array_equal(kept, now)

    @pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 9, 17])
    def test_maps_any_number_of_images(self, name, dims, n):
        vectors = unit(np.random.default_rng(n).normal(size=(n, 12)))
        assert_is_a_map(REDUCERS[name](dims=dims)(vectors, NeighborGraph()(vectors)), n, dims)

    @pytest.mark.parametrize("n", [2, 3, 8, 40])
    def test_puts_identical_images_on_one_point(self, name, dims, n):
        vectors = unit(np.repeat([[1.0, 2.0, 3.0, 4.0]], n, axis=0))
        positions = REDUCERS[name](dims=dims)(vectors, NeighborGraph()(vectors))
        np.testing.assert_array_equal(positions, np.zeros((n, dims)))

    def test_maps_some_identical_images_among_others(self, name, dims):
        vectors = unit(np.random.default_rng(0).normal(size=(30, 8)))
        vectors[10:20] = vectors[10]
        positions = REDUCERS[name](dims=dims)(vectors, NeighborGraph()(vectors))
        assert_is_a_map(positions, 30, dims)
        twins = positions[10:20]
        assert np.ptp(twins, axis=0).max() < np.ptp(positions, axis=0).max()

    def test_maps_vectors_with_fewer_dimensions_than_the_map(self, name, dims):
        vectors = np.sign(np.random.default_rng(0).normal(size=(20, 1))).astype(np.float32)
        assert_is_a_map(REDUCERS[name](dims=dims)(vectors, NeighborGraph()(vectors)), 20, dims)

    def test_ticks_rise_to_one(self, name, dims, digits):
        vectors = digits[0][:100]
        ticks: list[float] = []
        REDUCERS[name](dims=dims)(vectors, NeighborGraph()(vectors), ticks.append)
        assert ticks == sorted(ticks)
        assert ticks[-1] == 1

    def test_is_a_frozen_dataclass_of_its_parameters(self, name, dims):
        reducer = REDUCERS[name](dims=dims)
        assert is_dataclass(reducer)
        assert {"dims", "seed"} <= {field.name for field in fields(reducer)}
        assert replace(reducer, seed=7).seed == 7
        assert hash(reducer) == hash(REDUCERS[name](dims=dims))
        with pytest.raises(AttributeError):
            reducer.dims = 5  # pyright: ignore[reportAttributeAccessIssue] - it is frozen, that is the point

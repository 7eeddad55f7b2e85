import warnings

import numpy as np
import pytest

from imagespace_core.errors import InputError
from imagespace_core.neighbors.graph import NeighborGraph
from imagespace_core.reduce import UMAP


def test_no_neighbor_search_of_its_own_is_made(digits):
    """The map follows the graph it is given, even one that contradicts the vectors."""
    vectors, graph = digits
    shuffled = np.random.default_rng(0).permutation(len(vectors))
    positions = UMAP(seed=1)(vectors, graph)
    contradicted = UMAP(seed=1)(vectors[shuffled], graph)
    near = np.linalg.norm(positions[graph.rows[:, 0]] - positions, axis=1).mean() / positions.std()
    still = np.linalg.norm(contradicted[graph.rows[:, 0]] - contradicted, axis=1).mean() / contradicted.std()
    assert near < 0.5
    assert still < 0.5


def test_nothing_is_warned_or_printed(digits, capfd):
    vectors, graph = digits
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        UMAP()(vectors, graph)
    assert [str(w.message) for w in caught if "umap" in str(w.filename)] == []
    assert capfd.readouterr() == ("", "")


def test_a_tick_that_raises_ends_the_layout(digits):
    vectors, graph = digits

    def interrupt(share):
        if share > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        UMAP()(vectors, graph, interrupt)


def test_a_graph_too_small_for_n_neighbors_is_refused(digits):
    vectors, _ = digits
    with pytest.raises(InputError, match=r"k = 5; n_neighbors 15 needs 14"):
        UMAP()(vectors, NeighborGraph(k=5)(vectors))


def test_a_graph_in_many_pieces_is_still_mapped():
    random = np.random.default_rng(0)
    centers = np.linalg.qr(random.normal(size=(40, 40)))[0]
    vectors = (np.repeat(centers, 4, axis=0) + 0.001 * random.normal(size=(160, 40))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    positions = UMAP(n_neighbors=3)(vectors, NeighborGraph(k=3)(vectors))
    assert np.isfinite(positions).all()
    assert np.ptp(positions, axis=0).min() > 0


@pytest.mark.parametrize("wrong", [{"n_neighbors": 1}, {"min_dist": -0.1}, {"min_dist": 1.5}])
def test_parameters_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError):
        UMAP(**wrong)

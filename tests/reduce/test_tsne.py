import numpy as np
import pytest
from scipy.spatial import KDTree
from sklearn.manifold import trustworthiness

from imagespace_core.errors import InputError
from imagespace_core.neighbors.graph import NeighborGraph
from imagespace_core.reduce import TSNE, tsne


def test_threads_do_not_change_the_map(digits):
    vectors, graph = digits
    np.testing.assert_array_equal(TSNE(steps=50, jobs=1)(vectors, graph), TSNE(steps=50, jobs=2)(vectors, graph))


def test_interpolation_and_barnes_hut_both_keep_neighbors(digits, monkeypatch):
    vectors, graph = digits
    monkeypatch.setattr(tsne, "FFT_FROM", 100)
    assert trustworthiness(vectors, TSNE()(vectors, graph), n_neighbors=10) > 0.95


def test_exaggeration_packs_clusters_tighter(digits):
    vectors, graph = digits

    def nearest(positions):
        return np.median(KDTree(positions).query(positions, 2)[0][:, 1]) / positions.std()

    assert nearest(TSNE(exaggeration=4.0)(vectors, graph)) < 0.8 * nearest(TSNE()(vectors, graph))


def test_a_large_map_in_3d_keeps_neighbors_and_does_not_cling_to_its_landmarks(digits, monkeypatch):
    vectors, graph = digits
    monkeypatch.setattr(tsne, "BARNES_HUT_3D_UP_TO", 500)
    monkeypatch.setattr(tsne, "LANDMARKS", 250)
    ticks: list[float] = []
    positions = TSNE(dims=3, perplexity=15)(vectors, graph, ticks.append)
    assert positions.shape == (600, 3)
    assert trustworthiness(vectors, positions, n_neighbors=10) > 0.95
    assert ticks == sorted(ticks)
    assert ticks[-1] == 1
    landmark = np.zeros(600, bool)
    landmark[np.random.default_rng(0).choice(600, 250, replace=False)] = True
    among = KDTree(positions[landmark]).query(positions[landmark], 2)[0][:, 1]
    toward = KDTree(positions[landmark]).query(positions[~landmark])[0]
    assert np.median(toward) > 0.6 * np.median(among)
    np.testing.assert_array_equal(positions, TSNE(dims=3, perplexity=15)(vectors, graph))


def test_a_tick_that_raises_ends_the_optimization(digits):
    vectors, graph = digits
    shares: list[float] = []

    def interrupt(share):
        shares.append(share)
        if share > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        TSNE()(vectors, graph, interrupt)
    assert shares[-1] < 0.15


def test_a_graph_too_small_for_the_perplexity_is_refused(digits):
    vectors, _ = digits
    with pytest.raises(InputError, match=r"k = 30; perplexity 30 needs 90"):
        TSNE()(vectors, NeighborGraph(k=30)(vectors))


@pytest.mark.parametrize("wrong", [{"perplexity": 0.5}, {"exaggeration": 0.0}])
def test_parameters_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError):
        TSNE(**wrong)

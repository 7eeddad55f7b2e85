import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from imagespace_core.cluster import HDBSCAN
from imagespace_core.cluster.hdbscan import largest_first
from imagespace_core.errors import InputError
from imagespace_core.neighbors.graph import NeighborGraph


def test_digits_are_told_apart(digits):
    vectors, graph, truth = digits
    found = HDBSCAN()(vectors, graph)
    assert adjusted_mutual_info_score(truth, found.labels) > 0.75
    assert np.mean(found.labels < 0) < 0.2


def test_noise_points_keep_label_minus_one_and_lean_to_a_cluster(digits):
    vectors, graph, truth = digits
    found = HDBSCAN(min_cluster_size=6)(vectors, graph)
    noise = found.labels < 0
    assert 0 < noise.sum() < 450
    assert (found.nearest[noise] >= 0).all()
    assert found.strength[noise].mean() < found.strength[~noise].mean()
    named = np.array([np.bincount(truth[found.labels == label]).argmax() for label in range(found.labels.max() + 1)])
    assert np.mean(named[found.nearest[noise]] == truth[noise]) > 0.4


def test_fewer_images_than_two_clusters_need_are_all_noise():
    vectors = np.eye(30, dtype=np.float32)[:19]
    found = HDBSCAN(min_cluster_size=10)(vectors, NeighborGraph()(vectors))
    assert set(found.labels) == set(found.nearest) == {-1}
    assert (found.strength == 0).all()


def test_clusters_are_renumbered_by_size_and_ties_by_first_row():
    labels = largest_first(np.array([2, 2, 0, 0, 0, 1, 1, -1, -1, -1, -1]))
    assert labels.tolist() == [1, 1, 0, 0, 0, 2, 2, -1, -1, -1, -1]
    assert largest_first(np.full(4, -1)).tolist() == [-1] * 4


@pytest.mark.parametrize(("n", "size"), [(1, 5), (150, 5), (729, 11), (1797, 17), (1_000_000, 400)])
def test_the_smallest_cluster_grows_with_the_root_of_n(n, size):
    assert HDBSCAN().size_for(n) == size
    assert HDBSCAN(min_cluster_size=7).size_for(n) == 7


@pytest.mark.parametrize("wrong", [{"min_cluster_size": 1}, {"min_samples": 0}])
def test_parameters_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError):
        HDBSCAN(**wrong)

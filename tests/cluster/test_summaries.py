import json

import numpy as np

from imagespace_core.cluster.summaries import ClusterSummary, summaries


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_central_image_is_the_medoid_by_cosine():
    vectors = unit(np.random.default_rng(0).normal(size=(60, 5)) + 1)
    labels = np.where(np.arange(60) < 40, 0, -1).astype(np.int32)
    (found,) = summaries(labels, vectors, {}, np.ones(60, np.float32))
    cosines = vectors[:40].astype(np.float64) @ vectors[:40].T
    assert found.central == cosines.mean(1).argmax()
    assert (found.label, found.size, found.strength) == (0, 40, 1.0)


def test_a_name_sits_on_a_member_in_the_thick_of_its_cluster_even_if_the_map_tears_it():
    labels = np.zeros(30, np.int32)
    torn = np.concatenate([np.random.default_rng(0).normal(0, 0.1, (20, 2)), np.full((10, 2), 50.0)])
    bent = np.column_stack([np.cos(np.linspace(0, 6, 30)), np.sin(np.linspace(0, 6, 30)), np.zeros(30)])
    positions = {"tsne-2d": torn.astype(np.float32), "umap-3d": bent.astype(np.float32)}
    (found,) = summaries(labels, unit(np.ones((30, 3))), positions, np.ones(30, np.float32))
    assert np.abs(found.anchors["tsne-2d"]).max() < 1
    assert np.isclose(positions["umap-3d"], found.anchors["umap-3d"]).all(1).any()


def test_noise_has_no_summary_and_every_summary_goes_to_json_and_back():
    labels = np.array([1, 0, -1, 0, 1, 0], np.int32)
    positions = {"pca-2d": np.arange(12, dtype=np.float32).reshape(6, 2)}
    strength = np.array([0.5, 1, 0.1, 1, 0.7, 1], np.float32)
    found = summaries(labels, unit(np.eye(6)), positions, strength)
    assert [(s.label, s.size) for s in found] == [(0, 3), (1, 2)]
    loaded = json.loads(json.dumps([one.record() for one in found]))
    assert [ClusterSummary.of(record).record() for record in loaded] == loaded
    assert loaded[0]["positions"] == {"pca-2d": [6.0, 7.0]}
    assert loaded[1]["strength"] == np.float32(0.6)
    assert summaries(np.full(4, -1, np.int32), unit(np.eye(4)), {}, np.zeros(4)) == []

import numpy as np

from imagespace_core.layout import Material
from imagespace_core.layout.clusters import Clusters
from imagespace_core.layout.packing import groups
from tests.layout.arranged import material, nearest, placed, texts


def _box(positions: np.ndarray) -> tuple[float, float, float, float]:
    (left, low), (right, high) = positions.min(0), positions.max(0)
    return left - 0.5, low - 0.5, right + 0.5, high + 0.5


def test_each_group_is_a_block_with_its_name_and_count_above() -> None:
    labels = np.repeat([2, 0, 1], [30, 9, 5]).astype(np.int32)
    np.random.default_rng(0).shuffle(labels)
    made = Clusters()(Material(labels=labels, group_names=("a", "b", "c")))
    assert texts(made) == {"c": 30, "a": 9, "b": 5}
    for label, heading in zip([2, 0, 1], made.guides["headings"], strict=True):
        left, low, right, high = _box(made.positions[labels == label])
        assert heading["at"] == [left, high]
        assert heading["width"] == right - left
        assert (right - left) * (high - low) < (labels == label).sum() + (right - left)
        others = made.positions[labels != label]
        inside = (others > (left, low)).all(1) & (others < (right, high + 0.9)).all(1)
        assert not inside.any(), "nothing of another group lies in the block or where its heading stands"


def test_what_is_in_no_group_comes_last_and_lowest_under_its_own_name() -> None:
    labels = np.repeat([0, 1, -1], [20, 15, 40]).astype(np.int32)
    made = Clusters()(Material(labels=labels, group_names=("a", "b")))
    assert list(texts(made).items())[-1] == ("noise", 40)
    assert made.positions[labels < 0, 1].max() < made.positions[labels >= 0, 1].min() - 1
    assert made.guides["notes"] == ["At the bottom: 40 images in no group (noise)."]
    assert "missing" in texts(Clusters()(Material(labels=labels, rest="missing")))


def test_one_group_noise_alone_and_empty_groups_work() -> None:
    assert texts(Clusters()(Material(labels=np.zeros(5, np.int32), group_names=("all",)))) == {"all": 5}
    assert texts(Clusters()(Material(labels=np.full(5, -1, np.int32)))) == {"noise": 5}
    gaps = Clusters()(Material(labels=np.array([7, 7, 2]), group_names=tuple("abcdefgh")))
    assert texts(gaps) == {"h": 2, "c": 1}


def test_images_of_a_group_keep_their_neighbors_and_those_without_a_place_come_last() -> None:
    places = np.stack(np.meshgrid(np.arange(4.0), np.arange(4.0)), axis=-1).reshape(-1, 2).astype(np.float32)
    order = np.random.default_rng(2).permutation(16)
    made = Clusters()(Material(map2d=places[order] * 9, labels=np.zeros(16, np.int32)))
    np.testing.assert_allclose(made.positions - made.positions.min(0), places[order])
    places[5] = np.nan
    made = Clusters()(Material(map2d=places, labels=np.zeros(16, np.int32)))
    assert made.positions[5].tolist() == [made.positions[:, 0].max(), made.positions[:, 1].min()]


def test_fifty_thousand_groups_have_a_heading_each_and_a_wide_picture() -> None:
    labels = np.random.default_rng(0).permutation(np.arange(120_000) % 50_000).astype(np.int32)
    made = Clusters()(Material(labels=labels))
    assert len(made.guides["headings"]) == 50_000
    assert nearest(placed(made)) >= 1
    wide, high = np.ptp(made.positions, axis=0)
    assert 1.1 < wide / high < 1.9


def test_groups_are_numbered_by_size_with_the_rest_last() -> None:
    found = groups(np.array([3, -1, 5, 3, -1, -1, 5, 8]))
    assert found.label.tolist() == [3, 5, 8, -1]
    assert found.size.tolist() == [2, 2, 1, 3]
    assert found.of.tolist() == [0, 3, 1, 0, 3, 3, 1, 2]
    assert found.names(material(8)) == ["figs", "Group 5", "Group 8", "noise"]

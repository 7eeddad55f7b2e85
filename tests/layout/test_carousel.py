from itertools import pairwise

import numpy as np
import pytest

from imagespace_core.layout import Material
from imagespace_core.layout.carousel import STEP, Carousel
from tests.layout.arranged import material, nearest, placed, texts


def test_few_groups_stand_beside_each_other_on_one_drum_the_largest_first_and_noise_last() -> None:
    labels = np.repeat([0, 1, 2, -1], [60, 40, 12, 25]).astype(np.int32)
    made = Carousel()(Material(labels=labels, map2d=material(137).map2d, group_names=("a", "b", "c")))
    assert texts(made) == {"a": 60, "b": 40, "c": 12, "noise": 25}
    radius = np.hypot(made.positions[:, 0], made.positions[:, 2])
    np.testing.assert_allclose(radius, radius[0], rtol=1e-5)
    angle = np.arctan2(made.positions[:, 0], made.positions[:, 2]).astype(np.float64)
    around = (angle - angle[labels == 0].min() + 1e-6) % (2 * np.pi)
    ends = [(around[labels == label].min(), around[labels == label].max()) for label in (0, 1, 2, -1)]
    front = made.positions[labels == 0]
    assert front[:, 0].min() == pytest.approx(-front[:, 0].max(), abs=1e-4), "the largest faces whoever looks"
    assert front[:, 2].min() > 0
    for before, after in pairwise(ends):
        assert before[1] < after[0], "no two groups share a piece of the drum"
    tops = {label: made.positions[labels == label, 1].max() for label in (0, 1, 2, -1)}
    assert len(set(tops.values())) == 1, "one ring: all begin at the same height"


def test_a_heading_stands_above_the_middle_of_its_group_as_wide_as_that() -> None:
    labels = np.repeat([0, 1, 2], [60, 40, 12]).astype(np.int32)
    made = Carousel()(Material(labels=labels, map2d=material(112).map2d, group_names=("a", "b", "c")))
    for label, heading in zip((0, 1, 2), made.guides["headings"], strict=True):
        own = made.positions[labels == label]
        x, y, z = heading["at"]
        assert y > own[:, 1].max() + 0.5, "it covers no image"
        columns = np.unique(own[:, [0, 2]].round(4), axis=0)
        middle = columns.mean(axis=0)
        assert np.array([x, z]) @ middle == pytest.approx(np.hypot(x, z) * np.hypot(*middle), rel=1e-5), "one direction"
        assert heading["width"] == pytest.approx(STEP * len(columns))


def test_no_image_covers_its_neighbor() -> None:
    for n in (2, 3, 4, 71, 73, 500, 3_000):
        made = Carousel()(material(n, labels=None))
        assert nearest(placed(made), p=2) > 1
        assert texts(made) == {"all": n}


@pytest.mark.parametrize("sizes", [[5_000], [300] * 3, [78, 58, 41, 40, 39] + [20] * 18, [3] * 2_000])
def test_a_drum_is_about_twice_as_wide_as_high(sizes: list[int]) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    made = Carousel()(Material(labels=labels))
    wide, high, deep = np.ptp(made.positions, axis=0)
    assert 1.5 < wide / high < 3.5
    assert wide == pytest.approx(deep, rel=0.02)


def test_many_groups_stand_in_tiers_with_room_for_headings_between() -> None:
    labels = np.arange(6_000, dtype=np.int32) % 2_000
    made = Carousel()(Material(labels=labels))
    assert len(made.guides["headings"]) == 2_000
    assert nearest(placed(made), p=2) > 1
    heights = np.unique(made.positions[:, 1].round(3))
    at = np.array([heading["at"][1] for heading in made.guides["headings"]])
    assert np.abs(at[:, None] - heights).min() > 0.5


def test_images_that_are_neighbors_on_the_map_stay_together() -> None:
    points = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)
    made = Carousel()(Material(map2d=points))
    near = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(near, np.inf)
    first = near.argmin(axis=1)
    mine = np.linalg.norm(made.positions - made.positions[first], axis=1)
    chance = np.linalg.norm(made.positions - made.positions[np.random.default_rng(0).permutation(400)], axis=1)
    assert np.median(mine) < 0.3 * np.median(chance)


def test_one_image_and_none_have_their_place() -> None:
    assert np.isfinite(Carousel()(material(1, labels=np.zeros(1, np.int32))).positions).all()
    assert Carousel()(material(0, labels=np.zeros(0, np.int32))).positions.shape == (0, 3)

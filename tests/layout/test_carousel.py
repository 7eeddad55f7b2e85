import numpy as np

from imagespace_core.layout import Material
from imagespace_core.layout.carousel import STEP, Carousel
from tests.layout.scene import material, nearest, placed, texts


def _rings(made, labels: np.ndarray) -> dict[int, np.ndarray]:
    return {int(label): made.positions[labels == label].astype(np.float64) for label in np.unique(labels)}


def test_each_group_is_a_ring_around_the_vertical_axis_at_its_own_height() -> None:
    labels = np.repeat([0, 1, 2, -1], [60, 40, 12, 25]).astype(np.int32)
    made = Carousel()(Material(labels=labels, map2d=material(137).map2d, group_names=("a", "b", "c")))
    assert texts(made) == {"a": 60, "b": 40, "c": 12, "noise": 25}
    rings = _rings(made, labels)
    for ring in rings.values():
        assert np.ptp(ring[:, 1]) == 0
        np.testing.assert_allclose(np.hypot(ring[:, 0], ring[:, 2]), STEP / (2 * np.sin(np.pi / len(ring))), rtol=1e-5)
    heights = [rings[label][0, 1] for label in (-1, 0, 1, 2)]
    assert (np.diff(heights) > 1.5).all(), "noise at the bottom, then the largest; room for headings between"
    for label, heading in zip((0, 1, 2, -1), made.guides["headings"], strict=True):
        x, y, z = heading["at"]
        assert (x, z) == (0, 0)
        assert rings[label][0, 1] + 0.5 <= y <= rings[label][0, 1] + 0.7


def test_no_image_covers_its_neighbor_on_the_ring() -> None:
    for n in (2, 3, 4, 71, 73, 500, 3_000):
        made = Carousel()(material(n, labels=None))
        assert nearest(placed(made), p=2) > 1
        assert texts(made) == {"all": n}


def test_a_large_group_gets_several_rows_and_is_no_higher_than_wide() -> None:
    made = Carousel()(material(5_000, labels=np.zeros(5_000, np.int32)))
    wide, high, deep = np.ptp(made.positions, axis=0)
    assert len(np.unique(made.positions[:, 1])) > 5
    assert high <= wide
    np.testing.assert_allclose(wide, deep, rtol=0.01)


def test_images_go_around_in_the_direction_they_have_on_the_map() -> None:
    angle = np.random.default_rng(0).permutation(np.linspace(-3, 3, 50))
    points = np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    made = Carousel()(Material(map2d=points, labels=np.zeros(50, np.int32)))
    around = np.arctan2(made.positions[:, 0], made.positions[:, 2]) % (2 * np.pi)
    order = np.argsort(around)
    start = int(np.argmin(angle[order]))
    # The middle of the points is not quite the middle of the circle, but their order around it is the same.
    assert (np.diff(np.roll(angle[order], -start)) > 0).all()


def test_more_groups_than_make_a_tower_share_a_drum() -> None:
    labels = np.arange(6_000, dtype=np.int32) % 2_000
    made = Carousel()(Material(labels=labels))
    assert len(made.guides["headings"]) == 2_000
    assert nearest(placed(made), p=2) > 1
    radius = np.hypot(made.positions[:, 0], made.positions[:, 2])
    np.testing.assert_allclose(radius, radius[0], rtol=1e-4)
    wide, high, _ = np.ptp(made.positions, axis=0)
    assert 0.7 < high / wide < 1.3


def test_one_image_stands_on_the_axis() -> None:
    assert Carousel()(material(1, labels=np.zeros(1, np.int32))).positions.tolist() == [[0, 0, 0]]

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imagespace_core.layout.apart import FURTHEST, NARROWEST, Apart, extent, overlapping
from tests.layout.arranged import nearest, placed

PLACES = st.floats(-1e4, 1e4, width=32)


def _check(positions: np.ndarray, furthest: float = FURTHEST) -> dict:
    """What must hold for any map; returns the summary."""
    made = Apart(furthest)(positions, "tsne", "t-SNE without overlap")
    summary = made.guides["apart"]
    known = np.isfinite(positions).all(1)
    assert made.positions.dtype == np.float32
    np.testing.assert_array_equal(np.isfinite(made.positions).all(1), known)
    assert made.guides["missing"] == (~known).sum()
    after = placed(made)
    assert nearest(after) >= summary["cell"] > 0
    assert summary["overlapping_after"] == 0
    if known.any():
        side = extent(positions[known].astype(np.float64))
        moved = np.hypot(*(after - positions[known]).T)
        assert moved.max() <= furthest * side * (1 + 1e-4)
        assert summary["moved_most"] == pytest.approx(moved.max() / summary["cell"], abs=1e-3)
        assert summary["moved_median"] == pytest.approx(np.median(moved) / summary["cell"], abs=1e-3)
    np.testing.assert_array_equal(Apart(furthest)(positions, "tsne", "").positions, made.positions)
    return summary


def test_the_side_is_the_longer_one_or_what_float32_leaves_room_for() -> None:
    assert extent(np.array([[1.0, 2.0], [4.0, 3.0]])) == 3
    assert extent(np.full((3, 2), -5_810.0)) == NARROWEST * 5_810
    assert extent(np.zeros((2, 2))) == 1
    assert extent(np.full((2, 2), 1e-45)) == 1


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float32, st.tuples(st.integers(0, 60), st.just(2)), elements=PLACES), st.sampled_from([0.01, 0.05, 0.5])
)
def test_no_image_covers_another_and_none_moves_further_than_allowed(positions: np.ndarray, furthest: float) -> None:
    _check(positions, furthest)


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(1, 300), piles=st.integers(1, 5), missing=st.integers(0, 3), seed=st.integers(0, 99),
    kind=st.sampled_from(["cloud", "piles", "line"]),
)  # fmt: skip
def test_clouds_piles_and_lines_come_apart(n: int, piles: int, missing: int, seed: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    positions = random.normal(size=(n, 2))
    if kind == "piles":
        positions = positions[random.integers(min(piles, n), size=n)]
    if kind == "line":
        positions[:, 1] = 3
    positions[random.integers(n, size=missing)] = np.nan
    _check(positions.astype(np.float32))


@pytest.mark.parametrize("n", [1, 2, 1_000])
def test_all_images_at_one_point_become_a_block_around_it(n: int) -> None:
    summary = _check(np.full((n, 2), 5, np.float32))
    assert summary["overlapping_before"] == (n > 1)
    assert summary["moved_most"] <= 1.2 * np.sqrt(n) + 1


def test_sprites_that_do_not_touch_hardly_move() -> None:
    positions = np.stack(np.meshgrid(np.arange(12.0), np.arange(12.0)), axis=-1).reshape(-1, 2)
    positions += np.random.default_rng(0).uniform(-0.2, 0.2, positions.shape)
    summary = _check(positions.astype(np.float32))
    assert summary["cell"] > 0.6
    assert summary["moved_most"] < 1.5


def test_images_may_be_larger_where_they_may_move_further() -> None:
    positions = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    cells = [_check(positions, furthest)["cell"] for furthest in (0.01, 0.03, 0.1)]
    assert cells == sorted(cells)
    assert cells[2] > 2 * cells[0]


def test_a_map_of_nothing_stays_nothing() -> None:
    for positions in (np.empty((0, 2), np.float32), np.full((3, 2), np.nan, np.float32)):
        made = Apart()(positions, "pca", "PCA without overlap")
        assert made.positions.shape == positions.shape
        assert np.isnan(made.positions).all()
        assert (made.guides["name"], made.guides["missing"]) == ("pca-apart", len(positions))


def test_overlap_is_counted_by_image() -> None:
    positions = np.array([[0, 0], [0, 0], [0.9, 0], [3, 3], [4, 3]], np.float64)
    assert overlapping(positions, 1.0) == pytest.approx(3 / 5)
    assert overlapping(positions, 1.1) == 1
    assert overlapping(positions[3:], 1.0) == 0
    assert overlapping(positions[:1], 1.0) == 0
    assert overlapping(np.zeros((20_000, 2)), 1.0) == 1

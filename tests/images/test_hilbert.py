"""The order along a Hilbert curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imagespace_core.images.hilbert import hilbert_order


def test_two_by_two_and_four_by_four_follow_the_curve_of_the_textbook() -> None:
    square = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    assert square[hilbert_order(square)].tolist() == [[0, 0], [0, 1], [1, 1], [1, 0]]
    x, y = np.meshgrid(np.arange(4), np.arange(4))
    grid = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    steps = np.abs(np.diff(grid[hilbert_order(grid)], axis=0)).sum(axis=1)
    assert (steps == 1).all(), "the curve only ever goes to the next cell"


@pytest.mark.parametrize("side", [16, 64, 128])
def test_every_step_on_a_grid_leads_to_a_neighbor(side: int) -> None:
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    grid = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32) * 3 - 1000
    steps = np.abs(np.diff(grid[hilbert_order(grid)], axis=0)).sum(axis=1)
    assert (steps == 3).all()


@given(arrays(np.float32, st.tuples(st.integers(0, 60), st.just(2))))
def test_any_positions_give_a_permutation_with_the_lost_rows_last(positions: np.ndarray) -> None:
    order = hilbert_order(positions)
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(len(positions)))
    found = np.isfinite(positions[order]).all(axis=1)
    np.testing.assert_array_equal(found, np.sort(found)[::-1])
    np.testing.assert_array_equal(order, hilbert_order(positions))


def test_equal_positions_stay_in_row_order() -> None:
    assert hilbert_order(np.full((7, 2), 3, np.float32)).tolist() == list(range(7))
    assert hilbert_order(np.full((3, 2), np.nan, np.float32)).tolist() == [0, 1, 2]


def test_three_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(5, 3\) while it should have had \(n, 2\)"):
        hilbert_order(np.zeros((5, 3), np.float32))


def test_pages_of_neighbors_are_compact() -> None:
    positions = np.random.default_rng(0).random((4096, 2)).astype(np.float32)
    pages = positions[hilbert_order(positions)].reshape(16, 256, 2)
    extent = pages.max(axis=1) - pages.min(axis=1)
    assert extent.prod(axis=1).mean() < 2 / 16, "a page covers about its share of the map"

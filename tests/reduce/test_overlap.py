import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagespace_core.reduce.overlap import FURTHEST, remove_overlap


@settings(max_examples=20, deadline=None)
@given(n=st.integers(0, 60), kind=st.sampled_from(["spread", "stacked", "line"]), share=st.floats(0.005, 0.3))
def test_nothing_moves_further_than_allowed_and_nothing_is_lost(n, kind, share):
    positions = np.random.default_rng(n).normal(size=(n, 2))
    if kind == "stacked":
        positions = positions.round()
    if kind == "line":
        positions[:, 1] = 0
    result = remove_overlap(positions, share)
    assert result.positions.shape == (n, 2)
    assert np.isfinite(result.positions).all()
    moves = np.abs(result.positions - positions)
    assert moves.max(initial=0) <= FURTHEST * result.size * (1 + 1e-9)
    assert moves.max(initial=0) == pytest.approx(result.moved)
    np.testing.assert_array_equal(result.positions, remove_overlap(positions, share).positions)


def test_stacked_sprites_end_side_by_side():
    positions = np.repeat(np.array([[0.0, 0.0], [10.0, 10.0]]), 8, axis=0)
    result = remove_overlap(positions, 0.05)
    assert result.overlapping_before == 1
    assert result.overlapping_after == 0
    apart = np.abs(result.positions[:, None] - result.positions[None]).max(2)
    assert apart[~np.eye(16, dtype=bool)].min() >= 0.9 * result.size


def test_sprites_that_do_not_touch_stay_where_they_are():
    positions = np.stack(np.meshgrid(np.arange(10.0), np.arange(10.0)), axis=-1).reshape(-1, 2)
    result = remove_overlap(positions, 0.05)
    np.testing.assert_allclose(result.positions, positions, atol=0.01 * result.size)


def test_a_size_that_cannot_fit_is_lowered():
    positions = np.random.default_rng(0).uniform(size=(1000, 2))
    assert remove_overlap(positions, 0.2).size < 0.03

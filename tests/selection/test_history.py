"""Selections packed, combined, and gone back to."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagespace_core.selection import MODES, History, Mode, Selection, combine, packed, unpacked
from imagespace_core.selection.history import MOST_STEPS

masks = st.lists(st.booleans(), min_size=0, max_size=40).map(lambda bits: np.array(bits, bool))
ROWS = 12
selections = st.sets(st.integers(0, ROWS - 1)).map(lambda rows: of(*rows))


def of(*rows: int) -> Selection:
    mask = np.zeros(ROWS, bool)
    mask[list(rows)] = True
    return Selection.of(mask)


def selected(history: History) -> list[int]:
    return np.flatnonzero(history.now.mask()).tolist()


@given(masks)
def test_what_is_packed_comes_back(mask: np.ndarray) -> None:
    assert np.array_equal(unpacked(packed(mask), len(mask)), mask)
    assert Selection.of(mask).count == mask.sum()


def test_the_lowest_bit_is_the_first_row() -> None:
    mask = np.zeros(11, bool)
    mask[[0, 3, 9]] = True
    assert zlib.decompress(packed(mask)) == bytes([0b00001001, 0b00000010])


@pytest.mark.parametrize(
    ("mode", "rows"), [("replace", [2, 3]), ("add", [1, 2, 3]), ("remove", [1]), ("toggle", [1, 3])]
)
def test_modes(mode: Mode, rows: list[int]) -> None:
    before, hit = of(1, 2).mask(), of(2, 3).mask()
    assert np.flatnonzero(combine(before, hit, mode)).tolist() == rows
    assert mode in MODES


@given(st.lists(selections, max_size=20))
def test_undo_goes_back_through_every_change_and_redo_forward_again(steps: list[Selection]) -> None:
    history = History.start(ROWS)
    seen = [history.now]
    for step in steps:
        history = history.push(step)
        if step != seen[-1]:
            seen.append(step)
    for expected in seen[::-1]:
        assert history.now == expected
        history = history.undo()
    assert not history.can_undo
    for expected in seen:
        assert history.now == expected
        history = history.redo()
    assert not history.can_redo


def test_a_new_selection_forgets_what_was_undone() -> None:
    history = History.start(ROWS).push(of(1)).push(of(2)).undo().push(of(3))
    assert selected(history) == [3]
    assert not history.can_redo
    assert selected(history.undo()) == [1]


def test_the_same_selection_again_is_no_step() -> None:
    history = History.start(ROWS).push(of(1)).push(of(1))
    assert not history.undo().can_undo


def test_the_history_is_bounded_and_keeps_the_latest() -> None:
    history = History.start(ROWS)
    for step in range(MOST_STEPS + 7):
        history = history.push(of(step % ROWS))
    assert len(history.steps) == MOST_STEPS
    assert selected(history) == [(MOST_STEPS + 6) % ROWS]
    for _ in range(MOST_STEPS):
        history = history.undo()
    assert selected(history) == [7 % ROWS]

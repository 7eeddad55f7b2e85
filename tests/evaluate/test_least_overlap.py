"""The least overlap that is proposed where the default leaves too few."""

import numpy as np
import pytest

from imagespace_core.evaluate.least_overlap import proposed_overlap


def overlaps(*counts: tuple[float, int], of: int) -> np.ndarray:
    """float64 (of,): each share so often, else 0."""
    some = np.repeat([share for share, _ in counts], [count for _, count in counts])
    return np.concatenate([some, np.zeros(of - len(some))])


def test_the_default_stays_where_enough_have_it() -> None:
    assert proposed_overlap(overlaps((0.5, 100), (0.3, 900), of=10_000)).value == 0.5
    assert proposed_overlap(overlaps((0.9, 5), (0.3, 20), of=100)).why == "", "5 of 100 are enough"


def test_else_it_is_the_greatest_step_that_enough_have() -> None:
    found = proposed_overlap(overlaps((0.6, 26), (0.47, 50), (0.35, 30), (0.1, 3000), of=7935))
    assert found.value == 0.35
    assert found.why == (
        "only 26 of 7,935 reach a least overlap of 0.5, too few to measure a search by, which takes 100; "
        "0.35 is proposed, which 106 reach"
    )


def test_unknown_overlaps_count_neither_way() -> None:
    values = np.append(overlaps((0.3, 6), of=100), np.full(10_000, np.nan))
    assert proposed_overlap(values).value == 0.3
    assert "0 of 100 reach" in proposed_overlap(values).why


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (overlaps((0.3, 3), (0.1, 1), of=100), 0.1),  # never enough: what most have
        (overlaps((0.3, 80), of=100), 0.5),  # nearly all would count: nothing to tell apart
        (overlaps((0.45, 20), (0.2, 70), of=100), 0.45),
        (np.zeros(100), 0.5),
        (np.full(100, np.nan), 0.5),
        (np.zeros(0), 0.5),
    ],
)
def test_it_is_never_one_that_helps_nobody(values: np.ndarray, expected: float) -> None:
    assert proposed_overlap(values).value == expected

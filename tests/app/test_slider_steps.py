"""The steps of a slider: few, where values are, holding all values between them, and written as what they are."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imagespace_core.app.explore.slider_steps import MOST_STEPS, date_steps, number_steps

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=2, max_size=50))
def test_all_numbers_lie_between_the_first_and_the_last_step(values: list[float]) -> None:
    assume(len(set(values)) > 1)
    steps = number_steps(np.array([*values, np.nan]), whole=False)
    assert 2 <= len(steps.texts) <= MOST_STEPS + 1
    numbers = [steps.limits(text)[0] for text in steps.texts]
    assert numbers == sorted(set(numbers))
    assert steps.range(steps.texts[0], steps.texts[-1]) is None
    middle = steps.range(steps.texts[0], steps.texts[-2])
    assert middle is not None
    assert middle[0] <= min(values), "the first step leaves nothing out, whatever is rounded"


@pytest.mark.parametrize(
    ("values", "whole", "first", "last"),
    [
        (np.arange(30) * 2_000_000_000 // 29, True, "0", "2000000000"),
        (np.arange(20_000_000, 30_000_000, 997), True, "20000000", "30000000"),
        (np.linspace(0, 1e18, 999), False, "0", "1e+18"),
        (np.linspace(0, 1e-12, 999), False, "0", "1e-12"),
        (np.linspace(-0.5, 0.5, 999), False, "-0.5", "0.5"),
        (np.arange(701), False, "0", "700"),
        (np.array([0.1, 0.3]), False, "0.1", "0.3"),
        (np.array([-(2**53), 2**53]), True, "-10000000000000000", "10000000000000000"),
    ],
)
def test_numbers_of_any_size_have_a_few_hundred_steps_in_plain_words(
    values: np.ndarray, whole: bool, first: str, last: str
) -> None:
    texts = number_steps(values.astype(float), whole).texts
    assert (texts[0], texts[-1]) == (first, last)
    assert len(texts) <= MOST_STEPS + 1
    assert "-0" not in texts
    assert not whole or all(text.lstrip("-").isdigit() for text in texts)


def test_an_outlier_leaves_the_others_their_steps() -> None:
    steps = number_steps(np.append(np.linspace(0, 10, 2000), 1e6), whole=False)
    assert sum(float(text) <= 10 for text in steps.texts) > 100


def days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[s]").astype(np.int64).astype(float)


@pytest.mark.parametrize(
    ("dates", "texts"),
    [
        (days("1503-05-01", "1503-05-01", "9999-12-31"), ["1503-05-01", "9999-12-31"]),
        (days("0001-01-01", "0001-01-02"), ["0001-01-01", "0001-01-02"]),
    ],
)
def test_few_days_are_the_steps_themselves(dates: np.ndarray, texts: list[str]) -> None:
    assert date_steps(np.append(dates, np.nan)).texts == texts


def test_many_days_become_months_or_years_that_hold_them_whole() -> None:
    months = date_steps(days("2001-01-15", "2020-12-31T23:59:59")[0] + np.arange(7_000) * 86_400)
    assert months.texts[:2] == ["2001-01", "2001-02"]
    years = date_steps(days("1503-05-01")[0] + np.arange(500) * 86_400 * 330)
    assert years.texts[:3] == ["1503", "1504", "1505"] or years.texts[:3] == ["1502", "1504", "1506"]
    assert len(years.texts) <= MOST_STEPS + 1
    low, high = years.limits("1889")
    assert (low, high) == (days("1889-01-01")[0], np.nextafter(days("1890-01-01")[0], -np.inf))


def test_ends_from_an_address_are_steps_too_where_they_mean_something() -> None:
    found = date_steps(days("2000-01-01") + np.arange(9_000) * 86_400)
    more = set(found.also(["2003-05-06", "2004", "now", "x", "1999", "2004-13", "2003-05-06T07"]).texts) - set(
        found.texts
    )
    assert more == {"2003-05-06", "2004"}
    numbers = number_steps(np.arange(0.0, 5000.0), whole=True)
    assert set(numbers.also(["203", "811", "nan", "inf", "-3", "9999", "a"]).texts) - set(numbers.texts) == {
        "203",
        "811",
    }

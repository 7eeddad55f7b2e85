import numpy as np
import pytest

from imagespace_core.layout import Material
from imagespace_core.layout.timeline import Timeline
from tests.layout.arranged import DAY, nearest, placed, texts


def _seconds(*dates: str) -> np.ndarray:
    return np.array(dates, "datetime64[s]").astype(np.int64).astype(np.float64)


def _made(dates: np.ndarray):
    return Timeline()(Material(taken=dates))


def _columns(made) -> list[str]:
    return [tick["text"] for tick in made.guides["axes"][0]["ticks"]]


def test_columns_are_days_months_or_years_as_the_dates_ask() -> None:
    start, random = _seconds("2021-03-05")[0], np.random.default_rng(0)
    for days, first, unit in ((20, "5 Mar 2021", "day"), (700, "Mar 2021", "month"), (9_000, "2021", "year")):
        dates = start + random.random(2_000) * days * DAY
        dates[0] = start
        made = _made(dates)
        assert _columns(made)[0] == first
        assert made.guides["axes"][0]["title"] == unit
        assert made.guides["notes"] == [f"A column is a {unit}."]
        assert 5 <= len(_columns(made)) <= 60


def test_every_image_stands_over_the_tick_of_its_month_in_the_order_of_time() -> None:
    dates = _seconds(*(f"2020-{month:02d}-{day:02d}T12:00" for month in (1, 2, 4, 5, 6, 7) for day in range(1, 28)))
    order = np.random.default_rng(0).permutation(len(dates))
    made = _made(dates[order])
    names = np.array(["Jan 2020", "Feb 2020", "Apr 2020", "May 2020", "Jun 2020", "Jul 2020"])
    assert texts(made) == dict.fromkeys(names.tolist(), 27)
    ticks = {tick["text"]: tick["at"] for tick in made.guides["axes"][0]["ticks"]}
    month = np.repeat(names, 27)[order]
    positions = made.positions
    steps = np.diff([ticks[name] for name in names])
    assert steps[1] == pytest.approx(2 * steps[0]), "March has none, and its place stays empty"
    for name in names:
        own = positions[month == name]
        assert np.abs(own[:, 0] - ticks[name]).max() < steps[0] / 2
        upward = np.lexsort((own[:, 0], own[:, 1]))
        assert (np.diff(dates[order][month == name][upward]) > 0).all()
        assert own[:, 1].min() == positions[:, 1].min()


def test_rows_without_a_date_are_set_apart_at_the_right_and_counted() -> None:
    dates = np.append(_seconds(*(f"20{year:02d}-05-05" for year in range(10, 20))).repeat(9), [np.nan] * 7)
    made = _made(dates)
    assert list(texts(made).items())[-1] == ("no date", 7)
    assert made.guides["missing"] == 0
    assert "7 images without a date are set apart at the right." in made.guides["notes"]
    assert made.positions[-7:, 0].min() > made.positions[:-7, 0].max() + 1.5
    assert nearest(placed(made)) >= 1


def test_a_clock_that_was_wrong_does_not_squeeze_the_rest_into_a_column() -> None:
    dates = np.append(_seconds("1970-01-01"), _seconds("2023-06-01")[0] + np.arange(300) * 0.1 * DAY)
    made = _made(dates)
    assert _columns(made)[:3] == ["1 Jan 1970", "⋯", "1 Jun 2023"]
    assert len(_columns(made)) == 32
    assert "Long stretches without images are shortened: 2 Jan 1970 – 31 May 2023." in made.guides["notes"]
    assert len(made.guides["lines"]) == 2, "the base line is broken where time is left out"


def test_few_images_on_many_days_are_told_by_month() -> None:
    made = _made(_seconds("2023-01-01")[0] + np.arange(40) * DAY)
    assert texts(made) == {"Jan 2023": 31, "Feb 2023": 9}


@pytest.mark.parametrize(
    ("dates", "columns"),
    [
        (("0476-09-04", "1066-10-14", "9999-12-31"), ["1–999", "1000–1999", "9000–9999"]),
        (tuple(f"{year}-01-02" for year in range(1000, 7000, 30)), [f"{k}00–{k}99" for k in range(10, 70)]),
        (tuple(f"{year}-05-01" for year in (1600, 1612, 1640, 1655, 1656)), ["1600", "1612", "1640", "1655", "1656"]),
        (("-0044-03-15", "0014-08-19"), ["-44", "14"]),
        (("2024-02-29",), ["29 Feb 2024"]),
    ],
)  # fmt: skip
def test_dates_far_from_now_work(dates: tuple[str, ...], columns: list[str]) -> None:
    made = _made(_seconds(*dates))
    assert list(texts(made)) == columns
    assert {name.split("–")[0] for name in columns} <= set(_columns(made))


def test_the_axis_shows_every_year_those_without_images_too() -> None:
    made = _made(_seconds("1990-01-01", "1993-05-01", "1994-05-01", "1997-02-03", "2001-09-09").repeat(5))
    assert _columns(made) == [str(year) for year in range(1990, 2002)]
    at = [tick["at"] for tick in made.guides["axes"][0]["ticks"]]
    np.testing.assert_allclose(np.diff(at), at[1] - at[0], atol=1e-3)


def test_an_open_end_in_9999_is_told_from_the_years_that_are_shown() -> None:
    years = np.arange(1900, 1950).repeat(3)
    made = _made(_seconds(*(f"{year}-06-01" for year in years), "9999-12-31", "1503-05-01"))
    assert _columns(made) == ["1503", "⋯", *map(str, range(1900, 1950)), "⋯", "9999"]
    assert "Long stretches without images are shortened: 1504–1899, 1950–9998." in made.guides["notes"]


def test_numbers_that_are_no_dates_count_as_missing() -> None:
    made = _made(np.array([0.0, np.inf, -np.inf, np.nan, 1e300]))
    assert texts(made) == {"1 Jan 1970": 1, "no date": 4}
    assert Timeline().lacks(Material(taken=np.array([np.inf]))) == "no image has a date"


def test_the_picture_is_wider_than_high_for_one_column_as_for_many() -> None:
    for days in (0.5, 10, 4_000):
        wide, high = np.ptp(_made(np.random.default_rng(0).random(3_000) * days * DAY).positions, axis=0)
        assert 1.2 < wide / high < 4

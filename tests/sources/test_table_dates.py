"""Dates as people write them in tables: partial ones, other orders, years in a column of their own."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagespace_core.sources.tables.inference import from_arrow, from_objects, from_text
from imagespace_core.sources.tables.metadata import MetadataTable, read_metadata
from imagespace_core.sources.tables.taken import finer

YEARS, MONTHS = "years read as January 1st", "months read as their first day"
APPROXIMATE = "approximate dates (ca. 1885) read as exact"


def read(name: str, *cells: str) -> tuple[list[object], str]:
    column, note = from_text(pa.chunked_array([pa.array(cells)]), name)
    if not pd.api.types.is_datetime64_any_dtype(column):
        return column.tolist(), note
    assert str(column.dtype) == "datetime64[us]"
    return [None if value is pd.NaT else value for value in column], note


@pytest.mark.parametrize(
    ("cells", "wanted", "note"),
    [
        (["0001-01-01", "9999-12-31"], [datetime(1, 1, 1), datetime(9999, 12, 31)], ""),
        (["1503-05-01", ""], [datetime(1503, 5, 1), None], ""),
        (["2009:08:18 10:11:12", "0000:00:00 00:00:00"], [datetime(2009, 8, 18, 10, 11, 12), None],
         "dates of zeros read as missing: 1"),
        (["2009/8/18", "2009.08.18"], [datetime(2009, 8, 18)] * 2, ""),
        (["01.05.1890", "13.05.1890 14:30"], [datetime(1890, 5, 1), datetime(1890, 5, 13, 14, 30)], ""),
        (["05/13/1890", "01/02/1890 2:30 PM"], [datetime(1890, 5, 13), datetime(1890, 1, 2, 14, 30)], ""),
        (["01/13/1890 12:05 AM", "1-2-1890"], [datetime(1890, 1, 13, 0, 5), datetime(1890, 1, 2)], ""),
        (["May 1885", "June 1885"], [datetime(1885, 5, 1), datetime(1885, 6, 1)], MONTHS),
        (["May 1, 1885", "2nd June 1900", "3 Sept. 1900"],
         [datetime(1885, 5, 1), datetime(1900, 6, 2), datetime(1900, 9, 3)], ""),
        (["1885-05-03", "1885"], [datetime(1885, 5, 3), datetime(1885, 1, 1)], YEARS),
        (["May 1885", "1881-11", "1890"], [datetime(1885, 5, 1), datetime(1881, 11, 1), datetime(1890, 1, 1)],
         f"{YEARS}; {MONTHS}"),
    ],
)  # fmt: skip
def test_dates_are_read_as_they_are_written_in_a_column_of_any_name(
    cells: list[str], wanted: list[object], note: str
) -> None:
    assert read("x", *cells) == (wanted, note)


def test_bare_years_months_and_days_are_dates_where_the_column_says_so() -> None:
    for cells, wanted, note in (
        (["1885", "1890"], [datetime(1885, 1, 1), datetime(1890, 1, 1)], YEARS),
        (["1881-11", "1885-04"], [datetime(1881, 11, 1), datetime(1885, 4, 1)], MONTHS),
        (["20090818", "20091231"], [datetime(2009, 8, 18), datetime(2009, 12, 31)], ""),
    ):
        for name in ("taken_at", "Date", "DateTaken", "date of birth"):
            assert read(name, *cells) == (wanted, note)
        for name in ("x", "candidate", "Year", "update"):
            values, _ = read(name, *cells)
            assert [str(value) for value in values] == cells


def test_dates_of_a_catalog_that_are_approximate_or_a_span_count_as_their_first_moment() -> None:
    cells = ("ca. 1503", "Circa 1507", "c.1511", "um 1515", "~1519", "1523-1526", "1527 – 1530", "1531/1535", "1539")
    values, note = read("Datierung", *cells)
    assert values == [datetime(year, 1, 1) for year in (1503, 1507, 1511, 1515, 1519, 1523, 1527, 1531, 1539)]
    assert note == f"{YEARS}; spans read as their first year: 3; {APPROXIMATE}: 5"
    assert read("date", "ca. 1881-11") == ([datetime(1881, 11, 1)], f"{MONTHS}; {APPROXIMATE}: 1")
    assert read("x", "ca. 1503", "1523-1526") == (["ca. 1503", "1523-1526"], "")


def test_bare_years_are_dates_also_where_the_file_has_numbers() -> None:
    for column, note in (
        from_objects([1885, None, 1890], "taken_at"),
        from_arrow(pa.chunked_array([pa.array([1885, None, 1890])]), "taken_at"),
    ):
        assert column is not None
        assert [None if value is pd.NaT else value.year for value in column] == [1885, None, 1890]
        assert note == YEARS
    assert str(from_objects([7, 8], "date")[0].dtype) == "int64"  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["01.05.1890", "02.05.1890"],
         "'01.05.1890' may be two dates (no cell shows which number is the day): kept as text"),
        (["13/05/1890", "05/13/1890"],
         "'13/05/1890' may be two dates (in some cells the first number cannot be the month, in others not the day): "
         "kept as text"),
        (["2023-02-30", "2023-01-01"], ""),
        (["2023-01-01 25:00"], ""),
        (["0000-05-01"], ""),
        (["1985.12.3", "1985.12.4"], ""),
        (["01/13/1890 13:00 PM"], ""),
    ],
)  # fmt: skip
def test_what_may_be_two_dates_or_none_stays_text(cells: list[str], note: str) -> None:
    assert read("x", *cells) == (cells, note)


def test_a_column_named_for_dates_says_why_it_has_none() -> None:
    assert read("taken_at", "1890", "before 1885")[1] == "'before 1885' is no date: kept as text"
    assert read("date", "2023-01-01", "2023-02-30")[1] == "'2023-02-30' is no date: kept as text"
    assert read("date", "7", "8") == ([7, 8], "")


def test_mixed_zones_become_utc_and_cells_without_one_are_counted() -> None:
    cells = ("2023-04-15T14:30:00+02:00", "2023-04-15 14:30:00.5 -0530", "2023-04-15T14:30Z", "2023-04-15 14:30")
    hours = [datetime(2023, 4, 15, 12, 30), datetime(2023, 4, 15, 20, 0, 0, 500_000)]
    noon = datetime(2023, 4, 15, 14, 30)
    note = "times turned into UTC (1 without a zone are taken for UTC)"
    assert read("x", *cells) == ([*hours, noon, noon], note)


def test_dates_outside_all_calendars_are_missing_and_counted() -> None:
    days = pa.array([-(10**6), 0], pa.date32())
    column, note = from_arrow(pa.chunked_array([days]))
    assert column is not None
    assert [None if value is pd.NaT else value for value in column] == [None, datetime(1970, 1, 1)]
    assert note == "dates before the year 1 or after 9999 read as missing: 1"


@given(st.lists(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)), min_size=1, max_size=5))
def test_every_moment_of_the_calendar_is_read_back(moments: list[datetime]) -> None:
    assert read("x", *(moment.isoformat() for moment in moments))[0] == moments


@given(st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)), min_size=1, max_size=5), st.sampled_from("./-"))
def test_days_before_months_are_read_back_wherever_a_day_shows_the_order(days: list[date], sign: str) -> None:
    values, note = read("x", *(f"{day.day:02}{sign}{day.month:02}{sign}{day.year:04}" for day in days))
    if any(day.day > 12 for day in days):
        assert values == [datetime(day.year, day.month, day.day) for day in days]
    else:
        assert note.startswith(f"'{days[0].day:02}{sign}")


def table(folder: Path, text: str) -> MetadataTable:
    (folder / "m.csv").write_text(text)
    return read_metadata(folder / "m.csv")


def test_a_column_year_makes_dates_and_stays(tmp_path: Path) -> None:
    got = table(tmp_path, "filename,Year\na,1885\nb,\nc,1.0\n")
    assert got.columns["Year"].tolist()[::2] == [1885, 1]
    assert got.columns["taken_at_metadata"].tolist() == [datetime(1885, 1, 1), pd.NaT, datetime(1, 1, 1)]
    assert got.notes == (f"column taken_at: made of Year, {YEARS}",)
    assert got.partial == ("year",)


@pytest.mark.parametrize(
    ("header", "row", "wanted", "note"),
    [
        ("YEAR,Month", "1885,May", datetime(1885, 5, 1), f"made of YEAR, Month, {MONTHS}"),
        ("year,month", "1885,5", datetime(1885, 5, 1), f"made of year, month, {MONTHS}"),
        ("Year,Month,Day", "1885,5,3", datetime(1885, 5, 3), "made of Year, Month, Day"),
        ("Year,Month,Day", "1885,2,30", datetime(1885, 2, 1), f"made of Year, Month, Day, {MONTHS}"),
        ("Year,Month,Day", "1885,13,4", datetime(1885, 1, 1), f"made of Year, Month, Day, {YEARS}"),
    ],
)
def test_months_and_days_beside_a_year_count(
    tmp_path: Path, header: str, row: str, wanted: datetime, note: str
) -> None:
    got = table(tmp_path, f"filename,{header}\na,{row}\n")
    assert got.columns["taken_at_metadata"].tolist() == [wanted]
    assert f"column taken_at: {note}" in got.notes


def test_a_year_makes_no_dates_beside_a_column_of_dates_or_where_one_is_none(tmp_path: Path) -> None:
    assert list(table(tmp_path, "filename,Year,day\na,1885,1885-05-01\n").columns) == ["Year", "day"]
    got = table(tmp_path, "filename,Year\na,c. 1885\nb,1886\n")
    assert list(got.columns) == ["Year"]
    assert got.notes == ("column taken_at: not every value of Year is a year, so no dates are made of it",)


def test_an_own_date_within_a_partial_one_is_kept() -> None:
    own = pd.Series(np.array(["2019-05-03", "2019-05-03", "NaT", "2019-05-03"], "datetime64[us]"))
    given = pd.Series(np.array(["2019-01-01", "1885-01-01", "1885-01-01", "NaT"], "datetime64[us]"))
    assert finer(own, given, ["year"]).dt.year.tolist() == [2019, 1885, 1885, 2019]
    assert finer(own, given, ["year"]).tolist()[0] == datetime(2019, 5, 3)
    assert finer(own, given, ["month"]).tolist()[0] == datetime(2019, 1, 1)
    assert finer(own, given, []).tolist()[0] == datetime(2019, 1, 1)
    months = pd.Series(np.array(["2019-05-01", "2019-04-01", "2019-05-02", "NaT"], "datetime64[us]"))
    assert finer(own, months, ["month"]).dt.day.tolist() == [3, 1, 2, 3]


def test_times_beyond_64_bits_of_microseconds_are_missing_and_never_another_date() -> None:
    for kind in (pa.timestamp("s"), pa.timestamp("ms"), pa.date64()):
        column, note = from_arrow(pa.chunked_array([pa.array([1 << 62, 0, None], kind)]))
        assert column is not None
        assert column.isna().tolist() == [True, False, True]
        assert note == "dates before the year 1 or after 9999 read as missing: 1"


def test_a_duration_that_python_cannot_count_to_leaves_its_column_out_and_says_so() -> None:
    column, note = from_arrow(pa.chunked_array([pa.array([1 << 62], pa.duration("s"))]))
    assert column is None
    assert "cannot be read" in note

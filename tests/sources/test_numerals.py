"""Numbers as people write them in several countries, and where they may be two."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagespace_core.sources.tables.inference import from_arrow, from_objects, from_text


def read(*cells: str) -> tuple[list[object], str, str]:
    column, note = from_text(pa.chunked_array([pa.array(cells)]), "x")
    return [None if value != value else value for value in column.tolist()], str(column.dtype), note


COMMAS = "commas read as decimal marks"


@pytest.mark.parametrize(
    ("cells", "wanted", "note"),
    [
        (["3,14", "2,5", "-0,75", "1200,0"], [3.14, 2.5, -0.75, 1200], COMMAS),
        (["1,234", "2,5"], [1.234, 2.5], COMMAS),
        (["0,125", "1,250"], [0.125, 1.25], COMMAS),
        ([",5", "7"], [0.5, 7], COMMAS),
        (["1.234,50", "3,5", "7"], [1234.5, 3.5, 7], f"{COMMAS}, points between thousands left out"),
        (["1,234.50", "2.5"], [1234.5, 2.5], "commas between thousands left out"),
        (["1,234,567", "12"], [1234567, 12], "commas between thousands left out"),
        (["1.234.567", "12"], [1234567, 12], "points between thousands left out"),
        (["1\u00a0234,5", "6"], [1234.5, 6], f"{COMMAS}, blanks between thousands left out"),
        (["1\u202f234", "6"], [1234, 6], "blanks between thousands left out"),
        (["1 234,5", "6"], [1234.5, 6], f"{COMMAS}, blanks between thousands left out"),
        (["1'234.50", "6"], [1234.5, 6], "apostrophes between thousands left out"),
        (["-0", "1"], [0, 1], ""),
        (["-0.0", "1.5"], [0, 1.5], ""),
    ],
)
def test_numbers_are_read_as_they_are_written(cells: list[str], wanted: list[float], note: str) -> None:
    values, _, decided = read(*cells)
    assert values == wanted
    assert decided == note
    assert "-0" not in [str(value).removesuffix(".0") for value in values]


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["1,234", "2,345"], "'1,234' may be 1234 or 1.234: kept as text"),
        (["1,234", "7"], "'1,234' may be 1234 or 1.234: kept as text"),
        (["3,14", "2.5"], ""),
        (["1,2,3", "4"], ""),
        (["12 34", "5"], ""),
        (["555 123", "555 124"], ""),
        (["03,5", "1,5"], ""),
    ],
)
def test_what_may_be_two_numbers_or_none_stays_text(cells: list[str], note: str) -> None:
    assert read(*cells) == (cells, "str", note)


def test_points_stay_decimal_marks_beside_columns_with_commas_and_that_is_said(tmp_path) -> None:
    from imagespace_core.sources.tables.metadata import read_metadata

    (tmp_path / "m.csv").write_text("filename;price;area;lat\na;3,14;1.234;48.13\nb;2,5;12;2.5\n")
    table = read_metadata(tmp_path / "m.csv")
    assert table.columns["area"].tolist() == [1.234, 12]
    assert table.notes == (
        "column price: commas read as decimal marks",
        "column area: its points are read as decimal marks, though price has decimal commas; write 1234 where 1.234 "
        "means that",
    )


BEYOND = "whole numbers beyond 9,007,199,254,740,992 kept as text"


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 2**63, 10**30])
def test_whole_numbers_that_floats_confuse_are_text_in_every_kind_of_file(number: int) -> None:
    assert read(str(number), "1") == ([str(number), "1"], "str", BEYOND)
    column, note = from_objects([number, 1, None])
    assert column is not None
    assert column.tolist()[:2] == [str(number), "1"]
    assert note == BEYOND
    if abs(number) < 2**63:
        column, note = from_arrow(pa.chunked_array([pa.array([number, 1])]))
        assert column is not None
        assert (column.tolist(), note) == ([str(number), "1"], BEYOND)


def test_the_last_exact_whole_number_is_a_number() -> None:
    assert read(str(2**53), "1") == ([2**53, 1], "int64", "")


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=9), st.sampled_from([",", "."]))
def test_a_program_that_writes_decimal_commas_is_read_back(numbers: list[int], mark: str) -> None:
    # Three decimals of a number below 1,000 are what may be two numbers.
    values, _, _ = read(*(f"{number / 100:.2f}".replace(".", mark) for number in numbers))
    assert values == [round(number / 100, 2) for number in numbers]

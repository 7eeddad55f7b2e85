"""Several values in a cell become a multi-valued column, and only where the column clearly is one."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imagespace_core.sources.tables.inference import from_arrow, from_objects, from_text
from imagespace_core.sources.tables.metadata import read_metadata

LISTS = pd.ArrowDtype(pa.list_(pa.string()))


def read(name: str, *cells: str) -> tuple[list[object], str]:
    column, note = from_text(pa.chunked_array([pa.array(cells)]), name)
    if column.dtype != LISTS:
        assert str(column.dtype) == "str"
        return [None if value != value else value for value in column], note
    return [None if value is pd.NA else value for value in column], note


@pytest.mark.parametrize(
    ("name", "cells", "wanted", "separator"),
    [
        ("keywords", ["sea; sun", "", "sun"], [["sea", "sun"], None, ["sun"]], ";"),
        ("Tags", ["sea|sun", "sun|sun| "], [["sea", "sun"], ["sun"]], "|"),
        ("style", ["a; b", "b;c", "a; c", "a"], [["a", "b"], ["b", "c"], ["a", "c"], ["a"]], ";"),
    ],
)
def test_cells_with_separators_are_lists_where_the_name_or_repetition_says_so(
    name: str, cells: list[str], wanted: list[object], separator: str
) -> None:
    assert read(name, *cells) == (wanted, f"read as lists, with {separator!r} between the values")


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("style", ["a; b", "c; d", "e"]),
        ("keywords", ["sea", "sun"]),
        ("keywords", ["sea, sun", "sun"]),
        ("text", ["It rains; we stay. " * 5] * 9),
        ("text", ["It rains; we stay.", "It rains; we go.", "It snows; we stay."]),
        ("position", ["48;11", "48;12", "11;48", "12;48"]),
        ("style", ["a; b", "b;c", "a; c", "x" * 70]),
        ("keywords", ["a; b"] * 10_000 + [f"a; {'x' * 70}"]),
    ],
)
def test_other_texts_with_signs_in_them_stay_text(name: str, cells: list[str]) -> None:
    assert read(name, *cells) == (cells, "")


def test_lists_that_were_written_as_text_are_lists() -> None:
    assert read("x", '["a", "b"]', "[]", "", "['c', 'c']") == ([["a", "b"], None, None, ["c"]], "")
    for cells in (["[1, 2]", "[3]"], ["[a]"], ['["a", 1]'], ["[]"], ["['a'", "]"], ["[" * 200 + "]" * 200]):
        assert read("x", *cells) == (cells, "")


def test_lists_of_texts_of_every_kind_of_file_are_multi_valued(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps([{"filename": "a", "k": ["x", "y"]}, {"filename": "b", "k": "z"}]))
    tags = {
        "plain": [["x", "y"], []],
        "encoded": pa.array([["x"], None], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
    }
    pq.write_table(pa.table({"filename": ["a", "b"], **tags}), tmp_path / "m.parquet")
    assert read_metadata(tmp_path / "m.json").columns["k"].tolist() == [["x", "y"], ["z"]]
    columns = read_metadata(tmp_path / "m.parquet").columns
    assert columns.dtypes.tolist() == [LISTS, LISTS]
    assert columns["plain"].tolist() == [["x", "y"], pd.NA]
    assert columns["encoded"].tolist() == [["x"], pd.NA]


def test_lists_of_numbers_are_kept_as_text() -> None:
    column, note = from_objects([[1, 2], None])
    assert column is not None
    assert column.tolist()[0] == "[1, 2]"
    column, note = from_arrow(pa.chunked_array([pa.array([[1.5], None])]))
    assert column is not None
    assert (column.tolist()[0], note) == ("[1.5]", "kept as text")


def test_rows_of_images_take_their_lists_and_others_none(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("filename,tags\na.jpg,x; y\nb.jpg,y\n")
    joined = read_metadata(tmp_path / "m.csv").join(["c.jpg", "b.jpg", "a.jpg"]).columns["tags"]
    assert joined.dtype == LISTS
    assert joined.tolist() == [pd.NA, ["y"], ["x", "y"]]

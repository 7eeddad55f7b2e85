"""Metadata files of all kinds to typed columns."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.metadata import MetadataTable, read_metadata


def read(folder: Path, content: str | bytes, name: str = "m.csv") -> MetadataTable:
    data = content.encode("utf-8") if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return read_metadata(folder / name)


def values(table: MetadataTable, column: str) -> list[object]:
    return [None if value is pd.NA or value != value else value for value in table.columns[column]]


def column_of(folder: Path, *cells: str) -> Any:
    lines = "".join(f"{i}.jpg,{cell}\n" for i, cell in enumerate(cells))
    return read(folder, f"filename,x\n{lines}").columns["x"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(tmp_path: Path, encoding: str, end: str) -> None:
    text = end.join(["filename,title,n", 'été.jpg,"a, ""b""",1', f'b.jpg,"two{end}lines",2', ""])
    table = read(tmp_path, text.encode(encoding))
    assert table.filenames.tolist() == ["été.jpg", "b.jpg"]
    assert table.columns["title"].tolist() == ['a, "b"', f"two{end}lines"]
    assert table.columns["n"].tolist() == [1, 2]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_filename_column(tmp_path: Path, delimiter: str) -> None:
    header = delimiter.join(["title", "FileName ", "note: a,b;c" if delimiter == "|" else "note"])
    table = read(tmp_path, f"{header}\nT{delimiter}a.jpg{delimiter}N\n")
    assert table.filenames.tolist() == ["a.jpg"]
    assert table.columns.shape == (1, 2)


def test_a_tsv_may_hold_commas(tmp_path: Path) -> None:
    table = read(tmp_path, "filename\ttags\na.jpg\tx,y\n", "m.tsv")
    assert table.columns["tags"].tolist() == ["x,y"]


@pytest.mark.parametrize(
    ("cells", "dtype", "wanted"),
    [
        (["1", "-2", "30"], "int64", [1, -2, 30]),
        (["1", "", "3"], "Int64", [1, None, 3]),
        (["1", "2.5", "-3e2"], "float64", [1, 2.5, -300]),
        (["1.5", "NaN", "n/a"], "float64", [1.5, None, None]),
        ([" 1", "2 ", "3"], "int64", [1, 2, 3]),
        (["true", "False", "TRUE"], "bool", [True, False, True]),
        (["true", "", "false"], "boolean", [True, None, False]),
        (["00123", "456", "7"], "str", ["00123", "456", "7"]),
        (["007.5", "1"], "str", ["007.5", "1"]),
        (["+4912345", "1"], "str", ["+4912345", "1"]),
        (["12345678901234567890", "1"], "str", ["12345678901234567890", "1"]),
        (["1e999", "1"], "str", ["1e999", "1"]),
        (["1", "two", "3"], "str", ["1", "two", "3"]),
        (["inf", "1"], "Int64", [None, 1]),
        (["1.5", "-INF", "+Infinity"], "float64", [1.5, None, None]),
        (["inf", "-inf"], "str", ["inf", "-inf"]),
        (["inf", "two", "3"], "str", ["inf", "two", "3"]),
        (["NA", "DE", ""], "str", ["NA", "DE", None]),
        (["", "  ", ""], "str", [None, None, None]),
        (["0", "1"], "int64", [0, 1]),
        (["yes", "no"], "str", ["yes", "no"]),
    ],
)
def test_a_column_has_the_type_that_all_its_cells_have(
    tmp_path: Path, cells: list[str], dtype: str, wanted: list[object]
) -> None:
    column = column_of(tmp_path, *cells)
    assert str(column.dtype) == dtype
    assert [None if v is pd.NA or v != v else v for v in column] == wanted


def test_iso_dates_become_dates_and_what_only_looks_like_one_stays_text(tmp_path: Path) -> None:
    dates = column_of(tmp_path, "2023-04-15", "", "1899-12-31 23:59", "2023-04-15T14:30:12.5")
    assert str(dates.dtype) == "datetime64[us]"
    assert dates[0] == datetime(2023, 4, 15)
    assert dates[1] is pd.NaT
    assert dates[2] == datetime(1899, 12, 31, 23, 59)
    assert dates[3] == datetime(2023, 4, 15, 14, 30, 12, 500000)
    for cells in (["2023-02-30"], ["2023-04-15", "soon"], ["20230415x"], ["2023-4-5"]):
        assert str(column_of(tmp_path, *cells).dtype) == "str"


def test_times_with_a_zone_are_turned_into_utc_and_that_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, "filename,t\na,2023-04-15T14:30:00+02:00\nb,2023-04-15T14:30:00Z\n")
    assert table.columns["t"].tolist() == [datetime(2023, 4, 15, 12, 30), datetime(2023, 4, 15, 14, 30)]
    assert table.notes == ("column t: times turned into UTC",)


def test_words_that_were_read_as_missing_are_reported(tmp_path: Path) -> None:
    table = read(tmp_path, "filename,n\na,1\nb,NA\nc,null\n")
    assert str(table.columns["n"].dtype) == "Int64"
    assert table.notes == ("column n: 2 cells ('NA', 'null') read as missing",)


def test_infinite_numbers_count_as_missing_and_that_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, "filename,n\na,inf\nb,NA\nc,2.5\nd,-inf\n")
    assert table.notes == ("column n: 2 infinite numbers read as missing; 1 cells ('NA') read as missing",)


def test_short_rows_are_completed_and_long_ones_left_out_and_both_counted(tmp_path: Path) -> None:
    table = read(tmp_path, "filename,a,b\n1.jpg,x\n\n2.jpg,x,y\n3.jpg,x,y,z\n4.jpg,x,y,,\n")
    assert table.filenames.tolist() == ["1.jpg", "2.jpg", "4.jpg"]
    assert values(table, "b") == [None, "y", "y"]
    assert (table.completed, table.left_out) == (1, 1)
    assert table.notes == ("row 3 is the first with more cells than the header",)
    assert "rows with more cells than the header (left out): 1" in table.join(["1.jpg"]).report.lines()


def test_column_names_are_made_unique_and_never_those_of_the_workspace(tmp_path: Path) -> None:
    table = read(tmp_path, "filename,a,a,width,,taken_at,a_2, b \n1.jpg,1,2,3,4,2020-01-01,6,7\n")
    assert list(table.columns) == ["a", "a_2", "width_metadata", "column_5", "taken_at_metadata", "a_2_2", "b"]
    assert table.columns.iloc[0].tolist() == [1, 2, 3, 4, pd.Timestamp(2020, 1, 1), 6, 7]
    assert "column 'width' is called 'width_metadata' here" in table.notes
    assert sum("is called" in note for note in table.notes) == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.csv", b"", "is empty; expected a header with a filename column"),
        ("m.csv", b"\xef\xbb\xbf  \n", "is empty"),
        ("m.csv", b"title,label\na,b\n", r"no column called filename \(it has: 'title', 'label'\); rename"),
        ("m.csv", b"Filename,FILENAME\na,b\n", "several filename columns"),
        (
            "m.csv",
            "filename,a\nx.jpg,1\ncafé.jpg,2\n".encode("latin-1"),
            "not valid UTF-8: byte 0xe9 in line 3; add --encoding cp1252 .it reads “café”., or save it",
        ),
        ("m.csv", "filename,a\rx,1\ré,2\r".encode("latin-1"), "byte 0xe9 in line 3"),
        ("m.csv", "filename,a\n".encode("utf-16-le"), "UTF-16 without its mark, or no text; add --encoding utf-16-le"),
        ("m.csv", b'filename,a\nx.jpg,"open\ny.jpg,2\n', "line 3: .*is a quote left open"),
        ("m.jsonl", b'{"filename": "a"}\n{broken\n', "line 2: no JSON"),
        ("m.jsonl", b'{"filename": "a"}\n[1]\n', "line 2: a JSON list; expected an object"),
        ("m.parquet", b"PAR1 no", "cannot be read as Parquet"),
        ("m.json", b"[1]", "row 1: a JSON int; expected an object"),
        ("m.json", b'{"images": [{"id": 1}], "annotations": [{"id": 1}]}', "several lists .images, annotations."),
        ("m.json", b"[]", "is an empty list"),
        ("m.json", b"[" * 100_000, "too deep"),
        ("m.json", b'{"info": {"a": {"b": 1}}}', "an object of info; expected a list of objects"),
        ("m.xlsx", b"PK\x03\x04", "is broken: it begins like a workbook or ZIP"),
        ("m.csv", b"\x1f\x8b\x08", "compressed .gzip.; unpack it"),
        ("m.xls", b"<html><table><tr><td>filename", "a page of HTML or XML"),
        ("m.csv", b"sep=;\n", "no header below its first line"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, content, name)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist; give a file"):
        read_metadata(tmp_path / "m.csv")
    with pytest.raises(InputError, match="is a folder; give a file"):
        read_metadata(tmp_path)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Filename": [1, 2],
            "id_text": ["007", ""],
            "kind": pa.array(["a", None]).dictionary_encode(),
            "small": pa.array([1, None], pa.int8()),
            "unsigned": pa.array([1, 2], pa.uint64()),
            "beyond": pa.array([1, 2**64 - 1], pa.uint64()),
            "half": pa.array([0.5, np.inf], pa.float64()),
            "price": pa.array([Decimal("1.50"), None]),
            "flag": [True, False],
            "day": pa.array([date(2020, 1, 2), None]),
            "zoned": pa.array([datetime(2020, 1, 2, 3), None], pa.timestamp("ns", "Europe/Berlin")),
            "tags": [["x", "y"], None],
            "raw": [b"1", b"2"],
            "nothing": pa.nulls(2),
        }
    )
    pq.write_table(table, tmp_path / "m.parquet")
    got = read_metadata(tmp_path / "m.parquet")
    assert got.filenames.tolist() == ["1", "2"]
    assert {name: str(dtype) for name, dtype in got.columns.dtypes.items()} == {
        "id_text": "str", "kind": "str", "small": "Int64", "unsigned": "int64", "beyond": "str", "half": "float64",
        "price": "float64", "flag": "bool", "day": "datetime64[us]", "zoned": "datetime64[us]",
        "tags": "list<item: string>[pyarrow]", "nothing": "str",
    }  # fmt: skip
    assert values(got, "id_text") == ["007", None]
    assert values(got, "half") == [0.5, None]
    assert got.columns["tags"].tolist() == [["x", "y"], pd.NA]
    assert values(got, "beyond") == ["1", str(2**64 - 1)]
    assert set(got.notes) == {
        "column beyond: whole numbers beyond 9,007,199,254,740,992 kept as text",
        "column half: 1 infinite numbers read as missing",
        "column zoned: times turned into UTC",
        "column raw: raw bytes left out",
    }


def test_json_lines_keep_their_types_and_may_lack_fields(tmp_path: Path) -> None:
    lines = [
        {"filename": "a.jpg", "n": 1, "x": 1, "b": True, "t": "7", "day": "2020-01-02", "mix": 1, "deep": {"k": [1]}},
        {"filename": "b.jpg", "n": None, "x": 2.5, "t": "08", "day": "2020-01-03", "mix": "one", "big": 2**70},
        {"filename": 3, "late": "é"},
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n\n"
    got = read(tmp_path, text, "m.jsonl")
    assert got.filenames.tolist() == ["a.jpg", "b.jpg", "3"]
    assert {name: str(dtype) for name, dtype in got.columns.dtypes.items()} == {
        "n": "Int64", "x": "float64", "b": "boolean", "t": "str", "day": "datetime64[us]", "mix": "str", "deep": "str",
        "big": "str", "late": "str",
    }  # fmt: skip
    assert values(got, "t") == ["7", "08", None]
    assert values(got, "mix") == ["1", "one", None]
    assert values(got, "deep") == ['{"k": [1]}', None, None]
    assert values(got, "big") == [None, str(2**70), None]
    assert values(got, "late") == [None, None, "é"]


def test_lone_surrogates_in_json_are_refused_rather_than_crash(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no JSON .*surrogate"):
        read(tmp_path, '{"filename": "a", "t": "\\ud800"}\n', "m.jsonl")


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\x85\u2028"), max_size=12)


@given(st.lists(st.tuples(st.text("abc/.é ", min_size=1, max_size=6), TEXT, st.integers(-(2**40), 2**40)), min_size=1))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_program_writes_is_read_back(tmp_path: Path, rows: list[tuple[str, str, int]]) -> None:
    stream = io.StringIO(newline="")
    table = csv.writer(stream)
    table.writerow(["filename", "text", "n"])
    # "z" keeps a column of texts from being one of numbers, dates or yes/no
    table.writerows([(name, f"z{text}", n) for name, text, n in rows])
    from_csv = read(tmp_path, stream.getvalue())
    lines = [
        json.dumps({"filename": name, "text": f"z{text}", "n": n}, ensure_ascii=n % 2 == 0) for name, text, n in rows
    ]
    from_json = read(tmp_path, "\n".join(lines), "m.jsonl")
    for got in (from_csv, from_json):
        assert got.columns["text"].tolist() == [f"z{text}" for _, text, _ in rows]
        assert got.columns["n"].tolist() == [n for _, _, n in rows]
        assert str(got.columns["n"].dtype) == "int64"
        names = [None if value != value else value for value in got.filenames]
        assert names == [name if name.strip() else None for name, _, _ in rows]


@given(st.binary(max_size=80), st.sampled_from([b"", b"filename,a\n", b'{"filename": 1}\n', b"\xff\xfe", b"PAR1"]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_is_read_as_a_table_or_refused(tmp_path: Path, garbage: bytes, start: bytes) -> None:
    for name in ("m.csv", "m.tsv", "m.jsonl", "m.parquet"):
        try:
            table = read(tmp_path, start + garbage, name)
        except InputError:
            continue
        assert len(table.columns) == len(table.filenames)
        assert len(table.join(["a.jpg"]).columns) == 1

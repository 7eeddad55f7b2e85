"""What a table is, its content says; which column names the images, its name or its values."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.metadata import MetadataTable, read_metadata


def read(folder: Path, content: str, name: str = "m.csv") -> MetadataTable:
    (folder / name).write_bytes(content.encode())
    return read_metadata(folder / name)


CSV, TSV = "filename,n\na.jpg,1\n", "filename\tn\ra.jpg\t1\r"
JSON = json.dumps([{"filename": "a.jpg", "n": 1}])


@pytest.mark.parametrize("content", [CSV, TSV, JSON, JSON[1:-1], json.dumps([{"filename": "a.jpg", "n": 1}], indent=1)])
@pytest.mark.parametrize("name", ["m.csv", "m.tsv", "m.txt", "m.json", "m.jsonl", "m.parquet", "m.xlsx", "m"])
def test_a_suffix_says_nothing(tmp_path: Path, content: str, name: str) -> None:
    table = read(tmp_path, content, name)
    assert table.filenames.tolist() == ["a.jpg"]
    assert table.columns["n"].tolist() == [1]


def test_parquet_and_arrow_are_read_under_any_name(tmp_path: Path) -> None:
    frame = pd.DataFrame({"filename": ["a.jpg"], "n": [1]})
    frame.to_parquet(tmp_path / "parquet.csv")
    frame.to_feather(tmp_path / "arrow.csv")
    for name in ("parquet.csv", "arrow.csv"):
        assert read_metadata(tmp_path / name).columns["n"].tolist() == [1]
    broken = (tmp_path / "arrow.csv").read_bytes()[:40]
    (tmp_path / "arrow.csv").write_bytes(broken)
    with pytest.raises(InputError, match="cannot be read as Arrow"):
        read_metadata(tmp_path / "arrow.csv")


def test_the_first_line_may_name_the_delimiter(tmp_path: Path) -> None:
    for first in ("sep=;\r\n", '"sep=;"\r\n', "SEP=;\n", "sep=;\r"):
        table = read(tmp_path, f"{first}filename;a,b\na.jpg;1,2,3\n")
        assert table.filenames.tolist() == ["a.jpg"]
        assert table.columns["a,b"].tolist() == ["1,2,3"]
    with pytest.raises(InputError, match="line 3: .*is a quote left open"):
        read(tmp_path, 'sep=;\nfilename;a\nx;"open\n')
    assert list(read(tmp_path, "sep=x;filename\na;b\n").columns) == ["sep=x"]


@pytest.mark.parametrize("above", ["My photos;;\n", "My photos\n", "My photos;;\n;;\nof 2024;;\n"])
@pytest.mark.parametrize("header", ["filename;Titel;n", "Bild;Titel;n", "Bild;;n"])
def test_titles_above_the_header_are_left_out_and_that_is_said(tmp_path: Path, above: str, header: str) -> None:
    table = read(tmp_path, f"{above}{header}\na.jpg;x;1\nb.jpg;;2\n")
    assert table.filenames.tolist() == ["a.jpg", "b.jpg"]
    assert table.columns["n"].tolist() == [1, 2]
    assert table.notes[0] == f"the header is row {above.count(chr(10)) + 1}; what stands above it is left out"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (",title\na.jpg,x\nb.jpg,y\n", ["title"]),
        ("Bild\na.jpg\nb.jpg\n", []),
        ("Bild;\na.jpg;x\n", ["column_2"]),
        ("filename,\na.jpg,x\nb.jpg,y\n", ["column_2"]),
    ],
)
def test_the_first_row_of_a_table_is_no_title(tmp_path: Path, text: str, names: list[str]) -> None:
    table = read(tmp_path, text)
    assert table.filenames.tolist() == ["a.jpg", "b.jpg"][: text.count("jpg")]
    assert list(table.columns) == names
    assert not any("the header is" in note for note in table.notes)


def test_a_cell_may_be_long(tmp_path: Path) -> None:
    table = read(tmp_path, f"filename,caption\na.jpg,{'x' * 1_000_000}\nb.jpg,short\n")
    assert table.columns["caption"].str.len().tolist() == [1_000_000, 5]


@pytest.mark.parametrize(
    ("document", "note"),
    [
        ([{"filename": "a.jpg", "n": 1}, {"filename": "b.jpg", "n": 2}], None),
        ({"version": 3, "data": [{"filename": "a.jpg", "n": 1}, {"filename": "b.jpg", "n": 2}]},
         "the list 'data' is the table"),
        ({"a.jpg": {"n": 1}, "b.jpg": {"n": 2}}, "its objects are the rows, their names those of the images"),
        ({"filename": ["a.jpg", "b.jpg"], "n": [1, 2]}, None),
        ({"filename": {"0": "a.jpg", "1": "b.jpg"}, "n": {"0": 1, "1": 2}}, None),
    ],
)  # fmt: skip
def test_a_json_document_that_holds_one_table_is_read(tmp_path: Path, document: object, note: str | None) -> None:
    table = read(tmp_path, json.dumps(document, indent=2), "m.json")
    assert table.filenames.tolist() == ["a.jpg", "b.jpg"]
    assert table.columns["n"].tolist() == [1, 2]
    assert table.notes == ((note,) if note else ())


def test_one_line_of_json_is_one_row(tmp_path: Path) -> None:
    table = read(tmp_path, '{"filename": "a.jpg", "tags": ["x"], "at": {"x": 1}}\n', "m.jsonl")
    assert table.columns["tags"].tolist() == [["x"]]
    assert table.columns["at"].tolist() == ['{"x": 1}']


@pytest.mark.parametrize(
    "header", ["file_name", "File Name", "image", "IMAGE", "image_path", "img", "path", "SourceFile", "photo"]
)
def test_a_usual_name_is_taken_for_the_images_and_that_is_said(tmp_path: Path, header: str) -> None:
    table = read(tmp_path, f"title;{header}\nx;a\n")
    assert table.filenames.tolist() == ["a"]
    assert table.notes == (f"column {header!r} is taken for the names of the images",)


def test_filename_comes_before_other_names(tmp_path: Path) -> None:
    table = read(tmp_path, "image,Filename,path\n1.png,a.jpg,2.png\n")
    assert table.filenames.tolist() == ["a.jpg"]
    assert list(table.columns) == ["image", "path_metadata"]


def test_of_several_usual_names_and_of_none_the_values_decide(tmp_path: Path) -> None:
    for text in ("image,path\nx,a.jpg\ny,b.JPEG\n", "Titel,Dateiname\nx,a.jpg\ny,b.JPEG\n", ",x\na.jpg,x\nb.JPEG,y\n"):
        assert read(tmp_path, text).filenames.tolist() == ["a.jpg", "b.JPEG"]
    frame = pd.DataFrame({"n": [1, 2]}, index=["a.jpg", "b.jpg"])
    frame.to_parquet(tmp_path / "m.parquet")
    assert read_metadata(tmp_path / "m.parquet").filenames.tolist() == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("text", ["image,path\nx.jpg,a.jpg\n", "image,path\nx,a\n", "front,back\nx.jpg,a.jpg\n"])
def test_where_the_values_do_not_decide_people_are_asked(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="several columns that may name the images .*; call one of them filename"):
        read(tmp_path, text)


def test_columns_may_be_called_like_functions(tmp_path: Path) -> None:
    names = ["count", "size", "values", "shape", "index", "T", "items", "mean", "class", "columns", "dtypes", "name"]
    pq.write_table(pa.table({"filename": ["a.jpg"], **{name: [name] for name in names}}), tmp_path / "m.parquet")
    columns = read_metadata(tmp_path / "m.parquet").join(["a.jpg"]).columns
    assert columns.iloc[0].to_dict() == {name: name for name in names}


def test_structs_are_kept_as_text_and_bytes_at_any_depth_left_out(tmp_path: Path) -> None:
    n = 120_000  # more than are Python's at a time
    structs = pa.StructArray.from_arrays([pa.array(range(n)), pa.array([None] * n, pa.string())], ["a", "b"])
    picture = pa.array([{"bytes": b"1", "path": "x"}] * n)
    nested = pa.array([[{"raw": b"1"}]] * n)
    names = pa.array([f"{row}.jpg" for row in range(n)])
    pq.write_table(
        pa.table({"filename": names, "s": structs, "picture": picture, "nested": nested}), tmp_path / "m.parquet"
    )
    table = read_metadata(tmp_path / "m.parquet")
    assert list(table.columns) == ["s"]
    assert table.columns["s"].iloc[-1] == f'{{"a": {n - 1}, "b": null}}'
    assert table.notes == (
        "column s: kept as text",
        "column picture: raw bytes left out",
        "column nested: raw bytes left out",
    )


def test_a_name_that_the_source_has_too_is_changed_and_that_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, "filename,scene,taken_at\na.jpg,1,2020-01-01\n")
    beside = table.beside({"scene", "taken_at_metadata"})
    assert list(beside.columns) == ["scene_metadata", "taken_at_metadata"]
    assert beside.notes == ("column 'scene' is called 'scene_metadata' here",)
    assert table.beside(()).notes == table.notes == ()

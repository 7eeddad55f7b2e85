"""Text files are looked at a piece at a time, wherever its borders fall."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.tables import delimited, encodings
from imagespace_core.sources.tables.delimited import cells_of, names_of, read_delimited
from imagespace_core.sources.tables.encodings import open_text

TEXT = "filename,name\r\nä.jpg,“é”\r\nb.jpg,日本\r\n"


@pytest.fixture(params=[1, 2, 3, 5, 1 << 20], autouse=True)
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_PIECE_BYTES", request.param)
    monkeypatch.setattr(delimited, "_CHUNK_CHARACTERS", request.param)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_with_its_mark_is_read_whole(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT.encode(encoding))
    with open_text(tmp_path / "a.csv") as stream:
        assert stream.read() == TEXT
    table = read_delimited(tmp_path / "a.csv")
    assert table.names == ("filename", "name")
    assert [column.to_pylist() for column in table.columns] == [["ä.jpg", "b.jpg"], ["“é”", "日本"]]


def test_the_byte_and_the_line_of_a_wrong_encoding_are_named(tmp_path: Path) -> None:
    for data, found in (
        ("a\nß\n".encode() + b"x\xe4y\n", "UTF-8: byte 0xe4 in line 3"),
        (b"a\nb\n\xe2\x82", "UTF-8: byte 0xe2 in line 3"),
    ):
        (tmp_path / "a.csv").write_bytes(data)
        with pytest.raises(InputError, match=f"is not valid {found}"):
            read_delimited(tmp_path / "a.csv")


def test_empty_files_and_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    for data, found in ((b" \n \n \n", "is empty"), (b"filename\nabcdef\0\n", "holds NUL characters")):
        (tmp_path / "a.csv").write_bytes(data)
        with pytest.raises(InputError, match=found):
            read_delimited(tmp_path / "a.csv")


def test_cells_of_some_columns_are_those_of_the_rows_that_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('filename,vector,n\na,"[1, 2]",1\nb,"[3, 4]",2,3\nc,"[5, 6]"\n\nd,,4\n')
    table = read_delimited(file, without=("vector",))
    assert table.names == ("filename", "n")
    assert (table.rows, table.completed, table.left_out, table.first_left_out) == (3, 1, 1, 2)
    assert [column.to_pylist() for column in table.columns] == [["a", "c", "d"], ["1", "", "4"]]
    assert names_of(file) == ["filename", "vector", "n"]
    cells = [row for rows in cells_of(file, ["n", "vector"]) for row in rows]
    assert cells == [["1", "[1, 2]"], ["", "[5, 6]"], ["4", ""]]

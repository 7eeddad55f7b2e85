"""Workbooks as people keep them: what Excel, old Excel and LibreOffice write."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.metadata import MetadataTable, read_metadata

HEADER = ["filename", "price", "count", "made", "sold"]
ROWS = [
    ["a.jpg", "3,14", 3, date(1990, 5, 1), True],
    ["b.jpg", "2,5", None, "1885-04-02", False],
]


def xlsx(file: Path, sheets: dict[str, list[list[Any]]], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    book.save(file)
    return file


def xls(file: Path, rows: list[list[Any]]) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Photos")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if value is not None:
                sheet.write(y, x, value, *([day] if isinstance(value, date) else []))
    book.save(str(file))
    return file


def ods(file: Path, rows: list[list[Any]], spanned: int = 1) -> Path:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document: Any = OpenDocumentSpreadsheet()
    table = Table(name="Photos")
    document.spreadsheet.addElement(table)
    for row in rows:
        line = TableRow()
        table.addElement(line)
        for value in row:
            if isinstance(value, bool):
                cell = TableCell(valuetype="boolean", booleanvalue=str(value).lower())
            elif isinstance(value, int):
                cell = TableCell(valuetype="float", value=value)
            elif isinstance(value, date):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
            else:
                cell = TableCell(valuetype="string", numberrowsspanned=spanned)
                cell.addElement(P(text=value or ""))
            line.addElement(cell)
    document.save(str(file))
    return file


def check(table: MetadataTable) -> None:
    assert table.filenames.tolist() == ["a.jpg", "b.jpg"]
    assert table.columns["price"].tolist() == [3.14, 2.5]
    assert str(table.columns["count"].dtype) == "Int64"
    assert table.columns["count"].tolist() == [3, pd.NA]
    assert table.columns["made"].tolist() == [datetime(1990, 5, 1), datetime(1885, 4, 2)]
    assert table.columns["sold"].tolist() == [True, False]


@pytest.mark.parametrize("name", ["m.xlsx", "m.csv", "m"])
def test_a_workbook_is_read_whatever_it_is_called_with_the_types_of_its_cells(tmp_path: Path, name: str) -> None:
    file = xlsx(tmp_path / "m.xlsx", {"Photos": [HEADER, *ROWS]})
    check(read_metadata(file.rename(tmp_path / name)))


def test_old_excel_and_libreoffice_are_read_the_same(tmp_path: Path) -> None:
    check(read_metadata(xls(tmp_path / "m.xls", [HEADER, *ROWS])))
    check(read_metadata(ods(tmp_path / "m.ods", [HEADER, *ROWS])))


def test_a_merged_cell_gives_its_value_to_each_of_its_rows(tmp_path: Path) -> None:
    rows = [["My photos"], ["filename", "artist"], ["a.jpg", "Monet"], ["b.jpg", None], ["c.jpg", "Manet"]]
    table = read_metadata(xlsx(tmp_path / "m.xlsx", {"Photos": rows}, ("A1:B1", "B3:B4")))
    assert table.columns["artist"].tolist() == ["Monet", "Monet", "Manet"]
    assert table.notes == (
        "merged cells: 1; each of their rows has the value",
        "the header is row 2; what stands above it is left out",
    )


def test_merged_cells_that_cannot_be_filled_are_said(tmp_path: Path) -> None:
    table = read_metadata(ods(tmp_path / "m.ods", [["filename", "n"], ["a.jpg", 1]], spanned=2))
    assert "merged cells: 3; only the first of their rows has the value (save as .xlsx to fill all)" in table.notes


def test_of_several_sheets_the_one_that_names_images_is_read_and_that_is_said(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "m.xlsx", {"Notes": [["remark"], ["x"]], "Photos": [HEADER, *ROWS], "Empty": []})
    table = read_metadata(file)
    assert table.filenames.tolist() == ["a.jpg", "b.jpg"]
    assert table.notes[0] == "the sheet 'Photos' is read, not 'Notes', 'Empty' (--sheet chooses)"


def test_where_several_sheets_name_images_one_must_be_chosen_by_name_or_number(tmp_path: Path) -> None:
    sheets = {"2023": [["filename", "n"], ["a.jpg", 1]], "2024": [["filename", "n"], ["a.jpg", 2]]}
    file = xlsx(tmp_path / "m.xlsx", sheets)
    with pytest.raises(InputError, match="several sheets .'2023', '2024'.; choose one with --sheet NAME"):
        read_metadata(file)
    assert read_metadata(file, sheet="2024").columns["n"].tolist() == [2]
    assert read_metadata(file, sheet="1").columns["n"].tolist() == [1]
    for wrong in ("3", "0", "2025", "²"):
        with pytest.raises(InputError, match=f"no sheet '{wrong}'; it has '2023', '2024'"):
            read_metadata(file, sheet=wrong)


def test_an_empty_workbook_and_an_empty_sheet_are_refused(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "m.xlsx", {"A": [], "B": []})
    with pytest.raises(InputError, match="is empty; expected a header"):
        read_metadata(file)
    with pytest.raises(InputError, match="the sheet 'B' is empty"):
        read_metadata(file, sheet="B")


def encrypted(file: Path) -> Path:
    """The frame of a workbook with a password: what it holds has another name."""
    stream = io.BytesIO()
    XlsDoc().save(stream, b"x" * 5000)
    data = bytearray(stream.getvalue())
    at, name = data.find("Workbook".encode("utf-16-le")), "EncryptedPackage".encode("utf-16-le")
    data[at : at + len(name)] = name
    data[at + 64 : at + 66] = (len(name) + 2).to_bytes(2, "little")
    file.write_bytes(data)
    return file


def old_encrypted(file: Path) -> Path:
    """A record FILEPASS behind the first one, as old Excel marks a password."""
    book = xlwt.Workbook()
    book.add_sheet("Photos").write(0, 0, "filename")
    data = book.get_biff_data()
    first = 4 + int.from_bytes(data[2:4], "little")
    stream = io.BytesIO()
    XlsDoc().save(stream, data[:first] + b"\x2f\x00\x36\x00\x01\x00\x01\x00\x01\x00" + b"\x11" * 48 + data[first:])
    file.write_bytes(stream.getvalue())
    return file


def test_a_password_is_named_as_what_it_is(tmp_path: Path) -> None:
    for file in (encrypted(tmp_path / "m.xlsx"), encrypted(tmp_path / "m.csv"), old_encrypted(tmp_path / "m.xls")):
        with pytest.raises(InputError, match="has a password; save it without one"):
            read_metadata(file)


def test_a_cell_alone_in_the_last_corner_is_refused_before_it_takes_all_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"], sheet["A2"], sheet["XFD1048576"] = "filename", "a.jpg", "x"
    book.save(tmp_path / "m.xlsx")
    with pytest.raises(InputError, match="more memory than 4 GB, because its cells reach so far"):
        read_metadata(tmp_path / "m.xlsx")


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "m.xlsx", {"Photos": [HEADER, *ROWS]}).read_bytes()
    (tmp_path / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    old = xls(tmp_path / "m.xls", [HEADER]).read_bytes()
    (tmp_path / "half.xls").write_bytes(old[:3000])
    (tmp_path / "end.xls").write_bytes(old[:-100])  # the library panics
    with zipfile.ZipFile(tmp_path / "m.xlsx") as old, zipfile.ZipFile(tmp_path / "xml.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[: 200 if name.endswith("sheet1.xml") else None])
    for name in ("half.xlsx", "half.xls", "end.xls", "xml.xlsx"):
        with pytest.raises(InputError, match="copy it again|save it anew, or as CSV"):
            read_metadata(tmp_path / name)


def test_other_files_in_a_zip_are_refused_by_what_they_are(tmp_path: Path) -> None:
    for name, what in (
        ("xl/workbook.bin", "binary Excel workbook"),
        ("Index/Document.iwa", "Apple Numbers"),
        ("photos.csv", "a ZIP archive; unpack it"),
    ):
        with zipfile.ZipFile(tmp_path / "m.xlsx", "w") as archive:
            archive.writestr(name, "filename\n")
        with pytest.raises(InputError, match=what):
            read_metadata(tmp_path / "m.xlsx")


def test_without_its_package_the_message_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = xlsx(tmp_path / "m.xlsx", {"Photos": [HEADER]})
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r'pip install "imagespace\[excel\]"'):
        read_metadata(file)


def test_an_option_that_a_file_has_no_use_for_is_refused(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "m.xlsx", {"Photos": [HEADER, *ROWS]})
    with pytest.raises(InputError, match="--encoding cp1252 has nothing to do: .* is no text"):
        read_metadata(file, encoding="cp1252")
    (tmp_path / "m.csv").write_text("filename\na.jpg\n")
    with pytest.raises(InputError, match="--sheet 1 has nothing to do: .* has no sheets"):
        read_metadata(tmp_path / "m.csv", sheet="1")


def test_cells_of_several_kinds_are_text_and_that_is_said(tmp_path: Path) -> None:
    rows = [["filename", "x"], ["a.jpg", 3], ["b.jpg", "soon"], ["c.jpg", datetime(1990, 5, 1)]]
    table = read_metadata(xlsx(tmp_path / "m.xlsx", {"Photos": rows}))
    assert table.columns["x"].tolist() == ["3", "soon", "1990-05-01"]
    assert table.notes == ("column x: values of several types, kept as text",)


def test_names_that_are_numbers_stay_whole(tmp_path: Path) -> None:
    table = read_metadata(xlsx(tmp_path / "m.xlsx", {"Photos": [["filename"], [1], [2.0], ["03"]]}))
    assert table.filenames.tolist() == ["1", "2", "03"]

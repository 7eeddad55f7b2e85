"""What a table file is: its content says it, whatever its suffix."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.encodings import start_of

Format = Literal["delimited", "json", "parquet", "arrow", "workbook"]

KINDS = "CSV, TSV, Excel (.xlsx, .xls), .ods, Parquet or JSON"
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
_JSON = re.compile(r"\s*(\{\s*[\"}]|\[\s*[\[{\]])")
_MARKUP = re.compile(r"\s*<(!doctype|html|head|table|meta|\?xml|workbook)\b", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Of old Excel, and of new Excel with a password."""
_OTHERS = (
    (b"\x1f\x8b", "compressed (gzip); unpack it"),
    (b"BZh", "compressed (bzip2); unpack it"),
    (b"\xfd7zXZ", "compressed (xz); unpack it"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstandard); unpack it"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it"),
    (b"Rar!", "a RAR archive; unpack it"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
    (b"%PDF", "a PDF; save the table as CSV"),
    (b"\x89HDF", "an HDF5 file; save the table as Parquet or CSV"),
    (b"\x93NUMPY", "a NumPy array without names; save a table as Parquet or CSV"),
    (b"\x89PNG", "an image; name the table"),
    (b"\xff\xd8\xff", "an image; name the table"),
)


def format_of(file: Path) -> Format:
    """Raises InputError, with the remedy, for what is no table."""
    try:
        with file.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"ARROW1", b"FEA1")):
        return "arrow"
    if start.startswith(_OLE):
        return "workbook"
    if start.startswith(b"PK\x03\x04"):
        return _zipped(file)
    if found := next((what for mark, what in _OTHERS if start.startswith(mark)), None):
        raise InputError(f"{file} is {found}. A table is {KINDS}")
    text = start_of(file)
    if _MARKUP.match(text):
        raise InputError(
            f"{file} is a page of HTML or XML, as some programs call .xls; open it in a spreadsheet and save it as "
            ".xlsx or CSV"
        )
    named = file.suffix.lower() in _JSON_SUFFIXES and text.lstrip()[:1] in ("{", "[")
    return "json" if named or _JSON.match(text) else "delimited"


def _zipped(file: Path) -> Format:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InputError(f"{file} is broken: it begins like a workbook or ZIP ({error}); copy it again") from error
    if "xl/workbook.xml" in names or kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "workbook"
    for name, what in (
        ("xl/workbook.bin", "a binary Excel workbook (.xlsb); save it as .xlsx"),
        ("Index/Document.iwa", "a sheet of Apple Numbers; export it as CSV or Excel"),
        ("word/document.xml", "a Word document; save the table as CSV"),
    ):
        if name in names:
            raise InputError(f"{file} is {what}")
    raise InputError(f"{file} is a ZIP archive; unpack it and name the table in it: {KINDS}")

"""CSV and TSV to columns of text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK_ROWS = 50_000
_DELIMITERS = (",", ";", "\t", "|")
_UTF16_32 = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark starts with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Delimited:
    """A delimited file as text.

    names: of the header, as written. columns: one array of strings for each.
    completed: rows with fewer cells than the header; the cells that lack are empty.
    left_out: rows with more, whose cells cannot be told apart any more. first_left_out: number of the first,
    counted from 1 below the header.
    """

    names: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    completed: int = 0
    left_out: int = 0
    first_left_out: int = 0


def decode_text(file: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark, which is taken off.

    Raises InputError that names the byte and the line where the encoding is wrong: guessing another one would
    turn names and labels into other names and labels without a word.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    encoding = next((name for mark, name in _UTF16_32 if data.startswith(mark)), "utf-8")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = max(before.count(b"\n"), before.count(b"\r")) + 1
        raise InputError(
            f"{file} is not valid {encoding.upper()}: byte 0x{data[error.start]:02x} in line {line}; "
            "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"
        ) from error
    if not text.strip():
        raise InputError(f"{file} is empty; expected a header with a filename column, and rows")
    if "\0" in text:
        raise InputError(f"{file} holds NUL characters: UTF-16 without its mark, or no text; save it as UTF-8")
    return text


def read_delimited(file: Path, delimiters: Sequence[str] = _DELIMITERS) -> Delimited:
    """The file's columns, with the delimiter under which its header has a filename column.

    Quotes, quoted line ends and CR, LF or CRLF line ends as in RFC 4180. Blank lines are no rows.
    Raises InputError for a wrong encoding or a quote that is never closed.
    """
    import pyarrow as pa

    text = decode_text(file)
    records = _records(file, text, _delimiter(text, delimiters))
    names = next(records)
    chunks: list[list[pa.Array]] = [[] for _ in names]
    seen = completed = left_out = first_left_out = 0
    while rows := list(islice(records, _CHUNK_ROWS)):
        if set(map(len, rows)) != {len(names)}:
            whole = []
            for number, row in enumerate(rows, start=seen + 1):
                if any(row[len(names) :]):
                    left_out += 1
                    first_left_out = first_left_out or number
                else:
                    completed += len(row) < len(names)
                    whole.append((row + [""] * (len(names) - len(row)))[: len(names)])
            seen += len(rows)
            rows = whole
        else:
            seen += len(rows)
        for chunk, values in zip(chunks, zip(*rows, strict=True), strict=False):
            chunk.append(pa.array(values, pa.string()))
    columns = tuple(pa.chunked_array(chunk, pa.string()) for chunk in chunks)
    return Delimited(tuple(names), columns, completed, left_out, first_left_out)


def _records(file: Path, text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error as error:
        raise InputError(
            f"{file}, line {reader.line_num}: {error}; is a quote left open, or not doubled inside quotes?"
        ) from error


def _delimiter(text: str, delimiters: Sequence[str]) -> str:
    """The one that gives the header a filename column; among several, or none, the one with most cells."""

    def rank(delimiter: str) -> tuple[bool, int]:
        try:
            names = next((row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row), [])
        except csv.Error:
            return False, 0
        return any(name.strip().casefold() == "filename" for name in names), len(names)

    return max(delimiters, key=rank)

"""CSV and TSV to columns of text."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from imagespace_core.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK_ROWS = 50_000
_CHUNK_CHARACTERS = 1 << 20
_PIECE_BYTES = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
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


def open_text(file: Path, newline: str | None = "", encoding: str | None = None) -> TextIO:
    """A text file, opened once all of it has been looked at, see `text_encoding`. newline, encoding: as of `open`."""
    return file.open(encoding=encoding or text_encoding(file), newline=newline)


def text_encoding(file: Path) -> str:
    """UTF-8, or UTF-16 or UTF-32 with a byte order mark; read with it the mark is taken off.

    All of the file is looked at, a piece at a time. Raises InputError that names the byte and the line where the
    encoding is wrong: guessing another one would turn names and labels into other names and labels without a word.
    """
    try:
        with file.open("rb") as stream:
            return _checked(file, stream)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error


def _checked(file: Path, stream: BinaryIO) -> str:
    """Raises InputError where the encoding is wrong, for no text, and for an empty file."""
    start = stream.read(4)
    stream.seek(0)
    encoding = next((name for mark, name in _UTF16_32 if start.startswith(mark)), "utf-8-sig")
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, returns, blank, nul = 0, 0, True, False
    piece = None
    while piece != b"":
        piece = stream.read(_PIECE_BYTES)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            before = piece[: max(0, error.start - (len(error.object) - len(piece)))]
            line = max(lines + before.count(b"\n"), returns + before.count(b"\r")) + 1
            named = encoding.upper().removesuffix("-SIG")
            raise InputError(
                f"{file} is not valid {named}: byte 0x{error.object[error.start]:02x} in line {line}; "
                "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"
            ) from error
        lines, returns = lines + piece.count(b"\n"), returns + piece.count(b"\r")
        blank, nul = blank and not text.strip(), nul or "\0" in text
    if blank:
        raise InputError(f"{file} is empty; expected a header with a filename column, and rows")
    if nul:
        raise InputError(f"{file} holds NUL characters: UTF-16 without its mark, or no text; save it as UTF-8")
    return encoding


def read_delimited(file: Path, delimiters: Sequence[str] = DELIMITERS, empty: Container[str] = ()) -> Delimited:
    """The file's columns, with the delimiter under which its header has a filename column.

    Quotes, quoted line ends and CR, LF or CRLF line ends as in RFC 4180. Blank lines are no rows. empty: columns whose
    values are not wanted, see `values_of`; they are there without text.
    Raises InputError for a wrong encoding or a quote that is never closed.
    """
    import pyarrow as pa

    names, records = _opened(file, delimiters)
    chunks: list[list[pa.Array]] = [[] for _ in names]
    counts = _Counts()
    pool = pa.system_memory_pool()  # Arrow's own rounds pieces of this size up to nearly twice as much
    for rows in _whole(records, len(names), counts):
        for name, chunk, values in zip(names, chunks, zip(*rows, strict=True), strict=False):
            chunk.append(pa.array([""] * len(rows) if name in empty else values, pa.string(), memory_pool=pool))
    columns = tuple(pa.chunked_array(chunk, pa.string()) for chunk in chunks)
    return Delimited(tuple(names), columns, counts.completed, counts.left_out, counts.first_left_out)


def names_of(file: Path, delimiters: Sequence[str] = DELIMITERS) -> list[str]:
    """The header, as written."""
    return _opened(file, delimiters)[0]


def values_of(file: Path, name: str, delimiters: Sequence[str] = DELIMITERS) -> Iterator[Sequence[str]]:
    """The values of one column, of the rows that `read_delimited` takes, some at a time: none are held."""
    names, records = _opened(file, delimiters)
    at = names.index(name)
    for rows in _whole(records, len(names), _Counts()):
        yield [row[at] for row in rows]


@dataclass
class _Counts:
    """As in `Delimited`. seen: rows so far."""

    seen: int = 0
    completed: int = 0
    left_out: int = 0
    first_left_out: int = 0


def _opened(file: Path, delimiters: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
    """The header, and the rows below it."""
    encoding = text_encoding(file)
    records = _records(file, encoding, _delimiter(file, encoding, delimiters))
    return next(records), records


def _whole(records: Iterator[list[str]], width: int, counts: _Counts) -> Iterator[list[list[str]]]:
    """Rows of `width` cells, some at a time: those with fewer are completed, those with more left out, and counted."""
    while rows := list(_chunk(records)):
        if set(map(len, rows)) != {width}:
            whole = []
            for number, row in enumerate(rows, start=counts.seen + 1):
                if any(row[width:]):
                    counts.left_out += 1
                    counts.first_left_out = counts.first_left_out or number
                else:
                    counts.completed += len(row) < width
                    whole.append((row + [""] * (width - len(row)))[:width])
        else:
            whole = rows
        counts.seen += len(rows)
        if whole:
            yield whole


def _chunk(records: Iterator[list[str]]) -> Iterator[list[str]]:
    """The next rows, as many as are not much to hold as Python's strings."""
    size = 0
    for row in islice(records, _CHUNK_ROWS):
        yield row
        size += sum(map(len, row))
        if size > _CHUNK_CHARACTERS:
            return


def _records(file: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    with open_text(file, encoding=encoding) as stream:
        yield from _rows(file, csv.reader(stream, delimiter=delimiter, strict=True))


def _rows(file: Path, reader: Any) -> Iterator[list[str]]:
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error as error:
        raise InputError(
            f"{file}, line {reader.line_num}: {error}; is a quote left open, or not doubled inside quotes?"
        ) from error


def _delimiter(file: Path, encoding: str, delimiters: Sequence[str]) -> str:
    """The one that gives the header a filename column; among several, or none, the one with most cells."""

    def rank(delimiter: str) -> tuple[bool, int]:
        try:
            with open_text(file, encoding=encoding) as stream:
                names = next((row for row in csv.reader(stream, delimiter=delimiter) if row), [])
        except csv.Error:
            return False, 0
        return any(name.strip().casefold() == "filename" for name in names), len(names)

    return max(delimiters, key=rank)

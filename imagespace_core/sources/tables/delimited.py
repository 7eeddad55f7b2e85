"""CSV and TSV to columns of text."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.encodings import text_encoding
from imagespace_core.sources.tables.image_column import is_usual

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK_ROWS = 50_000
_CHUNK_CHARACTERS = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
_NAMED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""The line that Excel takes off the top: it names the delimiter."""
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # of the whole process: a cell may be longer than 131,072 characters


@dataclass(frozen=True)
class Delimited:
    """A delimited file as text.

    names: of the header, as written. columns: one array of strings for each.
    rows: how many. completed: those with fewer cells than the header; the cells that lack are empty.
    left_out: rows with more, whose cells cannot be told apart any more. first_left_out: number of the first,
    counted from 1 below the header.
    """

    names: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    rows: int = 0
    completed: int = 0
    left_out: int = 0
    first_left_out: int = 0


def read_delimited(
    file: Path, delimiters: Sequence[str] = DELIMITERS, without: Container[str] = (), encoding: str | None = None
) -> Delimited:
    """The file's columns, with the delimiter that its first line names (sep=;), or else under which its header has a
    column that names images.

    Quotes, quoted line ends and CR, LF or CRLF line ends as in RFC 4180. Blank lines are no rows. without: columns
    that are not wanted, see `cells_of`. encoding: see `text_encoding`.
    Raises InputError for a wrong encoding or a quote that is never closed.
    """
    import pyarrow as pa

    names, records = _opened(file, delimiters, encoding)
    wanted = [at for at, name in enumerate(names) if name not in without]
    chunks: list[list[pa.Array]] = [[] for _ in wanted]
    counts, total = _Counts(), 0
    pool = pa.system_memory_pool()  # Arrow's own rounds pieces of this size up to nearly twice as much
    for rows in _whole(records, len(names), counts):
        total += len(rows)
        for at, chunk in zip(wanted, chunks, strict=True):
            chunk.append(pa.array([row[at] for row in rows], pa.string(), memory_pool=pool))
    columns = tuple(pa.chunked_array(chunk, pa.string()) for chunk in chunks)
    kept = tuple(names[at] for at in wanted)
    return Delimited(kept, columns, total, counts.completed, counts.left_out, counts.first_left_out)


def names_of(file: Path, delimiters: Sequence[str] = DELIMITERS, encoding: str | None = None) -> list[str]:
    """The header, as written."""
    return _opened(file, delimiters, encoding)[0]


def cells_of(
    file: Path, columns: Sequence[str], delimiters: Sequence[str] = DELIMITERS, encoding: str | None = None
) -> Iterator[list[list[str]]]:
    """The cells of some columns, row by row, of the rows that `read_delimited` takes, some at a time: none are held."""
    names, records = _opened(file, delimiters, encoding)
    positions = [names.index(name) for name in columns]
    for rows in _whole(records, len(names), _Counts()):
        yield [[row[at] for at in positions] for row in rows]


@dataclass
class _Counts:
    """As in `Delimited`. seen: rows so far."""

    seen: int = 0
    completed: int = 0
    left_out: int = 0
    first_left_out: int = 0


def _opened(file: Path, delimiters: Sequence[str], encoding: str | None) -> tuple[list[str], Iterator[list[str]]]:
    """The header, and the rows below it."""
    encoding = text_encoding(file, encoding)
    records = _records(file, encoding, _delimiter(file, encoding, delimiters))
    header = next(records, None)
    if header is None:
        raise InputError(f"{file} has no header below its first line; expected one with a filename column, and rows")
    return header, records


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
    with file.open(encoding=encoding, newline="") as stream:
        above = _delimiter_above(stream) is not None
        yield from _rows(file, csv.reader(stream, delimiter=delimiter, strict=True), above)


def _rows(file: Path, reader: Any, above: int) -> Iterator[list[str]]:
    """above: lines before the reader's first."""
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error as error:
        raise InputError(
            f"{file}, line {reader.line_num + above}: {error}; is a quote left open, or not doubled inside quotes?"
        ) from error


def _delimiter_above(stream: TextIO) -> str | None:
    """The delimiter that the first line names; the stream stands behind that line then, and else at its start."""
    if named := _NAMED.fullmatch(stream.readline(16)):
        return named[1]
    stream.seek(0)
    return None


def _delimiter(file: Path, encoding: str, delimiters: Sequence[str]) -> str:
    """The one that the first line names; else the one that gives the header a column that names images; among several,
    or none, the one with most cells."""
    with file.open(encoding=encoding, newline="") as stream:
        if named := _delimiter_above(stream):
            return named

    def rank(delimiter: str) -> tuple[bool, int]:
        try:
            with file.open(encoding=encoding, newline="") as stream:
                names = next((row for row in csv.reader(stream, delimiter=delimiter) if row), [])
        except csv.Error:
            return False, 0
        return any(map(is_usual, names)), len(names)

    return max(delimiters, key=rank)

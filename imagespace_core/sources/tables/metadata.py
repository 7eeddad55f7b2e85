"""What people know of their images: a table with a filename column, joined to the rows of a collection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.images.color import COLUMNS
from imagespace_core.sources.tables.account import MetadataReport, account_of
from imagespace_core.sources.tables.delimited import read_delimited
from imagespace_core.sources.tables.inference import from_arrow, from_objects, from_text, text_type
from imagespace_core.sources.tables.joining import match
from imagespace_core.sources.tables.records import read_json_lines, read_parquet

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")

RESERVED = frozenset({"id", "key", "row", "path", "width", "height", "taken_at", "cluster", "stamp", *COLUMNS})
"""Columns that a workspace has of its own. Metadata has the last word on one of them, taken_at: the caller finds its
values under taken_at_metadata, and takes them if they are dates."""


@dataclass(frozen=True)
class Joined:
    """columns: one row for each image, in the order of the images. report: what matched and what did not."""

    columns: pd.DataFrame
    report: MetadataReport


@dataclass(frozen=True)
class MetadataTable:
    """A metadata file as read.

    filenames: text (rows,), as written. columns: all other columns, each of one type. notes: what was renamed
    or decided on the way. completed: rows with too few cells, filled up. left_out: rows with too many, not in
    here.
    """

    file: Path
    filenames: pd.Series
    columns: pd.DataFrame
    notes: tuple[str, ...] = ()
    completed: int = 0
    left_out: int = 0

    def join(self, paths: Sequence[str], limited: bool = False) -> Joined:
        """The columns for images of these paths (relative to their folder, "/" between the parts), see `match`.

        Images without a row have missing values; whole numbers and yes/no then become the nullable types Int64 and
        boolean. limited: these are some of the images only, see `MetadataReport`.
        """
        import pandas as pd

        found = match(paths, self.filenames.astype(object).where(self.filenames.notna(), None))
        columns = {name: _take(column, found.rows) for name, column in self.columns.items()}
        report = account_of(found, self.file.name, self.notes, self.completed, self.left_out, limited)
        return Joined(pd.DataFrame(columns, index=pd.RangeIndex(len(paths))), report)


def read_metadata(file: Path, reserved: Collection[str] = RESERVED) -> MetadataTable:
    """Reads CSV (comma, semicolon, tab or bar), TSV, Parquet or JSON Lines, by the file's suffix.

    reserved: names that a column may not have; such a column is called <name>_metadata instead.
    Raises InputError, with the remedy, for what cannot be read and where the filename column is missing.
    """
    import pandas as pd

    if not file.is_file():
        found = "is a folder" if file.is_dir() else "does not exist"
        raise InputError(f"metadata {file} {found}; give a file ({', '.join(SUFFIXES)})")
    notes: list[str] = []
    completed = left_out = 0
    match file.suffix.lower():
        case ".csv" | ".tsv" as suffix:
            text = read_delimited(file, ("\t",)) if suffix == ".tsv" else read_delimited(file)
            names, raw, convert = list(text.names), list(text.columns), from_text
            completed, left_out = text.completed, text.left_out
            if left_out:
                notes.append(f"row {text.first_left_out} is the first with more cells than the header")
        case ".parquet":
            table = read_parquet(file)
            names, raw, convert = list(table.column_names), list(table.columns), from_arrow
        case ".jsonl" | ".ndjson":
            values = read_json_lines(file)
            names, raw, convert = list(values), list(values.values()), from_objects
        case suffix:
            raise InputError(f"metadata {file} is a {suffix or 'file without suffix'}; give {', '.join(SUFFIXES)}")
    names = [name.strip() or f"column_{number}" for number, name in enumerate(names, start=1)]
    at = _filename_column(file, names)
    filenames = _filenames(raw[at])
    del names[at], raw[at]
    final = _unique(names, reserved, notes)
    columns: dict[str, pd.Series] = {}
    for name, data in zip(final, raw, strict=True):
        column, note = convert(data)
        if note:
            notes.append(f"column {name}: {note}")
        if column is not None:
            columns[name] = column
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(filenames)))
    return MetadataTable(file, filenames, frame, tuple(notes), completed, left_out)


def _filename_column(file: Path, names: Sequence[str]) -> int:
    wanted = [i for i, name in enumerate(names) if name.strip().casefold() == "filename"]
    exact = [i for i in wanted if names[i] == "filename"]
    if len(exact or wanted) == 1:
        return (exact or wanted)[0]
    shown = ", ".join(repr(name) for name in names[:20])
    if wanted:
        raise InputError(f"{file} has several filename columns ({shown}); keep one")
    raise InputError(
        f"{file} has no column called filename (it has: {shown or 'none'}); "
        "rename the one with the images' paths or names"
    )


def _filenames(raw: pa.ChunkedArray | list[object]) -> pd.Series:
    """Text whatever the file thinks it is: an image may be called 001."""
    if isinstance(raw, list):
        column, _ = from_objects(["" if value is None else str(value) for value in raw])
    else:
        column, _ = from_arrow(raw.cast("large_string"))
    assert column is not None
    return column.astype(text_type())


def _unique(names: Iterable[str], reserved: Collection[str], notes: list[str]) -> list[str]:
    """Column names that are there, differ, and are not reserved; every change goes to the notes."""
    final: list[str] = []
    for written in names:
        name = " ".join(written.split())
        if name in reserved:
            name = f"{name}_metadata"
        name = _free(name, {*final, *reserved})
        if name != written:
            notes.append(f"column {written!r} is called {name!r} here")
        final.append(name)
    return final


def _free(name: str, taken: Collection[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _take(column: pd.Series, rows: np.ndarray) -> pd.Series:
    """The values at `rows`, missing at -1; whole numbers stay whole."""
    import pandas as pd

    if (rows < 0).any():
        nullable = {"i": "Int64", "u": "UInt64", "b": "boolean"}.get(getattr(column.dtype, "kind", ""))
        if nullable and isinstance(column.dtype, np.dtype):
            column = column.astype(nullable)
    return pd.Series(column.array.take(rows, allow_fill=True))

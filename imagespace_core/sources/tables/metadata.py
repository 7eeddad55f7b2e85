"""What people know of their images: a table with a filename column, joined to the rows of a collection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.images.color import COLUMNS
from imagespace_core.sources.tables.account import MetadataReport, account_of
from imagespace_core.sources.tables.dates import PARTIAL
from imagespace_core.sources.tables.image_column import find_image_column
from imagespace_core.sources.tables.joining import match
from imagespace_core.sources.tables.numerals import DECIMAL_COMMAS, may_be_thousands
from imagespace_core.sources.tables.taken import of_year
from imagespace_core.sources.tables.untyped import UntypedTable, read_untyped

if TYPE_CHECKING:
    import pandas as pd

TAKEN_AT = "taken_at_metadata"
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
    here. partial: what of the dates in TAKEN_AT is left open where it is the first moment, see `PARTIAL`.
    """

    file: Path
    filenames: pd.Series
    columns: pd.DataFrame
    notes: tuple[str, ...] = ()
    completed: int = 0
    left_out: int = 0
    partial: tuple[str, ...] = ()

    def beside(self, taken: Collection[str]) -> MetadataTable:
        """The same beside columns of these names: one that has such a name is called <name>_metadata."""
        notes = list(self.notes)
        final = _unique(self.columns.columns, set(taken) - {TAKEN_AT}, notes)
        return replace(self, columns=self.columns.set_axis(final, axis="columns"), notes=tuple(notes))

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


def read_metadata(file: Path, encoding: str | None = None, sheet: str | None = None) -> MetadataTable:
    """Reads CSV (comma, semicolon, tab or bar), spreadsheets, Parquet, Arrow, JSON or JSON Lines, whatever the suffix.

    A column of a name in RESERVED is called <name>_metadata; dates in a column taken_at, or made of a column Year, are
    in taken_at_metadata.
    encoding: of text, if it is another than UTF-8. sheet: of a workbook, by its name or number.
    Raises InputError, with the remedy, for what cannot be read and where no column names the images.
    """
    import pandas as pd

    read = read_untyped(file, encoding, sheet)
    notes = list(read.notes)
    names = [name.strip() or f"column_{number}" for number, name in enumerate(read.names, start=1)]
    at, note = find_image_column(file, names, read.values)
    notes += [note] if note else []
    filenames = read.texts(at)
    others = [number for number in range(len(names)) if number != at]
    renamed: list[str] = []
    final = dict(zip(others, _unique([names[number] for number in others], RESERVED, renamed), strict=True))
    columns: dict[str, pd.Series] = {}
    decided: dict[str, str] = {}
    for number, name in final.items():
        column, decided[name] = read.column(number)
        if column is not None:
            columns[name] = column
    dates = [name for name, column in columns.items() if pd.api.types.is_datetime64_any_dtype(column)]
    if not dates and TAKEN_AT not in columns:
        made, decided[TAKEN_AT] = of_year(columns)
        columns |= {} if made is None else {TAKEN_AT: made}
    partial = tuple(grain for grain, words in PARTIAL.items() if words in decided.get(TAKEN_AT, ""))
    lines = [*renamed, *(f"column {name}: {note}" for name, note in decided.items() if note)]
    if TAKEN_AT in dates or TAKEN_AT not in final.values():
        # They become the images' taken_at, and no column of that name is left.
        lines = [line.replace(TAKEN_AT, "taken_at") for line in lines if repr(TAKEN_AT) not in line]
    notes += [*lines, *_unsure_points(read, final, decided)]
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(filenames)))
    return MetadataTable(file, filenames, frame, tuple(notes), read.completed, read.left_out, partial)


def _unsure_points(read: UntypedTable, final: Mapping[int, str], decided: Mapping[str, str]) -> list[str]:
    """A sentence on each column of numbers like 1.234, where others of the file have decimal commas."""
    commas = [name for name, note in decided.items() if DECIMAL_COMMAS in note]
    unsure = [name for number, name in final.items() if not decided[name] and may_be_thousands(read.raw[number])]
    return [
        f"column {name}: its points are read as decimal marks, though {commas[0]} has decimal commas; write 1234 "
        "where 1.234 means that"
        for name in (unsure if commas else ())
    ]


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

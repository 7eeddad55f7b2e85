"""A table file of any kind as columns that have no settled types yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.delimited import DELIMITERS, read_delimited
from imagespace_core.sources.tables.formats import KINDS, format_of
from imagespace_core.sources.tables.header import note_on
from imagespace_core.sources.tables.inference import from_arrow, from_objects, from_text, text_type
from imagespace_core.sources.tables.json_documents import read_json
from imagespace_core.sources.tables.records import read_arrow, read_parquet
from imagespace_core.sources.tables.spreadsheets import from_cells, read_sheet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class UntypedTable:
    """names: as written. raw: one array or list for each. convert: gives one a type, by its name.

    completed, left_out: see `Delimited`. notes: what was decided on the way.
    """

    names: Sequence[str]
    raw: Sequence[Any]
    convert: Callable[[Any, str], tuple[pd.Series | None, str]]
    notes: Sequence[str] = ()
    completed: int = 0
    left_out: int = 0

    def values(self, at: int) -> Iterable[object]:
        """Of a column, one by one."""
        raw = self.raw[at]
        return raw if isinstance(raw, list) else (value.as_py() for value in raw)

    def column(self, at: int) -> tuple[pd.Series | None, str]:
        """A column of one type, None for what cannot be shown; and what was decided."""
        return self.convert(self.raw[at], self.names[at])

    def texts(self, at: int) -> pd.Series:
        """A column as text whatever the file thinks it is, blank ones missing: an image may be called 001."""
        import pandas as pd

        raw = self.raw[at]
        if not isinstance(raw, list):
            raw = raw.cast("large_string").to_pylist()
        texts = (None if value is None else str(value) for value in raw)
        return pd.Series([text if text and text.strip() else None for text in texts], dtype=text_type())


def read_untyped(file: Path, encoding: str | None = None, sheet: str | None = None) -> UntypedTable:
    """Raises InputError, with the remedy, for what cannot be read, and for an option that this kind of file has no use
    for."""
    if not file.is_file():
        raise InputError(
            f"metadata {file} {'is a folder' if file.is_dir() else 'does not exist'}; give a file: {KINDS}"
        )
    kind = format_of(file)
    if encoding is not None and kind not in ("delimited", "json"):
        raise InputError(f"--encoding {encoding} has nothing to do: {file} is no text. Leave it out")
    if sheet is not None and kind != "workbook":
        raise InputError(f"--sheet {sheet} has nothing to do: {file} has no sheets. Leave it out")
    encoding = encoding or "utf-8"
    match kind:
        case "workbook":
            read = read_sheet(file, sheet)
            return UntypedTable(read.names, read.columns, from_cells, read.notes)
        case "json":
            columns, notes = read_json(file, encoding)
            return UntypedTable(list(columns), list(columns.values()), from_objects, notes)
        case "parquet" | "arrow":
            table = read_parquet(file) if kind == "parquet" else read_arrow(file)
            return UntypedTable(table.column_names, table.columns, from_arrow)
    text = read_delimited(file, DELIMITERS, encoding=encoding)
    notes = note_on(text.header)
    if text.left_out:
        notes.append(f"row {text.first_left_out} is the first with more cells than the header")
    return UntypedTable(text.names, text.columns, from_text, notes, text.completed, text.left_out)

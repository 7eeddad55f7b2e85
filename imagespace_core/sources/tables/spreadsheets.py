"""Sheets of Excel and LibreOffice workbooks to columns, as python-calamine reads them."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.image_column import is_usual
from imagespace_core.sources.tables.inference import from_objects, from_text, text_type

if TYPE_CHECKING:
    import pandas as pd
    from python_calamine import CalamineSheet, CalamineWorkbook

_ABOVE = 20
"""Rows among which the header is looked for: titles and dates often stand above it."""
_MOST_BYTES = 4 << 30
"""For all cells within the corners of a sheet, whether anything stands in them or not."""
_TRIAL = f"""
import sys
import python_calamine
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_MOST_BYTES}, resource.getrlimit(resource.RLIMIT_AS)[1]))
except (ImportError, ValueError):
    pass
with python_calamine.CalamineWorkbook.from_path(sys.argv[1]) as book:
    for name in book.sheet_names:
        book.get_sheet_by_name(name)
"""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The part of a workbook with a password that holds the workbook."""
_SPANNED = re.compile(rb'number-(?:rows|columns)-spanned="(?!1")')


@dataclass(frozen=True)
class Sheet:
    """names: of the header, as text. columns: the cells below each, None where empty. notes: what was decided."""

    names: list[str]
    columns: list[list[object]]
    notes: list[str]


def read_sheet(file: Path, wanted: str | None = None) -> Sheet:
    """A sheet of a workbook (.xlsx, .xls, .ods): the wanted one by its name or number from 1, else the only one with a
    column that names images, else the only one that is not empty.

    Of merged cells each has the value. Whole numbers are int: such files know none.
    Raises InputError where the package is missing, for a password, several sheets, and what cannot be read.
    """
    try:
        import python_calamine as calamine
    except ImportError:
        raise InputError(
            f'{file} is a spreadsheet; reading one needs python-calamine: pip install "imagespace[excel]". Or save it '
            "as CSV"
        ) from None
    _check(file)
    try:
        with calamine.CalamineWorkbook.from_path(file) as book:
            return _chosen(file, book, wanted)
    except (calamine.PasswordError, calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError) as error:
        if isinstance(error, calamine.PasswordError) or _ENCRYPTED in file.read_bytes():
            raise InputError(f"{file} has a password; save it without one") from None
        raise InputError(f"{file} cannot be read as a spreadsheet ({error}); save it anew, or as CSV") from error


def from_cells(values: Sequence[object], name: str = "") -> tuple[pd.Series | None, str]:
    """Cells of a column, None where empty -> (column, note), see `from_text`.

    Texts among numbers or dates count as what they read as: 3,14 that was typed in, a date before 1900.
    """
    import pandas as pd
    import pyarrow as pa

    texts = [value if isinstance(value, str) else None for value in values]
    others = [None if isinstance(value, str) else value for value in values]
    typed, why = from_objects(others, name)
    if not any(text is not None and text.strip() for text in texts):
        return typed, why
    written, note = from_text(pa.chunked_array([pa.array(texts, pa.large_string())]), name)
    if typed is None or typed.isna().all() or written.isna().all():
        return (written, note) if typed is None or typed.isna().all() else (typed, why)
    kinds = {_kind(typed), _kind(written)}
    if len(kinds) == 1 and kinds != {"text"}:
        joined = written.astype(typed.dtype) if kinds == {"date"} else written.astype("float64")
        both = joined.where(joined.notna(), typed.astype(joined.dtype))
        return both, "; ".join(filter(None, [why, note]))
    return pd.Series([_as_text(value) for value in values], dtype=text_type()), "values of several types, kept as text"


def _kind(column: pd.Series) -> str:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    return "number" if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column) else "text"


def _as_text(value: object) -> str | None:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return None if value is None else str(value)


def _check(file: Path) -> None:
    """Raises InputError for a workbook that would end the process, in which the library cannot be stopped: it has been
    read once in a process of its own."""
    done = subprocess.run([sys.executable, "-P", "-c", _TRIAL, str(file)], capture_output=True, check=False)
    if b"memory allocation" in done.stderr:
        raise InputError(
            f"{file}: a sheet takes more memory than {_MOST_BYTES >> 30} GB, because its cells reach so far; delete "
            "what stands far from the table, or save it as CSV"
        )
    if done.returncode < 0 or b"PanicException" in done.stderr:
        raise InputError(f"{file} is broken and cannot be read as a spreadsheet; save it anew, or as CSV")


def _chosen(file: Path, book: CalamineWorkbook, wanted: str | None) -> Sheet:
    names = book.sheet_names
    if wanted is not None:
        name = wanted if wanted in names else _by_number(names, wanted)
        if name is None:
            raise InputError(f"{file} has no sheet {wanted!r}; it has {_shown(names)}")
        read = _read(file, book.get_sheet_by_name(name))
        if read is None:
            raise InputError(f"{file}: the sheet {name!r} is empty; {_shown(names)} are there")
        return read
    sheets = {name: read for name in names if (read := _read(file, book.get_sheet_by_name(name)))}
    if not sheets:
        raise InputError(f"{file} is empty; expected a header with a filename column, and rows")
    fitting = [name for name, read in sheets.items() if any(map(is_usual, read.names))]
    if len(fitting or sheets) > 1:
        raise InputError(f"{file} has several sheets ({_shown(fitting or list(sheets))}); choose one with --sheet NAME")
    name = (fitting or list(sheets))[0]
    others = [other for other in names if other != name]
    notes = [f"the sheet {name!r} is read, not {_shown(others)} (--sheet chooses)"] if others else []
    read = sheets[name]
    return Sheet(read.names, read.columns, notes + read.notes)


def _by_number(names: Sequence[str], wanted: str) -> str | None:
    number = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
    return names[number - 1] if 1 <= number <= len(names) else None


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(map(repr, names[:10])) + more


def _read(file: Path, sheet: CalamineSheet) -> Sheet | None:
    """None for an empty sheet."""
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    notes = _unmerged(file, sheet, rows)
    filled = [number for number, row in enumerate(rows) if any(cell != "" for cell in row)]
    if not filled:
        return None
    top = filled[:_ABOVE]
    header = next((number for number in top if any(is_usual(str(cell)) for cell in rows[number])), filled[0])
    if header != filled[0]:
        notes.append(f"the header is row {header + 1}; what stands above it is left out")
    body = [rows[number] for number in filled if number > header]
    names, columns = [], []
    for at, cell in enumerate(rows[header]):
        cells = [_cell(row[at]) for row in body]
        if cell == "" and all(value is None for value in cells):
            continue
        names.append(str(_cell(cell) if cell != "" else ""))
        columns.append(cells)
    return Sheet(names, columns, notes)


def _unmerged(file: Path, sheet: CalamineSheet, rows: list[list[Any]]) -> list[str]:
    """Gives every cell of a merged one its value; a sentence where there are such."""
    ranges = sheet.merged_cell_ranges
    if ranges is None:  # not told of this format
        return _hidden_merges(file)
    merged = 0
    for (top, left), (bottom, _) in ranges:
        below = range(top + 1, min(bottom + 1, len(rows)))
        if top >= len(rows) or left >= len(rows[top]) or not below:
            continue  # across columns alone it is a heading
        merged += 1
        for row in below:
            rows[row][left] = rows[top][left]
    return [f"merged cells: {merged}; each of their rows has the value"] if merged else []


def _hidden_merges(file: Path) -> list[str]:
    if not zipfile.is_zipfile(file):
        return []
    with zipfile.ZipFile(file) as archive:
        count = len(_SPANNED.findall(archive.read("content.xml"))) if "content.xml" in archive.namelist() else 0
    return (
        [f"merged cells: {count}; only the first of their rows has the value (save as .xlsx to fill all)"]
        if count
        else []
    )


def _cell(value: Any) -> object:
    """As JSON would give it, or a date; None for an empty cell."""
    match value:
        case "":
            return None
        case bool() | str() | datetime() | date():
            return value
        case float() if value.is_integer() and abs(value) <= 2**63:
            return int(value)
        case time() | timedelta():
            return str(value)
        case _:
            return value

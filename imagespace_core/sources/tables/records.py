"""JSON Lines, Parquet and Arrow files to columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.encodings import open_text

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq


def read_json_lines(
    file: Path, convert: Callable[[object], object] = lambda value: value, encoding: str | None = None
) -> dict[str, list[object]]:
    """One JSON object a line -> values by name, None where an object lacks it; blank lines are no rows.

    convert: what to keep of each value. Raises InputError with the line that is no JSON object.
    """
    with open_text(file, newline=None, encoding=encoding) as stream:
        return columns_of(_objects(file, stream), convert)


def _objects(file: Path, lines: Iterable[str]) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if "\\ud" in line.lower():
                json.dumps(record, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            raise InputError(f"{file}, line {number}: no JSON ({error}); expected one object a line") from error
        if not isinstance(record, dict):
            raise InputError(f"{file}, line {number}: a JSON {type(record).__name__}; expected an object")
        yield record


def columns_of(
    records: Iterable[Mapping[str, object]], convert: Callable[[object], object] = lambda value: value
) -> dict[str, list[object]]:
    """Rows -> values by name, None where a row lacks it."""
    columns: dict[str, list[object]] = {}
    for row, record in enumerate(records):
        for name, value in record.items():
            if name not in columns:
                columns[name] = [None] * row
            columns[name].append(convert(value))
        if len(record) < len(columns):
            for name in columns.keys() - record.keys():
                columns[name].append(None)
    return columns


@contextmanager
def opened_parquet(file: Path) -> Iterator[pq.ParquetFile]:
    """Raises InputError for a file that is no Parquet, or a broken one, also where that shows while it is read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Buffered: else all of a column in a row group is read at once, and a file may have one row group.
        with pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False) as parquet:
            yield parquet
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file} cannot be read as Parquet: {reason}; write it anew, or give a CSV") from error


def read_parquet(file: Path) -> pa.Table:
    """The whole table. Raises InputError for a file that is no Parquet, or a broken one."""
    with opened_parquet(file) as parquet:
        return parquet.read()


def read_arrow(file: Path) -> pa.Table:
    """The whole table of an Arrow IPC file (Feather). Raises InputError for a broken one."""
    import pyarrow as pa
    import pyarrow.feather as feather

    try:
        return feather.read_table(file, memory_map=False)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file} cannot be read as Arrow: {reason}; write it anew, or as Parquet or CSV") from error


def plain_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain values by column, lists as lists; None where missing."""
    columns = {str(name): _plain(column) for name, column in frame.items()}
    if not columns:
        return [{} for _ in range(len(frame))]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    import pandas as pd
    import pyarrow as pa

    if isinstance(column.dtype, pd.ArrowDtype):  # as objects its lists would be arrays
        return pa.array(column.array).to_pylist()
    return column.astype(object).where(column.notna(), None).tolist()

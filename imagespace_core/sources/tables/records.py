"""JSON Lines and Parquet to columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.delimited import open_text

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


def read_json_lines(file: Path, convert: Callable[[object], object] = lambda value: value) -> dict[str, list[object]]:
    """One JSON object a line -> values by name, None where an object lacks it; blank lines are no rows.

    convert: what to keep of each value. Raises InputError with the line that is no JSON object.
    """
    columns: dict[str, list[object]] = {}
    rows = 0
    with open_text(file, newline=None) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                if "\\ud" in line.lower():
                    json.dumps(record, ensure_ascii=False).encode()  # half a surrogate pair is no text
            except ValueError as error:
                raise InputError(f"{file}, line {number}: no JSON ({error}); expected one object a line") from error
            if not isinstance(record, dict):
                raise InputError(f"{file}, line {number}: a JSON {type(record).__name__}; expected an object")
            for name, value in record.items():
                if name not in columns:
                    columns[name] = [None] * rows
                columns[name].append(convert(value))
            rows += 1
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

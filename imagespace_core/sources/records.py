"""JSON Lines and Parquet to columns."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError
from imagespace_core.sources.delimited import decode_text

if TYPE_CHECKING:
    import pyarrow as pa


def read_json_lines(file: Path) -> dict[str, list[object]]:
    """One JSON object a line -> values by name, None where an object lacks it; blank lines are no rows.

    Raises InputError with the line that is no JSON object.
    """
    columns: dict[str, list[object]] = {}
    rows = 0
    for number, line in enumerate(io.StringIO(decode_text(file), newline=None), start=1):
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
            columns[name].append(value)
        rows += 1
        if len(record) < len(columns):
            for name in columns.keys() - record.keys():
                columns[name].append(None)
    return columns


def read_parquet(file: Path) -> pa.Table:
    """The whole table. Raises InputError for a file that is no Parquet, or a broken one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file).read()
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file} cannot be read as Parquet: {reason}; write it anew, or give a CSV") from error

"""The columns beside images, each of one type; ids of classes by their names."""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from imagespace_core.sources.tables.inference import from_arrow
from imagespace_core.words import plural

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def typed(
    table: pa.Table, rows: int, left_out: Collection[str | None], labels: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, list[str]]:
    """All columns but those left out, one row each, and notes on them. rows: of the table, which may have no column.
    labels: names of ids, by the column's name."""
    import pandas as pd

    columns: dict[str, pd.Series] = {}
    notes: list[str] = []
    for name, values in zip(table.column_names, table.columns, strict=True):
        if name in left_out:
            continue
        note = ""
        if name in labels:
            values, note = _named(values, labels[name])
        column, more = from_arrow(values, name)
        notes += [f"column {name}: {line}" for line in (note, more) if line]
        if column is not None:
            columns[name] = column
    return pd.DataFrame(columns, index=pd.RangeIndex(rows)), notes


def _named(ids: pa.ChunkedArray, names: Sequence[str]) -> tuple[pa.ChunkedArray, str]:
    """Ids, or lists of ids, as names; -1, which stands for unknown, is missing; an id without a name stays a number."""
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_list(ids.type) or pt.is_large_list(ids.type) or pt.is_fixed_size_list(ids.type):
        lists = [None if some is None else [_name(each, names) for each in some] for some in ids.to_pylist()]
        given = [[each for each in some if each is not None] or None if some else None for some in lists]
        return pa.chunked_array([pa.array(given, pa.list_(pa.string()))]), ""
    if not pt.is_integer(ids.type):
        return ids, ""
    numbers = ids.to_pylist()
    unknown = [number for number in numbers if number is not None and number >= len(names)]
    note = ""
    if unknown:
        some = plural(len(unknown), "id has no name and stays a number", "ids have no name and stay numbers")
        note = f"{some}, e.g. {unknown[0]}"
    return pa.chunked_array([pa.array([_name(number, names) for number in numbers], pa.string())]), note


def _name(number: object, names: Sequence[str]) -> str | None:
    if not isinstance(number, int) or number < 0:
        return None
    return names[number] if number < len(names) else str(number)

"""A file of vectors or coordinates to its raw parts; which column is what is told by its name and type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.delimited import DELIMITERS, names_of, read_delimited, values_of
from imagespace_core.sources.tables.encodings import open_text
from imagespace_core.sources.tables.inference import from_arrow, from_objects, from_text
from imagespace_core.sources.tables.records import opened_parquet, read_json_lines
from imagespace_core.sources.vectors.blocks import (
    Blocks,
    compact,
    number,
    of_array,
    of_column,
    of_parquet,
    of_text,
    parsed,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

SUFFIXES = (".npy", ".parquet", ".csv", ".tsv", ".jsonl", ".ndjson")
ID_NAMES = ("id", "uuid", "key", "filename")
IMAGE_NAMES = ("image_path", "image", "path", "filename")
VECTOR_NAMES = ("vector", "vectors", "embedding", "embeddings", "emb", "features")
POSITION_NAMES = (("projection_x", "projection_y", "projection_z"), ("x", "y", "z"))
NEIGHBOR_NAMES = ("neighbors", "__neighbors")


@dataclass(frozen=True)
class RawTable:
    """Row-aligned parts as they are in the file; nothing is checked yet.

    ids: texts, "" where missing. named: False where they are row numbers for want of ids. vectors: n rows of any
    lengths. positions: float64 (n, 2 | 3) by dimensions. neighbors: for each row (rows, distances).
    """

    ids: Sequence[str]
    named: bool
    columns: pd.DataFrame
    vectors: Blocks | None = None
    positions: dict[int, np.ndarray] = field(default_factory=dict)
    neighbors: Sequence[tuple[Sequence[int], Sequence[float]]] | None = None
    images: Sequence[str] | None = None
    notes: Sequence[str] = ()


def read_raw(file: Path, ids_file: Path) -> RawTable:
    """Raises InputError for what cannot be read, and for a table with neither vectors nor coordinates."""
    if not file.is_file():
        raise InputError(f"{file} {'is a folder' if file.is_dir() else 'does not exist'}; give {', '.join(SUFFIXES)}")
    match file.suffix.lower():
        case ".npy":
            return _array(file, ids_file)
        case ".parquet":
            return _parquet(file)
        case ".csv" | ".tsv" as suffix:
            return _text(file, ("\t",) if suffix == ".tsv" else DELIMITERS)
        case ".jsonl" | ".ndjson":
            return _table(file, dict(read_json_lines(file, compact)), _from_objects)
        case suffix:
            raise InputError(f"{file} is a {suffix or 'file without suffix'}; give {', '.join(SUFFIXES)}")


def _array(file: Path, ids_file: Path) -> RawTable:
    import pandas as pd

    try:
        vectors = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{file} cannot be read as a NumPy array ({error}); save it with numpy.save") from error
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu" or 0 in vectors.shape:
        raise InputError(f"{file} holds {vectors.dtype} {vectors.shape}; expected numbers (rows, dimensions)")
    n = len(vectors)
    if not ids_file.is_file():
        return RawTable([str(row) for row in range(n)], False, pd.DataFrame(index=range(n)), of_array(file))
    with open_text(ids_file) as stream:
        ids = [line.strip() for line in stream.read().splitlines()]
    while ids and not ids[-1]:
        ids.pop()
    if len(ids) != n:
        raise InputError(
            f"{file} has {n:,} rows; {ids_file.name} has {len(ids):,} ids. Write one id a line for each row"
        )
    return RawTable(ids, True, pd.DataFrame(index=range(n)), of_array(file))


def _text(file: Path, delimiters: Sequence[str]) -> RawTable:
    """Its vectors stay where they are."""
    vector = _vectors_as_text(file, delimiters)
    text = read_delimited(file, delimiters, () if vector is None else (vector,))
    notes = [f"{text.left_out} rows have more cells than the header and were left out"] if text.left_out else []
    columns = dict(zip(text.names, text.columns, strict=True))
    count = len(text.columns[0])
    vectors = None
    if vector is not None:
        del columns[vector]
        vectors = of_text(file, vector, delimiters)
    return _table(file, columns, from_text, notes, vectors, count)


def _vectors_as_text(file: Path, delimiters: Sequence[str]) -> str | None:
    """The column of lists of numbers, as its name and first value say."""
    by_name = {name.strip().casefold(): name for name in names_of(file, delimiters)}
    for name in (by_name[name] for name in VECTOR_NAMES if name in by_name):
        first = next((value for values in values_of(file, name, delimiters) for value in values if value), None)
        if isinstance(parsed(first), list | np.ndarray):
            return name
    return None


def _parquet(file: Path) -> RawTable:
    """Its vectors stay where they are."""
    with opened_parquet(file) as parquet:
        names = parquet.schema_arrow.names
        empty = dict(zip(names, parquet.schema_arrow.empty_table().columns, strict=True))
        for name in names:
            if _is_text(empty[name].type) and name.strip().casefold() in VECTOR_NAMES:
                empty[name] = _first(parquet, name)  # lists as text are told by the first alone
        vector = _vector_column(empty, {name.strip().casefold(): name for name in names})
        others = [name for name in names if name != vector]
        table = parquet.read(columns=others)
    columns: dict[str, Any] = dict(zip(table.column_names, table.columns, strict=True))
    columns = {name: columns[name] for name in others}
    return _table(file, columns, from_arrow, (), None if vector is None else of_parquet(file, vector), table.num_rows)


def _first(parquet: pq.ParquetFile, name: str) -> pa.ChunkedArray:
    """The first value of a column that is not missing, if there is one."""
    import pyarrow as pa

    batches = parquet.iter_batches(64, columns=[name])
    found = (batch.column(0).drop_null()[:1] for batch in batches)
    kind = parquet.schema_arrow.field(name).type
    return pa.chunked_array(islice((values for values in found if len(values)), 1), kind)


def _table(
    file: Path,
    columns: dict[str, Any],
    convert: Any,
    notes: Sequence[str] = (),
    vectors: Blocks | None = None,
    count: int | None = None,
) -> RawTable:
    """vectors: where they are none of the columns. count: of rows, where there may be no other columns."""
    import pandas as pd

    by_name = {name.strip().casefold(): name for name in columns}
    vector = _vector_column(columns, by_name) if vectors is None else None
    axes = next((axes for axes in POSITION_NAMES if {axes[0], axes[1]} <= set(by_name)), ())
    axes = tuple(by_name[axis] for axis in axes if axis in by_name)
    near = next((by_name[name] for name in NEIGHBOR_NAMES if name in by_name), None)
    id_name, image_name = (next((by_name[n] for n in names if n in by_name), None) for names in (ID_NAMES, IMAGE_NAMES))
    if vector is not None:
        vectors = of_column(columns[vector])
    if vectors is None and not axes:
        raise InputError(
            f"{file} has neither vectors nor coordinates (its columns: {', '.join(columns) or 'none'}); call a column "
            "of lists of numbers vector or emb, or columns of coordinates projection_x and projection_y, or x and y"
        )
    count = len(next(iter(columns.values()))) if count is None else count
    images = None if image_name is None else _texts(columns[image_name])
    ids = images if id_name is None else _texts(columns[id_name])
    notes, kept = list(notes), {}
    if near is not None and vectors is not None:
        notes.append(f"{file.name}: its neighbors are not used; they are found anew from the vectors")
    for name, values in columns.items():
        if name in (vector, near, id_name, image_name) or name in axes:
            continue
        column, note = convert(values)
        notes += [f"column {name}: {note}"] if note else []
        if column is not None:
            kept[name] = column
    return RawTable(
        ids if ids is not None else [str(row) for row in range(count)],
        ids is not None,
        pd.DataFrame(kept, index=pd.RangeIndex(count)),
        vectors,
        {len(axes): np.stack([_floats(columns[axis]) for axis in axes], 1)} if axes else {},
        None if near is None or vectors is not None else _near(columns[near]),
        images,
        notes,
    )


def _vector_column(columns: dict[str, Any], by_name: dict[str, str]) -> str | None:
    named = [by_name[name] for name in VECTOR_NAMES if name in by_name]
    others = [name for name in columns if name not in named and name.casefold() not in NEIGHBOR_NAMES]
    return next((name for name in [*named, *others] if _holds_lists(columns[name], name in named)), None)


def _holds_lists(values: Any, by_name: bool) -> bool:
    """Whether a column holds lists of numbers; as text, [0.1, 0.2], only under a name that says so."""
    import pyarrow as pa
    import pyarrow.types as pt

    if isinstance(values, pa.ChunkedArray):
        kind = values.type
        if pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind):
            return pt.is_floating(kind.value_type) or (by_name and pt.is_integer(kind.value_type))
        if not _is_text(kind):
            return False
        values = (found for chunk in values.chunks for found in chunk.drop_null()[:1].to_pylist())
    first = next((value for value in values if value is not None), None)
    return isinstance(parsed(first), list | np.ndarray) if by_name else isinstance(first, list | np.ndarray)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_string(kind) or pt.is_large_string(kind)


def _from_objects(values: Sequence[object]) -> tuple[pd.Series | None, str]:
    return from_objects([value.tolist() if isinstance(value, np.ndarray) else value for value in values])


def _floats(values: Any) -> np.ndarray:
    """float64 (n,), NaN for what is no number."""
    import pandas as pd
    import pyarrow as pa

    raw = values.to_pylist() if isinstance(values, pa.ChunkedArray) else list(values)
    return np.asarray(pd.to_numeric(pd.Series(raw, dtype=object).to_numpy(), errors="coerce"), np.float64)


def _texts(values: Any) -> list[str]:
    import pyarrow as pa

    raw = values.to_pylist() if isinstance(values, pa.ChunkedArray) else list(values)
    return ["" if value is None else str(value).strip() for value in raw]


def _near(values: Any) -> list[tuple[Sequence[int], Sequence[float]]]:
    """embedding-atlas writes {"ids": row numbers, "distances": numbers} for every row."""
    import pyarrow as pa

    raw = values.to_pylist() if isinstance(values, pa.ChunkedArray) else list(values)
    found: list[tuple[Sequence[int], Sequence[float]]] = []
    for value in raw:
        near = json.loads(value) if isinstance(value, str) and value.startswith("{") else value
        ids, distances = (near.get("ids"), near.get("distances")) if isinstance(near, dict) else ((), ())
        rows = [int(row) if isinstance(row, int | float) else -1 for row in ids or ()]
        found.append((rows, [number(far) for far in distances or [float("nan")] * len(rows)]))
    return found

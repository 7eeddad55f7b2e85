"""A file of vectors or coordinates to its raw parts; which column is what is told by its name and type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.delimited import decode_text, read_delimited
from imagespace_core.sources.inference import from_arrow, from_objects, from_text
from imagespace_core.sources.records import read_json_lines, read_parquet

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".npy", ".parquet", ".csv", ".tsv", ".jsonl", ".ndjson")
ID_NAMES = ("id", "uuid", "key", "filename")
IMAGE_NAMES = ("image_path", "image", "path", "filename")
VECTOR_NAMES = ("vector", "vectors", "embedding", "embeddings", "emb", "features")
POSITION_NAMES = (("projection_x", "projection_y", "projection_z"), ("x", "y", "z"))
NEIGHBOR_NAMES = ("neighbors", "__neighbors")


@dataclass(frozen=True)
class RawTable:
    """Row-aligned parts as they are in the file; nothing is checked yet.

    ids: texts, "" where missing. named: False where they are row numbers for want of ids. vectors: numbers (n, d), or
    n lists of any lengths. positions: float64 (n, 2 | 3) by dimensions. neighbors: for each row (rows, distances).
    """

    ids: Sequence[str]
    named: bool
    columns: pd.DataFrame
    vectors: np.ndarray | Sequence[Sequence[float]] | None = None
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
            table = read_parquet(file)
            columns: dict[str, Any] = dict(zip(table.column_names, table.columns, strict=True))
            return _table(file, columns, from_arrow)
        case ".csv" | ".tsv" as suffix:
            text = read_delimited(file, ("\t",)) if suffix == ".tsv" else read_delimited(file)
            notes = [f"{text.left_out} rows have more cells than the header and were left out"] if text.left_out else []
            return _table(file, dict(zip(text.names, text.columns, strict=True)), from_text, notes)
        case ".jsonl" | ".ndjson":
            return _table(file, dict(read_json_lines(file)), from_objects)
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
        return RawTable([str(row) for row in range(n)], False, pd.DataFrame(index=range(n)), vectors)
    ids = [line.strip() for line in decode_text(ids_file).splitlines()]
    while ids and not ids[-1]:
        ids.pop()
    if len(ids) != n:
        raise InputError(
            f"{file} has {n:,} rows; {ids_file.name} has {len(ids):,} ids. Write one id a line for each row"
        )
    return RawTable(ids, True, pd.DataFrame(index=range(n)), vectors)


def _table(file: Path, columns: dict[str, Any], convert: Any, notes: Sequence[str] = ()) -> RawTable:
    import pandas as pd

    by_name = {name.strip().casefold(): name for name in columns}
    vector = _vector_column(columns, by_name)
    axes = next((axes for axes in POSITION_NAMES if {axes[0], axes[1]} <= set(by_name)), ())
    axes = tuple(by_name[axis] for axis in axes if axis in by_name)
    near = next((by_name[name] for name in NEIGHBOR_NAMES if name in by_name), None)
    id_name, image_name = (next((by_name[n] for n in names if n in by_name), None) for names in (ID_NAMES, IMAGE_NAMES))
    if vector is None and not axes:
        raise InputError(
            f"{file} has neither vectors nor coordinates (its columns: {', '.join(columns) or 'none'}); call a column "
            "of lists of numbers vector or emb, or columns of coordinates projection_x and projection_y, or x and y"
        )
    count = len(next(iter(columns.values())))
    images = None if image_name is None else _texts(columns[image_name])
    ids = images if id_name is None else _texts(columns[id_name])
    notes, kept = list(notes), {}
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
        None if vector is None else _lists(columns[vector]),
        {len(axes): np.stack([_floats(columns[axis]) for axis in axes], 1)} if axes else {},
        None if near is None else _near(columns[near]),
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
        if not (pt.is_string(kind) or pt.is_large_string(kind)):
            return False
        values = values.drop_null()[:1].to_pylist()
    first = next((value for value in values if value is not None), None)
    return isinstance(_parsed(first), list) if by_name or isinstance(first, list) else False


def _lists(values: Any) -> list[Sequence[float]]:
    """Every row's numbers; none, a missing number within, or what is no list, becomes what the checks will find."""
    import pyarrow as pa

    raw = values.to_pylist() if isinstance(values, pa.ChunkedArray) else list(values)
    found: list[Sequence[float]] = []
    for value in raw:
        numbers = _parsed(value)
        found.append([_number(number) for number in numbers] if isinstance(numbers, list) else [])
    return found


def _parsed(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")


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
        found.append((rows, [_number(far) for far in distances or [float("nan")] * len(rows)]))
    return found

"""A file of vectors or coordinates to its raw parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.delimited import DELIMITERS, cells_of, names_of, read_delimited
from imagespace_core.sources.tables.image_column import names_images
from imagespace_core.sources.tables.inference import from_arrow, from_objects, from_text
from imagespace_core.sources.tables.records import read_json_lines
from imagespace_core.sources.vectors import readers
from imagespace_core.sources.vectors.arrays import read_archive, read_array
from imagespace_core.sources.vectors.blocks import Blocks
from imagespace_core.sources.vectors.numbers import (
    compact,
    is_bytes,
    kind_of_blobs,
    number,
    of_arrow,
    of_blobs,
    of_numbers,
    of_rows,
    parsed,
)
from imagespace_core.sources.vectors.raw import RawTable
from imagespace_core.sources.vectors.roles import (
    INDEX_NAMES,
    NEIGHBOR_NAMES,
    VECTOR_NAMES,
    Roles,
    by_folded,
    index_of,
    roles_of,
    vector_column,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SUFFIXES = (".npy", ".npz", ".parquet", *readers.ARROW_SUFFIXES, ".csv", ".tsv", ".jsonl", ".ndjson")
_SAMPLE = 64
"""Rows that show what bytes are."""


def read_raw(file: Path) -> RawTable:
    """Raises InputError for what cannot be read, and for a table with neither vectors nor coordinates."""
    if not file.is_file():
        raise InputError(f"{file} {'is a folder' if file.is_dir() else 'does not exist'}; give {', '.join(SUFFIXES)}")
    match file.suffix.lower():
        case ".npy":
            return read_array(file)
        case ".npz":
            return read_archive(file)
        case suffix if suffix in (".parquet", *readers.ARROW_SUFFIXES):
            return _arrow(file)
        case ".csv" | ".tsv" as suffix:
            return _text(file, ("\t",) if suffix == ".tsv" else DELIMITERS)
        case ".jsonl" | ".ndjson":
            return _objects(file)
        case suffix:
            raise InputError(f"{file} is a {suffix or 'file without suffix'}; give {', '.join(SUFFIXES)}")


def _text(file: Path, delimiters: Sequence[str]) -> RawTable:
    """CSV or TSV. Its vectors stay where they are."""
    names = names_of(file, delimiters)
    by_name = by_folded(names)
    first = dict(zip(names, _first_cells(file, names, delimiters), strict=True))
    vector = next((by_name[n] for n in VECTOR_NAMES if n in by_name and _is_list(first[by_name[n]])), None)
    numeric = [name for name in names if _is_number(first[name])]
    roles = roles_of(names, vector, numeric)
    without = (vector,) if vector is not None else roles.numbered
    text = read_delimited(file, delimiters, without)
    notes = [f"{text.left_out} rows have more cells than the header and were left out"] if text.left_out else []
    vectors = None
    if vector is not None:
        vectors = readers.of_text(file, vector, delimiters)
    elif roles.numbered:
        vectors = readers.of_number_columns(file, roles.numbered, delimiters)
    return _table(file, dict(zip(text.names, text.columns, strict=True)), from_text, roles, vectors, text.rows, notes)


def _first_cells(file: Path, names: Sequence[str], delimiters: Sequence[str]) -> list[str]:
    """Of each column the first cell that is not empty."""
    first = [""] * len(names)
    for rows in cells_of(file, names, delimiters):
        for row in rows:
            first = [seen or cell for seen, cell in zip(first, row, strict=True)]
            if all(first):
                return first
    return first


def _arrow(file: Path) -> RawTable:
    """Parquet or Arrow. Its vectors stay where they are."""
    import pyarrow.types as pt

    schema = readers.schema_of(file)
    if several := sorted({name for name in schema.names if schema.names.count(name) > 1}):
        raise InputError(f"{file} has several columns called {', '.join(several)}; rename all but one")
    texts = {
        name: _is_list(next(_values(file, name), None))
        for name in schema.names
        if name.strip().casefold() in VECTOR_NAMES and _is_text(schema.field(name).type)
    }
    vector = vector_column(schema, texts)
    kinds = {name: schema.field(name).type for name in schema.names}
    numeric = [name for name, kind in kinds.items() if pt.is_floating(kind) or pt.is_integer(kind)]
    roles = roles_of(schema.names, vector, numeric, index_of(schema))
    notes: list[str] = []
    vectors = None
    if vector is not None:
        read: Callable[[Sequence[pa.Array]], Any] = lambda arrays: of_arrow(arrays[0])  # noqa: E731
        if is_bytes(kinds[vector]):
            kind = kind_of_blobs(list(islice(_values(file, vector), _SAMPLE)))
            if kind is None:
                raise InputError(
                    f"{file}: column {vector} holds bytes ({kinds[vector]}) that are no vectors of 16, 32 or 64 bit "
                    "floats; write lists of numbers"
                )
            notes.append(f"column {vector}: its bytes are read as {kind}")
            read = lambda arrays: of_blobs(arrays[0], kind)  # noqa: E731
        vectors = readers.of_batches(file, [vector], read)
    elif roles.numbered:
        vectors = readers.of_batches(file, roles.numbered, of_numbers)
    table = readers.read_columns(file, [n for n in schema.names if n != vector and n not in roles.numbered])
    columns = dict(zip(table.column_names, table.columns, strict=True))
    return _table(file, columns, from_arrow, roles, vectors, table.num_rows, notes)


def _values(file: Path, name: str) -> Any:
    """What a column holds, one by one, without the missing."""
    for batch in readers.batches(file, [name]):
        yield from (value for value in batch.column(0).drop_null().to_pylist() if value)


def _objects(file: Path) -> RawTable:
    """JSON Lines."""
    columns = dict(read_json_lines(file, compact))
    first = {name: next((value for value in values if value is not None), None) for name, values in columns.items()}
    by_name = by_folded(list(columns))
    named = [by_name[name] for name in VECTOR_NAMES if name in by_name]
    vector = next((name for name in named if _is_list(first[name])), None) or next(
        (n for n in columns if n.casefold() not in NEIGHBOR_NAMES and isinstance(first[n], list | np.ndarray)), None
    )
    numeric = [name for name, value in first.items() if not np.isnan(number(value))]
    roles = roles_of(list(columns), vector, numeric)
    vectors = None
    count = len(next(iter(columns.values()), ()))
    if vector is not None:
        vectors = readers.of_column(columns.pop(vector))
    elif roles.numbered:
        rows = np.array([[number(value) for value in columns.pop(name)] for name in roles.numbered]).T
        vectors = partial(_once, rows)
    return _table(file, columns, _from_objects, roles, vectors, count)


def _once(rows: np.ndarray) -> Any:
    yield of_rows(rows)


def _table(
    file: Path,
    columns: Mapping[str, Any],
    convert: Any,
    roles: Roles,
    vectors: Blocks | None,
    count: int,
    notes: Sequence[str] = (),
) -> RawTable:
    """columns: all but those of vectors. count: of rows, where there may be no other columns."""
    import pandas as pd

    if vectors is None and not roles.axes:
        if columns and all(map(_is_number, columns)):
            raise InputError(f"{file}: its first line holds numbers and no names; write names above, such as id, emb_0")
        raise InputError(
            f"{file} has neither vectors nor coordinates (its columns: {', '.join(columns) or 'none'}); call a column "
            "of lists of numbers vector or emb, columns of one number each emb_0, emb_1, ..., or columns of "
            "coordinates projection_x and projection_y, or x and y"
        )
    notes = [*notes, *_decided(file, roles, vectors)]
    naming = {name: _texts(columns[name]) for name in (roles.image, roles.id) if name is not None}
    image, used = roles.image, roles.taken() - set(roles.index)
    index = ["/".join(parts) for parts in zip(*(_texts(columns[name]) for name in roles.index), strict=True)]
    unnamed = len(roles.index) == 1 and roles.index[0].strip().casefold() in INDEX_NAMES
    numbers_only = unnamed and all(label.isdecimal() for label in index)
    in_order = not numbers_only or index == [str(row) for row in range(count)]
    if roles.index and not numbers_only:
        naming["/".join(roles.index)] = index
    if unnamed and (not numbers_only or in_order):
        used.add(roles.index[0])
    if not naming:
        found = [name for name, values in columns.items() if name not in used and names_images(_texts(values))]
        if len(found) == 1:
            image = found[0]
            naming[image] = _texts(columns[image])
            used.add(image)
            notes.append(f"{file.name}: column {image!r} is taken for the names of the images")
    kept: dict[str, pd.Series] = {}
    for name, values in columns.items():
        if name in used:
            continue
        column, note = convert(values)
        notes += [f"column {name}: {note}"] if note else []
        if column is not None:
            kept["index" if unnamed and name == roles.index[0] else name] = column
    first = [naming[name] for name in naming if name != image] + [naming[name] for name in naming if name == image]
    # The first that tells all rows apart; standing before the images' paths.
    ids = next((some for some in first if all(some) and len(set(some)) == count), first[0] if first else None)
    return RawTable(
        [str(row) for row in range(count)] if ids is None else ids,
        naming,
        pd.DataFrame(kept, index=pd.RangeIndex(count)),
        vectors,
        {len(roles.axes): np.stack([_floats(columns[axis]) for axis in roles.axes], 1)} if roles.axes else {},
        None if roles.near is None or vectors is not None else _near(columns[roles.near]),
        None if image is None else naming[image],
        notes,
        in_order,
    )


def _decided(file: Path, roles: Roles, vectors: Blocks | None) -> list[str]:
    notes = []
    if many := roles.numbered:
        notes.append(f"{file.name}: its vectors are the {len(many):,} columns {many[0]!r} to {many[-1]!r}")
    if roles.near is not None and vectors is not None:
        notes.append(f"{file.name}: its neighbors are not used; they are found anew from the vectors")
    return notes


def _is_list(value: object) -> bool:
    return isinstance(parsed(value), list | np.ndarray)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_string(kind) or pt.is_large_string(kind)


def _from_objects(values: Sequence[object]) -> tuple[pd.Series | None, str]:
    return from_objects([value.tolist() if isinstance(value, np.ndarray) else value for value in values])


def _plain(values: Any) -> list[Any]:
    import pyarrow as pa

    return values.to_pylist() if isinstance(values, pa.ChunkedArray) else list(values)


def _floats(values: Any) -> np.ndarray:
    """float64 (n,), NaN for what is no number."""
    import pandas as pd

    raw = pd.Series(_plain(values), dtype=object).to_numpy()
    return np.asarray(pd.to_numeric(raw, errors="coerce"), np.float64)


def _texts(values: Any) -> list[str]:
    """One for each row, "" where there is none; of a picture in the table its path, of a whole number no decimals."""
    texts = []
    for value in _plain(values):
        if isinstance(value, Mapping):
            value = value.get("path")
        if isinstance(value, float):
            value = None if np.isnan(value) else int(value) if value.is_integer() else value
        texts.append("" if value is None else str(value).strip())
    return texts


def _near(values: Any) -> list[tuple[Sequence[int], Sequence[float]]]:
    """embedding-atlas writes {"ids": row numbers, "distances": numbers} for every row."""
    found: list[tuple[Sequence[int], Sequence[float]]] = []
    for value in _plain(values):
        near = json.loads(value) if isinstance(value, str) and value.startswith("{") else value
        ids, distances = (near.get("ids"), near.get("distances")) if isinstance(near, dict) else ((), ())
        rows = [int(row) if isinstance(row, int | float) else -1 for row in ids or ()]
        found.append((rows, [number(far) for far in distances or [float("nan")] * len(rows)]))
    return found

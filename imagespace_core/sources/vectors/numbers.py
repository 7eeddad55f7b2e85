"""Vectors as files write them, lists, lists as text, bytes or a column for each number, to blocks of numbers."""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.vectors.blocks import Block

if TYPE_CHECKING:
    import pyarrow as pa

_LONG = 16
"""Shorter lists of whole numbers stay what they are: they may be no vectors, but shown as text."""
_FLOATS = {2: np.dtype("<f2"), 4: np.dtype("<f4"), 8: np.dtype("<f8")}
"""Of numbers that are written as so many bytes."""


def of_arrow(values: pa.Array) -> Block:
    """Of one array of lists, of lists in lists of one, of lists written as text, or of numbers as bytes in lists.

    Raises InputError where a row has several lists.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if isinstance(values, pa.ExtensionArray):  # a tensor is a list with a shape
        values = values.storage
    if pt.is_string(values.type) or pt.is_large_string(values.type):
        return of_objects(values.to_pylist())
    lengths = pc.list_value_length(values).fill_null(0).to_numpy().astype(np.int64)
    inner = values.flatten()
    if is_list(inner.type):
        if lengths.max(initial=0) > 1:
            raise InputError(_several(int(lengths.max())))
        block = of_arrow(inner)
        lengths[lengths == 1] = block.lengths
        return Block(lengths, block.numbers)
    if is_bytes(inner.type):
        return Block(lengths, _of_bytes(inner))
    return Block(lengths, inner.to_numpy(zero_copy_only=False))


def of_blobs(values: pa.Array, kind: np.dtype) -> Block:
    """Of one array of bytes, each a vector of numbers of this kind; one that is not has no vector."""
    found = [value if value and len(value) % kind.itemsize == 0 else b"" for value in values.to_pylist()]
    lengths = np.array([len(value) // kind.itemsize for value in found], np.int64)
    return Block(lengths, np.frombuffer(b"".join(found), kind))


def of_numbers(columns: Sequence[pa.Array]) -> Block:
    """Of as many columns as a vector has numbers. A row without any has no vector."""
    arrays = [column.cast("float64").to_numpy(zero_copy_only=False) for column in columns]
    return of_rows(np.stack(arrays, axis=1))


def of_cells(rows: Sequence[Sequence[str]]) -> Block:
    """Of rows of numbers as text, with a decimal point or comma. A row of empty cells has no vector."""
    try:
        return of_rows(np.array(rows, np.float64))
    except ValueError:
        return of_rows(np.array([[_of_cell(cell) for cell in row] for row in rows], np.float64))


def of_rows(vectors: np.ndarray) -> Block:
    """Of floats (m, d). A row of nothing but NaN has no vector."""
    there = ~np.isnan(vectors).all(axis=1)
    return Block(np.where(there, vectors.shape[1], 0).astype(np.int64), vectors[there].reshape(-1))


def of_objects(values: Sequence[object]) -> Block:
    """What is no list of numbers has no vector; what is no number in a list is not finite.

    Raises InputError where a row has several lists.
    """
    found = [_only_list(parsed(value)) for value in values]
    lists = [value if isinstance(value, list | np.ndarray) else [] for value in found]
    if lists and all(isinstance(value, np.ndarray) for value in lists):
        numbers = np.concatenate(lists)
    else:
        numbers = _floats([value.tolist() if isinstance(value, np.ndarray) else value for value in lists])
    return Block(np.array([len(value) for value in lists], np.int64), numbers)


def parsed(value: object) -> object:
    """A list that is written as text, as JSON or as NumPy prints it, as the list; all else as it is."""
    if not (isinstance(value, str) and value.lstrip().startswith("[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        pass
    try:
        return [float(part) for part in value.strip().strip("[]").split()]
    except ValueError:
        return None


def compact(value: object) -> object:
    """A list of numbers as a float64 array, which takes a quarter of its memory; all else as it is."""
    if isinstance(value, list):
        kinds = set(map(type, value))
        if kinds == {float} or (len(value) > _LONG and kinds <= {float, int}):
            try:
                return np.array(value, np.float64)
            except OverflowError:
                pass
    return value


def number(value: object) -> float:
    """NaN for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def is_list(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind)


def is_bytes(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_fixed_size_binary(kind)


def kind_of_blobs(values: Sequence[bytes]) -> np.dtype | None:
    """The shortest kind of floats by which these bytes are numbers as vectors have; None where none is.

    Longer floats read as shorter ones are not finite here and there; where their last digits are zero, every other
    number is zero.
    """
    for size, kind in _FLOATS.items():
        if all(len(value) % size == 0 for value in values):
            numbers = np.frombuffer(b"".join(values), kind)
            if _usual(numbers) and numbers[::2].any():
                return kind
    return None


def _usual(numbers: np.ndarray) -> bool:
    """Whether all are finite and nearly none is much smaller or larger than numbers of vectors are."""
    if not len(numbers) or not np.isfinite(numbers).all():
        return False
    sizes = np.abs(numbers[numbers != 0].astype(np.float64))
    return bool(len(sizes)) and float(((sizes > 1e-7) & (sizes < 1e4)).mean()) > 0.99


def _of_bytes(values: pa.Array) -> np.ndarray:
    """Of numbers that are two, four or eight bytes each, NaN where there are others."""
    found = values.to_pylist()
    sizes = {len(value) for value in found if value is not None}
    kind = _FLOATS.get(sizes.pop()) if len(sizes) == 1 else None
    if kind is None:
        return np.full(len(found), np.nan)
    missing = np.full(1, np.nan, kind).tobytes()
    return np.frombuffer(b"".join(missing if value is None else value for value in found), kind)


def _of_cell(cell: str) -> float:
    for text in (cell, cell.replace(",", ".")):
        try:
            return float(text)
        except ValueError:
            pass
    return float("nan")


def _only_list(value: object) -> object:
    """The list in a list of one."""
    if isinstance(value, list) and value and isinstance(value[0], list | np.ndarray):
        if len(value) > 1:
            raise InputError(_several(len(value)))
        return value[0]
    return value


def _several(count: int) -> str:
    return f"a row of the vectors holds {count:,} lists; give one list of numbers for each row, such as their mean"


def _floats(lists: Sequence[Sequence[object]]) -> np.ndarray:
    flat = list(chain.from_iterable(lists))
    if set(map(type, flat)) == {float}:
        return np.array(flat, np.float64)
    return np.array([number(value) for value in flat], np.float64)

"""The vectors of a file, a block of rows at a time: they are never held as a whole, nor copied."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.delimited import values_of
from imagespace_core.sources.tables.records import opened_parquet

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_NUMBERS = 1 << 18
BLOCK_ROWS = 512
"""Of files that do not say how many numbers a row has."""


@dataclass(frozen=True)
class Block:
    """Vectors of consecutive rows, of any lengths. lengths: int64 (m,). numbers: of all rows, one behind the other."""

    lengths: np.ndarray
    numbers: np.ndarray

    def greatest(self) -> np.ndarray:
        """float64 (m,): the greatest number of each row by its size; not finite where any is not, 0 without any."""
        found = np.zeros(len(self.lengths))
        some = np.flatnonzero(self.lengths)
        if len(some):
            sizes = np.abs(self.numbers.astype(np.result_type(self.numbers, np.float16), copy=False))
            found[some] = np.maximum.reduceat(sizes, (np.cumsum(self.lengths) - self.lengths)[some])
        return found

    def units(self, chosen: np.ndarray) -> np.ndarray:
        """float32 (k, d), rows of unit length: those chosen by bool (m,), all of the same length, none of them zero."""
        numbers = self.numbers if chosen.all() else self.numbers[np.repeat(chosen, self.lengths)]
        vectors = numbers.reshape(int(chosen.sum()), -1).astype(np.float64)
        # By the greatest first: squares of large numbers would overflow.
        vectors /= np.abs(vectors).max(1, keepdims=True)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float32)


Blocks = Callable[[], Iterator[Block]]
"""All rows of a file in order, from the start again with each call. Raises InputError where the file has changed."""


@dataclass(frozen=True)
class UnitVectors:
    """float32 of this shape (n, d), rows of unit length, which are read from the file whenever they are asked for.

    place: int64, for each row of the file the row that it is here, or -1.
    """

    blocks: Blocks
    place: np.ndarray
    shape: tuple[int, int]

    def take(self, order: Sequence[int] | np.ndarray) -> UnitVectors:
        """The rows of these numbers, each once, in their order."""
        moved = np.full(self.shape[0] + 1, -1, np.int64)  # the last stands for rows that are not here
        moved[np.asarray(order, np.int64)] = np.arange(len(order))
        return UnitVectors(self.blocks, moved[self.place], (len(order), self.shape[1]))

    def read(self) -> np.ndarray:
        """All of them."""
        vectors = np.empty(self.shape, np.float32)
        for rows, units in self._parts():
            vectors[rows] = units
        return vectors

    def save(self, file: Path) -> None:
        """Writes them as `numpy.save` does. Written, not mapped: where the disk is full a write fails, and a mapped
        page kills the process."""
        with file.open("wb") as stream:
            header: dict[str, Any] = {"descr": "<f4", "fortran_order": False, "shape": self.shape}
            np.lib.format.write_array_header_1_0(stream, header)
            start = stream.tell()
            for rows, units in self._parts():
                for run in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) != 1) + 1):
                    stream.seek(start + int(rows[run[0]]) * 4 * self.shape[1])
                    stream.write(units[run].astype("<f4", copy=False).tobytes())

    def _parts(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(rows, vectors) in the order of the file."""
        first = 0
        for block in self.blocks():
            place = self.place[first : first + len(block.lengths)]
            first += len(place)
            if (place >= 0).any():
                yield place[place >= 0], block.units(place >= 0)


def of_array(file: Path) -> Blocks:
    """Of a NumPy array (n, d)."""

    def blocks() -> Iterator[Block]:
        start, rows = 0, 1
        while start < rows:
            # Mapped anew for each block: what was once touched of a mapped file counts as the process' memory.
            vectors = np.load(file, mmap_mode="r", allow_pickle=False)
            rows, size = vectors.shape
            part = np.array(vectors[start : start + max(1, BLOCK_NUMBERS // size)])
            del vectors
            start += len(part)
            yield Block(np.full(len(part), size), part.reshape(-1))

    return _unchanged(file, blocks)


def of_parquet(file: Path, column: str) -> Blocks:
    """Of a column of lists, or of lists written as text."""

    def blocks() -> Iterator[Block]:
        with opened_parquet(file) as parquet:
            for batch in parquet.iter_batches(BLOCK_ROWS, columns=[column], use_threads=False):
                yield of_arrow(dict(zip(batch.schema.names, batch.columns, strict=True))[column])

    return _unchanged(file, blocks)


def of_text(file: Path, column: str, delimiters: Sequence[str]) -> Blocks:
    """Of a column of a CSV or TSV file, lists written as text."""

    def blocks() -> Iterator[Block]:
        for values in values_of(file, column, delimiters):
            for start in range(0, len(values), BLOCK_ROWS):
                yield of_objects(values[start : start + BLOCK_ROWS])

    return _unchanged(file, blocks)


def of_column(values: pa.ChunkedArray | Sequence[object]) -> Blocks:
    """Of a column that is in memory."""

    def blocks() -> Iterator[Block]:
        for start in range(0, len(values), BLOCK_ROWS):
            part = values[start : start + BLOCK_ROWS]
            yield of_objects(part if isinstance(part, list) else part.to_pylist())  # pyright: ignore[reportAttributeAccessIssue]

    return blocks


def of_arrow(values: pa.Array) -> Block:
    """Of one array of lists, or of lists written as text."""
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if pt.is_string(values.type) or pt.is_large_string(values.type):
        return of_objects(values.to_pylist())
    lengths = pc.list_value_length(values).fill_null(0)  # pyright: ignore[reportAttributeAccessIssue]
    return Block(lengths.to_numpy().astype(np.int64), values.flatten().to_numpy(zero_copy_only=False))


def of_objects(values: Sequence[object]) -> Block:
    """What is no list of numbers has no vector; what is no number in a list is not finite."""
    found = [parsed(value) for value in values]
    lists = [value if isinstance(value, list | np.ndarray) else [] for value in found]
    if lists and all(isinstance(value, np.ndarray) for value in lists):
        numbers = np.concatenate(lists)
    else:
        numbers = _floats([value.tolist() if isinstance(value, np.ndarray) else value for value in lists])
    return Block(np.array([len(value) for value in lists], np.int64), numbers)


def parsed(value: object) -> object:
    """A list that is written as text, as the list; all else as it is."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


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


_LONG = 16
"""Shorter lists of whole numbers stay what they are: they may be no vectors, but shown as text."""


def number(value: object) -> float:
    """NaN for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _floats(lists: Sequence[Sequence[object]]) -> np.ndarray:
    flat = list(chain.from_iterable(lists))
    if set(map(type, flat)) == {float}:
        return np.array(flat, np.float64)
    return np.array([number(value) for value in flat], np.float64)


def _unchanged(file: Path, blocks: Blocks) -> Blocks:
    """The blocks of the file as it is now, and of no other that has taken its place."""

    def stamp() -> tuple[int, int]:
        try:
            status = os.stat(file)
        except OSError as error:
            raise InputError(f"{file} cannot be read any more: {error.strerror}; put it back and run again") from error
        return status.st_size, status.st_mtime_ns

    before = stamp()

    def checked() -> Iterator[Block]:
        if stamp() != before:
            raise InputError(f"{file} has changed since its rows were counted; run again")
        yield from blocks()

    return checked

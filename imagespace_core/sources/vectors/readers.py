"""Files to blocks of vectors: what is in them is read again with each look, a few rows at a time."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.delimited import cells_of
from imagespace_core.sources.tables.records import opened_parquet
from imagespace_core.sources.vectors.blocks import BLOCK_NUMBERS, BLOCK_ROWS, Block, Blocks
from imagespace_core.sources.vectors.numbers import of_cells, of_objects

if TYPE_CHECKING:
    import pyarrow as pa

ARROW_SUFFIXES = (".arrow", ".feather", ".ipc")


def of_array(file: Path) -> Blocks:
    """Of a NumPy array (n, d) or (n, 1, d)."""

    def blocks() -> Iterator[Block]:
        start, rows = 0, 1
        while start < rows:
            # Mapped anew for each block: what was once touched of a mapped file counts as the process' memory.
            vectors = np.load(file, mmap_mode="r", allow_pickle=False)
            rows, size = len(vectors), vectors.shape[-1]
            part = np.array(vectors[start : start + max(1, BLOCK_NUMBERS // size)])
            del vectors
            start += len(part)
            yield Block(np.full(len(part), size), part.reshape(-1))

    return _unchanged(file, blocks)


def of_archive(file: Path, member: str) -> Blocks:
    """Of an array (n, d) or (n, 1, d) in a NumPy archive, also a compressed one."""

    def blocks() -> Iterator[Block]:
        with zipfile.ZipFile(file) as archive, archive.open(member) as stream:
            shape, in_columns, kind = array_header(stream)
            size = shape[-1]
            if in_columns:  # its rows lie all over it
                whole = np.frombuffer(stream.read(), kind).reshape(shape, order="F")
                yield Block(np.full(len(whole), size), whole.reshape(-1))
                return
            rows = max(1, BLOCK_NUMBERS // size)
            while data := stream.read(rows * size * kind.itemsize):
                numbers = np.frombuffer(data, kind)
                yield Block(np.full(len(numbers) // size, size), numbers)

    return _unchanged(file, blocks)


def array_header(stream: Any) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether it lies column by column, and type of the NumPy array that begins here. Raises ValueError."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return read(stream)


def of_batches(file: Path, columns: Sequence[str], read: Callable[[Sequence[pa.Array]], Block]) -> Blocks:
    """Of columns of a Parquet or Arrow file, which `read` makes numbers."""

    def blocks() -> Iterator[Block]:
        for batch in batches(file, columns):
            of_name = dict(zip(batch.schema.names, batch.columns, strict=True))
            yield read([of_name[name] for name in columns])

    return _unchanged(file, blocks)


def batches(file: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Some rows at a time."""
    if file.suffix.lower() not in ARROW_SUFFIXES:
        with opened_parquet(file) as parquet:
            yield from parquet.iter_batches(BLOCK_ROWS, columns=list(columns), use_threads=False)
        return
    with _opened_arrow(file) as (_, found):
        for batch in found:
            some = batch.select(list(columns))
            for start in range(0, len(some), BLOCK_ROWS):
                yield some.slice(start, BLOCK_ROWS)


def schema_of(file: Path) -> pa.Schema:
    """Raises InputError for a file that is no Parquet or Arrow file, or a broken one."""
    if file.suffix.lower() in ARROW_SUFFIXES:
        with _opened_arrow(file) as (schema, _):
            return schema
    with opened_parquet(file) as parquet:
        return parquet.schema_arrow


def read_columns(file: Path, columns: Sequence[str]) -> pa.Table:
    """These columns as a whole."""
    import pyarrow as pa

    if file.suffix.lower() in ARROW_SUFFIXES:
        with _opened_arrow(file) as (schema, found):
            return pa.Table.from_batches(found, schema).select(list(columns))
    with opened_parquet(file) as parquet:
        return parquet.read(columns=list(columns))


@contextmanager
def _opened_arrow(file: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """Schema and batches of an Arrow file or stream."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(file)) as source:
            try:
                opened = pa.ipc.open_file(source)
                yield opened.schema, (opened.get_batch(at) for at in range(opened.num_record_batches))
            except pa.ArrowInvalid:
                source.seek(0)
                stream = pa.ipc.open_stream(source)
                yield stream.schema, iter(stream)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file} cannot be read as Arrow: {reason}; write it anew, or as Parquet") from error


def of_text(file: Path, column: str, delimiters: Sequence[str]) -> Blocks:
    """Of a column of a CSV or TSV file, lists written as text."""

    def blocks() -> Iterator[Block]:
        for rows in cells_of(file, [column], delimiters):
            for start in range(0, len(rows), BLOCK_ROWS):
                yield of_objects([cell for (cell,) in rows[start : start + BLOCK_ROWS]])

    return _unchanged(file, blocks)


def of_number_columns(file: Path, columns: Sequence[str], delimiters: Sequence[str]) -> Blocks:
    """Of columns of a CSV or TSV file, one for each number."""

    def blocks() -> Iterator[Block]:
        for rows in cells_of(file, columns, delimiters):
            yield of_cells(rows)

    return _unchanged(file, blocks)


def of_column(values: Sequence[object]) -> Blocks:
    """Of a column that is in memory."""

    def blocks() -> Iterator[Block]:
        for start in range(0, len(values), BLOCK_ROWS):
            yield of_objects(values[start : start + BLOCK_ROWS])

    return blocks


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

"""Parquet and Arrow files: their columns, and a cell at any row, without reading the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from imagespace_core.errors import InputError, VanishedError
from imagespace_core.images import reasons

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_BYTES = 8 << 20
"""Of the image column of a Parquet file that are read at a time."""
_MOST_ROWS = 1024
_NEAR = 4
_FIRST = 8
_LOOKED_AT = 512

Keep = Callable[[int, "pa.Array"], None]


class Table(Protocol):
    """One file. `chunk` is called from many threads."""

    schema: pa.Schema
    rows: int

    def columns(self, names: Sequence[str]) -> pa.Table:
        """These columns, whole; "image.path" is one part of a column of structs."""
        ...

    def batches(self, name: str, rows: int) -> Iterator[pa.Array]:
        """A column, or a part of one, at most so many rows at a time."""
        ...

    def locate(self, row: int) -> tuple[int, int]:
        """(chunk, row in it)."""
        ...

    def chunk(self, name: str, number: int, keep: Keep) -> pa.Array:
        """A chunk of the column of images; those read on the way go to `keep`."""
        ...


class Parquet:
    """A Parquet file. One reader goes forward through a row group; who wants what lies before begins the group again.

    A row group may be larger than the memory: what is held of it is a page, as it is and unpacked, and some chunks.
    """

    def __init__(self, path: Path, image: str | None = None) -> None:
        import pyarrow.parquet as pq

        # Buffered: else all of a column in a row group is read at once, and a file may have one row group.
        self._file = pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
        metadata = self._file.metadata
        self.schema, self.rows = self._file.schema_arrow, metadata.num_rows
        self._lock = threading.Lock()
        self._reader: tuple[int, int, Iterator[pa.RecordBatch]] | None = None
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        self._starts = np.cumsum([0, *(group.num_rows for group in groups)])
        self._steps = np.array([_step(group, image) for group in groups], np.int64)
        counts = [-(-group.num_rows // int(step)) for group, step in zip(groups, self._steps, strict=True)]
        self._chunks = np.cumsum([0, *counts])

    def columns(self, names: Sequence[str]) -> pa.Table:
        return self._file.read(columns=list(names))

    def batches(self, name: str, rows: int) -> Iterator[pa.Array]:
        for batch in self._file.iter_batches(rows, columns=[name], use_threads=False):
            yield batch.column(0)

    def locate(self, row: int) -> tuple[int, int]:
        group = int(np.searchsorted(self._starts, row, side="right")) - 1
        number, within = divmod(row - int(self._starts[group]), int(self._steps[group]))
        return int(self._chunks[group]) + number, within

    def chunk(self, name: str, number: int, keep: Keep) -> pa.Array:
        group = int(np.searchsorted(self._chunks, number, side="right")) - 1
        with self._lock:
            if self._reader is None or self._reader[0] != group or self._reader[1] > number:
                step = int(self._steps[group])
                reader = self._file.iter_batches(step, row_groups=[group], columns=[name], use_threads=False)
                self._reader = group, int(self._chunks[group]), reader
            _, following, reader = self._reader
            while True:
                found = next(reader).column(0)
                following += 1
                self._reader = group, following, reader
                if following > number:
                    return found
                if number - following < _NEAR:  # threads ask in another order than they will need them
                    keep(following - 1, found)


class Arrow:
    """An Arrow file (Feather) or a stream of record batches, as Hugging Face's `datasets` saves them; mapped into
    memory, so that a row costs what it holds. A compressed batch is unpacked as a whole."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        mapped = pa.memory_map(str(path))
        try:
            file = pa.ipc.open_file(mapped)
            self.schema = file.schema
            self._batch: Callable[[int], pa.RecordBatch] = file.get_batch
            count = file.num_record_batches
        except pa.ArrowInvalid:
            mapped.seek(0)
            self.schema, batches = _stream(mapped)
            self._batch, count = batches.__getitem__, len(batches)
        self._starts = np.cumsum([0, *(self._batch(number).num_rows for number in range(count))])
        self.rows = int(self._starts[-1])

    def columns(self, names: Sequence[str]) -> pa.Table:
        import pyarrow as pa

        called = [name if name in self.schema.names else name.rpartition(".")[0] for name in names]
        found = [
            pa.RecordBatch.from_arrays([self._column(number, name) for name in names], called)
            for number in range(len(self._starts) - 1)
        ]
        return pa.Table.from_batches(found) if found else self.schema.empty_table().select([])

    def batches(self, name: str, rows: int) -> Iterator[pa.Array]:
        for number in range(len(self._starts) - 1):
            column = self._column(number, name)
            for start in range(0, len(column), rows):
                yield column[start : start + rows]

    def locate(self, row: int) -> tuple[int, int]:
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        return number, row - int(self._starts[number])

    def chunk(self, name: str, number: int, keep: Keep) -> pa.Array:
        return self._batch(number).column(name)

    def _column(self, number: int, name: str) -> pa.Array:
        """A column of a batch, or a part of one, alone in its struct."""
        import pyarrow as pa

        batch = self._batch(number)
        if name in self.schema.names:
            return batch.column(name)
        whole, _, part = name.rpartition(".")
        struct = batch.column(whole)
        values = struct.flatten()[struct.type.get_field_index(part)]  # missing where the struct is
        return pa.StructArray.from_arrays([values], [part])


def first_values(table: Table, name: str) -> list[Any]:
    """The first few values of a column that are not missing, if there are any among its first rows."""
    found: list[Any] = []
    rows = 0
    for batch in table.batches(name, _FIRST):
        found += batch.drop_null().to_pylist()
        rows += len(batch)
        if len(found) >= _FIRST or rows >= _LOOKED_AT:
            break
    return found[:_FIRST]


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What goes wrong with a file, as InputError without its name; VanishedError where it cannot be reached."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise VanishedError(path, "no such file") from error
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        if reasons.gone(error):
            raise VanishedError(path, str(error)) from error
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"it is cut short or broken ({reason}); write it anew or copy it again") from error


def opened_table(path: Path, image: str | None = None) -> Table:
    """By its first bytes. image: the column of images. Raises InputError for what is neither, see also `readable`."""
    if path.exists() and not path.is_file():  # opening a pipe would wait for ever
        raise InputError(reasons.NO_FILE)
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(b"PAR1"):
        return Parquet(path, image)
    if start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return Arrow(path)
    raise InputError("it is neither Parquet nor Arrow, by its first bytes")


def _step(group: Any, image: str | None) -> int:
    """How many rows of a row group are read at a time."""
    columns = [group.column(number) for number in range(group.num_columns)]
    size = sum(c.total_uncompressed_size for c in columns if image in (None, c.path_in_schema.split(".")[0]))
    mean = max(1, size // max(1, group.num_rows))
    return max(1, min(_MOST_ROWS, CHUNK_BYTES // mean))


def _stream(mapped: Any) -> tuple[pa.Schema, list[pa.RecordBatch] | _Messages]:
    import pyarrow as pa

    messages = list(pa.ipc.MessageReader.open_stream(mapped))
    schema = pa.ipc.read_schema(messages[0])
    if any(message.type == "dictionary" for message in messages):
        mapped.seek(0)
        return schema, list(pa.ipc.open_stream(mapped))
    return schema, _Messages(messages[1:], schema)


class _Messages:
    """The record batches of a stream, each made when it is asked for."""

    def __init__(self, messages: list[Any], schema: pa.Schema) -> None:
        self._messages, self._schema = messages, schema

    def __len__(self) -> int:
        return len(self._messages)

    def __getitem__(self, number: int) -> pa.RecordBatch:
        import pyarrow as pa

        return pa.ipc.read_record_batch(self._messages[number], self._schema)

"""Cells of tables at any row, from many threads, in bounded memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from imagespace_core.errors import ImageSpaceError, UnreadableImageError, VanishedError
from imagespace_core.lru import LRU
from imagespace_core.sources.image_cells.tables import Table, opened_table, readable

_CHUNKS_BYTES, _OPEN_FILES = 256 << 20, 64


class CellReader:
    """Keeps up to 64 tables open, and up to 256 MB of the chunks that were last read of them."""

    def __init__(self) -> None:
        self._tables: LRU[Any, Table] = LRU(_OPEN_FILES, lambda table: 1)
        self._chunks: LRU[Any, Any] = LRU(_CHUNKS_BYTES, lambda array: array.nbytes)

    def cell(self, path: Path, column: str, row: int) -> object:
        """The value as Python has it. Raises UnreadableImageError, VanishedError."""
        try:
            with readable(path):
                status = os.stat(path)
                file = path, status.st_size, status.st_mtime_ns, column
                table = self._tables.made(file, lambda: opened_table(path, column))
                number, within = table.locate(row)

                def keep(other: int, array: Any) -> None:
                    self._chunks.put((file, other), array)

                chunk = self._chunks.made((file, number), lambda: table.chunk(column, number, keep))
                return chunk[within].as_py()
        except VanishedError:
            raise
        except (ImageSpaceError, IndexError, StopIteration) as error:
            raise UnreadableImageError(f"its table, {path.name}: {error}") from error

"""A table of vectors or coordinates as a collection, with its images where it says where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import Picture, decode
from imagespace_core.images.decode import Decode
from imagespace_core.sources import Item
from imagespace_core.sources.vector_files import SUFFIXES
from imagespace_core.sources.vectors import Given, read_vectors

PLACEHOLDER_PX = 96
PLACEHOLDER_GRAY = 176


@dataclass(frozen=True)
class VectorTable:
    """The rows of the file `root`, each an item: its key is its id, its columns are the file's.

    images: the folder that image paths in the file start from; "" for the file's own folder. Paths that start
    elsewhere are read from there. Rows without an image, and tables without any, show a plain gray square; an image
    that is named and not there is no reason to lose the row, only to say so.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    images: str = ""
    _missing: list[tuple[str, str]] = field(default_factory=list, init=False, repr=False, compare=False)

    @cached_property
    def given(self) -> Given:
        """Vectors, coordinates and neighbors; row i is item i of the unlimited table. Raises InputError."""
        return read_vectors(self.root)

    def items(self) -> Iterator[Item]:
        """Every row that can be used, in the order of the file. Raises InputError where there is none."""
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} rows leaves none; give 1 or more")
        self._missing.clear()
        given = self.given
        records: Any = given.columns.astype(object).where(given.columns.notna(), None).to_dict("records")
        records = records or [{}] * given.rows  # a table without columns has no records
        status = os.stat(self.root)
        for row, name in enumerate(given.ids[: self.limit]):
            stamp = f"{status.st_size}-{status.st_mtime_ns}"
            path = given.images[row] if given.images is not None else ""
            if path:
                try:
                    image = os.stat(self._file(path))
                    stamp += f" {image.st_size}-{image.st_mtime_ns}"
                except OSError as error:
                    self._missing.append((path, f"image not found ({error.strerror}); a gray square stands for it"))
            yield Item(name, path or name, stamp, {column: _plain(value) for column, value in records[row].items()})

    def skipped(self) -> list[tuple[str, str]]:
        """(id, reason) of rows that cannot be used, and of images that are not where the file says."""
        return [*self.given.left_out, *self._missing]

    def left_out(self) -> dict[str, int]:
        """Nothing: a table holds no other files."""
        return {}

    def read(self, key: str) -> Picture:
        """The row's image, or a gray square for one without. Raises UnreadableImageError."""
        path = self._image(key)
        if path is None:
            return Picture(_placeholder(), PLACEHOLDER_PX, PLACEHOLDER_PX)
        return self.decode(path)

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        path = self._image(key)
        if path is None:
            return _placeholder(min(max_side, PLACEHOLDER_PX))
        return decode.preview(path, max_side, self.decode.max_pixels)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.given.ids)}

    def _image(self, key: str) -> Path | None:
        row = self._row_of.get(key)
        if row is None:
            raise UnreadableImageError(f"{key!r} is no id in {self.root.name}")
        path = self.given.images[row] if self.given.images is not None else ""
        file = self._file(path) if path else None
        return file if file is not None and file.is_file() else None

    def _file(self, path: str) -> Path:
        return (Path(self.images) if self.images else self.root.parent) / path


def recognizes(path: Path) -> bool:
    """Whether a path is a file of vectors or coordinates, by its suffix."""
    return path.is_file() and path.suffix.lower() in SUFFIXES


def _plain(value: Any) -> object:
    """pandas' times as Python's."""
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value


def _placeholder(side: int = PLACEHOLDER_PX) -> np.ndarray:
    return np.full((side, side, 3), PLACEHOLDER_GRAY, np.uint8)

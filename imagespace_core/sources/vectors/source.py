"""A table of vectors or coordinates as a collection, with its images where it says where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import Picture, decode
from imagespace_core.images.decode import Decode
from imagespace_core.images.placeholder import SIDE_PX, placeholder
from imagespace_core.sources import Item, option
from imagespace_core.sources.vectors.files import SUFFIXES
from imagespace_core.sources.vectors.given import Given, read_vectors


@dataclass(frozen=True)
class VectorTable:
    """The rows of the file `root`, each an item: its key is its id, its columns are the file's.

    image_root: the folder that image paths in the file start from; "" for the file's own folder. Paths that start
    elsewhere are read from there. Rows without an image, and tables without any, show a plain gray square; an image
    that is named and not there is no reason to lose the row, only to say so; one that goes after that is.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    image_root: str = option("", "Folder that image paths start from.  [default: the table's own]", path=True)
    _there: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
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
        self._there.clear()
        given = self.given
        records = given.records()
        status = os.stat(self.root)
        for row, name in enumerate(given.ids[: self.limit]):
            stamp = f"{status.st_size}-{status.st_mtime_ns}"
            path = given.images[row] if given.images is not None else ""
            pictured = False
            if path:
                try:
                    image = os.stat(self._file(path))
                    stamp += f" {image.st_size}-{image.st_mtime_ns}"
                    pictured = True
                    self._there.add(name)
                except OSError as error:
                    self._missing.append((path, str(error.strerror)))
            yield Item(name, path or name, stamp, records[row], pictured)

    def skipped(self) -> list[tuple[str, str]]:
        """(id, reason) of rows that cannot be used."""
        return list(self.given.left_out)

    def left_out(self) -> dict[str, int]:
        """Nothing: a table holds no other files."""
        return {}

    def report(self) -> list[str]:
        """What the file brings, and how many of its images are not where it says."""
        lines = self.given.lines()
        if self._missing:
            path, reason = self._missing[0]
            lines.append(
                f"images not found: {len(self._missing):,}, e.g. {path!r} ({reason}); gray squares stand for them. "
                "Their paths start from the table's folder, or from --image-root"
            )
        return lines

    def pictured(self) -> bool:
        """Whether any row has an image that is there."""
        given = self.given
        return given.images is not None and any(path and self._file(path).is_file() for path in given.images)

    def has(self, key: str) -> bool:
        """Whether the row's image is there; a row without one needs none."""
        path = self._path_of.get(key)
        return path is not None and (not path or self._file(path).is_file())

    def read(self, key: str) -> Picture:
        """The row's image, or a gray square for one without. Raises UnreadableImageError."""
        path = self._image(key)
        if path is None:
            return Picture(placeholder(), SIDE_PX, SIDE_PX)
        return self.decode(path)

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        path = self._image(key)
        if path is None:
            return placeholder(min(max_side, SIDE_PX))
        return decode.preview(path, max_side, self.decode.max_pixels)

    @cached_property
    def _path_of(self) -> dict[str, str]:
        """By id. Does not keep the vectors: the app, which shows images alone, has them mapped from the workspace."""
        given = self.__dict__.get("given") or read_vectors(self.root)
        return dict(zip(given.ids, given.images or [""] * given.rows, strict=True))

    def _image(self, key: str) -> Path | None:
        path = self._path_of.get(key)
        if path is None:
            raise UnreadableImageError(f"{key!r} is no id in {self.root.name}")
        file = self._file(path) if path else None
        there = file is not None and file.is_file()
        if file is not None and not there and key in self._there:
            raise VanishedError(file, "no such file")
        return file if there else None

    def _file(self, path: str) -> Path:
        return (Path(self.image_root) if self.image_root else self.root.parent) / path


def recognizes(path: Path) -> bool:
    """Whether a path is a file of vectors or coordinates, by its suffix."""
    return path.is_file() and path.suffix.lower() in SUFFIXES

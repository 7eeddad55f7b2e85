"""A table of vectors or coordinates as a collection, with its images where it says where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import Picture, decode
from imagespace_core.images.decode import Decode
from imagespace_core.images.placeholder import SIDE_PX, placeholder
from imagespace_core.sources import Advance, Item, Scan, counted, option
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

    @cached_property
    def given(self) -> Given:
        """Vectors, coordinates and neighbors; row i is item i of the unlimited table. Raises InputError."""
        return read_vectors(self.root)

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every row that can be used, in the order of the file. Skipped: (id, reason) of those that cannot.

        Notes: what the file brings, and how many of its images are not where it says.
        Raises InputError where there is no row.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} rows leaves none; give 1 or more")
        self._there.clear()
        missing: list[tuple[str, str]] = []
        items = counted(self._items(missing), advance)
        notes = self.given.lines()
        if missing:
            path, reason = missing[0]
            notes.append(
                f"images not found: {len(missing):,}, e.g. {path!r} ({reason}); gray squares stand for them. "
                "Their paths start from the table's folder, or from --image-root"
            )
        return Scan(items, list(self.given.left_out), {}, notes)

    def _items(self, missing: list[tuple[str, str]]) -> Iterator[Item]:
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
                    missing.append((path, str(error.strerror)))
            yield Item(name, path or name, stamp, records[row], pictured)

    def has(self, key: str) -> bool:
        """Whether the row's image is there; a row without one needs none."""
        path = self._path_of.get(key)
        return path is not None and (not path or self._file(path).is_file())

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """The row's image, or a gray square for one without. Raises UnreadableImageError."""
        path = self._image(key)
        if path is None:
            return Picture(placeholder(), SIDE_PX, SIDE_PX)
        return self.decode.keeping(min_side)(path)

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
        if path.startswith("file://"):
            from urllib.request import url2pathname

            path = url2pathname(urlsplit(path).path)
        return (Path(self.image_root) if self.image_root else self.root.parent) / path


def recognizes(path: Path) -> bool:
    """Whether a path is a file of vectors or coordinates, by its suffix."""
    return path.is_file() and path.suffix.lower() in SUFFIXES

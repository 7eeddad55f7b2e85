"""A table whose cells hold images, or a folder of such tables: Parquet, Arrow, Feather."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import Picture, decode
from imagespace_core.images.content import HEAD_BYTES, format_of
from imagespace_core.images.dates import taken_from_name
from imagespace_core.sources import Advance, Item, Scan, counted, option
from imagespace_core.sources.image_cells.cell import content
from imagespace_core.sources.image_cells.contents import SUFFIXES, Contents, contents_of
from imagespace_core.sources.image_cells.reader import CellReader
from imagespace_core.sources.image_cells.schema import schema_of
from imagespace_core.sources.image_cells.tables import first_values, opened_table, readable
from imagespace_core.sources.path_levels import path_levels
from imagespace_core.sources.scaled import Scaled
from imagespace_core.sources.shards import in_folder
from imagespace_core.sources.tables.records import plain_records
from imagespace_core.sources.vectors.blocks import BLOCK_ROWS, Block
from imagespace_core.sources.vectors.given import Given, checked
from imagespace_core.sources.vectors.numbers import of_arrow
from imagespace_core.sources.vectors.raw import RawTable

if TYPE_CHECKING:
    import pandas as pd

_FIRST = 8
_EIGHT_BITS = ("JPEG", "GIF", "WEBP", "BMP", "HEIF", "AVIF", "JXL", "QOI")


@dataclass(frozen=True)
class ImageCells(Scaled):
    """The rows of the table `root`, or of all tables below the folder `root`, each an item with the image in it.

    An item's key and path are the name that the row gives its image, where every row has another; else its table and
    row. Order: that of the rows; so reading goes forward. No more of the images is held than a few chunks.
    """

    image_column: str | None = option(None, "Column of images.  [default: image, or the first that holds any]")
    _reader: CellReader = field(default_factory=CellReader, init=False, repr=False, compare=False)

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every row, whether its image can be read or not. Columns: all others of the tables, ids of classes by their
        names, and `split` where the names of the tables say it.

        Skipped: tables that cannot be read. Raises InputError where there is no row, or the images are addresses.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} rows leaves none; give 1 or more")
        self.__dict__.pop("_contents", None)
        contents = self._contents
        if contents.schema.form == "address":
            raise InputError(
                f"the images of {self.root} are addresses (column {contents.schema.image}), and nothing is downloaded. "
                "Fetch them first, for example with img2dataset, and give the folder"
            )
        frame, notes = contents.frame()
        items = counted(self._items(contents, frame.iloc[: self.limit]), advance)
        ranges = self.measured(self._sampled([item.key for item in items]), self._image)
        reads = replace(self, ranges=ranges) if ranges else None
        if reads is not None:
            reads.__dict__["_contents"] = contents
        return Scan(items, contents.skipped, {}, [*notes, *(one.note() for one in ranges)], reads)

    def _items(self, contents: Contents, frame: pd.DataFrame) -> Iterator[Item]:
        records = plain_records(frame)
        levels = self._levels(contents)
        first = 0
        for shard, rows in contents.shards:
            status = os.stat(contents.files.path(shard))
            for row in range(min(rows, len(frame) - first)):
                name = contents.names[first + row]
                columns = {**levels[first + row], **records[first + row]}
                yield Item(name, name, f"{status.st_size}-{status.st_mtime_ns}-{row}", columns)
            first += rows

    @staticmethod
    def _levels(contents: Contents) -> list[Mapping[str, str]]:
        """The folders that the tables lie in, and those that the images' names say."""
        if contents.named_by is None:
            return path_levels(contents.names)
        folders = chain.from_iterable([shard.rpartition("/")[0]] * rows for shard, rows in contents.shards)
        return path_levels([f"{place}/{name}".lstrip("/") for place, name in zip(folders, contents.names, strict=True)])

    def has(self, key: str) -> bool:
        """Whether there is such a row, and its table is there."""
        found = self._contents.place.get(key)
        return found is not None and self._contents.files.path(found[0]).is_file()

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """The image in the row, taken when it or else its name says. Raises UnreadableImageError."""
        picture = self.decoding(min_side)(self._image(key))
        if picture.taken_at is None:
            return replace(picture, taken_at=taken_from_name(key))
        return picture

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        return decode.preview(self._image(key), max_side, self.decode.max_pixels, self.ranges)

    @property
    def vector_column(self) -> str | None:
        """The column of vectors beside the images, if there is one."""
        return self._contents.schema.vector

    def given(self, keys: Sequence[str]) -> Given:
        """The vectors beside the images of these items, which are the first rows. Raises InputError."""
        import pandas as pd

        contents, column = self._contents, self.vector_column
        assert column is not None

        def blocks() -> Iterator[Block]:
            left = len(keys)
            for shard, _ in contents.shards:
                path = contents.files.path(shard)
                with readable(path):
                    for array in opened_table(path).batches(column, BLOCK_ROWS):
                        if left <= 0:
                            return
                        yield of_arrow(array[:left])
                        left -= len(array)

        return checked(self.root, RawTable(keys, {"id": keys}, pd.DataFrame(index=pd.RangeIndex(len(keys))), blocks))

    def _sampled(self, keys: list[str]) -> list[str]:
        """Those among which pictures of more than 8 bits are looked for: none where names say nothing and the first
        picture is of a kind that never has them."""
        if self._contents.named_by == self._contents.schema.image:
            return keys
        for key in keys[:_FIRST]:
            try:
                first = self._image(key)
            except UnreadableImageError:
                continue
            if isinstance(first, bytes) and format_of(first[:HEAD_BYTES]) in _EIGHT_BITS:
                return []
        return keys

    def _image(self, key: str) -> bytes | Path:
        contents = self._contents
        place = contents.place.get(key)
        if place is None:
            raise UnreadableImageError(f"{key!r} is no image in {self.root.name}")
        path = contents.files.path(place[0])
        return content(self._reader.cell(path, contents.schema.image, place[1]), path.parent)

    @cached_property
    def _contents(self) -> Contents:
        return contents_of(self.root, self.image_column)


def recognizes(path: Path) -> bool:
    """Whether a path is a table that holds images, or a folder of such tables and no images."""
    if path.is_dir():
        return in_folder(path, SUFFIXES, decode.suffixes(), _holds_images)
    return path.is_file() and _holds_images(path)


def _holds_images(path: Path) -> bool:
    try:
        with readable(path):
            table = opened_table(path)
            return schema_of(table.schema, lambda name: first_values(table, name)) is not None
    except InputError:
        return False

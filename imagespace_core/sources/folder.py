"""A folder of image files, walked recursively."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import Picture, decode
from imagespace_core.images.dates import taken_from_name
from imagespace_core.sources import Advance, Item, Scan, counted
from imagespace_core.sources.archives.among_files import is_archive
from imagespace_core.sources.archives.source import Archives
from imagespace_core.sources.folder_walk import Walk
from imagespace_core.sources.path_levels import path_levels
from imagespace_core.sources.scaled import Scaled
from imagespace_core.sources.sidecars import MOST_BYTES, Sidecar, described, read_sidecar, unreadable


@dataclass(frozen=True)
class Folder(Scaled):
    """The images below `root`: every file whose suffix is an image's, whether it can be decoded or not, and of files
    with a suffix that says nothing, or none, those that begin like one.

    decode: for models, sprites and columns. limit: take only so many images, the first in order.

    Order: by name, a folder's files before its subfolders, links to folders after everything else. Links are
    followed. A folder is walked once, however many links lead to it, under its own name if that is below
    `root`; a link to a file is an item of its own. Hidden files and folders (dot
    names) and what operating systems leave behind are left out and counted; such folders are not looked into.

    Archives are looked into by their name, `is_archive`, and their images come where the archive's name stands, in its
    own order; it counts as a folder on their path.

    Columns of an item are the levels of its path, see `path_levels`. What its sidecars say is read with the picture, of
    those that the last scan found.
    """

    _sidecars: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every image once, in a stable order; key and path are the path relative to the root.

        Skipped: subfolders that cannot be read, broken links, names that are not UTF-8. With a `limit` the rest of the
        folder is not looked at.
        Raises InputError where there is no such folder or no image in it, VanishedError where it goes meanwhile.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} images leaves none; give 1 or more")
        self._check_root()
        self._sidecars.clear()
        walk = Walk(self.root, self._sidecars, self.limit)
        items = counted(islice(walk.items(), self.limit), advance)
        if not items:
            raise InputError(walk.why_empty())
        levels = path_levels([item.path for item in items])
        if any(levels):
            items = [Item(item.key, item.path, item.stamp, level) for item, level in zip(items, levels, strict=True)]
        reads = replace(self, ranges=self.measured([item.key for item in items], self.content))
        object.__setattr__(reads, "_sidecars", self._sidecars)
        notes = [*walk.notes(), *(one.note() for one in reads.ranges)]
        return Scan(items, walk.skipped, dict(walk.left_out.most_common()), notes, reads, walk.described)

    def has(self, key: str) -> bool:
        """Whether the file, or the member of its archive, is there."""
        file = self._file(key)
        return self._archives.has(key) if self._is_packed(key) else file.is_file()

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """The picture with what its sidecars say; taken when they, the file or else its name say.

        Raises UnreadableImageError.
        """
        file = self._file(key)
        if self._is_packed(key):
            return self._archives.read(key, min_side)
        picture = self.decoding(min_side)(file)
        if beside := self._sidecars.get(key):
            picture = described(picture, [_read(file.with_name(name)) for name in beside])
        if picture.taken_at is None:
            return replace(picture, taken_at=taken_from_name(key))
        return picture

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        file = self._file(key)
        if self._is_packed(key):
            return self._archives.preview(key, max_side)
        return decode.preview(file, max_side, self.decode.max_pixels, self.ranges)

    @cached_property
    def _archives(self) -> Archives:
        return Archives(self.root, self.decode, None, self.range, self.ranges)

    def _is_packed(self, key: str) -> bool:
        """Whether one of the folders on the way to it is in truth an archive."""
        parts = key.split("/")
        ways = ("/".join(parts[:count]) for count in range(1, len(parts)) if is_archive(parts[count - 1]))
        return any((self.root / way).is_file() for way in ways)

    def content(self, key: str) -> Path | bytes:
        """What `decode` reads. Raises UnreadableImageError."""
        return self._archives.content(key) if self._is_packed(key) else self._file(key)

    def _file(self, key: str) -> Path:
        """The file behind a key; a key that would lead out of the root is refused."""
        parts = key.split("/")
        if "\0" in key or not all(parts) or {".", ".."} & set(parts) or Path(key).is_absolute() or Path(key).drive:
            raise UnreadableImageError(f"{key!r} is not a path below the image folder")
        return self.root / key

    def _check_root(self) -> None:
        try:
            mode = os.stat(self.root).st_mode
        except FileNotFoundError:
            raise InputError(f"{self.root}: no such folder; give the folder that holds the images") from None
        except OSError as error:
            raise InputError(f"{self.root} cannot be read ({error.strerror}); check its permissions") from error
        if not stat.S_ISDIR(mode):
            raise InputError(f"{self.root} is a file; give the folder that holds the images")
        try:
            os.scandir(self.root).close()
        except OSError as error:
            raise InputError(f"{self.root} cannot be read ({error.strerror}); check its permissions") from error


def _read(file: Path) -> Sidecar:
    """One sidecar; that it cannot be read is no failure of the image."""
    try:
        if not file.is_file():  # opening a pipe would wait for ever
            raise OSError
        with file.open("rb") as stream:
            return read_sidecar(file.name, stream.read(MOST_BYTES + 1))
    except OSError:
        return Sidecar(remarks=(unreadable(file.suffix.lower()),))

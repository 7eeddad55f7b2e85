"""An archive of images, or a folder of such archives, read where they are."""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import Picture, decode, reasons
from imagespace_core.images.dates import taken_from_name
from imagespace_core.lru import LRU
from imagespace_core.sources import Advance, Scan
from imagespace_core.sources.archives.among_files import stamp_of
from imagespace_core.sources.archives.archive import SUFFIXES, BrokenArchiveError, Member, kind_of
from imagespace_core.sources.archives.listing import Listing
from imagespace_core.sources.archives.opened import KEPT_BYTES, OpenArchive, archive_at
from imagespace_core.sources.scaled import Scaled
from imagespace_core.sources.shards import Shards, in_folder
from imagespace_core.sources.sidecars import described

_LARGE_BYTES = 64 << 20
_START = 512
_large = threading.Lock()


@dataclass(frozen=True)
class Archives(Scaled):
    """The images in the archive `root` (zip; tar, plain or compressed), or in all archives below the folder `root`.

    An item's key and path are its name in the archive, in a folder of archives behind the archive's own. Order: that
    of the archive; so reading goes forward. Nothing is unpacked to the disk.
    """

    _open: LRU[tuple[str, int, int], OpenArchive] = field(
        default_factory=lambda: LRU(KEPT_BYTES, lambda opened: opened.size), init=False, repr=False, compare=False
    )

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every image once. Columns: the levels of its path, see `path_levels`, and in a folder of archives `shard`.
        What members beside it say (`.json`, `.txt`, `.cls`, `.xmp`) is read with the picture.

        Skipped: what is encrypted, too large, an archive itself, or has a name that leads out; an archive that cannot
        be read. Of members with the same name the last counts, as in unpacking.
        Raises InputError where there is no image.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} images leaves none; give 1 or more")
        shards = self._shards()
        listing = Listing(self.limit, advance)
        for shard in shards.names:
            if listing.full:
                break
            try:
                archive = archive_at(shards.path(shard))
                listing.take(shard, archive, stamp_of(os.stat(shards.path(shard))))
            except BrokenArchiveError as error:
                listing.skipped.append((shard or self.root.name, str(error)))
        if not listing.items:
            raise InputError(listing.why_empty(self.root))
        left_out = dict(listing.left_out.most_common())
        ranges = self.measured([item.key for item in listing.items], self.content)
        reads = replace(self, ranges=ranges) if ranges else None
        notes = [*listing.notes(), *(one.note() for one in ranges)]
        return Scan(listing.described(), listing.skipped, left_out, notes, reads, bool(listing.beside))

    def has(self, key: str) -> bool:
        """Whether the member is there."""
        return self._found(key) is not None

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """The picture with what the members beside it say; taken when they, the file or else its name say.

        Raises UnreadableImageError.
        """
        opened, member = self._member(key)
        with _room_for(member):
            picture = self.decoding(min_side)(opened.archive.read(member))
        if beside := opened.beside.get(member.name):
            picture = described(picture, [opened.sidecar(name) for name in beside])
        if picture.taken_at is None:
            return replace(picture, taken_at=taken_from_name(key))
        return picture

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        opened, member = self._member(key)
        with _room_for(member):
            return decode.preview(opened.archive.read(member), max_side, self.decode.max_pixels, self.ranges)

    def content(self, key: str) -> bytes:
        """The member as it is. Raises UnreadableImageError."""
        opened, member = self._member(key)
        return opened.archive.read(member)

    def _member(self, key: str) -> tuple[OpenArchive, Member]:
        found = self._found(key)
        if found is None:
            raise UnreadableImageError(f"{key!r} is no image in {self.root.name}")
        if found[1].fault:
            raise UnreadableImageError(found[1].fault)
        return found

    def _found(self, key: str) -> tuple[OpenArchive, Member] | None:
        shards = self._shards()
        split = shards.split(key)
        if split is None:
            return None
        shard, name = split
        path = shards.path(shard)
        try:
            status = os.stat(path)
            opened = self._open.made((shard, status.st_size, status.st_mtime_ns), lambda: OpenArchive.of(path))
        except OSError as error:
            if reasons.gone(error):
                raise VanishedError(path, str(error.strerror)) from error
            raise UnreadableImageError(f"{path.name} cannot be read: {error.strerror}") from error
        except BrokenArchiveError as error:
            raise UnreadableImageError(f"{path.name}: {error}") from error
        member = opened.members.get(name)
        return None if member is None else (opened, member)

    def _shards(self) -> Shards:
        return Shards(self.root, SUFFIXES)


def recognizes(path: Path) -> bool:
    """Whether a path is an archive by its first bytes and no document; or a folder of archives and no images."""
    if path.is_dir():
        return in_folder(path, SUFFIXES, decode.suffixes(), _is_archive)
    return path.is_file() and _is_archive(path)


def _is_archive(path: Path) -> bool:
    """Spreadsheets and arrays of NumPy are zips as well."""
    try:
        with path.open("rb") as stream:
            start = stream.read(_START)
    except OSError:
        return False
    document = start[:4] == b"PK\x03\x04" and any(start[30:].startswith(name) for name in _DOCUMENTS)
    return bool(kind_of(start)) and not document and not (start[:4] == b"PK\x03\x04" and path.suffix.lower() == ".npz")


_DOCUMENTS = (b"[Content_Types].xml", b"_rels/", b"mimetype", b"docProps/")


def _room_for(member: Member) -> AbstractContextManager[object]:
    """Large members are unpacked one after the other, so that many threads do not need the memory of many."""
    return _large if member.size > _LARGE_BYTES else nullcontext()

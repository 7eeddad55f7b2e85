"""An archive of images, or a folder of such archives, read where they are."""

from __future__ import annotations

import os
import threading
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import Picture, decode, reasons, starts
from imagespace_core.images.dates import taken_from_name
from imagespace_core.images.decode import Decode
from imagespace_core.lru import LRU
from imagespace_core.sources import Advance, Item, Scan
from imagespace_core.sources.archives.archive import (
    NESTED,
    SUFFIXES,
    Archive,
    BrokenArchiveError,
    Member,
    kind_of,
    leads_out,
)
from imagespace_core.sources.archives.beside import SUFFIXES as SIDECAR_SUFFIXES
from imagespace_core.sources.archives.beside import members_beside, read_beside
from imagespace_core.sources.archives.tars import Tar
from imagespace_core.sources.archives.zips import Zip
from imagespace_core.sources.passed_over import passed_over
from imagespace_core.sources.path_levels import path_levels
from imagespace_core.sources.shards import Shards, in_folder
from imagespace_core.sources.sidecars import MOST_BYTES, Sidecar, broken, described
from imagespace_core.sources.tables.beside import is_metadata

_KEPT_BYTES, _KEPT_FILES = 1 << 30, 64
_MEMBER_BYTES = 400
_LARGE_BYTES = 64 << 20
_START = 512
_large = threading.Lock()


@dataclass(frozen=True)
class Archives:
    """The images in the archive `root` (zip; tar, plain or compressed), or in all archives below the folder `root`.

    An item's key and path are its name in the archive, in a folder of archives behind the archive's own. Order: that
    of the archive; so reading goes forward. Nothing is unpacked to the disk.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    _open: LRU[tuple[str, int, int], _Opened] = field(
        default_factory=lambda: LRU(_KEPT_BYTES, lambda opened: opened.size), init=False, repr=False, compare=False
    )

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every image once. Columns: the levels of its path, see `path_levels`, and in a folder of archives `shard`. What
        members beside it say (`.json`, `.txt`, `.cls`, `.xmp`) is read with the picture.

        Skipped: what is encrypted, too large, an archive itself, or has a name that leads out; an archive that cannot
        be read. Of members with the same name the last counts, as in unpacking.
        Raises InputError where there is no image.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} images leaves none; give 1 or more")
        shards = self._shards()
        listing = _Listing(self.limit, advance)
        for shard in shards.names:
            if listing.full:
                break
            try:
                archive = _archive(shards.path(shard))
                listing.take(shard, archive, _stamp(shards.path(shard)))
            except BrokenArchiveError as error:
                listing.skipped.append((shard or self.root.name, str(error)))
        if not listing.items:
            raise InputError(listing.why_empty(self.root))
        left_out = dict(listing.left_out.most_common())
        return Scan(listing.described(), listing.skipped, left_out, listing.notes(), bool(listing.beside))

    def has(self, key: str) -> bool:
        """Whether the member is there."""
        return self._found(key) is not None

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """The picture with what the members beside it say; taken when they, the file or else its name say.

        Raises UnreadableImageError.
        """
        opened, member = self._member(key)
        with _room_for(member):
            picture = self.decode.keeping(min_side)(opened.archive.read(member))
        if beside := opened.beside.get(member.name):
            picture = described(picture, [opened.sidecar(name) for name in beside])
        if picture.taken_at is None:
            return replace(picture, taken_at=taken_from_name(key))
        return picture

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px. Raises UnreadableImageError."""
        opened, member = self._member(key)
        with _room_for(member):
            return decode.preview(opened.archive.read(member), max_side, self.decode.max_pixels)

    def _member(self, key: str) -> tuple[_Opened, Member]:
        found = self._found(key)
        if found is None:
            raise UnreadableImageError(f"{key!r} is no image in {self.root.name}")
        if found[1].fault:
            raise UnreadableImageError(found[1].fault)
        return found

    def _found(self, key: str) -> tuple[_Opened, Member] | None:
        shards = self._shards()
        split = shards.split(key)
        if split is None:
            return None
        shard, name = split
        path = shards.path(shard)
        try:
            status = os.stat(path)
            opened = self._open.made((shard, status.st_size, status.st_mtime_ns), lambda: _Opened.of(path))
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


class _Listing:
    """What one look at the archives finds; what is no item is noted on the way.

    items: without the levels of their paths. beside: how many members of which suffix say more of an image.
    """

    def __init__(self, limit: int | None, advance: Advance | None) -> None:
        self.limit, self.advance = limit, advance
        self.items: list[Item] = []
        self.skipped: list[tuple[str, str]] = []
        self.left_out: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()
        self._levels: list[str] = []
        self._notes: list[str] = []
        self._tables: list[str] = []
        self._repeated = 0

    @property
    def full(self) -> bool:
        return self.limit is not None and len(self.items) >= self.limit

    def take(self, shard: str, archive: Archive, stamp: str) -> None:
        """The items of one archive. shard: its name, "" where it is the only one. stamp: of it."""
        images: dict[str, Member] = {}
        others: dict[str, Member] = {}
        for member in archive.members():
            suffix = PurePosixPath(member.name).suffix.lower()
            if passed_over(member.name):
                continue
            if suffix in SIDECAR_SUFFIXES and not member.fault and not leads_out(member.name):
                others[member.name] = member
            elif self._is_image(_path(shard, member.name), suffix, archive, member):
                if images.pop(member.name, None):
                    self._repeated += 1  # the last counts, and where it lies
                images[member.name] = member
                if self.advance:
                    self.advance(1)
            # One more than wanted, so that what stands beside the last is seen as well.
            if self.limit is not None and len(self.items) + len(images) > self.limit:
                break
        found = members_beside(images, others)
        used = {name for names in found.values() for name in names}
        self.beside.update(PurePosixPath(name).suffix.lower() for name in used)
        self.left_out.update(PurePosixPath(name).suffix.lower() for name in others if name not in used)
        for name, member in images.items():
            if self.full:
                break
            stamps = [member.stamp, *(others[other].stamp for other in found.get(name, ()))]
            # A tar has no sums of its members, so all change with it.
            stamps += [] if isinstance(archive, Zip) else [stamp]
            path = _path(shard, name)
            self.items.append(Item(path, path, " ".join(stamps), {"shard": shard} if shard else {}))
            self._levels.append(_path(shard.rpartition("/")[0], name))
        self._notes += [f"{shard}: {line}" if shard else line for line in archive.notes]

    def described(self) -> list[Item]:
        """The items with the levels of their paths, of which an archive is none."""
        levels = path_levels(self._levels)
        return [
            replace(item, columns={**level, **item.columns}) if level else item
            for item, level in zip(self.items, levels, strict=True)
        ]

    def _is_image(self, path: str, suffix: str, archive: Archive, member: Member) -> bool:
        """Whether a member is one that can be read; what else is noted."""
        image = suffix in decode.suffixes()
        reason = "its name leads out of the archive; it is not read" if leads_out(member.name) else member.fault
        if not image and not reason:
            kind, image = self._sniffed(archive, member)
            if kind or suffix in SUFFIXES:
                image, reason = False, NESTED
        if reason and (image or reason == NESTED or leads_out(member.name)):
            self.skipped.append((path, reason))
        elif not image and is_metadata(PurePosixPath(path).name):
            self._tables.append(path)
        elif not image:
            self.left_out[suffix if suffix.isprintable() else ""] += 1
        return image and not reason

    def _sniffed(self, archive: Archive, member: Member) -> tuple[str, bool]:
        """Which archive a member is, if one; and whether it is an image, whatever its suffix."""
        try:
            start = archive.read(member, _START)
        except UnreadableImageError:
            return "", False
        return kind_of(start), starts.format_of(start) is not None

    def notes(self) -> list[str]:
        lines = list(self._notes)
        if self.beside:
            counts = ", ".join(f"{count:,} {suffix}" for suffix, count in self.beside.most_common())
            lines.append(f"files beside images say more of them: {counts}")
        if self._tables:
            lines.append(f"tables in archives are not read ({self._tables[0]}); take it out, and name it by --metadata")
        if self._repeated:
            lines.append(f"{self._repeated:,} members have the name of a later one, which counts, as in unpacking")
        return lines

    def why_empty(self, root: Path) -> str:
        found = "it is empty"
        if self.skipped:
            path, reason = self.skipped[0]
            found = f"{len(self.skipped):,} entries were skipped, e.g. {path}: {reason}"
        elif self.left_out:
            kinds = ", ".join(f"{n} {suffix or 'without suffix'}" for suffix, n in self.left_out.most_common(3))
            found = f"it holds {self.left_out.total():,} other files ({kinds})"
        return f"{root} has no images: {found}; give an archive with JPEG, PNG, WebP, TIFF or GIF files"


@dataclass(frozen=True)
class _Opened:
    """An archive and its members by name. size: bytes of memory, so that few files are open at a time."""

    archive: Archive
    members: dict[str, Member]
    size: int

    @classmethod
    def of(cls, path: Path) -> _Opened:
        archive = _archive(path)
        members = {m.name: m for m in archive.members() if not leads_out(m.name) and not passed_over(m.name)}
        size = max(archive.held + _MEMBER_BYTES * len(members), _KEPT_BYTES // _KEPT_FILES)
        return cls(archive, members, size)

    @cached_property
    def beside(self) -> dict[str, tuple[str, ...]]:
        """The members that say more of an image, by its name."""
        others = [name for name in self.members if name.lower().endswith(SIDECAR_SUFFIXES)]
        return members_beside(self.members.keys() - others, others) if others else {}

    def sidecar(self, name: str) -> Sidecar:
        """What one of them says; that it cannot be read is no failure of the image."""
        try:
            return read_beside(name, self.archive.read(self.members[name], MOST_BYTES + 1))
        except UnreadableImageError:
            return Sidecar(remarks=(broken(PurePosixPath(name).suffix.lower()),))


def _path(shard: str, name: str) -> str:
    return f"{shard}/{name}" if shard else name


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


def _archive(path: Path) -> Archive:
    """Opened by its first bytes. Raises InputError, VanishedError, BrokenArchiveError."""
    try:
        with path.open("rb") as stream:
            kind = kind_of(stream.read(_START))
        if kind == "zip":
            return Zip(path)
        if kind in ("tar", "gzip", "bzip2", "xz"):
            return Tar(path, kind)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; give a .zip or .tar archive of images") from error
    except OSError as error:
        if reasons.gone(error):
            raise VanishedError(path, str(error.strerror)) from error
        raise BrokenArchiveError(f"it cannot be read ({error.strerror})") from error
    if kind:
        raise BrokenArchiveError(f"a {kind} archive, which is not read; unpack it, or pack it as .zip or .tar")
    raise BrokenArchiveError("it is no archive: it starts like no .zip or .tar; if it was one, copy it again")


def _stamp(path: Path) -> str:
    status = os.stat(path)
    return f"{status.st_size}-{status.st_mtime_ns}"


def _room_for(member: Member) -> AbstractContextManager[object]:
    """Large members are unpacked one after the other, so that many threads do not need the memory of many."""
    return _large if member.size > _LARGE_BYTES else nullcontext()

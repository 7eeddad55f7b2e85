"""Tar archives, plain or compressed: a list of where each member lies, and the bytes there."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterator
from pathlib import Path

from imagespace_core.errors import UnreadableImageError
from imagespace_core.sources.archives.archive import BrokenArchiveError, Member, too_large
from imagespace_core.sources.archives.positions import Gzip, Held, Plain, Positions

_MAX_HEADER = 1 << 20
_BLOCK = tarfile.BLOCKSIZE


class Tar:
    """An open tar archive, see `Archive`. kind: as of `archive.kind_of`.

    A member that is not whole at the end of a file that was cut short is a member all the same; reading it says so.
    Links are read as what they lead to, if that is a member. Raises BrokenArchiveError where it is no tar at all.
    """

    def __init__(self, path: Path, kind: str) -> None:
        if kind in ("bzip2", "xz"):
            self._bytes: Positions = Held(path, kind)
        else:
            self._bytes = Gzip(path) if kind == "gzip" else Plain(path)
        self.held = self._bytes.held
        self.notes: list[str] = []

    def members(self) -> Iterator[Member]:
        self.notes.clear()
        files: dict[str, Member] = {}
        links: list[tarfile.TarInfo] = []
        try:
            with tarfile.open(fileobj=_Headers(self._bytes), mode="r:", encoding="utf-8") as tar:
                for info in self._headers(tar):
                    if info.islnk() or info.issym():
                        links.append(info)
                    elif not info.isdir():
                        member = _member(info)
                        files[member.name] = member
                        yield member
        except tarfile.ReadError as error:
            raise BrokenArchiveError(f"it is no tar archive: {error}") from error
        for info in links:
            yield _followed(info, files)

    def _headers(self, tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
        """Every header up to the end, or to where the archive is cut short or broken, which becomes a note."""
        before = -1
        try:
            while (info := tar.next()) is not None:
                if tar.offset <= before:
                    raise tarfile.ReadError("a header leads back")
                before = tar.offset
                tar.members.clear()  # pyright: ignore[reportAttributeAccessIssue] (1 KB for each)
                yield info
            end = self._bytes.read_at(tar.offset, _BLOCK)
        except (tarfile.TarError, BrokenArchiveError, ValueError, OverflowError) as error:
            where = f"after {tar.offset:,} bytes ({error})"
            self.notes.append(f"it is cut short or broken {where}; what follows is missing")
            return
        if any(end):
            self.notes.append(f"it is broken after {tar.offset:,} bytes; what follows is missing")
        elif not end:
            self.notes.append("it has no end mark: it may be cut short")

    def read(self, member: Member, size: int | None = None) -> bytes:
        whole = member.size if size is None else min(size, member.size)
        offset, sparse = member.at  # pyright: ignore[reportGeneralTypeIssues]
        try:
            found = self._sparse(offset, sparse, member.size)[:whole] if sparse else self._bytes.read_at(offset, whole)
        except BrokenArchiveError as error:
            raise UnreadableImageError(f"broken in its archive: {error}") from error
        if len(found) < whole:
            raise UnreadableImageError(f"truncated: its archive ends after {len(found):,} of {member.size:,} bytes")
        return found

    def _sparse(self, offset: int, runs: list[tuple[int, int]], whole: int) -> bytes:
        """The content of a file of which only some runs (start, length) are stored; all else is zeros."""
        found = bytearray(whole)
        for start, length in runs:
            if not 0 <= start <= start + length <= whole:
                raise BrokenArchiveError("it is sparse, and says that parts of it lie beyond its end")
            part = self._bytes.read_at(offset, length)
            if len(part) < length:
                return b""
            found[start : start + length] = part
            offset += length
        return bytes(found)


class _Headers(io.RawIOBase):
    """What `tarfile` reads headers from. No header is so long that it has to fill the memory."""

    def __init__(self, source: Positions) -> None:
        self._source, self._at = source, 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset if whence == io.SEEK_SET else self._at + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MAX_HEADER:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        found = self._source.read_at(self._at, size)
        self._at += len(found)
        return found


def _member(info: tarfile.TarInfo) -> Member:
    fault = too_large(info.size) if info.isfile() else "no file: it is a device or a pipe"
    sparse = getattr(info, "sparse", None)
    return Member(_name(info.name), info.size, f"{info.size}-{info.mtime}", (info.offset_data, sparse), fault)


def _followed(info: tarfile.TarInfo, files: dict[str, Member]) -> Member:
    """A link as the member that it leads to, in the archive: nothing outside is ever looked at."""
    name = target = _name(info.name)
    linked = _name(info.linkname)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), linked) if info.issym() else linked)
    found = files.get(target)
    if found is None:
        return Member(name, 0, "", None, f"a link to {linked}, which is not in the archive")
    return Member(name, found.size, found.stamp, found.at, found.fault)


def _name(written: str) -> str:
    """Without "./" before it. Bytes that are no UTF-8 are written as such: caf\\xe9.jpg."""
    name = written.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name

"""What an archive is: it lists its members once, and reads each by itself; nothing is unpacked to the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

MAX_MEMBER_BYTES = 1 << 30
"""Members that are larger unpacked are refused by what they declare, before anything is unpacked."""
SUFFIXES = frozenset({".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"})
"""Of archives, lower case. What a file truly is, its first bytes say."""
NESTED = "an archive inside the archive, which is not opened; take it out and give it by itself"
_OTHERS = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"\x28\xb5\x2f\xfd": "Zstandard"}


class BrokenArchiveError(Exception):
    """An archive cannot be read at all; the message is the reason, without its name."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    name: POSIX path in the archive, valid UTF-8. size: bytes when unpacked, as it declares. stamp: changes with the
    content. at: where it lies, for `Archive.read`. fault: why it cannot be read, "" where it can.
    """

    name: str
    size: int
    stamp: str
    at: object
    fault: str = ""


class Archive(Protocol):
    """An open archive. `read` is called from many threads."""

    notes: list[str]
    """What people should know of it, without its name; whole once all members were listed."""
    held: int
    """Bytes of memory that it takes beside its members."""

    def members(self) -> Iterator[Member]:
        """Every file once, in the order in which they lie, links in it after all others. A name may come again."""
        ...

    def read(self, member: Member, size: int | None = None) -> bytes:
        """The unpacked content, or its first `size` bytes. Raises UnreadableImageError with the reason."""
        ...


def kind_of(start: bytes) -> str:
    """What the first 512 bytes of a file say it is: zip, tar, gzip, bzip2, xz, another archive by name, or ""."""
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if start[257:262] == b"ustar" or _is_old_tar(start):
        return "tar"
    for magic, kind in {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", **_OTHERS}.items():
        if start.startswith(magic):
            return kind
    return ""


def leads_out(name: str) -> bool:
    """Whether a member's name would lie outside of the folder that it is unpacked to.

    >>> leads_out("a/../../x.jpg"), leads_out("/etc/x.jpg"), leads_out("C:/x.jpg"), leads_out("a/..x.jpg")
    (True, True, True, False)
    """
    return name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:3] == ":/"


def too_large(size: int) -> str:
    """Why a member of so many bytes is not unpacked, or ""."""
    if size <= MAX_MEMBER_BYTES:
        return ""
    return f"too large: {size:,} bytes unpacked (limit {MAX_MEMBER_BYTES >> 30} GB); take it out of the archive"


def _is_old_tar(start: bytes) -> bool:
    """A header from before "ustar": it holds the sum of its own bytes, its sum field read as blanks."""
    if len(start) < 512 or not start[0]:
        return False
    try:
        declared = int(start[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return declared == sum(start[:148]) + 8 * ord(" ") + sum(start[156:512])

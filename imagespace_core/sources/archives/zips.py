"""Zip archives: their list of contents, and members read by themselves."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import reasons
from imagespace_core.sources.archives.archive import BrokenArchiveError, Member, too_large

_ENCRYPTED, _UTF8 = 0x1, 0x800
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_SYMLINK = 0o120000
_PIECE = 1 << 20


class Zip:
    """An open zip archive, see `Archive`. Raises BrokenArchiveError where it is none, or has no list of contents.

    `zipfile` reads from many threads: it locks the file for each piece, and unpacks beside it.
    """

    held = 0

    def __init__(self, path: Path) -> None:
        try:
            self._file = zipfile.ZipFile(path)
        except OSError:
            raise
        except Exception as error:  # `zipfile` raises nearly anything on garbage
            raise BrokenArchiveError(
                f"it is cut short or broken ({error}); the list of what a zip holds stands at its end. Copy it again"
            ) from error
        self.notes: list[str] = []

    def members(self) -> Iterator[Member]:
        self.notes.clear()
        guesses: list[str] = []
        for info in self._file.infolist():
            if info.is_dir():
                continue
            name, guessed = _name(info)
            guesses += [name] if guessed else []
            fault = _fault(info)
            yield Member(name, info.file_size, f"{info.file_size}-{info.CRC:08x}", info, fault)
        if guesses:
            self.notes.append(
                f"names that do not say their encoding were read as CP437, the standard: {len(guesses):,}, "
                f"e.g. {guesses[0]!r}"
            )

    def read(self, member: Member, size: int | None = None) -> bytes:
        assert isinstance(member.at, zipfile.ZipInfo)
        try:
            with self._file.open(member.at) as stream:
                if size is not None:
                    return stream.read(size)  # no more than it declares
                whole = io.BytesIO()  # which gives its bytes without a copy
                shutil.copyfileobj(stream, whole, _PIECE)
                return whole.getvalue()
        except OSError as error:
            if reasons.gone(error):
                raise VanishedError(str(self._file.filename), str(error.strerror)) from error
            raise UnreadableImageError(f"broken in its archive: {error}") from error
        except Exception as error:  # `zipfile` raises nearly anything on garbage
            raise UnreadableImageError(f"broken in its archive: {error}") from error


def _name(info: zipfile.ZipInfo) -> tuple[str, bool]:
    """The name with "/" between its parts, and whether its encoding is the standard's, for want of any other."""
    name, guessed = info.orig_filename.split("\0")[0], False
    if not info.flag_bits & _UTF8 and not name.isascii():
        try:  # most programs write UTF-8 without saying so
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            guessed = True
    return name.replace("\\", "/").removeprefix("./"), guessed


def _fault(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "encrypted; unpack the archive with its password and give the folder"
    if (info.external_attr >> 16) & 0o170000 == _SYMLINK:
        return "a link, which a zip cannot hold the picture of"
    if info.compress_type not in _METHODS:
        return f"its compression (method {info.compress_type}) is unknown; pack the archive anew"
    return too_large(info.file_size)

"""Bytes at any place of a file, plain or compressed, for many threads."""

from __future__ import annotations

import bz2
import lzma
import os
import threading
import zlib
from pathlib import Path
from typing import Protocol

from imagespace_core.sources.archives.archive import BrokenArchiveError

MAX_UNPACKED = 512 << 20
"""Bytes of what has to be held unpacked, because its compression allows no jumps."""
_PIECE = 1 << 20
_CHUNK = 1 << 16
_POINTS = 512
_APART = 8 << 20
_MAX_RATIO, _RATIO_FROM = 200, 4 << 30
_XZ_MEMORY = 256 << 20


class Positions(Protocol):
    """held: bytes of memory that it takes at most."""

    held: int

    def read_at(self, offset: int, size: int) -> bytes:
        """So many bytes from there, fewer where the file ends. Raises BrokenArchiveError."""
        ...


class Plain:
    """A file as it is; `pread` needs no lock."""

    held = 0

    def __init__(self, path: Path) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 (open as long as this is)
        self._lock = threading.Lock()

    def read_at(self, offset: int, size: int) -> bytes:
        found = bytearray()
        while len(found) < size and (more := self._some(offset + len(found), size - len(found))):
            found += more
        return bytes(found)

    def _some(self, offset: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, offset)
        with self._lock:  # Windows
            self._file.seek(offset)
            return self._file.read(size) or b""


class Gzip:
    """A gzip file, unpacked from the nearest of a few kept states of zlib before the place.

    A state takes 45 KB; there are at most 512, 8 MB of unpacked bytes apart or, in larger files, more. Reading forward
    unpacks each byte once. One thread at a time.
    """

    held = _POINTS * 45_000

    def __init__(self, path: Path) -> None:
        self._file = Plain(path)
        self._lock = threading.Lock()
        self._apart = _APART
        # Places in the compressed file, in the unpacked one, and the state there.
        self._points = [(0, 0, _unpacker())]
        self._restart(0)

    def read_at(self, offset: int, size: int) -> bytes:
        with self._lock:
            if offset < self._start:
                self._restart(offset)
            found = bytearray()
            while len(found) < size:
                here = offset + len(found) - self._start
                if here < len(self._piece):
                    found += self._piece[here : here + size - len(found)]
                elif not self._next():
                    break
            return bytes(found)

    def _restart(self, offset: int) -> None:
        at, start, state = next(point for point in reversed(self._points) if point[1] <= offset)
        self._at, self._start, self._state, self._piece = at, start, state.copy(), b""

    def _next(self) -> bool:
        """Unpack the next piece; whether there is one."""
        self._start += len(self._piece)
        self._piece = b""
        while not self._piece:
            packed = self._file.read_at(self._at, _CHUNK)
            if self._state.eof:  # gzip files may stand one behind the other, with zeros behind the last
                if not packed.strip(b"\0"):
                    return False
                self._state = _unpacker()
            try:
                self._piece = self._state.decompress(packed, _PIECE)
            except zlib.error as error:
                raise BrokenArchiveError(f"its compressed data is broken ({error})") from error
            self._at += len(packed) - len(self._state.unconsumed_tail) - len(self._state.unused_data)
            if not packed and not self._piece and not self._state.eof:
                raise BrokenArchiveError("its compressed data ends too early")
        end = self._start + len(self._piece)
        if end > _RATIO_FROM and end > _MAX_RATIO * self._at:
            raise BrokenArchiveError(f"it unpacks to more than {_MAX_RATIO} times its size, like a bomb")
        if end - self._points[-1][1] >= self._apart and not self._state.eof:
            self._points.append((self._at, end, self._state.copy()))
            if len(self._points) > _POINTS:
                self._points = self._points[::2]
                self._apart *= 2
        return True


class Held:
    """A bzip2 or xz file, held unpacked: its compression allows no jumps."""

    def __init__(self, path: Path, kind: str) -> None:
        file = Plain(path)
        found, at, unpacker = bytearray(), 0, _of_kind(kind)
        try:
            while packed := file.read_at(at, _CHUNK):
                at += len(packed)
                while packed or not unpacker.needs_input:
                    found += unpacker.decompress(packed, _PIECE)
                    if len(found) > MAX_UNPACKED:
                        raise BrokenArchiveError(
                            f"{kind} allows no jumps, and it holds more than {MAX_UNPACKED >> 20} MB unpacked; "
                            f"unpack it once, or pack it with gzip or as .zip"
                        )
                    packed = b""
                    if unpacker.eof:
                        packed, unpacker = unpacker.unused_data.lstrip(b"\0"), _of_kind(kind)
                        if not packed:
                            break
        except (OSError, lzma.LZMAError, ValueError) as error:
            raise BrokenArchiveError(f"its {kind} data is broken ({error})") from error
        self._bytes = bytes(found)
        self.held = len(self._bytes)

    def read_at(self, offset: int, size: int) -> bytes:
        return self._bytes[offset : offset + size]


def _unpacker() -> zlib._Decompress:  # pyright: ignore[reportPrivateUsage]
    return zlib.decompressobj(wbits=31)


def _of_kind(kind: str) -> bz2.BZ2Decompressor | lzma.LZMADecompressor:
    return bz2.BZ2Decompressor() if kind == "bzip2" else lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

"""Bytes at any place of a file, plain or compressed, for many threads."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import threading
import zlib
from collections import deque
from pathlib import Path
from typing import Protocol

from imagespace_core.sources.archives.archive import BrokenArchiveError

MAX_UNPACKED = 512 << 20
"""Bytes of what has to be held unpacked, because its compression allows no jumps."""
_PIECE = 1 << 20
_RECENT = 32
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
        found, at = self._some(offset, size), offset
        if len(found) == size or not found:
            return found
        whole = io.BytesIO()
        while found:
            at += whole.write(found)
            found = self._some(at, size - (at - offset))
        return whole.getvalue()

    def _some(self, offset: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, offset)
        with self._lock:  # Windows
            self._file.seek(offset)
            return self._file.read(size) or b""


class Gzip:
    """A gzip file, unpacked from the nearest of a few kept states of zlib before the place.

    A state takes 45 KB; there are at most 512, 8 MB of unpacked bytes apart or, in larger files, more. The last 32 MB
    stay, so that reading forward unpacks each byte once, also for threads of which some are behind. One unpacks at a
    time.
    """

    held = _POINTS * 45_000 + _RECENT * _PIECE

    def __init__(self, path: Path) -> None:
        self._file = Plain(path)
        self._lock = threading.Lock()
        self._apart = _APART
        # Places in the compressed file, in the unpacked one, and the state there.
        self._points = [(0, 0, _unpacker())]
        self._restart(0)

    def read_at(self, offset: int, size: int) -> bytes:
        with self._lock:
            found = io.BytesIO()  # which gives its bytes without a copy
            while (left := size - found.tell()) > 0 and (piece := self._piece_at(offset + found.tell())):
                found.write(piece[:left])
            return found.getvalue()

    def _piece_at(self, offset: int) -> bytes:
        """Some of what stands there and behind it; b"" behind the end."""
        for start, piece in reversed(self._recent):
            if start <= offset < start + len(piece):
                return piece[offset - start :]
        if offset < self._end:
            self._restart(offset)
        while piece := self._next():
            if offset < self._end:
                return piece[offset - self._end :]
        return b""

    def _restart(self, offset: int) -> None:
        self._at, self._end, state = next(point for point in reversed(self._points) if point[1] <= offset)
        self._state = state.copy()
        self._recent: deque[tuple[int, bytes]] = deque(maxlen=_RECENT)

    def _next(self) -> bytes:
        """Unpack the next piece; b"" at the end."""
        piece = b""
        while not piece:
            packed = self._file.read_at(self._at, _CHUNK)
            if self._state.eof:  # gzip files may stand one behind the other, with zeros behind the last
                if not packed.strip(b"\0"):
                    return b""
                self._state = _unpacker()
            try:
                piece = self._state.decompress(packed, _PIECE)
            except zlib.error as error:
                raise BrokenArchiveError(f"its compressed data is broken ({error})") from error
            self._at += len(packed) - len(self._state.unconsumed_tail) - len(self._state.unused_data)
            if not packed and not piece and not self._state.eof:
                raise BrokenArchiveError("its compressed data ends too early")
        self._recent.append((self._end, piece))
        self._end += len(piece)
        if self._end > _RATIO_FROM and self._end > _MAX_RATIO * self._at:
            raise BrokenArchiveError(f"it unpacks to more than {_MAX_RATIO} times its size, like a bomb")
        if self._end - self._points[-1][1] >= self._apart and not self._state.eof:
            self._points.append((self._at, self._end, self._state.copy()))
            if len(self._points) > _POINTS:
                self._points = self._points[::2]
                self._apart *= 2
        return piece


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


def _unpacker() -> zlib._Decompress:
    return zlib.decompressobj(wbits=31)


def _of_kind(kind: str) -> bz2.BZ2Decompressor | lzma.LZMADecompressor:
    return bz2.BZ2Decompressor() if kind == "bzip2" else lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

"""Reasons why a file could not be decoded, in a few words for people."""

from __future__ import annotations

import errno
from pathlib import Path

from PIL import UnidentifiedImageError

from imagespace_core.errors import VanishedError

_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"RIFF": "WebP",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_LONGEST = 120
_GONE = frozenset(
    getattr(errno, name)
    for name in (
        "ENOENT", "ENOTDIR", "EIO", "ENXIO", "ENODEV", "ENOMEDIUM", "ENOTCONN", "ESTALE", "EREMOTEIO",
        "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ECONNABORTED", "ECONNRESET",
        "EMFILE", "ENFILE",
    )
    if hasattr(errno, name)
)  # fmt: skip
"""What a file system answers when a file, its disk or its server is not there; no system has all of these names."""


def gone(error: BaseException) -> bool:
    """Whether an error means that a file cannot be reached, whatever is in it."""
    return isinstance(error, OSError) and error.errno in _GONE


def check_reachable(file: Path) -> None:
    """Raises VanishedError where the file is not there: for errors of libraries that give no reason."""
    try:
        with file.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        if gone(error):
            raise VanishedError(file, str(error.strerror)) from error


def too_large(width: int, height: int, max_pixels: int) -> str:
    """The reason for a picture whose header announces more pixels than the limit."""
    return (
        f"too large: {width} x {height} pixels (limit {max_pixels / 1e6:g} million); scale it down or cut it into tiles"
    )


def unidentified(start: bytes) -> str:
    """The reason for a file that no decoder takes, judged by its first bytes."""
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS:
        return "HEIC picture: save it as JPEG, PNG or WebP"
    for signature, name in _SIGNATURES.items():
        if start.startswith(signature):
            return f"broken: it starts like a {name} file, but its header cannot be read"
    text = start[:16].decode("utf-8", errors="ignore").split("\n")[0].strip()
    if len(text) >= 3 and text.isprintable():
        return f"not an image: it starts with {text!r}"
    return f"not an image: it starts with the bytes {start[:8].hex(' ')}"


def of_error(error: BaseException, start: bytes, size_bytes: int) -> str:
    """The reason behind an exception that Pillow or the file system raised.

    start: the first bytes of the file, if it could be opened at all. size_bytes: of the file.
    """
    match error:
        case PermissionError():
            return "no permission to read it"
        case MemoryError():
            return "too large: not enough memory to decode it"
        case UnidentifiedImageError():
            return unidentified(start)
    message = _sentence(error)
    if "truncated" in message.lower():
        return f"truncated: the picture is not complete in {size_bytes} bytes"
    return f"broken: {message}"


def _sentence(error: BaseException) -> str:
    lines = str(error).splitlines()
    return (lines[0] if lines and lines[0] else type(error).__name__)[:_LONGEST]

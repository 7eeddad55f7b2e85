"""Reasons why a file could not be decoded, in a few words for people."""

from __future__ import annotations

import errno
from pathlib import Path

from PIL import UnidentifiedImageError

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import content, formats

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

MAX_SIDE = 1 << 20
NO_FILE = "not a file: it is a folder, a pipe or a device"


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


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Raises UnreadableImageError for a picture of too many pixels, or with a side that no decoder gets to the end of:
    Pillow joins what it has of a row anew for every 64 KB of it."""
    if width * height > max_pixels:
        raise UnreadableImageError(too_large(width, height, max_pixels))
    if max(width, height) > MAX_SIDE:
        raise UnreadableImageError(
            f"too large: {width} x {height} pixels (limit {MAX_SIDE:,} a side); cut it into tiles"
        )


def truncated(size_bytes: int) -> str:
    """The reason for a file that ends before its picture does."""
    return f"truncated: the picture is not complete in {size_bytes} bytes"


def unidentified(start: bytes) -> str:
    """The reason for a file that no decoder takes, judged by its first bytes."""
    if found := content.format_of(start):
        name = content.spoken(found)
        if library := formats.missing_library(found):
            return f"{name} picture: {library} to read it"
        article = "an" if name[0] in "AEIO" else "a"
        return f"broken: it starts like {article} {name} file, but its header cannot be read"
    if other := content.other_than_image(start):
        return f"not an image that can be read: it is {other}"
    text = start[:16].decode("utf-8", errors="ignore").split("\n")[0].strip()
    if len(text) >= 3 and text.isprintable():
        return f"not an image: it starts with {text!r}"
    return f"not an image: it starts with the bytes {start[:8].hex(' ')}"


def of_gdal(error: BaseException) -> str:
    """What GDAL said, its first line."""
    return str(error.__cause__ or error).splitlines()[0].rstrip(".")


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
    if "MAX_TEXT" in message:  # see `decode`
        return "broken: a text or color profile in it unpacks to more than 64 MB"
    if "truncated" in message.lower():
        return truncated(size_bytes)
    return f"broken: {message}"


def _sentence(error: BaseException) -> str:
    lines = str(error).splitlines()
    return (lines[0] if lines and lines[0] else type(error).__name__)[:_LONGEST]

"""Files whose last bytes are missing: what is left of the picture, where that is most of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, cast

import numpy as np
from PIL import Image

MOST = 2 / 3
"""A picture of which no more than this share of its rows is there, is none."""

_GRAYS: dict[str, int | tuple[int, ...]] = {
    "1": 0, "P": 0, "L": 128, "LA": (128, 255), "RGB": (128, 128, 128), "RGBA": (128, 128, 128, 255),
    "CMYK": (127, 127, 127, 127), "I;16": 32768,
}  # fmt: skip
"""What stands for rows that are missing. Of JPEG these are what the decoder itself makes of missing blocks."""
_ROWS = 64
_END = b"\xff\xd9"


def load(image: Image.Image) -> tuple[Image.Image, bool]:
    """The image with its pixels, and whether some are missing, which are gray then.

    A JPEG, PNG, TIFF, BMP or PPM that is cut short is decoded a second time, as far as it goes. Pillow's own switch for
    that is one for all threads, and does not say how much there is. Raises what Pillow raises where less than most is
    there.
    """
    stream = cast("IO[bytes] | None", getattr(image, "fp", None))
    try:
        image.load()
        return image, False
    except (OSError, SyntaxError):
        left = _left_of(image, stream) if stream is not None else None
        if left is None:
            raise
        return left, True


def _left_of(image: Image.Image, stream: IO[bytes]) -> Image.Image | None:
    """What most of a cut file shows, or of one that is broken on the way; None where less is left."""
    size, mode = image.size, image.mode
    if mode not in _GRAYS:
        return None
    stream.seek(0)
    if image.format in ("JPEG", "MPO"):
        data = stream.read().rstrip(b"\0")  # a copy that was broken off is often filled up so
        if data.endswith(_END) or (image.info.get("progressive") and not _has_all_frequencies(data)):
            return None
        again = Image.open(io.BytesIO(data + _END), formats=("JPEG",))
        again.draft(None, size)
        again.load()
    elif image.format in ("PNG", "TIFF", "BMP", "PPM"):
        again = Image.open(stream, formats=(image.format,))
        again.im = Image.new(mode, size, _GRAYS[mode]).im  # the decoder writes into what is there
        with suppress(OSError, SyntaxError):
            again.load()
        again.tile = []
    else:
        return None
    if image.info.get("progressive"):
        return again
    return again if _missing_rows(again) < (1 - MOST) * again.height else None


def _missing_rows(image: Image.Image) -> int:
    gray = np.asarray(_GRAYS[image.mode])
    missing = 0
    for top in range(0, image.height, _ROWS):
        part = np.asarray(image.crop((0, top, image.width, min(top + _ROWS, image.height))))
        missing += int((part.reshape(len(part), -1, gray.size) == gray).all(axis=(1, 2)).sum())
    return missing


def _has_all_frequencies(data: bytes) -> bool:
    """Whether every frequency of a progressive JPEG's brightness has come once: what is missing then, only refines.

    Source: ITU-T T.81, B.2.3: a scan names its components, the frequencies Ss to Se, and Ah, 0 where they come first.
    """
    scans = list(_scans(data))
    first = set[int]()
    for components, start, end, refines in scans[:-1]:  # the last is the one that was cut
        if components[0] == scans[0][0][0] and not refines:
            first.update(range(start, end + 1))
    return len(first) == 64


def _scans(data: bytes) -> Iterator[tuple[bytes, int, int, int]]:
    """(components, Ss, Se, Ah) of every scan whose header is there."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF or data[at + 1] in (0x00, 0xFF, *range(0xD0, 0xD8)):  # inside a scan
            at = data.find(b"\xff", at + 1)
            if at < 0:
                return
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xDA:
            header = data[at + 4 : at + 2 + length]
            count = header[0] if header else 0
            if len(header) == 2 * count + 4 and count:
                yield header[1 : 1 + 2 * count : 2], header[-3], header[-2], header[-1] >> 4
        at += 2 + length

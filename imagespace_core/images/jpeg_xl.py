"""JPEG XL, by the decoder of its Pillow plugin; the plugin itself would decode before anything is known of the size."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import reasons

MISSING = 'JPEG XL picture: pip install "imagespace[jxl]" to read it'

_CONTAINER = b"\x00\x00\x00\x0cJXL "
_RATIOS = ((1, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_ORIENTATION = 0x0112


def open_jpeg_xl(data: bytes, max_pixels: int) -> Image.Image:
    """The first picture of the file, decoded and upright; a JPEG that was packed without loss comes as that JPEG.

    Raises UnreadableImageError where it is too large or its library is not installed.
    """
    width, height = size_of(data)
    reasons.check_size(width, height, max_pixels)
    try:
        from pillow_jxl import Decoder
    except ImportError:
        raise UnreadableImageError(MISSING) from None
    try:
        packed_jpeg, found, pixels, profile, boxes = Decoder(num_threads=1)(data)
    except RuntimeError as error:  # whatever is wrong, it says how to build the library
        raise ValueError("the JPEG XL data cannot be decoded; most often they are not complete") from error
    if packed_jpeg:
        return Image.open(io.BytesIO(pixels), formats=("JPEG", "MPO"))
    mode = "F" if found.mode == "F;16" else found.mode
    image = Image.frombytes(mode, (found.width, found.height), pixels)
    image.format = "JXL"
    if profile:
        image.info["icc_profile"] = bytes(profile)
    for box in boxes:
        data = bytes(box.data)
        if box.box_type == b"Exif":  # begins with the offset of its TIFF header, which some writers leave out
            bare = data[:4] in (b"II*\0", b"MM\0*")
            image.info["exif"] = data if bare else data[4 + int.from_bytes(data[:4], "big") :]
        elif box.box_type == b"xml ":
            image.info["xmp"] = data
    try:
        image.getexif()[_ORIENTATION] = 1  # the decoder has turned it already
    except Exception:  # the parser raises nearly anything on garbage
        image.info.pop("exif", None)
    return image


def size_of(data: bytes) -> tuple[int, int]:
    """(width, height) that the header announces, before its orientation. Raises ValueError where there is none.

    Source: ISO/IEC 18181-1, SizeHeader; ISO/IEC 18181-2, boxes jxlc and jxlp.
    """
    codestream = _codestream(data)
    if codestream[:2] != b"\xff\x0a" or len(codestream) < 12:
        raise ValueError("truncated: no JPEG XL picture in it")
    bits = int.from_bytes(codestream[2:12], "little")

    def take(count: int) -> int:
        nonlocal bits
        value = bits & ((1 << count) - 1)
        bits >>= count
        return value

    small = take(1)
    height = _side(take, small)
    ratio = take(3)
    across, down = _RATIOS[ratio]
    return (height * across // down if ratio else _side(take, small)), height


def _side(take: Callable[[int], int], small: int) -> int:
    return 8 * (1 + take(5)) if small else 1 + take((9, 13, 18, 30)[take(2)])


def _codestream(data: bytes) -> bytes:
    """The beginning of the picture itself: the file, or of its first box that holds a part of it."""
    if not data.startswith(_CONTAINER):
        return data[:64]
    at = 0
    while at + 16 <= len(data):
        length, kind, header = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if length == 1:
            length, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if kind in (b"jxlc", b"jxlp"):
            start = at + header + (4 if kind == b"jxlp" else 0)
            return data[start : start + 64]
        if length < header:
            break
        at += length
    return b""

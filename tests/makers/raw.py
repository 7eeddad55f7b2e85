"""A photo in camera RAW: a DNG as a camera or converter writes it, a Bayer mosaic behind a small JPEG of it."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tests.makers.photos import encoded

_BYTE, _TEXT, _SHORT, _LONG, _RATIONAL, _SIGNED_RATIONAL = 1, 2, 3, 4, 5, 10
_SIZE = {_BYTE: 1, _TEXT: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, _SIGNED_RATIONAL: 8}
_CODE = {_BYTE: "B", _SHORT: "H", _LONG: "I", _RATIONAL: "I", _SIGNED_RATIONAL: "i"}
_TO_SRGB = [3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.204, 1.057]
"""From XYZ: this camera sees in sRGB."""
Tags = dict[int, tuple[int, str | Sequence[int]]]


def dng(
    image: Image.Image,
    preview: Image.Image | None,
    orientation: int = 1,
    taken: str = "",
    exif: Image.Exif | None = None,
) -> bytes:
    """The bytes of a DNG. image: as the sensor saw it, both sides even. preview: None for a file without; exif: of
    the preview alone."""
    width, height = image.size
    mosaic = _mosaic(np.asarray(image.convert("RGB")))
    jpeg = encoded(preview, quality=90, exif=exif or b"") if preview else b""
    jpeg = jpeg[:2] + jpeg[20:]  # cameras write no JFIF header before EXIF
    details: Tags = {0x9003: (_TEXT, taken)} if taken else {}
    first: Tags = {
        271: (_TEXT, "Maker"), 272: (_TEXT, "Model"), 274: (_SHORT, [orientation]),
        50706: (_BYTE, [1, 4, 0, 0]), 50707: (_BYTE, [1, 1, 0, 0]), 50708: (_TEXT, "Maker Model"),
        50721: (_SIGNED_RATIONAL, _rationals(_TO_SRGB)),
        50728: (_RATIONAL, _rationals([1, 1, 1])), 50778: (_SHORT, [21]),
    }  # fmt: skip
    sensor: Tags = {
        254: (_LONG, [0]), 256: (_LONG, [width]), 257: (_LONG, [height]), 258: (_SHORT, [16]), 259: (_SHORT, [1]),
        262: (_SHORT, [32803]), 277: (_SHORT, [1]), 278: (_LONG, [height]), 279: (_LONG, [len(mosaic)]),
        33421: (_SHORT, [2, 2]), 33422: (_BYTE, [0, 1, 1, 2]), 50714: (_SHORT, [0]), 50717: (_LONG, [65535]),
    }  # fmt: skip
    data = bytearray(b"II*\0\0\0\0\0")
    if preview:
        first |= {
            254: (_LONG, [1]), 256: (_LONG, [preview.width]), 257: (_LONG, [preview.height]),
            258: (_SHORT, [8, 8, 8]), 259: (_SHORT, [7]), 262: (_SHORT, [6]), 277: (_SHORT, [3]),
            273: (_LONG, [len(data)]), 278: (_LONG, [preview.height]), 279: (_LONG, [len(jpeg)]),
        }  # fmt: skip
        data += jpeg + bytes(len(jpeg) % 2)
    sensor[273] = (_LONG, [len(data)])
    data += mosaic
    if preview:
        first[330] = (_LONG, [_append(data, sensor)])
    else:
        first |= sensor
    if details:
        first[34665] = (_LONG, [_append(data, details)])
    data[4:8] = struct.pack("<I", _append(data, first))
    return bytes(data)


def _mosaic(pixels: np.ndarray) -> bytes:
    """uint8 (h, w, 3) -> 16 bits, one color a pixel, as RGGB."""
    linear = ((pixels / 255.0) ** 2.2 * 65535).astype("<u2")
    mosaic = linear[..., 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = linear[::2, ::2, 0], linear[1::2, 1::2, 2]
    return mosaic.tobytes()


def _rationals(values: list[float]) -> list[int]:
    return [part for value in values for part in (round(value * 10000), 10000)]


def _append(data: bytearray, tags: Tags) -> int:
    """Writes a directory and the values that do not fit into it; returns where the directory begins."""
    entries = []
    for tag, (kind, values) in sorted(tags.items()):
        if isinstance(values, str):
            raw = f"{values}\0".encode()
        else:
            raw = struct.pack(f"<{len(values)}{_CODE[kind]}", *values)
        count = len(raw) // _SIZE[kind]
        if len(raw) > 4:
            data += bytes(len(data) % 2)
            raw, at = struct.pack("<I", len(data)), raw
            data += at
        entries.append(struct.pack("<HHI", tag, kind, count) + raw.ljust(4, b"\0"))
    data += bytes(len(data) % 2)
    begin = len(data)
    data += struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return begin

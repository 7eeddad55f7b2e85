"""Whether bytes begin like an image."""

from __future__ import annotations

from PIL import Image

from imagespace_core.images import decode

START_BYTES = 256


def format_of(start: bytes) -> str | None:
    """The format of an image that begins so, by Pillow's name; None where it is none."""
    for name in decode.formats():
        accepts = Image.OPEN[name][1]
        if accepts and accepts(start[:16].ljust(16, b"\0")) is True:
            return name
    return None

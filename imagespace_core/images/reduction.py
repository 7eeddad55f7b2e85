"""Reduces a decoded image of any mode to a small RGB one, part by part: no second copy of it is ever whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

from imagespace_core.images.value_range import SAMPLE_VALUES, ValueRange, kind_of, measured, range_of

PART_PX = 1 << 18
"""Pixels of the image that are converted at a time: 1 MB as RGBA or float32."""

Conversion = Callable[[Image.Image], Image.Image]
Box = tuple[int, int, int, int]


def reduced_rgb(image: Image.Image, scale: int, ranges: Sequence[ValueRange] = ()) -> Image.Image:
    """A loaded image of any mode -> RGB over white, averaged down by a whole factor; a copy only where it must be one.

    Gray of more than 8 bits goes by the range of its kind. Without one: PNG, PPM and JPEG XL define their white, so 16
    bits are divided by 257; other formats do not, so theirs, and floats, go by the picture's own.
    """
    convert = _conversion(image, ranges)
    if convert is None:  # averages of gray and RGB are those of the RGB that they become
        small = image.reduce(scale) if scale > 1 else image
        return small if small.mode == "RGB" else small.convert("RGB")
    scale = max(1, scale)
    small = Image.new("RGB", (-(-image.width // scale), -(-image.height // scale)))
    for left, top, right, bottom in _boxes(image, scale):
        part = convert(image.crop((left, top, right, bottom)))
        small.paste(part.reduce(scale) if scale > 1 else part, (left // scale, top // scale))
    return small


def _boxes(image: Image.Image, scale: int = 1) -> Iterator[Box]:
    """Parts of about PART_PX that cover the image; their sides are multiples of `scale`, but for its edges."""
    across = scale * min(-(-image.width // scale), max(1, PART_PX // scale**2))
    down = scale * max(1, PART_PX // (across * scale))
    for top in range(0, image.height, down):
        for left in range(0, image.width, across):
            yield left, top, min(left + across, image.width), min(top + down, image.height)


def values_of(image: Image.Image) -> np.ndarray | None:
    """Some of the values of a loaded image that has more than 8 bits, spread over it; None of any other."""
    if not _is_deep(image):
        return None
    step = max(1, image.width * image.height // SAMPLE_VALUES)
    return np.concatenate([np.asarray(image.crop(box)).reshape(-1)[::step] for box in _boxes(image)])


def _is_deep(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _conversion(image: Image.Image, ranges: Sequence[ValueRange]) -> Conversion | None:
    """What makes 8-bit gray or RGB of a part of the image; None where it is that already."""
    if _is_deep(image):
        kind = kind_of(np.asarray(image.crop((0, 0, 1, 1))).dtype)
        one = range_of(ranges, kind)
        if one is None and image.mode != "F" and image.format in ("PNG", "PPM", "JXL"):
            return _by_257
        scale = one or measured(kind, [part for part in [values_of(image)] if part is not None])
        return lambda part: Image.fromarray(scale(np.asarray(part)))
    if image.has_transparency_data:
        return _over_white
    return None if image.mode in ("L", "RGB") else lambda part: part.convert("RGB")


def _over_white(part: Image.Image) -> Image.Image:
    rgba = part.convert("RGBA")
    over = Image.new("RGB", part.size, "white")
    over.paste(rgba, mask=rgba.getchannel("A"))
    return over


def _by_257(part: Image.Image) -> Image.Image:
    values = np.clip(np.asarray(part), 0, 65535).astype(np.uint32)
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))

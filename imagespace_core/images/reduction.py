"""Reduces a decoded image of any mode to a small RGB one, part by part: no second copy of it is ever whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

PART_PX = 1 << 18
"""Pixels of the image that are converted at a time: 1 MB as RGBA or float32."""

Conversion = Callable[[Image.Image], Image.Image]
Box = tuple[int, int, int, int]


def reduced_rgb(image: Image.Image, scale: int) -> Image.Image:
    """A loaded image of any mode -> RGB over white, averaged down by a whole factor; a copy only where it must be one.

    Gray of more than 8 bits: PNG, PPM and JPEG XL define their white, so 16 bits are divided by 257; other formats do
    not (a TIFF may hold 12-bit data), so theirs, and floats, go from their least value to their greatest.
    """
    convert = _conversion(image)
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


def _conversion(image: Image.Image) -> Conversion | None:
    """What makes 8-bit gray or RGB of a part of the image; None where it is that already."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _by_257 if image.mode != "F" and image.format in ("PNG", "PPM", "JXL") else _stretch(image)
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


def _stretch(image: Image.Image) -> Conversion:
    """From the least finite value of the whole image to the greatest; what is not finite becomes black."""
    parts = (np.asarray(image.crop(box)).astype(np.float32) for box in _boxes(image))
    ranges = [_finite_range(part) for part in parts]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)

    def convert(part: Image.Image) -> Image.Image:
        values = np.asarray(part).astype(np.float32)
        if not high > low:
            return Image.fromarray(np.zeros(values.shape, np.uint8))
        values = np.where(np.isfinite(values), values, low)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (values - low) / (high - low)
        return Image.fromarray(np.rint(np.nan_to_num(scaled) * 255).clip(0, 255).astype(np.uint8))

    return convert


def _finite_range(values: np.ndarray) -> tuple[np.float32, np.float32]:
    finite = np.isfinite(values)
    return values.min(where=finite, initial=np.inf), values.max(where=finite, initial=-np.inf)

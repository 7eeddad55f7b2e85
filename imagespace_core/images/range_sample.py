"""The scale for the pictures of a collection that have more than eight bits, from a sample of its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import raster
from imagespace_core.images.decode import opened
from imagespace_core.images.reduction import values_of
from imagespace_core.images.value_range import KINDS, ValueRange, kind_of, measured

T = TypeVar("T")

FILES = 256
"""Files that are opened, spread evenly over all."""
PICTURES = 32
"""Of those that have more than eight bits as many are measured, of each kind."""
_EIGHT_BITS = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"}


def sampled_ranges(files: Sequence[T], max_pixels: int, content: Callable[[T], Path | bytes]) -> tuple[ValueRange, ...]:
    """One range for each kind that is found, by which `Decode` reads all. Files that cannot be read count for none.

    content: of a file, asked of those that are looked at, one at a time: it may be bytes.
    """
    samples: dict[str, list[np.ndarray]] = {}
    for at in np.linspace(0, len(files) - 1, min(FILES, len(files))).round().astype(int).tolist():
        if all(len(samples.get(kind, ())) >= PICTURES for kind in KINDS):
            break
        try:
            values = _values(content(files[at]), max_pixels)
        except UnreadableImageError:
            continue
        if values is not None and values.size:
            samples.setdefault(kind_of(values.dtype), []).append(values)
    return tuple(measured(kind, samples[kind]) for kind in KINDS if kind in samples)


def _values(file: Path | bytes, max_pixels: int) -> np.ndarray | None:
    """Some values of a picture of more than eight bits, those that are data; None of any other."""
    try:
        with opened(file, max_pixels) as image:
            raster.check_for_pillow(image)
            if image.mode in _EIGHT_BITS:
                return None
            image.load()
            return values_of(image)
    except raster.NotForPillowError:
        return raster.sample(file, max_pixels)

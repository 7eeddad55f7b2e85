"""Pages of slices brought to 8 bits, and decoded slices and labels kept for a while."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import UnreadableImageError
from imagespace_core.lru import LRU
from imagespace_core.sources.microscopy.pages import Page

KEPT_BYTES = 256 << 20
"""Of decoded slices and labels, all sources together."""
STRETCH_SLICES = 16
STRETCH_STEP_PX = 4
AT_ONCE_PX = 1 << 18


@dataclass(frozen=True)
class Stretch:
    """Which values of slices with more than 8 bits become black and white."""

    low: float
    high: float

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Numbers (h, w) of any kind -> uint8 of the same shape. What is not finite becomes black.

        Some rows at a time, so that a slice never stands in memory as floats.
        """
        pixels = np.empty(values.shape, np.uint8)
        step = max(1, AT_ONCE_PX // max(1, values[:1].size))
        for start in range(0, len(values), step):
            part = values[start : start + step]
            scaled = (part.astype(np.float32) - self.low) * (255 / max(self.high - self.low, 1e-30))
            finite = np.nan_to_num(scaled, nan=0, posinf=255, neginf=0)
            pixels[start : start + step] = np.rint(finite.clip(0, 255)).astype(np.uint8)
        return pixels

    @classmethod
    def of(cls, pages: Sequence[Page], percentiles: tuple[float, float], max_pixels: int) -> Stretch | None:
        """From these percentiles of the pages with more than 8 bits: one scale for all of a dataset, so that slices
        can be compared. None where there are no such pages.

        At most STRETCH_SLICES pages, evenly spaced, are looked at, every STRETCH_STEP_PX-th pixel both ways.
        """
        chosen = np.unique(np.linspace(0, len(pages) - 1, min(len(pages), STRETCH_SLICES)).astype(int))
        found = []
        for at in chosen:
            try:
                values = pages[at].values(max_pixels)
            except UnreadableImageError:
                continue  # its items say so when they are read
            if values.dtype != np.uint8:
                part = values[::STRETCH_STEP_PX, ::STRETCH_STEP_PX].astype(np.float64).ravel()
                found.append(part[np.isfinite(part)])
        if not found or not sum(map(len, found)):
            return None
        low, high = np.percentile(np.concatenate(found), percentiles)
        return cls(float(low), float(high))


_kept: LRU[Hashable, np.ndarray] = LRU(KEPT_BYTES, lambda array: array.nbytes)


def kept(key: Hashable, make: Callable[[], np.ndarray]) -> np.ndarray:
    """The array of that key, read-only, made once as long as it is among the most recently used."""

    def read_only() -> np.ndarray:
        array = make()
        array.flags.writeable = False
        return array

    return _kept.made(key, read_only)

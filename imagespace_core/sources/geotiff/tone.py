"""From a scene's numbers to eight bits: a percentile stretch, measured on a bounded sample of the scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import UnreadableImageError
from imagespace_core.sources.geotiff.scene import Scene, Window, spread

SAMPLE_PX = 4_000_000
"""A scene with fewer pixels, or a reduced copy with fewer in the file, is measured on all of them."""
SAMPLE_SIDE = 8
SAMPLE_WINDOW = 256
"""Any other: on 8 x 8 windows of 256 x 256 px spread over it."""
PERCENTILES = (2.0, 98.0)
AT_ONCE = 1 << 18
"""Values that stand in memory as floats."""


@dataclass(frozen=True)
class Tone:
    """bands: from 1. low, high: the values of each that become black and white; None leaves eight bits as they are.
    palette: the colors that values stand for, if the band has one."""

    bands: tuple[int, ...]
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    palette: np.ndarray | None = None

    def __call__(self, values: np.ndarray, valid: np.ndarray) -> np.ndarray:
        """values (h, w, bands), valid bool (h, w) -> uint8 (h, w, c), c = 3 where there is one band.

        What the scene does not cover takes the mean color of what it covers, so that it looks like nothing in
        particular. Raises UnreadableImageError where it covers nothing.
        """
        if not valid.any():
            raise UnreadableImageError("the scene has no data there (nodata, masked, or beyond its edge)")
        if self.palette is not None:
            pixels = self.palette[np.clip(values[..., 0], 0, 255).astype(np.uint8)]
        elif self.low is None or self.high is None:
            pixels = values.astype(np.uint8)
        else:
            pixels = np.empty_like(values, np.uint8)
            step = max(1, AT_ONCE // max(1, values[:1].size))
            for start in range(0, len(values), step):
                # In float64: 32-bit heights and distances lose their last digits in float32.
                part = values[start : start + step].astype(np.float64)
                shares = (part - self.low) / np.maximum(self.high - self.low, 1e-300)
                shares = np.nan_to_num(shares, nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1)
                pixels[start : start + step] = np.rint(shares * 255).astype(np.uint8)
        if not valid.all():
            pixels = np.where(valid[..., None], pixels, np.rint(pixels[valid].mean(0)).astype(np.uint8))
        return np.repeat(pixels, 3, axis=2) if pixels.shape[-1] == 1 else pixels


def measure(
    scene: Scene, wanted: tuple[int, ...], percentiles: tuple[float, float] | None, chips: list[Window]
) -> Tone:
    """How to show a scene. percentiles: None chooses: 2 and 98, and for eight bits none, as they are meant to be seen.

    Each band is stretched by itself. chips: measured instead where the sample finds no data, as in a scene that is
    nearly all nodata. Raises InputError for bands that are not there, UnreadableImageError.
    """
    bands = scene.choose_bands(wanted)
    if (palette := scene.palette(bands)) is not None:
        return Tone(bands, palette=palette)
    if percentiles is None and scene.dtype == "uint8":
        return Tone(bands)
    for windows in (spread(scene, SAMPLE_PX, SAMPLE_SIDE, SAMPLE_WINDOW), ((chip, chip[2:]) for chip in chips)):
        parts = [values[valid] for values, valid in (scene.read(bands, *w, smooth=False) for w in windows)]
        sample = np.concatenate(parts) if parts else np.empty((0, len(bands)))
        sample = np.where(np.isfinite(sample), sample, np.nan).astype(np.float64)
        if not np.isnan(sample).all(0).any() and len(sample):
            low, high = np.nanpercentile(sample, percentiles or PERCENTILES, axis=0)
            return Tone(bands, low, high)
    return Tone(bands, np.zeros(len(bands)), np.ones(len(bands)))

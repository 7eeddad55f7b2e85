"""Columns computed from a picture's pixels, from a copy of 64 pixels that makes them quick and comparable."""

from __future__ import annotations

import colorsys
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

SIDE = 64
"""Longer side, in pixels, of the copy that everything is computed on."""

GRAY_CHROMA = 3 / 255
"""A mean color whose channels differ by less has no hue."""

EDGE_MAGNITUDE = 256
"""Sobel magnitude that counts as an edge: 32 of 255 gray levels from one pixel of the copy to the next."""


@dataclass(frozen=True)
class ComputedColumn:
    """kind: "color" ("#rrggbb"), "number" (float) or "date". The description is for people."""

    kind: str
    description: str


COLUMNS = {
    "dominant_color": ComputedColumn("color", "the color that most of the picture has"),
    "hue": ComputedColumn("number", "hue of the mean color in degrees, 0 = red; missing for gray"),
    "saturation": ComputedColumn("number", "saturation of the mean color (HSL), 0 to 1"),
    "lightness": ComputedColumn("number", "lightness of the mean color (HSL), 0 to 1"),
    "brightness": ComputedColumn("number", "mean luma (Rec. 601), 0 = black to 1 = white"),
    "edge_density": ComputedColumn("number", "share of the picture that is edges, 0 to 1"),
}
"""What `columns` gives, in its order."""


def columns(pixels: np.ndarray) -> dict[str, float | str]:
    """uint8 (h, w, 3) -> the values of COLUMNS; the same for the same pixels on every machine."""
    small = np.asarray(_small(pixels))
    red, green, blue = (float(v) / 255 for v in small.reshape(-1, 3).mean(axis=0, dtype=np.float64))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    gray = max(red, green, blue) - min(red, green, blue) < GRAY_CHROMA
    # Rec. 601 luma, as in JPEG
    luma = small.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return {
        "dominant_color": _dominant_color(small.reshape(-1, 3)),
        "hue": math.nan if gray else hue * 360,
        "saturation": saturation,
        "lightness": lightness,
        "brightness": float(luma.mean(dtype=np.float64)) / 255,
        "edge_density": _edge_density(luma),
    }


def _small(pixels: np.ndarray) -> Image.Image:
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)


def _dominant_color(colors: np.ndarray) -> str:
    """Mean of the colors in the fullest cube of 32 levels a side, those at multiples of 16.

    The cubes overlap, so that a color at the border of one is not split between two.
    """
    bins = (colors >> 4).astype(np.int32)
    counts = np.bincount((bins[:, 0] << 8) | (bins[:, 1] << 4) | bins[:, 2], minlength=4096).reshape(16, 16, 16)
    counts = counts[:-1] + counts[1:]
    counts = counts[:, :-1] + counts[:, 1:]
    counts = counts[:, :, :-1] + counts[:, :, 1:]
    corner = np.array(np.unravel_index(counts.argmax(), counts.shape))
    inside = ((bins - corner) >> 1 == 0).all(axis=1)
    red, green, blue = np.rint(colors[inside].mean(axis=0)).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _edge_density(luma: np.ndarray) -> float:
    """float32 (h, w), 0 to 255 -> share of pixels whose Sobel magnitude is at least EDGE_MAGNITUDE."""
    if min(luma.shape) < 3:
        return 0.0
    down = luma[:-2] + 2 * luma[1:-1] + luma[2:]
    right = luma[:, :-2] + 2 * luma[:, 1:-1] + luma[:, 2:]
    across = down[:, 2:] - down[:, :-2]
    along = right[2:] - right[:-2]
    return float((across * across + along * along >= EDGE_MAGNITUDE**2).mean())

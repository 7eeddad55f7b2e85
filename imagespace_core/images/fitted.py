"""Pixels for people, no larger than they can be shown."""

from __future__ import annotations

import numpy as np
from PIL import Image


def fitted(pixels: np.ndarray, max_side: int) -> np.ndarray:
    """uint8 RGB or RGBA (h, w, 3 | 4), reduced by a Lanczos filter to a longer side of at most `max_side` px; never
    enlarged."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return np.asarray(image)

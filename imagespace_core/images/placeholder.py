"""The gray placeholder of an item without a picture."""

from __future__ import annotations

import numpy as np

SIDE_PX = 96
GRAY = 176


def placeholder(side: int = SIDE_PX) -> np.ndarray:
    """A plain gray square, uint8 (side, side, 3)."""
    return np.full((side, side, 3), GRAY, np.uint8)

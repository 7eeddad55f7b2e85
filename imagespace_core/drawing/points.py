"""Points as pixels: fits positions into a box (`fitted`) and draws a disk for each (`splatted`)."""

from __future__ import annotations

import numpy as np

# Around a 3D map, in degrees: seen a little from the side and from above, as the viewer does at first.
_TURN, _TILT = 30.0, 20.0
OPACITY = 0.8
"""Of one point; several in one place add up."""


def flat(positions: np.ndarray) -> np.ndarray:
    """float64 (n, 2): 3D ones as seen from the side and above; 2D ones as they are."""
    if positions.shape[1] == 2:
        return positions.astype(np.float64)
    turn, tilt = np.radians(_TURN), np.radians(_TILT)
    x, y, z = positions.T.astype(np.float64)
    across, depth = np.cos(turn) * x + np.sin(turn) * z, -np.sin(turn) * x + np.cos(turn) * z
    return np.stack([across, np.cos(tilt) * y - np.sin(tilt) * depth], axis=1)


def radius_px(count: int) -> int:
    """How large points are drawn, by how many there are."""
    return 1 if count > 200_000 else 2 if count > 20_000 else 3


def fitted(positions: np.ndarray, width: float, height: float, margin: float) -> tuple[float, np.ndarray]:
    """(scale, float64 (2,) middle) that bring positions (n, 2), y upward, into a box with the proportions kept.

    A position goes to width / 2 + scale * (x - middle), height / 2 - scale * (y - middle).
    """
    if not len(positions):
        return 0.0, np.zeros(2)
    low, high = positions.min(axis=0), positions.max(axis=0)
    room = np.array([width, height]) - 2 * margin
    scale = float((room / np.maximum(high - low, 1e-12)).min()) if (high > low).any() else 0.0
    return scale, (low + high) / 2


def splatted(x: np.ndarray, y: np.ndarray, colors: np.ndarray, width: int, height: int, radius: int) -> np.ndarray:
    """uint8 (height, width, 4): a disk around every point, clear where there is none, mixed where there are several.

    x, y: (n,) px of the image, moved inside where they lie outside. colors: uint8 (n, 3).
    """
    x = np.clip(np.rint(x).astype(np.int64), radius, width - 1 - radius)
    y = np.clip(np.rint(y).astype(np.int64), radius, height - 1 - radius)
    total = np.zeros((height * width, 4))
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            covered = min(1.0, radius + 0.5 - float(np.hypot(dx, dy)))
            if covered <= 0:
                continue
            at = (y + dy) * width + x + dx
            for channel in range(3):
                total[:, channel] += np.bincount(at, covered * colors[:, channel], height * width)
            total[:, 3] += covered * np.bincount(at, minlength=height * width)
    count = total[:, 3:]
    image = np.zeros_like(total, np.uint8)
    np.divide(total[:, :3], count, out=total[:, :3], where=count > 0)
    image[:, :3] = np.rint(total[:, :3])
    image[:, 3:] = np.rint(255 * (1 - (1 - OPACITY) ** count))
    return image.reshape(height, width, 4)

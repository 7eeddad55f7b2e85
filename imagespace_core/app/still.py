"""A still picture of a map, drawn here for browsers that cannot draw it themselves."""

from __future__ import annotations

import io

import numpy as np

WIDTH_PX, HEIGHT_PX = 1280, 800
_MARGIN_PX = 24
# Around a 3D map, in degrees: seen a little from the side and from above, as the viewer does at first.
_TURN, _TILT = 30.0, 20.0
NEUTRAL = (150, 155, 163)
OKABE_ITO = ("#0072b2", "#e08a00", "#009e73", "#c8609e", "#d55e00", "#4aa8dd", "#a08c00", "#7a5cc0")
_SCALE = ("#3b1f6b", "#3d569b", "#278a9c", "#4cba77", "#cddb43")


def drawn(positions: np.ndarray, colors: np.ndarray, shown: np.ndarray | None = None) -> bytes:
    """A PNG of WIDTH_PX x HEIGHT_PX with a clear background, so that it suits light and dark.

    positions: float32 (n, 2 | 3), NaN has no place. colors: uint8 (n, 3). shown: bool (n,), None draws all.
    """
    from PIL import Image

    keep = np.isfinite(positions).all(axis=1) & (True if shown is None else shown)
    places, colors = _flat(positions[keep].astype(np.float64)), colors[keep]
    radius = 1 if len(places) > 200_000 else 2 if len(places) > 20_000 else 3
    x, y = _pixels(places)
    total = np.zeros((HEIGHT_PX * WIDTH_PX, 4))
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dx * dx + dy * dy <= radius * radius:
                at = (y + dy) * WIDTH_PX + x + dx
                for channel in range(3):
                    total[:, channel] += np.bincount(at, colors[:, channel], HEIGHT_PX * WIDTH_PX)
                total[:, 3] += np.bincount(at, minlength=HEIGHT_PX * WIDTH_PX)
    count = total[:, 3:]
    image = np.zeros_like(total, np.uint8)
    np.divide(total[:, :3], count, out=total[:, :3], where=count > 0)
    image[:, :3] = total[:, :3]
    # One image is as opaque as the viewer's default; several in one place add up.
    image[:, 3:] = 255 * (1 - 0.2**count)
    buffer = io.BytesIO()
    Image.fromarray(image.reshape(HEIGHT_PX, WIDTH_PX, 4)).save(buffer, "PNG")
    return buffer.getvalue()


def colors_of(
    kind: str | None, values: np.ndarray | None, rows: int, limits: tuple[float, float], palette: tuple[str, ...]
) -> np.ndarray:
    """uint8 (rows, 3): the colors of a column as `workspace.columns` encodes it; gray where there is no value.

    limits: lowest and highest value of a scale. palette: hexadecimal colors of the categories, used again and again.
    """
    colors = np.full((rows, 3), NEUTRAL, np.uint8)
    if values is None or kind is None:
        return colors
    if kind == "color":
        return np.asarray(values)
    if kind in ("category", "cluster"):
        wheel = np.array([_rgb(color) for color in palette or OKABE_ITO], np.uint8)
        known = values >= 0
        colors[known] = wheel[values[known] % len(wheel)]
        return colors
    known = np.isfinite(values)
    low, high = limits
    share = np.clip((values[known] - low) / ((high - low) or 1), 0, 1)
    stops = np.array([_rgb(color) for color in _SCALE], np.float64)
    place = np.linspace(0, 1, len(stops))
    colors[known] = np.stack([np.interp(share, place, stops[:, channel]) for channel in range(3)], axis=1)
    return colors


def _rgb(color: str) -> tuple[int, int, int]:
    digits = color.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _flat(places: np.ndarray) -> np.ndarray:
    """float64 (n, 2): 3D places as seen from the side and above."""
    if places.shape[1] == 2:
        return places
    turn, tilt = np.radians(_TURN), np.radians(_TILT)
    x, y, z = places.T
    across, depth = np.cos(turn) * x + np.sin(turn) * z, -np.sin(turn) * x + np.cos(turn) * z
    return np.stack([across, np.cos(tilt) * y - np.sin(tilt) * depth], axis=1)


def _pixels(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Column and row of each place in the picture, int64, with the proportions kept."""
    if not len(places):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.array([WIDTH_PX, HEIGHT_PX]) - 2 * _MARGIN_PX
    spans = np.maximum(high - low, 1e-12)
    scale = (room / spans).min() if (high > low).any() else 0.0
    centered = (places - (low + high) / 2) * scale
    x = np.rint(WIDTH_PX / 2 + centered[:, 0]).astype(np.int64)
    y = np.rint(HEIGHT_PX / 2 - centered[:, 1]).astype(np.int64)
    return np.clip(x, 4, WIDTH_PX - 5), np.clip(y, 4, HEIGHT_PX - 5)

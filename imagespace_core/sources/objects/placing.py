"""Objects placed in a photo as people see it: scaled to its size, turned upright, and clipped to its edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite

from imagespace_core.sources import Ring
from imagespace_core.sources.objects.annotations import Box, Marked, box_of

Point = tuple[float, float]
_SAME_SHAPE = 0.02
"""Sides may differ by this share of each other, from rounding, for a photo to be the same one scaled."""

_ROUNDING = 0.01
"""px that shares of a photo, written with six digits, may be off."""

# From px of the photo as stored, of width w and height h, to px of it upright, by EXIF's orientation.
_UPRIGHT: dict[int, Callable[[float, float, float, float], Point]] = {
    1: lambda x, y, w, h: (x, y),
    2: lambda x, y, w, h: (w - x, y),
    3: lambda x, y, w, h: (w - x, h - y),
    4: lambda x, y, w, h: (x, h - y),
    5: lambda x, y, w, h: (y, x),
    6: lambda x, y, w, h: (h - y, x),
    7: lambda x, y, w, h: (h - y, w - x),
    8: lambda x, y, w, h: (y, w - x),
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that has objects. path: relative to the root. width, height: upright, px. orientation: EXIF's, 1 to 8."""

    path: str
    stamp: str
    width: int
    height: int
    orientation: int


@dataclass(frozen=True, slots=True)
class Placed:
    """box: whole px, left, top, right, bottom, inside the photo. outline: of the object in px. area: of the outline
    before it was clipped, px². clipped, turned, scaled: what was done to it."""

    box: tuple[int, int, int, int]
    outline: tuple[Ring, ...]
    area: float
    clipped: bool
    turned: bool
    scaled: bool


def placed(marked: Marked, photo: Photo, margin_px: int) -> Placed | str:
    """Where an object lies in its photo, or why it lies nowhere in it."""
    width, height = photo.width, photo.height
    stored = (height, width) if photo.orientation >= 5 else (width, height)
    across, down = marked.size or (0.0, 0.0)
    turned = False
    if not across or not down:
        scale = 1.0, 1.0
    elif (across, down) == (1.0, 1.0) or _same_shape(across / down, width / height):
        scale = width / across, height / down
    elif _same_shape(across / down, stored[0] / stored[1]):
        scale, turned = (stored[0] / across, stored[1] / down), True
    else:
        return (
            f"it is marked in a photo of {across:g} x {down:g} px, and {photo.path} has {width} x {height}: another "
            "shape, so another picture"
        )

    def moved(x: float, y: float) -> Point:
        x, y = x * scale[0], y * scale[1]
        return _UPRIGHT[photo.orientation](x, y, *stored) if turned else (x, y)

    left, top, right, bottom = marked.box
    corners = [moved(left, top), moved(right, top), moved(right, bottom), moved(left, bottom)]
    rings = tuple(tuple(moved(x, y) for x, y in ring) for ring in marked.rings)
    outline = rings or ((*corners, corners[0]),)
    box = box_of([tuple(corners)])
    inside = max(box[0], 0.0), max(box[1], 0.0), min(box[2], float(width)), min(box[3], float(height))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        return f"its box, {_written(box)}, lies beside {photo.path}, which has {width} x {height} px"
    window = (
        max(0, floor(inside[0] + _ROUNDING) - margin_px), max(0, floor(inside[1] + _ROUNDING) - margin_px),
        min(width, ceil(inside[2] - _ROUNDING) + margin_px), min(height, ceil(inside[3] - _ROUNDING) + margin_px),
    )  # fmt: skip
    beyond = max(inside[0] - box[0], inside[1] - box[1], box[2] - inside[2], box[3] - inside[3])
    scaled = (across, down) not in ((0.0, 0.0), (1.0, 1.0)) and not (turned or _same(scale))
    area = sum(map(_area, outline))
    if not isfinite(area):
        return f"its outline, {_written(box)}, is larger than can be counted"
    return Placed(window, outline, area, beyond > 1, turned, scaled)


def _same_shape(ratio: float, other: float) -> bool:
    return abs(ratio / other - 1) <= _SAME_SHAPE


def _same(scale: Point) -> bool:
    return all(abs(part - 1) <= _SAME_SHAPE for part in scale)


def _area(ring: Ring) -> float:
    """Of a closed ring, px², by the shoelace formula."""
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))) / 2


def _written(box: Box) -> str:
    return ", ".join(f"{value:g}" for value in box)

"""Paints similarity over the image that items were cut from: where in a slice a search finds something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from imagespace_core.errors import InputError

# Anchors of matplotlib's "inferno" (S. van der Walt, N. Smith, 2015, CC0), which grows evenly brighter and stays
# readable in gray and for color-blind eyes.
_INFERNO = np.array(
    [(0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85), (227, 89, 51), (249, 140, 10),
     (249, 201, 50), (252, 255, 164)],
    np.float32,
)  # fmt: skip


LIMITS = (1, 99.9)
"""Percentiles of the similarity that get the darkest and the brightest color."""
MOST_SIDE = 2048
"""Px of the longer side that a painted image has at most: a scene may have 100,000."""


class Located(Protocol):
    """Where an item lies: as `Context` of the sources."""

    @property
    def parent(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def outline(self) -> Sequence[Sequence[tuple[float, float]]]: ...


@dataclass(frozen=True)
class ParentBoxes:
    """Where every row lies in the image it was cut from.

    parents: object (n,), names. boxes: int64 (n, 4), left, top, right, bottom in px. sizes: width, height by parent.
    """

    parents: np.ndarray
    boxes: np.ndarray
    sizes: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, contexts: Sequence[Located]) -> ParentBoxes:
        parents = np.array([context.parent for context in contexts], object)
        boxes = np.array([bounding_box(context.outline) for context in contexts], np.int64).reshape(-1, 4)
        return cls(parents, boxes, {context.parent: (context.width, context.height) for context in contexts})

    def ordered(self, weights: np.ndarray) -> list[str]:
        """The parents, those first whose rows weigh most together. weights: (n,)."""
        sums = dict.fromkeys(self.sizes, 0.0)
        for parent, weight in zip(self.parents.tolist(), np.asarray(weights, float).tolist(), strict=True):
            sums[parent] += weight
        return sorted(sums, key=lambda parent: -sums[parent])

    def map_of(self, parent: str, scores: np.ndarray, most_side: int = MOST_SIDE) -> np.ndarray:
        """float32 (h, w), see `retrieval_map`: the parent at full size, or with its longer side at `most_side` px.

        scores: (n,) of all rows.
        """
        own = np.flatnonzero(self.parents == parent)
        width, height = self.sizes[parent]
        scale = min(1.0, most_side / max(width, height))
        boxes = self.boxes[own] * scale
        boxes = np.column_stack([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])])
        return retrieval_map(scores[own], boxes, max(1, round(height * scale)), max(1, round(width * scale)))


def limits(scores: np.ndarray) -> tuple[float, float]:
    """What gets the darkest and the brightest color: the same for all parents, so that they can be compared."""
    low, high = np.percentile(scores, LIMITS)
    return float(low), float(high)


def edges(marked: np.ndarray) -> np.ndarray:
    """bool (h, w): the pixels of what is marked that touch something else, up, down, left or right."""
    inner = marked.copy()
    inner[1:] &= marked[:-1]
    inner[:-1] &= marked[1:]
    inner[:, 1:] &= marked[:, :-1]
    inner[:, :-1] &= marked[:, 1:]
    return marked & ~inner


def bounding_box(rings: Sequence[Sequence[tuple[float, float]]]) -> tuple[int, int, int, int]:
    """Rings of (x, y) in px -> (left, top, right, bottom), whole px that hold them all.

    >>> bounding_box((((4, 2), (10.5, 2), (10.5, 8), (4, 8), (4, 2)),))
    (4, 2, 11, 8)
    """
    points = np.concatenate([np.asarray(ring, np.float64) for ring in rings])
    (left, top), (right, bottom) = np.floor(points.min(0)), np.ceil(points.max(0))
    return int(left), int(top), int(right), int(bottom)


def retrieval_map(values: np.ndarray, boxes: np.ndarray, height: int, width: int) -> np.ndarray:
    """float32 (height, width): at every pixel the mean value of the items that cover it; NaN where none does.

    values: (n,), finite. boxes: int (n, 4), left, top, right, bottom in px; cut off at the image's edges.
    """
    values, boxes = np.asarray(values, np.float64), np.asarray(boxes, np.int64).reshape(-1, 4)
    if len(values) != len(boxes):
        raise InputError(f"{len(values)} values for {len(boxes)} boxes; expected one each")
    if not np.isfinite(values).all():
        raise InputError(f"{int((~np.isfinite(values)).sum())} values are not finite; paint only rows that have one")
    left, right = (np.clip(boxes[:, i], 0, width) for i in (0, 2))
    top, bottom = (np.clip(boxes[:, i], 0, height) for i in (1, 3))
    # Four corners a box, and two running sums: the time is that of the pixels, however many boxes overlap.
    corners = np.zeros((2, height + 1, width + 1))
    for weight, sheet in ((values, corners[0]), (np.ones(len(values)), corners[1])):
        for y, x, sign in ((top, left, 1), (top, right, -1), (bottom, left, -1), (bottom, right, 1)):
            np.add.at(sheet, (y, x), sign * weight)
    total, count = corners.cumsum(1).cumsum(2)[:, :height, :width]
    count = np.rint(count)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def painted(image: np.ndarray, map_: np.ndarray, low: float, high: float, opacity: float = 0.6) -> np.ndarray:
    """uint8 RGB (h, w, 3): the map's colors over the gray of an image of the same size; bare where the map is NaN.

    low, high: values that get the darkest and the brightest color; the same for slices that are to be compared.
    """
    if image.shape[:2] != map_.shape:
        raise InputError(
            f"the image is {image.shape[1]} x {image.shape[0]} px, the map {map_.shape[1]} x {map_.shape[0]}"
        )
    gray = np.repeat(image.astype(np.float32).mean(2, keepdims=True), 3, 2)
    known = np.isfinite(map_)[..., None]
    mixed = np.where(known, (1 - opacity) * gray + opacity * colors(np.nan_to_num(map_), low, high), gray)
    return np.rint(mixed).astype(np.uint8)


def colors(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """float32 (..., 3) from 0 to 255: dark for `low`, through red and yellow, to white for `high`."""
    at = ((values - low) / max(high - low, 1e-30)).clip(0, 1) * (len(_INFERNO) - 1)
    first = np.minimum(at.astype(int), len(_INFERNO) - 2)
    rest = (at - first)[..., None].astype(np.float32)
    return _INFERNO[first] * (1 - rest) + _INFERNO[first + 1] * rest

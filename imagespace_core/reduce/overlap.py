"""Push sprites off each other without losing the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEIGHBORS = 8
"""Sprites that one sprite looks at in a step: all that fit around a square. Keeps crowded places
affordable."""
STEPS = 200
ROOM = 0.4
"""Share of the map that sprites may cover; beyond it they cannot be laid apart, so their size is lowered to
that."""
FURTHEST = 6.0
"""Sprite sizes that an image may move at most, so that it stays in its neighborhood."""


@dataclass(frozen=True)
class Spread:
    """positions: float64 (n, 2). size: the side that was aimed at, in map units. moved: the furthest move, in
    the same units. overlapping_before, overlapping_after: share of images that touch another."""

    positions: np.ndarray
    size: float
    moved: float
    overlapping_before: float
    overlapping_after: float


def remove_overlap(positions: np.ndarray, share: float) -> Spread:
    """float (n, 2), a sprite's side as a share of the map's width (0 < share < 1) -> Spread.

    Each step moves overlapping squares apart along the axis on which they overlap less, half each (the
    relaxation in Dwyer, Marriott, Stuckey, Fast node overlap removal, GD 2005, without its solver). Images at
    the same place are first laid on a tiny spiral in row order. Nothing moves further than FURTHEST sizes, so
    where too many crowd together some overlap stays, and is reported. Deterministic.
    """
    from scipy.spatial import KDTree

    origin = np.asarray(positions, np.float64)
    n = len(origin)
    extent = np.ptp(origin, axis=0) if n else np.zeros(2)
    if n < 2 or extent.max() == 0:
        return Spread(origin.copy(), 0.0, 0.0, 0.0, 0.0)
    area = extent[0] * extent[1] if extent.min() > 0 else extent.max() ** 2
    size = float(min(share * extent.max(), np.sqrt(ROOM * area / n)))
    before = _overlapping(origin, size)
    place = origin + _spiral(n, size * 1e-3)
    reach = FURTHEST * size
    for _ in range(STEPS):
        tree = KDTree(place)
        found = tree.query(place, min(NEIGHBORS, n - 1) + 1, p=np.inf, distance_upper_bound=size, workers=-1)
        near = np.asarray(found[1])
        near[near == np.arange(n)[:, None]] = n
        at, column = np.nonzero(near < n)
        if not len(at):
            break
        difference = place[at] - place[near[at, column]]
        lacking = size - np.abs(difference)
        axis = lacking.argmin(1)
        pick = np.arange(len(at))
        push = np.where(difference[pick, axis] >= 0, 0.5, -0.5) * lacking[pick, axis]
        move = np.zeros_like(place)
        crowd = np.maximum(1, np.sqrt(np.bincount(at, minlength=n)))
        for direction in (0, 1):
            along = axis == direction
            move[:, direction] = np.bincount(at[along], push[along], n) / crowd
        place = origin + np.clip(place + move - origin, -reach, reach)
    moved = float(np.abs(place - origin).max())
    return Spread(place, size, moved, before, _overlapping(place, size))


def _spiral(n: int, radius: float) -> np.ndarray:
    """float64 (n, 2), n different tiny steps: a sunflower's, so that no two rows share one."""
    index = np.arange(n)
    angle = index * (np.pi * (3 - np.sqrt(5)))
    return (radius * np.sqrt((index + 0.5) / n))[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


def _overlapping(positions: np.ndarray, size: float) -> float:
    """Share of squares that cover more than a tenth of a side of their nearest other."""
    from scipy.spatial import KDTree

    distance, _ = KDTree(positions).query(positions, 2, p=np.inf, workers=-1)
    return float(np.mean(distance[:, 1] < 0.9 * size))

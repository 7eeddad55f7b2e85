"""Shapes across 180 degrees put together again.

Three ways of writing them are in use: cut in two there, as RFC 7946 (GeoJSON), section 3.1.9 asks; with corners on
either side, as if they spanned the world; and with longitudes that go on beyond 180. Here all become the last.
"""

from __future__ import annotations

from typing import Any

import numpy as np

NEARLY = 0.999
"""Of a whole turn: two parts that are cut at 180 degrees are so far apart, with room for rounding."""

HAIR = 1e-9
"""Of a whole turn: a side so near to it goes around the world and is meant so."""


def turn_of(crs: Any) -> float | None:
    """How far x goes in one turn around the Earth; None where meridians are not straight, side by side and even."""
    import pyproj

    if crs.is_geographic:
        return 360.0
    to_crs = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    lng, lat = (grid.ravel() for grid in np.meshgrid(np.arange(-180.0, 181.0, 10.0), [0.0, 40.0]))
    x, y = (np.asarray(part).reshape(2, -1) for part in to_crs.transform(lng, lat))
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    step = float(np.median(np.diff(x[0])))
    straight = np.allclose(x[0], x[1], atol=abs(step) * 1e-6) and np.allclose(
        np.ptp(y, axis=1), 0, atol=abs(step) * 1e-6
    )
    return abs(step) * 36 if straight and step else None


def together(shapes: np.ndarray, turn: float | None) -> tuple[np.ndarray, int]:
    """The shapes (n,), with those that are torn at the edge of the map in one piece; and how many were.

    Torn is what has a side longer than half a turn, or parts at both edges, and fits into half a turn if it goes on
    beyond the edge. None and points stay as they are.
    """
    import shapely

    if not turn:
        return shapes, 0
    box = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        wide = np.flatnonzero(box[:, 2] - box[:, 0] > turn / 2)
    found, count = shapes, 0
    for row in wide.tolist():
        if (whole := _whole(shapes[row], turn)) is not None:
            found = shapes.copy() if found is shapes else found
            found[row], count = whole, count + 1
    return found, count


def beside(shapes: np.ndarray, x: float, turn: float | None) -> np.ndarray:
    """The shapes (n,), each moved by as many whole turns as bring it nearest to a place."""
    import shapely

    if not turn:
        return shapes
    box = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        turns = np.round((x - (box[:, 0] + box[:, 2]) / 2) / turn)
    away = np.nan_to_num(turns) != 0
    if not away.any():
        return shapes
    moved = shapes.copy()
    points, owner = shapely.get_coordinates(shapes[away], return_index=True)
    points[:, 0] += turns[away][owner] * turn
    moved[away] = shapely.set_coordinates(shapes[away].copy(), points)
    return moved


def _whole(shape: Any, turn: float) -> Any:
    """A wide shape in one piece; None where it is meant as it is."""
    import shapely

    lines = shapely.get_rings(shapely.get_parts(shape))
    sides = [np.abs(np.diff(shapely.get_coordinates(line)[:, 0])) for line in lines]
    torn = any(((side > turn / 2) & (side < turn * (1 - HAIR))).any() for side in sides)
    left, _, right, _ = shapely.bounds(shape)
    cut = shapely.get_num_geometries(shape) > 1 and right - left >= turn * NEARLY
    if not torn and not cut:
        return None
    points = shapely.get_coordinates(shape)
    points[:, 0] -= turn * np.round((points[:, 0] - points[0, 0]) / turn)
    whole = shapely.set_coordinates(shapely.transform(shape, lambda xy: xy), points)
    if np.ptp(points[:, 0]) > turn / 2:
        return None
    # The parts have the seam in common, which is no outline.
    return shapely.union_all(shapely.get_parts(shapely.make_valid(whole))) if cut else whole

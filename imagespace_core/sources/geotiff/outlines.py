"""Annotations to outlines in a scene's pixels: reprojected, mended, and those that cannot be left out with a reason."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagespace_core.sources import Ring
from imagespace_core.sources.geotiff import dateline
from imagespace_core.sources.geotiff.scene import Scene

HAIR_PX = 0.01
"""Reprojection moves a corner by less: a box that ends at the edge of a pixel does not take the next one along."""


@dataclass(frozen=True)
class Outlines:
    """shapes: shapely objects (n,), polygons and points in px; None where there is none, and then `reasons` (n,) says
    why. mended: how many outlines crossed themselves and were made valid."""

    shapes: np.ndarray
    reasons: list[str]
    mended: int


def cleaned(geometries: np.ndarray, points_are_cut: bool) -> Outlines:
    """Geometries in whatever CRS -> those that a chip can be made of. points_are_cut: points are."""
    import shapely

    shapes = geometries.copy()
    reasons = [""] * len(shapes)

    def drop(where: np.ndarray, reason: str) -> None:
        for row in np.flatnonzero(where):
            shapes[row], reasons[row] = None, reason

    drop(shapely.is_missing(shapes), "it has no geometry that can be read")
    drop(shapely.is_empty(shapes), "its geometry is empty")
    present = ~shapely.is_missing(shapes)
    drop(present & ~np.isfinite(shapely.bounds(shapes)).all(1), "its coordinates are not finite")
    single = (shapely.get_type_id(shapes) == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    kinds = shapely.get_type_id(shapes)
    if not points_are_cut:
        drop(kinds == 0, "it is a point; give --chip-size to cut a square around it")
    for kind, name in ((1, "line"), (2, "ring of lines"), (4, "group of points"), (5, "group of lines")):
        drop(kinds == kind, f"it is a {name}, which has no area; expected a polygon, a box or a point")
    areas = (kinds == 3) | (kinds == 6) | (kinds == 7)
    wrong = areas & ~shapely.is_valid(shapes)
    shapes[wrong] = shapely.make_valid(shapes[wrong])
    for row in np.flatnonzero(wrong | (kinds == 7)):
        shapes[row] = _polygons_of(shapes[row])
    drop(areas & ~(shapely.area(shapes) > 0), "its outline covers no area")
    return Outlines(shapes, reasons, int((wrong & ~shapely.is_missing(shapes)).sum()))


def _polygons_of(shape: Any) -> Any:
    """The polygons of a shape of any kind, as one."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts([shape]))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])


def to_px(shapes: np.ndarray, scene: Scene, crs: object) -> np.ndarray:
    """Shapes in `crs` -> in px of the scene; corners are moved, edges stay straight. Across 180 degrees they lie on the
    side of the map where the scene does."""
    import pyproj
    import shapely

    to_scene = pyproj.Transformer.from_crs(crs, scene.crs, always_xy=True)

    def moved(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_scene.transform(points[:, 0], points[:, 1]))

    left, _, right, _ = scene.bounds
    on_map, _ = dateline.together(shapely.transform(shapes, moved), scene.turn)
    on_map = dateline.beside(on_map, (left + right) / 2, scene.turn)
    return shapely.transform(on_map, lambda points: np.column_stack(scene.to_px(points[:, 0], points[:, 1])))


def windows(
    shapes: np.ndarray, scene: Scene, chip_size: int, margin_px: float, margin_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Shapes in px (n,) -> int64 (n, 4), left, top, width, height, and bool (n,), whether they lie in the scene.

    A polygon's window is the part of its box that is in the scene, whole pixels outward, and the margin around that,
    which may reach beyond the edge. A point's is the square of `chip_size` around it.
    """
    import shapely

    box = shapely.bounds(shapes)
    point = shapely.get_type_id(shapes) == 0
    limit = np.array([scene.width, scene.height], np.float64)
    with np.errstate(invalid="ignore"):
        inside = np.isfinite(box).all(1)
        inside &= ((box[:, :2] < limit) & (box[:, 2:] >= 0) & (point[:, None] | (box[:, 2:] > 0))).all(1)
    low, high = np.clip(box[:, :2], 0, limit), np.clip(box[:, 2:], 0, limit)
    first = np.minimum(np.floor(np.nan_to_num(low) + HAIR_PX), limit - 1)
    last = np.maximum(np.ceil(np.nan_to_num(high) - HAIR_PX), first + 1)
    margin = np.full((len(shapes), 2), float(margin_px))
    if margin_m and inside.any():
        middle = (low[inside] + high[inside]) / 2
        margin[inside] += margin_m / np.column_stack(scene.meters_per_px(middle[:, 0], middle[:, 1]))
    margin = np.rint(np.nan_to_num(margin))
    first, last = first - margin, last + margin
    corner = np.floor(np.nan_to_num(box[:, :2]) - chip_size / 2 + 0.5)
    first = np.where(point[:, None], corner, first)
    last = np.where(point[:, None], corner + chip_size, last)
    return np.hstack([first, last - first]).astype(np.int64), inside


def grid(scene: Scene, size: int) -> np.ndarray:
    """int64 (n, 4): squares side by side over the scene, row by row. The last of a row or column is moved back, so that
    it ends with the scene and all are of one size; a scene smaller than that is one chip."""
    across, down = (
        np.unique(np.minimum(np.arange(0, length, size), max(length - size, 0)))
        for length in (scene.width, scene.height)
    )
    top, left = (points.ravel() for points in np.meshgrid(down, across, indexing="ij"))
    width, height = np.full(len(left), min(size, scene.width)), np.full(len(left), min(size, scene.height))
    return np.column_stack([left, top, width, height]).astype(np.int64)


def area_m2(shapes: np.ndarray, scene: Scene) -> np.ndarray:
    """float64 (n,), square meters that polygons in px cover on the WGS 84 ellipsoid (Karney 2013); NaN for points."""
    import pyproj
    import shapely

    found = np.full(len(shapes), np.nan)
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    is_area = shapely.get_type_id(polygons) == 3
    polygons, owner = polygons[is_area], owner[is_area]
    if not len(polygons):
        return found
    _, points, (ring_starts, polygon_starts) = shapely.to_ragged_array(polygons)
    lng, lat = scene.lnglat(points[:, 0], points[:, 1])
    measure = pyproj.Geod(ellps="WGS84").polygon_area_perimeter
    rings = np.array([
        abs(measure(lng[start:end], lat[start:end])[0]) for start, end in itertools.pairwise(ring_starts)
    ])  # fmt: skip
    holes = np.ones(len(rings), bool)
    holes[polygon_starts[:-1]] = False
    areas = np.add.reduceat(np.where(holes, -rings, rings), polygon_starts[:-1])
    found[np.unique(owner)] = 0.0
    np.add.at(found, owner, areas)
    return found


def rings(shapes: np.ndarray, windows: np.ndarray) -> list[tuple[Ring, ...]]:
    """The outline of each shape in px, rounded to 1/1000: of polygons with their holes; of a point its window's."""
    import shapely

    left, top, width, height = windows.T.astype(np.float64)
    point = shapely.get_type_id(shapes) == 0
    drawn = shapes.copy()
    drawn[point] = shapely.box(left, top, left + width, top + height, ccw=False)[point]
    polygons, of_shape = shapely.get_parts(drawn, return_index=True)
    lines, of_polygon = shapely.get_rings(polygons, return_index=True)
    points, of_line = shapely.get_coordinates(lines, return_index=True)
    corners = [(x, y) for x, y in points.round(3).tolist()]
    ends = np.searchsorted(of_line, np.arange(len(lines) + 1)).tolist()
    found: list[list[Ring]] = [[] for _ in shapes]
    for line, shape in enumerate(of_shape[of_polygon].tolist()):
        found[shape].append(tuple(corners[ends[line] : ends[line + 1]]))
    return [tuple(of_one) for of_one in found]

"""The layout `map`: images by longitude and latitude on a plain graticule."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, guides
from imagespace_core.layout.coincident import distinct, side_by_side
from imagespace_core.layout.graticule import Side, graticule
from imagespace_core.layout.material import Material
from imagespace_core.neighbors import Tick
from imagespace_core.words import plural

STEEPEST = 75.0
"""Latitude whose scale is the narrowest; nearer to a pole x would shrink to nothing."""

EVEN = 0.02
"""Distances that differ by this share at most count as the same."""
FEWEST_SIDE_BY_SIDE = 16
"""Fewer points may be evenly spaced by chance."""
LOOKED_AT = 4096
"""Points that show whether a collection is evenly spaced; most are not."""

_NAME = r"(?:gps|geo|decimal|exif)?[_ .-]*({})[_ .-]*(?:deg|degrees?|dd|wgs84|metadata)?"
_LONGITUDE = re.compile(_NAME.format("longitude|lng|lon|long"))
_LATITUDE = re.compile(_NAME.format("latitude|lat"))


def coordinate_columns(columns: Iterable[str]) -> tuple[str, str] | None:
    """The names of the columns with longitude and latitude, or None unless there are both.

    >>> coordinate_columns(["path", "Lat", "lon_deg", "plate"])
    ('lon_deg', 'Lat')
    """
    names = list(columns)
    longitude = next((name for name in names if _LONGITUDE.fullmatch(name.strip().lower())), None)
    latitude = next((name for name in names if _LATITUDE.fullmatch(name.strip().lower())), None)
    return (longitude, latitude) if longitude is not None and latitude is not None else None


@dataclass(frozen=True)
class Geography:
    """x is the longitude times the cosine of the middle latitude, y the latitude, both in degrees of latitude
    (equirectangular projection: Snyder, Map projections, a working manual, USGS 1987, p. 90), so that near the middle
    a kilometer is as long across as up. Where all images lie within half the globe around the date line, longitudes
    go on beyond 180 degrees instead of tearing them apart.

    Rows without coordinates, or with some that cannot be (a latitude beyond 90 or a longitude beyond 180 degrees), have
    no place. Images that lie side by side in squares, as map tiles do, may fill these. Those at one and the same place
    stand around it, see `coincident`.
    """

    dims: ClassVar[int] = 2
    title: ClassVar[str] = "Map"

    def lacks(self, material: Material) -> str | None:
        if material.longitude is None or material.latitude is None:
            return "no longitude and latitude columns"
        return None if _possible(material)[0].any() else "no image has coordinates"

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        assert material.longitude is not None
        assert material.latitude is not None
        placed, impossible = _possible(material)
        longitude = material.longitude[placed].astype(np.float64)
        latitude = material.latitude[placed].astype(np.float64)
        longitude, beyond = _whole(longitude)
        middle = float(latitude.min() + latitude.max()) / 2
        narrow = math.cos(math.radians(min(abs(middle), STEEPEST)))
        # Around the middle, because float32 keeps points a meter from each other distinct only near 0.
        across = Side("x", "longitude", ("E", "W"), longitude, narrow, 360.0 if beyond else 180.0)
        upward = Side("y", "latitude", ("N", "S"), latitude, 1.0, 90.0)
        positions = np.full((material.rows, 2), np.nan, np.float32)
        points = np.column_stack([across.to_plane(longitude), upward.to_plane(latitude)]).astype(np.float32)
        cell = _cell(distinct(points)[0])
        positions[placed], together = side_by_side(points, cell)
        notes = []
        if together:
            notes.append(f"{plural(together, 'image', 'images')} at the same places as others, side by side there.")
        if missing := int((~placed).sum() - impossible):
            notes.append(plural(missing, "image has", "images have") + " no coordinates.")
        if impossible:
            subject = plural(impossible, "image has", "images have")
            notes.append(f"{subject} coordinates that cannot be (latitude beyond 90° or longitude beyond 180°).")
        if beyond:
            notes.append("The date line runs through the map, not along its edges.")
        axes = [across.axis(), upward.axis()]
        made = guides(
            "map",
            self.title,
            positions,
            cell=(cell := _cell(positions[placed]) if together else cell),
            seamless=cell is not None,
            notes=notes,
            axes=axes,
            lines=graticule(across, upward),
        )
        return Arrangement(positions, made)


def _possible(material: Material) -> tuple[np.ndarray, int]:
    """bool (n,), rows with coordinates that can be, and how many have some that cannot."""
    assert material.longitude is not None
    assert material.latitude is not None
    given = ~np.isnan(material.longitude) & ~np.isnan(material.latitude)
    with np.errstate(invalid="ignore"):
        good = given & (np.abs(material.longitude) <= 180) & (np.abs(material.latitude) <= 90)
    return good, int((given & ~good).sum())


def _whole(longitude: np.ndarray) -> tuple[np.ndarray, bool]:
    """Longitudes in one piece: those west of Greenwich 360 higher where that brings all within 180 degrees."""
    beyond = np.where(longitude < 0, longitude + 360, longitude)
    across = np.ptp(longitude) > 180 >= np.ptp(beyond)
    return (beyond, True) if across else (longitude, False)


def _cell(points: np.ndarray) -> float | None:
    """The side of the squares of float32 (n, 2) places that lie side by side in them; None for all others."""
    from scipy.spatial import KDTree

    if len(points) < FEWEST_SIDE_BY_SIDE:
        return None
    # First of all because a tree of points that are all the same would take for ever.
    if len(np.unique(np.ascontiguousarray(points, np.float32).view(np.int64))) < len(points):
        return None
    tree = KDTree(points)
    some = tree.query(points[:: 1 + len(points) // LOOKED_AT], k=3)[0][:, 1:]
    even = (some <= (1 + EVEN) * some.min()).all(axis=1)
    if np.count_nonzero(even) <= 0.75 * len(some):
        return None
    side = float(tree.query(points, k=2)[0][:, 1].min())
    return side if side > (1 - EVEN) * some.min() else None

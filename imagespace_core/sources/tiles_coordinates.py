"""Where map tiles lie: tile numbers, longitude and latitude, zones, and the tile nearest to a place.

Source: OpenStreetMap Wiki, "Slippy map tilenames" (the XYZ scheme in Web Mercator, EPSG:3857): at zoom z the world is
2^z x 2^z tiles, x grows eastwards from 180 degrees west, y grows southwards from 85.0511 degrees north.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from imagespace_core.errors import InputError

DEEPEST_ZOOM = 29
"""Tile numbers of deeper zooms would not pack into 64 bits, and no server draws them."""

MOST_NORTHERN = math.degrees(math.atan(math.sinh(math.pi)))
"""Latitude at which Web Mercator ends, north and south: 85.0511 degrees."""

CENTER_SHARE = 1 / 3
"""The middle third of the area, in both directions, is the zone "center"."""

_KEY = re.compile(r"(0|[1-9]\d*)/(0|[1-9]\d*)/(0|[1-9]\d*)")


class Tile(NamedTuple):
    """One square of the map. Orders by zoom, then column from the west, then row from the north."""

    z: int
    x: int
    y: int

    @property
    def key(self) -> str:
        return f"{self.z}/{self.x}/{self.y}"

    @property
    def exists(self) -> bool:
        """Whether its zoom has such a tile."""
        return 0 <= self.z <= DEEPEST_ZOOM and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    def center(self) -> tuple[float, float]:
        """(longitude, latitude) in degrees of its middle on the map."""
        return lng_lat(self.x + 0.5, self.y + 0.5, self.z)


class Nearest(NamedTuple):
    """A tile that was looked for. distance_tiles: from the place to its center, 0.71 at most if the place is in it."""

    key: str
    distance_tiles: float


def parse_key(key: str) -> Tile | None:
    """The tile behind "z/x/y"; None for anything else, also for numbers that its zoom does not have."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    tile = Tile(*map(int, match.groups()))
    return tile if tile.exists else None


def lng_lat(x: float, y: float, z: int) -> tuple[float, float]:
    """A point in tile numbers (whole numbers are north-western corners) -> (longitude, latitude) in degrees.

    >>> lng_lat(1, 1, 1)
    (0.0, 0.0)
    """
    side = 1 << z
    return x / side * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / side))))


def tile_numbers(lng: float, lat: float, z: int) -> tuple[float, float]:
    """(longitude, latitude) in degrees -> (x, y) in tile numbers with fractions; the inverse of `lng_lat`.

    Raises InputError where Web Mercator has no such place.
    """
    if not (-180 <= lng <= 180 and -MOST_NORTHERN <= lat <= MOST_NORTHERN):
        raise InputError(
            f"longitude {lng:g}, latitude {lat:g} is not on the map; expected longitude from -180 to 180 and "
            f"latitude from -{MOST_NORTHERN:.2f} to {MOST_NORTHERN:.2f}, in this order"
        )
    side = 1 << z
    return (lng + 180) / 360 * side, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side


def nearest_tile(keys: Sequence[str], x: float, y: float, z: int | None = None) -> Nearest:
    """The tile whose number is nearest to (x, y); of those at the same distance the first.

    keys: "z/x/y". z: the zoom that x and y count in; None is the deepest there is.
    Raises InputError where there is no tile of that zoom.
    """
    return _nearest(keys, x + 0.5, y + 0.5, z)


def nearest_place(keys: Sequence[str], lng: float, lat: float) -> Nearest:
    """The tile, at the deepest zoom there is, whose center is nearest to a place on the map.

    keys: "z/x/y". lng, lat: degrees. Raises InputError where the place is not on the map or there are no tiles.
    """
    z = _deepest(_numbers(keys))
    return _nearest(keys, *tile_numbers(lng, lat, z), z)


def zones(tiles: np.ndarray) -> list[str]:
    """int (n, 3) of z, x, y -> "center", "north", "south", "east" or "west" of the area that they span, for each.

    The middle third in both directions is the center; beyond it the longer way from the middle decides, measured in
    halves of the area's width and height; at a tie north and south.
    """
    points = (tiles[:, 1:] + 0.5) / np.exp2(tiles[:, :1])
    low, high = points.min(axis=0), points.max(axis=0)
    halves = np.where(high > low, (high - low) / 2, 1)
    east, south = ((points - (low + high) / 2) / halves).T
    # Rounded, so that the last bit of a division does not decide what is a tie.
    east, south = east.round(9), south.round(9)
    vertical = np.where(south < 0, "north", "south")
    horizontal = np.where(east < 0, "west", "east")
    outer = np.where(np.abs(south) >= np.abs(east), vertical, horizontal)
    inner = np.maximum(np.abs(east), np.abs(south)) <= CENTER_SHARE
    return np.where(inner, "center", outer).tolist()


def _nearest(keys: Sequence[str], across: float, down: float, z: int | None) -> Nearest:
    numbers = _numbers(keys)
    zoom = _deepest(numbers) if z is None else z
    rows = np.flatnonzero(numbers[:, 0] == zoom).tolist()
    if not rows:
        raise InputError(f"there is no tile of zoom {zoom}; there are {sorted(set(numbers[:, 0].tolist()))}")
    distances = np.hypot(*(numbers[rows, 1:] + 0.5 - (across, down)).T)
    found = int(distances.argmin())
    return Nearest(keys[rows[found]], float(distances[found]))


def _numbers(keys: Sequence[str]) -> np.ndarray:
    tiles = [parse_key(key) for key in keys]
    if not tiles or None in tiles:
        raise InputError("expected the keys of map tiles, such as 17/68989/45981; this collection has other items")
    return np.array(tiles, np.int64)


def _deepest(numbers: np.ndarray) -> int:
    return int(numbers[:, 0].max())

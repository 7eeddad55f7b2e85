"""Where map tiles lie: tile numbers, longitude and latitude, zones, and the tile nearest to another.

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


# A tile as one whole number: tuples would take eight times the memory, and there may be 12 million.
_BITS = 29


def packed(z: np.ndarray | int, x: np.ndarray | int, y: np.ndarray) -> np.ndarray:
    """Tile numbers as one int64 each, which orders as tiles do."""
    return (np.asarray(z, np.int64) << 2 * _BITS) | (np.asarray(x, np.int64) << _BITS) | y


def unpacked(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """z, x and y of packed numbers, int64 (n,) each."""
    mask = (1 << _BITS) - 1
    return numbers >> 2 * _BITS, numbers >> _BITS & mask, numbers & mask


def tiles_of(numbers: np.ndarray) -> list[Tile]:
    """Packed numbers as tiles."""
    return [Tile(*number) for number in zip(*(part.tolist() for part in unpacked(numbers)), strict=True)]


class Nearest(NamedTuple):
    """A tile that was looked for. row: of the nearest there is. distance_tiles: from the one to the other."""

    row: int
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


def numbers_at(lng: float, lat: float, z: int) -> tuple[float, float]:
    """(longitude, latitude) in degrees -> (x, y) in tile numbers of a zoom; the inverse of `lng_lat`.

    >>> numbers_at(0, 0, 1)
    (1.0, 1.0)
    """
    side = 1 << z
    return (lng + 180) / 360 * side, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side


def numbers_of(keys: Sequence[str]) -> np.ndarray | None:
    """int64 (n, 3): z, x and y of every key "z/x/y"; None where one of them is no tile, or there is none."""
    tiles = []
    for key in keys:
        if (tile := parse_key(key)) is None:
            return None
        tiles.append(tile)
    return np.array(tiles, np.int64) if tiles else None


def read_tile(text: str) -> tuple[int | None, int, int]:
    """(z, x, y) as people write them: "x, y", then z is None, or "z/x/y". Raises InputError for anything else.

    >>> read_tile("68989, 45981"), read_tile("17/68989/45981")
    ((None, 68989, 45981), (17, 68989, 45981))
    """
    numbers = re.fullmatch(r"(?:(\d{1,2})\s*/\s*)?(\d{1,9})(?:\s*[,;/]\s*|\s+)(\d{1,9})", text.strip(), re.ASCII)
    if numbers is None:
        raise InputError(f"“{text.strip()}” is no tile; expected its x, y, such as 68989, 45981, or z/x/y")
    z, x, y = numbers.groups()
    return None if z is None else int(z), int(x), int(y)


def nearest_tile(tiles: np.ndarray, x: int, y: int, z: int | None = None) -> Nearest:
    """The tile whose number is nearest to (x, y); of those at the same distance the first.

    tiles: int64 (n, 3) of z, x, y. z: the zoom that x and y count in; None is the deepest there is.
    Raises InputError where there is no tile of that zoom, or the zoom has no tile of that number.
    """
    zoom = int(tiles[:, 0].max()) if z is None else z
    rows = np.flatnonzero(tiles[:, 0] == zoom)
    if not len(rows):
        raise InputError(f"There is no tile of zoom {zoom} here; there are {', '.join(map(str, zooms(tiles)))}")
    if not Tile(zoom, x, y).exists:
        raise InputError(f"Zoom {zoom} has no tile {x}, {y}; its numbers go from 0 to {(1 << zoom) - 1:,}")
    distances = np.hypot(*(tiles[rows, 1:] - (x, y)).T)
    found = int(distances.argmin())
    return Nearest(int(rows[found]), float(distances[found]))


def deepest_tile(tiles: np.ndarray, lng: float, lat: float) -> int | None:
    """The row of the deepest tile that holds a place; None where none does. tiles: int64 (n, 3) of z, x, y."""
    if abs(lat) >= 90:
        return None  # the map ends at 85 degrees; at the pole there is no number
    for z in reversed(zooms(tiles)):
        x, y = (math.floor(number) for number in numbers_at(lng, lat, z))
        # 180 degrees east is 180 degrees west.
        rows = np.flatnonzero((tiles == (z, x % (1 << z), y)).all(axis=1))
        if len(rows):
            return int(rows[0])
    return None


def zooms(tiles: np.ndarray) -> list[int]:
    """The zooms there are. tiles: int64 (n, 3) of z, x, y."""
    return np.unique(tiles[:, 0]).tolist()


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

"""Reads and writes coordinates as people do: `47.14 N, 9.52 E`."""

from __future__ import annotations

import math
import re
from typing import Literal

from imagespace_core.errors import InputError

Order = Literal["latitude, longitude", "longitude, latitude"]

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*°?"
_DEGREES = rf"(?:[NSEWnsew]\s*{_NUMBER}|{_NUMBER}\s*[NSEWnsew]|{_NUMBER})"
_PAIR = re.compile(rf"({_DEGREES})(?:\s*[,;/]\s*|\s+)({_DEGREES})")


def parse(text: str, order: Order) -> tuple[float, float]:
    """(longitude, latitude) in degrees. Where letters say which is which (47.14 N, 9.52 E), they outrank the order.

    Raises InputError for anything but two numbers that can be a place on Earth.

    >>> parse("47.14, 9.52", "latitude, longitude"), parse("9.52E 47.14N", "latitude, longitude")
    ((9.52, 47.14), (9.52, 47.14))
    """
    found = _PAIR.fullmatch(text.strip().replace("−", "-"))
    read = [_degrees(part) for part in found.groups()] if found else []
    given = {letter for _, letter in read}
    if given not in ({""}, {"lat", "lng"}):
        raise InputError(
            f"“{text.strip()}” was not understood; expected {order} in decimal degrees, such as "
            f"{'47.14, 9.52' if order.startswith('lat') else '9.52, 47.14'} (or with letters: 47.14 N, 9.52 E)"
        )
    first_is_latitude = read[0][1] == "lat" if read[0][1] else order.startswith("lat")
    first, second = read[0][0], read[1][0]
    lng, lat = (second, first) if first_is_latitude else (first, second)
    if not (abs(lng) <= 180 and abs(lat) <= 90):
        swapped = abs(lat) <= 180 and abs(lng) <= 90 and "" in given
        raise InputError(
            f"Latitude {lat:g}, longitude {lng:g} is no place on Earth; expected a latitude from -90 to 90 and a "
            "longitude from -180 to 180"
            + (f". The order read here is {order}; choose the other one if this is not yours" if swapped else "")
        )
    return lng, lat


def _degrees(text: str) -> tuple[float, str]:
    """(degrees, "lat", "lng" or "" where no letter tells which)."""
    letter = next((sign for sign in text.upper() if sign in "NSEW"), "")
    value = float(re.sub(r"[NSEWnsew°\s]", "", text))
    kind = {"N": "lat", "S": "lat", "E": "lng", "W": "lng", "": ""}[letter]
    return (-value if letter in ("S", "W") else value), kind


def written(lng: float, lat: float) -> str:
    """A place for people, to a meter.

    >>> written(9.52, 47.14), written(-70.667, -33.45)
    ('47.14° N, 9.52° E', '33.45° S, 70.667° W')
    """
    return f"{_side(lat, 'N', 'S')}, {_side(lng, 'E', 'W')}"


def _side(degrees: float, positive: str, negative: str) -> str:
    size = f"{abs(degrees):.5f}".rstrip("0").rstrip(".")
    return f"{size}° {negative if degrees < 0 and size != '0' else positive}"


def written_distance(meters: float) -> str:
    """Three digits at most, unless there are more kilometers.

    >>> [written_distance(meters) for meters in (0.2, 83.4, 999.7, 12345, 1.2e7)]
    ['0 m', '83 m', '1.0 km', '12 km', '12,000 km']
    """
    if round(meters) < 1000:
        return f"{round(meters)} m"
    kilometers = meters / 1000
    return f"{kilometers:.1f} km" if kilometers < 9.95 else f"{math.floor(kilometers + 0.5):,} km"

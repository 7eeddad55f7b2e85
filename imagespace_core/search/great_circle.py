"""The image nearest to a coordinate, along great circles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.errors import InputError

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (Moritz, Geodetic Reference System 1980). A sphere is off by 0.6 % at most."""


@dataclass(frozen=True)
class Nearest:
    """row: the nearest image; of those at the same distance the first. distance_m: to it. distances_m: float64 (n,), to
    each, NaN where an image has no place. without: how many have none."""

    row: int
    distance_m: float
    distances_m: np.ndarray
    without: int


def nearest(longitude: np.ndarray, latitude: np.ndarray, lng: float, lat: float) -> Nearest:
    """The image nearest to a place.

    longitude, latitude: float (n,), of the images in degrees. Those that are not finite, or cannot be, are no places.
    Raises InputError where there is no such place on Earth, or no image has one.
    """
    if not (abs(lng) <= 180 and abs(lat) <= 90):
        raise InputError(
            f"longitude {lng:g}, latitude {lat:g} is no place on Earth; expected a longitude from -180 to 180 and a "
            "latitude from -90 to 90"
        )
    distances = distances_m(longitude, latitude, lng, lat)
    without = int(np.isnan(distances).sum())
    if without == len(distances):
        raise InputError(f"none of {len(distances):,} images has a place; search with an image instead")
    row = int(np.nanargmin(distances))
    return Nearest(row, float(distances[row]), distances, without)


def distances_m(longitude: np.ndarray, latitude: np.ndarray, lng: float, lat: float) -> np.ndarray:
    """float64 (n,): great-circle distances in meters, NaN for what is no place.

    Haversine formula (Sinnott, Virtues of the haversine, Sky and Telescope 68, 1984): exact for short distances, where
    the law of cosines is not.
    """
    with np.errstate(invalid="ignore"):
        there = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
    east = np.radians(np.where(there, longitude, np.nan), dtype=np.float64)
    north = np.radians(np.where(there, latitude, np.nan), dtype=np.float64)
    half = np.sin((north - np.radians(lat)) / 2) ** 2
    half += np.cos(north) * np.cos(np.radians(lat)) * np.sin((east - np.radians(lng)) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))

"""The image nearest to a place: great circles, the date line, the poles, and images without a place."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imagespace_core.errors import InputError
from imagespace_core.search.great_circle import EARTH_M, distances_m, nearest

DEGREE_M = EARTH_M * math.pi / 180


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Both (longitude, latitude)."""
    return float(distances_m(np.array([one[0]]), np.array([one[1]]), *other)[0])


@pytest.mark.parametrize(
    ("one", "other", "meters"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (1, 0), DEGREE_M),
        ((9.5, 47), (9.5, 48), DEGREE_M),
        ((0, 60), (1, 60), 2 * EARTH_M * math.asin(0.5 * math.sin(math.radians(0.5)))),
        ((179.5, 0), (-179.5, 0), DEGREE_M),
        ((-180, 12), (180, 12), 0),
        ((0, 90), (137, 90), 0),
        ((0, 89.5), (180, 89.5), DEGREE_M),
        ((10, -90), (-170, -89), DEGREE_M),
        ((0, 0), (180, 0), math.pi * EARTH_M),
        ((30, 40), (-150, -40), math.pi * EARTH_M),
        # Nashville to Los Angeles airport, the worked example of Rosetta Code, there 2887.2599 km at 6372.8 km.
        ((-86.67, 36.12), (-118.40, 33.94), 2_887_259.9 * EARTH_M / 6_372_800),
    ],
)
def test_distances_follow_great_circles(one: tuple[float, float], other: tuple[float, float], meters: float) -> None:
    assert distance(one, other) == pytest.approx(meters, rel=1e-7, abs=1e-6)
    assert distance(other, one) == pytest.approx(meters, rel=1e-7, abs=1e-6)


def test_a_step_of_a_centimeter_is_seen() -> None:
    step = 0.01 / DEGREE_M
    assert distance((9.5, 47.1), (9.5, 47.1 + step)) == pytest.approx(0.01, rel=1e-3)


def test_the_nearest_lies_across_the_date_line_or_the_pole() -> None:
    longitude, latitude = np.array([170.0, -179.9, 0.0, 90.0]), np.array([0.0, 0.0, 80.0, 85.0])
    assert nearest(longitude, latitude, 179.9, 0).row == 1
    assert nearest(longitude, latitude, 180, 88).row == 3
    assert nearest(longitude, latitude, -180, 81).row == 3


def test_of_two_at_one_place_the_first_is_found() -> None:
    assert nearest(np.array([5.0, 1.0, 1.0]), np.array([5.0, 2.0, 2.0]), 1, 2).row == 1


def test_images_without_a_place_are_left_out_and_counted() -> None:
    longitude = np.array([np.nan, 9.0, 200.0, 9.1, np.inf, 9.2])
    latitude = np.array([47.0, np.nan, 47.0, 91.0, 47.0, 40.0])
    found = nearest(longitude, latitude, 9.0, 47.0)
    assert (found.row, found.without) == (5, 5)
    assert np.isnan(found.distances_m).tolist() == [True] * 5 + [False]
    with pytest.raises(InputError, match="none of 5 images has a place"):
        nearest(longitude[:5], latitude[:5], 9.0, 47.0)


@pytest.mark.parametrize(("lng", "lat"), [(181, 0), (0, 90.1), (math.nan, 0), (0, math.inf)])
def test_what_is_no_place_on_earth_is_refused(lng: float, lat: float) -> None:
    with pytest.raises(InputError, match="no place on Earth; expected a longitude from -180 to 180"):
        nearest(np.zeros(1), np.zeros(1), lng, lat)


def test_a_million_random_places_agree_with_the_angle_between_vectors() -> None:
    rng = np.random.default_rng(0)
    longitude, latitude = rng.uniform(-180, 180, 1_000_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 1_000_000)))

    def vectors(lng: np.ndarray, lat: np.ndarray) -> np.ndarray:
        east, north = np.radians(lng), np.radians(lat)
        return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)

    found = nearest(longitude, latitude, 151.2, -33.9)
    cosines = vectors(longitude, latitude) @ vectors(np.array(151.2), np.array(-33.9))
    assert found.row == int(cosines.argmax())
    apart = np.abs(cosines) < 0.99
    np.testing.assert_allclose(found.distances_m[apart], EARTH_M * np.arccos(cosines[apart]), rtol=1e-9)

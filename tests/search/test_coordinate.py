"""Coordinates as people write them."""

from __future__ import annotations

import pytest

from imagespace_core.errors import InputError
from imagespace_core.search.coordinate import Order, parse, written, written_distance

LAT_LNG: Order = "latitude, longitude"
LNG_LAT: Order = "longitude, latitude"


@pytest.mark.parametrize(
    "text",
    ["47.14, 9.52", " 47.14 9.52 ", "47.14; 9.52", "47.14° , 9.52°", "47.14/9.52", "47.14,9.52", "+47.14,+9.52",
     "47.14 N, 9.52 E", "N47.14 E9.52", "47.14°N 9.52°E", "9.52E 47.14n", "E 9.52, N 47.14"],
)  # fmt: skip
def test_two_numbers_are_read_in_their_order_unless_letters_say_another(text: str) -> None:
    assert parse(text, LAT_LNG) == (9.52, 47.14)


def test_the_other_order_is_read_the_other_way() -> None:
    assert parse("9.52, 47.14", LNG_LAT) == (9.52, 47.14)
    assert parse("47.14 N, 9.52 E", LNG_LAT) == (9.52, 47.14)


def test_south_and_west_are_negative() -> None:
    assert parse("33.45 S, 70.667 W", LAT_LNG) == (-70.667, -33.45)
    assert parse("-33.45, −70.667", LAT_LNG) == (-70.667, -33.45)
    assert parse("-90, 180", LAT_LNG) == (180, -90)


@pytest.mark.parametrize(
    "text", ["", "47.14", "here", "47,14, 9,52", "47.14, 9.52, 1", "47 N, 9 N", "47 N, 9", "1e3, 2"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=r"expected latitude, longitude in decimal degrees, such as 47.14, 9.52"):
        parse(text, LAT_LNG)


def test_what_is_no_place_is_refused_and_the_other_order_is_pointed_at() -> None:
    with pytest.raises(InputError, match=r"Latitude 139.7, longitude 35.7 is no place .* The order read here is latit"):
        parse("139.7, 35.7", LAT_LNG)
    with pytest.raises(InputError, match=r"to 180$"):
        parse("10, 200", LAT_LNG)
    with pytest.raises(InputError, match=r"to 180$"):
        parse("139.7 N, 35.7 E", LAT_LNG)


def test_places_and_distances_are_told_as_people_do() -> None:
    assert written(9.52, 47.14) == "47.14° N, 9.52° E"
    assert written(-70.667, -33.45) == "33.45° S, 70.667° W"
    assert written(-0.0000001, 0) == "0° N, 0° E"
    distances = [0.2, 83.4, 999.4, 999.7, 1234, 9949, 9951, 12345, 1.2e7]
    expected = ["0 m", "83 m", "999 m", "1.0 km", "1.2 km", "9.9 km", "10 km", "12 km", "12,000 km"]
    assert [written_distance(meters) for meters in distances] == expected

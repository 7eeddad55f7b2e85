import numpy as np
import pytest

from imagespace_core.layout import Material
from imagespace_core.layout.geography import Geography, coordinate_columns


def _made(*places: tuple[float, float]):
    longitude, latitude = np.array(places, np.float64).T
    return Geography()(Material(longitude=longitude, latitude=latitude))


def _ticks(made, axis: int) -> dict[str, float]:
    return {tick["text"]: tick["at"] for tick in made.guides["axes"][axis]["ticks"]}


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["lat", "lng"], ("lng", "lat")),
        (["LATITUDE", "Long"], ("Long", "LATITUDE")),
        (["GPS Latitude", "GPS Longitude"], ("GPS Longitude", "GPS Latitude")),
        (["decimalLatitude", "decimalLongitude"], ("decimalLongitude", "decimalLatitude")),
        (["lat_deg", "lon_deg", "lat"], ("lon_deg", "lat_deg")),
        (["latency", "longest", "plate"], None),
        (["lat"], None),
        ([], None),
    ],
)
def test_columns_with_coordinates_are_known_by_their_names(columns: list[str], found: tuple | None) -> None:
    assert coordinate_columns(columns) == found


def test_east_is_right_north_is_up_and_a_degree_of_longitude_shrinks_with_the_latitude() -> None:
    made = _made((10, 50), (11, 50), (10, 51), (11, 51))
    west, east, north, _ = made.positions
    np.testing.assert_allclose(east - west, [np.cos(np.radians(50.5)), 0], atol=1e-6)
    np.testing.assert_allclose(north - west, [0, 1], atol=1e-6)
    assert made.guides["cell"] is None


def test_ticks_and_lines_stand_where_their_degrees_are() -> None:
    places = [(-3.0, 40.0), (5.0, 46.0), (0.0, 43.0), (2.0, 44.0)]
    made = _made(*places)
    across, upward = _ticks(made, 0), _ticks(made, 1)
    assert {"2° W", "0°", "2° E", "4° E"} <= across.keys()
    assert {"42° N", "43° N", "46° N"} <= upward.keys()
    np.testing.assert_allclose(made.positions[2], [across["0°"], upward["43° N"]], atol=1e-5)
    np.testing.assert_allclose(made.positions[3], [across["2° E"], upward["44° N"]], atol=1e-5)
    lines = np.array(made.guides["lines"])
    assert len(lines) == len(across) + len(upward)
    low, high = lines.reshape(-1, 2).min(0), lines.reshape(-1, 2).max(0)
    assert (made.positions >= low).all()
    assert (made.positions <= high).all()


def test_rows_without_coordinates_and_with_impossible_ones_have_no_place_and_are_said() -> None:
    made = _made((1, 1), (np.nan, 2), (3, np.nan), (1, 91), (-180.5, 0), (2, 2))
    assert np.flatnonzero(np.isnan(made.positions).any(1)).tolist() == [1, 2, 3, 4]
    assert made.guides["missing"] == 4
    assert made.guides["notes"] == [
        "2 images have no coordinates.",
        "2 images have coordinates that cannot be (latitude beyond 90° or longitude beyond 180°).",
    ]


def test_places_on_both_sides_of_the_date_line_stay_together() -> None:
    made = _made((178, -17), (-178, -17), (-175, -21))
    assert made.positions[:, 0].argsort().tolist() == [0, 1, 2]
    assert np.ptp(made.positions[:, 0]) < 7
    assert {"180°", "178° W"} <= _ticks(made, 0).keys()
    assert made.guides["notes"] == ["The date line runs through the map, not along its edges."]


def test_a_map_of_the_whole_world_is_cut_at_the_date_line() -> None:
    made = _made((-170, -80), (-60, 0), (0, 50), (100, 30), (175, 80))
    assert made.positions[:, 0].argsort().tolist() == [0, 1, 2, 3, 4]
    assert {"90° W", "0°", "90° E"} <= _ticks(made, 0).keys()
    assert not [text for text in _ticks(made, 1) if text.startswith("9") and len(text) > 5]


@pytest.mark.parametrize("place", [(13.4, 52.5), (0, 90), (180, -90), (0, 0)])
def test_one_place_has_a_graticule_and_lies_in_it(place: tuple[float, float]) -> None:
    made = _made(place, place)
    assert made.positions.tolist() == [[0, 0], [0, 0]]
    assert 3 <= len(_ticks(made, 0)) <= 9
    assert len(set(_ticks(made, 0))) == len(_ticks(made, 0)), "two ticks never say the same"
    assert len(made.guides["lines"]) >= 5


def _tiles(across: int, down: int, z: int = 17) -> list[tuple[float, float]]:
    """Middles of map tiles of Web Mercator near Vaduz, by column."""
    side = 2.0**z
    left, top = 68_990.5 / 2**17 * side, 46_000.5 / 2**17 * side
    degrees = lambda y: float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y / side)))))  # noqa: E731
    return [((left + x) / side * 360 - 180, degrees(top + y)) for x in range(across) for y in range(down)]


def test_map_tiles_may_fill_their_squares() -> None:
    made = _made(*_tiles(12, 9))
    cell = made.guides["cell"]
    assert made.guides["seamless"]
    assert cell == pytest.approx(360 / 2**17 * np.cos(np.radians(47.2)), rel=0.01)
    columns = made.positions.reshape(12, 9, 2)
    assert (np.diff(columns[:, :, 0], axis=0) >= cell * 0.9999).all(), "none covers another"
    assert (-np.diff(columns[:, :, 1], axis=1) >= cell * 0.9999).all()
    missing = [place for i, place in enumerate(_tiles(12, 9)) if i % 10]
    assert _made(*missing, (np.nan, 1)).guides["cell"] == pytest.approx(cell, rel=1e-3), "holes do not matter"


def test_other_places_have_no_cell() -> None:
    rng = np.random.default_rng(0)
    assert _made(*rng.uniform(9, 10, (200, 2))).guides["cell"] is None
    assert _made(*_tiles(6, 6), *_tiles(3, 3, 16)).guides["cell"] is None, "zooms over each other"
    assert _made(*[(9.0, 47.0)] * 50_000).guides["cell"] is None
    alone = _made(*_tiles(3, 3)).guides
    assert (alone["cell"], alone["seamless"]) == (None, False)


def test_scenes_over_each_other_share_the_squares_of_their_places() -> None:
    """Three pictures of one area, cut alike: each place shows all three, in the order of scenes."""
    one, three = _made(*_tiles(6, 6)), _made(*_tiles(6, 6) * 3)
    cell = one.guides["cell"]
    assert three.guides["cell"] == pytest.approx(cell / 2, rel=1e-3)
    assert three.guides["seamless"]
    first, second, third = three.positions.reshape(3, 36, 2)
    np.testing.assert_allclose((first + second)[:, 0] / 2, one.positions[:, 0], atol=cell * 1e-3)
    np.testing.assert_allclose(second - first, [[cell / 2, 0]] * 36, atol=cell * 1e-3)
    np.testing.assert_allclose(third - first, [[0, -cell / 2]] * 36, atol=cell * 1e-3)
    assert three.guides["notes"] == ["108 images at the same places as others, side by side there."]
    assert one.guides["notes"] == []


def test_one_place_with_many_does_not_make_all_others_small() -> None:
    one, many = _made(*_tiles(6, 6)), _made(*_tiles(6, 6), *_tiles(1, 1) * 400)
    np.testing.assert_array_equal(many.positions[1:36], one.positions[1:])
    crowd = many.positions[[0, *range(36, 436)]]
    assert len(np.unique(crowd, axis=0)) == 401
    assert np.ptp(crowd, axis=0).max() < one.guides["cell"] / 2


def test_images_at_one_place_stand_side_by_side_nearer_than_the_next() -> None:
    made = _made((9.0, 47.0), (9.1, 47.0), (9.0, 47.0), (9.0, 47.0), (9.0, 47.0), (11.0, 47.0))
    stacked = made.positions[[0, 2, 3, 4]]
    assert len(np.unique(stacked, axis=0)) == 4
    away = np.linalg.norm(stacked - stacked.mean(0), axis=1).max()
    assert away < 0.25 * (made.positions[1] - stacked.mean(0))[0]
    alone = _made((9.0, 47.0), (9.1, 47.0), (11.0, 47.0)).positions
    np.testing.assert_array_equal(made.positions[[1, 5]], alone[[1, 2]], "those alone stay where they are")
    np.testing.assert_allclose(stacked.mean(0), alone[0], atol=1e-6)
    assert made.guides["notes"] == ["4 images at the same places as others, side by side there."]

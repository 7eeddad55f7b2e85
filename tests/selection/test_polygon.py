"""Rows inside a polygon, against a reference that looks at one point after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagespace_core.selection import inside

IDENTITY = np.eye(4).ravel()
SQUARE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])

# Few different values: points then fall on vertices and edges, and vertices upon each other.
grid = st.integers(-4, 4).map(lambda value: value / 4)
points = st.lists(st.tuples(grid, grid), min_size=1, max_size=40)
polygons = st.lists(st.tuples(grid, grid), min_size=3, max_size=12)


def at_a_time(x: float, y: float, polygon: np.ndarray) -> bool:
    """The even-odd rule for one point, by walking its edges; after W. Randolph Franklin, PNPOLY."""
    odd = False
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


@given(points, polygons)
@settings(max_examples=300, deadline=None)
def test_the_even_odd_rule_holds_for_any_polygon_also_one_that_crosses_itself(
    places: list[tuple[float, float]], corners: list[tuple[float, float]]
) -> None:
    polygon = np.array(corners)
    # A hair off the grid, so that rounding on an edge does not matter; on edges see the next test.
    positions = np.array(places, np.float32) + np.float32(1 / 64)
    expected = [at_a_time(float(x), float(y), polygon) for x, y in positions]
    assert inside(positions, IDENTITY, polygon, 0.0).tolist() == expected


@given(points, st.tuples(grid, grid).filter(lambda corner: corner[0] != corner[1]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_of_two_polygons_that_share_an_edge_exactly_one_has_each_point(
    places: list[tuple[float, float]], corner: tuple[float, float], turned: bool
) -> None:
    positions = np.array(places, np.float32)
    whole = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    first = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], corner])
    second = np.array([[-1.0, -1.0], corner, [1.0, 1.0], [-1.0, 1.0]])
    if turned:
        second = second[::-1]
    halves = [inside(positions, IDENTITY, half, 0.0) for half in (first, second)]
    assert np.array_equal(halves[0] ^ halves[1], inside(positions, IDENTITY, whole, 0.0))


def test_the_matrix_is_column_major_and_rows_behind_the_camera_are_outside() -> None:
    # w = z: a camera at the origin that looks along z.
    matrix = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]], float).ravel()
    positions = np.array([[0.4, 0, 1], [0.9, 0, 2], [0.9, 0, 1], [0.1, 0, -1], [0, 0, 0], [0.01, 0, 0.05]], np.float32)
    assert inside(positions, matrix, SQUARE, 0.1).tolist() == [True, True, False, False, False, False]


def test_2d_positions_lie_in_the_plane_z_0_and_are_moved() -> None:
    matrix = np.eye(4)
    matrix[3, :2] = 10, -10  # the last column of a column-major matrix: the translation
    positions = np.array([[-10, 10], [-9.6, 10.4], [-9.4, 10], [0, 0]], np.float32)
    assert inside(positions, matrix.ravel(), SQUARE, 0.0).tolist() == [True, True, False, False]


def test_rows_without_a_finite_place_are_outside() -> None:
    positions = np.array([[0, 0], [np.nan, 0], [0, np.inf], [-np.inf, np.nan]], np.float32)
    assert inside(positions, IDENTITY, SQUARE, 0.0).tolist() == [True, False, False, False]


@pytest.mark.parametrize("corners", [[], [[0, 0]], [[-1, -1], [1, 1]]])
def test_fewer_than_three_corners_hold_nothing(corners: list[list[float]]) -> None:
    positions = np.zeros((3, 2), np.float32)
    assert not inside(positions, IDENTITY, np.array(corners, float).reshape(-1, 2), 0.0).any()


def test_rows_of_several_chunks_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagespace_core.selection.polygon.CHUNK_ROWS", 7)
    positions = np.random.default_rng(0).uniform(-1, 1, (100, 3)).astype(np.float32)
    expected = (np.abs(positions[:, :2]) < 0.5).all(axis=1)
    assert np.array_equal(inside(positions, IDENTITY, SQUARE, 0.0), expected)

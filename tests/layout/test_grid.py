import numpy as np
import pytest
from scipy.spatial import KDTree

from imagespace_core.layout import Material
from imagespace_core.layout.grid import Grid, sides
from tests.layout.arranged import placed


@pytest.mark.parametrize("n", [7, 12, 30, 100, 729, 1797, 60_000, 1_000_000, 2_999_999])
def test_the_rectangle_is_wide_and_has_no_empty_row(n: int) -> None:
    columns, rows = sides(n)
    assert (rows - 1) * columns < n <= rows * columns
    assert n < 100 or 4 / 3 <= columns / rows <= 3 / 2


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_a_map_that_is_a_lattice_already_keeps_every_place(exact_up_to: int) -> None:
    columns, rows = sides(140)
    assert columns * rows == 140
    cells = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
    order = np.random.default_rng(0).permutation(140)
    made = Grid(exact_up_to)(Material(map2d=(cells[order] * (3.0, 5.0) - 40).astype(np.float32)))
    expected = cells[order] - np.array([columns - 1, rows - 1]) / 2
    np.testing.assert_allclose(made.positions, expected)


def test_exact_assignment_has_the_least_squared_distances() -> None:
    """Against every order of six images."""
    from itertools import permutations

    points = np.random.default_rng(5).normal(size=(6, 2))
    made = placed(Grid()(Material(map2d=points.astype(np.float32))))
    stretched = (points - points.mean(0)) / points.std(0) * made.std(0)

    def off(cells: np.ndarray) -> float:
        return float(np.square(stretched - (cells - made.mean(0))).sum())

    assert off(made) == pytest.approx(min(off(made[list(order)]) for order in permutations(range(6))))


@pytest.mark.parametrize(("exact_up_to", "least"), [(0, 0.75), (10_000, 0.8)])
def test_neighbors_on_the_map_stay_neighbors(exact_up_to: int, least: float) -> None:
    random = np.random.default_rng(1)
    middles = random.uniform(-20, 20, size=(8, 2))
    points = middles[random.integers(8, size=600)] + random.normal(size=(600, 2))
    cells = Grid(exact_up_to)(Material(map2d=points.astype(np.float32))).positions
    near = np.asarray(KDTree(points).query(points, 9)[1])[:, 1:]
    away = np.abs(cells[near] - cells[:, None]).max(2)
    assert (away <= 2).mean() > least


def test_rows_without_a_place_on_the_map_are_left_out_and_said() -> None:
    points = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    points[[3, 4]] = np.nan
    points[5, 1] = np.inf
    made = Grid()(Material(map2d=points))
    assert np.flatnonzero(np.isnan(made.positions).any(1)).tolist() == [3, 4, 5]
    assert made.guides["missing"] == 3
    assert made.guides["notes"] == ["3 images have no place on the map and so none here."]
    assert np.ptp(placed(made), axis=0).tolist() == [4, 3]


def test_all_images_at_one_point_lie_in_row_order() -> None:
    made = Grid()(Material(map2d=np.full((12, 2), 7, np.float32)))
    assert sorted(map(tuple, made.positions.tolist())) == sorted((x - 1.5, 1.0 - y) for x in range(4) for y in range(3))

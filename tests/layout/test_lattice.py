"""Points into cells: each cell once, none outside, and where there is room each point its own."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imagespace_core.layout.lattice import Blocks, into_cells
from imagespace_core.layout.windows import exchanged


def _blocks(*sides: tuple[int, int, int]) -> Blocks:
    columns, rows, filled = np.array(sides, np.int64).reshape(-1, 3).T
    return Blocks(columns, rows, filled)


@settings(max_examples=40, deadline=None)
@given(
    sides=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=4),
    seed=st.integers(0, 99),
    stacked=st.booleans(),
)
def test_full_blocks_use_each_of_their_first_cells_once(sides: list, seed: int, stacked: bool) -> None:
    random = np.random.default_rng(seed)
    filled = [int(random.integers(1, columns * rows + 1)) for columns, rows in sides]
    block = np.repeat(np.arange(len(sides)), filled)
    random.shuffle(block)
    points = random.normal(size=(len(block), 2)) * (not stacked)
    cells = into_cells(points, _blocks(*((c, r, f) for (c, r), f in zip(sides, filled, strict=True))), block)
    for number, ((columns, _), count) in enumerate(zip(sides, filled, strict=True)):
        own = cells[block == number]
        assert sorted((own[:, 1] * columns + own[:, 0]).tolist()) == list(range(count))


def test_a_lattice_is_read_back_from_any_stretch_of_itself() -> None:
    cells = np.stack(np.meshgrid(np.arange(13), np.arange(7)), axis=-1).reshape(-1, 2)
    order = np.random.default_rng(0).permutation(len(cells))
    points = np.exp(cells[order] / 3.0) * (1.0, 900.0) + (50, -3)
    np.testing.assert_array_equal(into_cells(points, _blocks((13, 7, 91))), cells[order])


def test_points_with_room_around_them_stay_in_their_cell() -> None:
    random = np.random.default_rng(1)
    own = random.permutation(900)[:200]
    cells = np.column_stack([own % 30, own // 30])
    points = cells + random.random((200, 2)) * 0.98 + 0.01
    found = into_cells(points, _blocks((30, 30, 900)))
    np.testing.assert_array_equal(found, cells)
    np.testing.assert_array_equal(exchanged(points - 0.5, found, 30, 30), cells)


def test_crowds_go_to_the_cells_around_and_the_exchange_brings_them_nearer() -> None:
    points = np.random.default_rng(2).normal(20, 1.5, size=(120, 2))
    cells = into_cells(points, _blocks((40, 40, 1600)))
    nearer = exchanged(points - 0.5, cells, 40, 40)
    for found in (cells, nearer):
        assert len(np.unique(found, axis=0)) == 120
        assert found.min() >= 0
        assert found.max() < 40
    before, after = (np.square(found + 0.5 - points).sum() for found in (cells, nearer))
    assert after < 0.8 * before
    assert np.hypot(*(nearer + 0.5 - points).T).max() < 8

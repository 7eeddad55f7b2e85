"""Triplets keep their radii, and cost what the papers say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from imagespace_core.errors import InputError  # noqa: E402
from imagespace_core.train.triplets import (  # noqa: E402
    Sampler,
    active_share,
    changed,
    distance,
    softpn_loss,
    split,
    triplet_accuracy,
    triplet_loss,
)


def area(across: int, down: int) -> np.ndarray:
    x, y = np.meshgrid(np.arange(across), np.arange(down))
    return np.stack([68_989 + x.ravel(), 45_981 + y.ravel()], axis=1)


@given(st.integers(1, 3), st.integers(3, 8), st.integers(0, 2**32 - 1))
def test_triplets_obey_the_radii(near: int, far: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tiles = area(12, 9)[rng.permutation(108)[:80]]
    anchor, positive, negative = Sampler(tiles, near, far).sample(50, rng).T
    apart = distance(tiles[anchor], tiles[positive])
    assert apart.min() >= 1
    assert apart.max() <= near
    assert distance(tiles[anchor], tiles[negative]).min() > far


def test_the_same_seed_draws_the_same_triplets_and_another_seed_others() -> None:
    sampler = Sampler(area(20, 20), 2, 10)
    first, again, other = (sampler.sample(100, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_tile_with_a_neighbor_and_a_far_one_becomes_an_anchor() -> None:
    tiles = np.array([(0, 0), (1, 0), (30, 0), (60, 0)])
    drawn = Sampler(tiles, 1, 10).sample(200, np.random.default_rng(0))
    assert set(drawn[:, 0]) == {0, 1}
    assert set(drawn[drawn[:, 0] == 0, 2]) == {2, 3}


@pytest.mark.parametrize(
    ("tiles", "words"),
    [
        (area(1, 1), "1 tiles; a triplet needs 3"),
        (area(5, 1) * 7, "--pos-radius 2; the nearest two are 7 tiles apart. Give a larger"),
        (area(8, 3), "--neg-radius 10 of another; the area is 8 x 3 tiles. Give a smaller"),
    ],
)
def test_an_area_without_triplets_is_refused(tiles: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Sampler(tiles, 2, 10).sample(1, np.random.default_rng(0))


def test_whole_blocks_are_held_out() -> None:
    tiles = area(40, 40)
    seen, held = split(tiles, 0.2, 4, np.random.default_rng(0))
    assert sorted([*seen, *held]) == list(range(1600))
    assert 0.15 < len(held) / 1600 < 0.25
    assert not {tuple(tile // 4) for tile in tiles[seen]} & {tuple(tile // 4) for tile in tiles[held]}
    assert len(split(tiles, 0.0, 4, np.random.default_rng(0))[1]) == 0


def test_a_changed_tile_is_turned_and_shifted_and_keeps_its_size() -> None:
    pixels = np.arange(32 * 32 * 3).reshape(32, 32, 3).astype(np.uint8)
    rng = np.random.default_rng(0)
    several = [changed(pixels, rng) for _ in range(40)]
    assert {each.shape for each in several} == {(32, 32, 3)}
    assert len({each.tobytes() for each in several}) > 30
    middles = {tuple(map(tuple, np.rot90(pixels, turn)[14:18, 14:18, 0])) for turn in range(4)}
    unshifted = (
        each[14 + y : 18 + y, 14 + x : 18 + x, 0] for each in several for y in range(-4, 5) for x in range(-4, 5)
    )
    assert middles <= {tuple(map(tuple, middle)) for middle in unshifted}


def test_softpn_is_what_the_paper_says() -> None:
    near, far, swapped = (torch.tensor([value]) for value in (0.5, 1.5, 1.0))
    share = np.exp(0.5) / (np.exp(0.5) + np.exp(1.0))  # the nearer of far and swapped counts
    assert float(softpn_loss(near, far, swapped)) == pytest.approx(share**2 + (1 - share - 1) ** 2)
    assert float(softpn_loss(torch.ones(3), torch.ones(3), torch.ones(3))) == pytest.approx(0.5)


def test_the_triplet_loss_is_what_the_paper_says() -> None:
    near, far = torch.tensor([1.0, 1.0, 0.5]), torch.tensor([1.0, 1.1, 0.6])
    # 1 - 1 + 0.2; 1 - 1.21 + 0.2, below 0; 0.25 - 0.36 + 0.2
    assert float(triplet_loss(near, far, 0.2)) == pytest.approx((0.2 + 0 + 0.09) / 3, abs=1e-6)
    assert float(active_share(near, far, 0.2)) == pytest.approx(2 / 3)


def test_accuracy_counts_triplets_in_order() -> None:
    vectors = np.array([[0.0], [1.0], [3.0]], np.float32)
    assert triplet_accuracy(vectors, np.array([[0, 1, 2], [0, 2, 1], [1, 0, 2], [0, 1, 1]])) == 0.5

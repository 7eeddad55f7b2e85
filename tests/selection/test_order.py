"""The order that a selection is looked at in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagespace_core.selection.order import CHUNK_ROWS, MEAN_OF, cosine_distances, mean_direction, sequence


def unit(rows: int, size: int = 8, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((rows, size)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_missing_keys_come_last_whichever_way() -> None:
    keys = np.array([3, np.nan, 1, 2, np.nan])
    assert sequence(keys).tolist() == [2, 3, 0, 1, 4]
    assert sequence(keys, descending=True).tolist() == [0, 3, 2, 1, 4]


def test_equal_keys_keep_their_order_whichever_way() -> None:
    keys = np.array([1, 0, 1, 0])
    assert sequence(keys).tolist() == [1, 3, 0, 2]
    assert sequence(keys, descending=True).tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize("every", [1, 2, 9])
def test_distances_of_dense_and_of_sparse_rows_of_a_file(tmp_path: Path, every: int) -> None:
    np.save(tmp_path / "vectors.npy", unit(3 * CHUNK_ROWS))
    vectors = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    rows = np.arange(5, len(vectors), every)
    target = unit(1, seed=1)[0]
    expected = 1 - np.asarray(vectors)[rows] @ target
    assert cosine_distances(vectors, rows, target) == pytest.approx(expected, abs=1e-6)


def test_the_mean_of_few_is_exact_and_of_many_close() -> None:
    vectors = unit(4 * MEAN_OF) + np.array([0.5] + 7 * [0], np.float32)
    few = np.array([3, 77, 500])
    mean = vectors[few].sum(axis=0)
    assert mean_direction(vectors, few) == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    rows = np.arange(len(vectors))
    mean = vectors.sum(axis=0)
    assert mean_direction(vectors, rows) @ (mean / np.linalg.norm(mean)) > 0.999


def test_vectors_that_cancel_out_have_no_direction() -> None:
    vectors = np.array([[1, 0], [-1, 0]], np.float32)
    assert mean_direction(vectors, np.array([0, 1])).tolist() == [0, 0]

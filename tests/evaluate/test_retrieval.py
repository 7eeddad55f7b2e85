import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagespace_core.errors import InputError
from imagespace_core.evaluate import retrieval
from imagespace_core.evaluate.retrieval import precision_at_k


def test_golden_values_on_a_quarter_circle() -> None:
    """Directions at 0, 10, 20, 80 and 90 degrees; the neighbors can be read off."""
    angles = np.radians([0, 10, 20, 80, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    labels = ["a", "a", "b", "b", "b"]
    np.testing.assert_allclose(precision_at_k(vectors, labels, 1), [1, 1, 0, 1, 1])
    np.testing.assert_allclose(precision_at_k(vectors, labels, 2), [0.5, 0.5, 0, 1, 1])
    np.testing.assert_allclose(precision_at_k(vectors, labels, 4), [0.25, 0.25, 0.5, 0.5, 0.5])


def test_a_row_is_not_its_own_neighbor() -> None:
    vectors = np.eye(4, dtype=np.float32)
    np.testing.assert_array_equal(precision_at_k(vectors, [1, 2, 3, 4], 1), 0)


def test_identical_vectors_are_taken_in_row_order() -> None:
    vectors = np.ones((4, 2), np.float32)
    np.testing.assert_array_equal(precision_at_k(vectors, ["a", "b", "a", "b"], 1), [0, 0, 1, 0])


def test_length_does_not_count() -> None:
    rng = np.random.default_rng(0)
    vectors, labels = rng.standard_normal((50, 4)), rng.integers(0, 3, 50)
    scaled = vectors * rng.uniform(0.1, 10, (50, 1))
    np.testing.assert_array_equal(precision_at_k(vectors, labels, 5), precision_at_k(scaled, labels, 5))


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    vectors, labels = rng.standard_normal((101, 6)), rng.integers(0, 4, 101)
    whole = precision_at_k(vectors, labels, 7)
    monkeypatch.setattr(retrieval, "BLOCK_ROWS", 10)
    np.testing.assert_array_equal(precision_at_k(vectors, labels, 7), whole)


@given(n=st.integers(2, 30), k=st.integers(1, 29), classes=st.integers(1, 5), seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_asking_for_all_others_gives_each_class_its_share(n: int, k: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, labels = rng.standard_normal((n, 3)), rng.integers(0, classes, n)
    precision = precision_at_k(vectors, labels, min(k, n - 1))
    assert precision.dtype == np.float32
    assert precision.shape == (n,)
    assert ((precision >= 0) & (precision <= 1)).all()
    share = np.array([(labels == label).sum() - 1 for label in labels]) / (n - 1)
    np.testing.assert_allclose(precision_at_k(vectors, labels, n - 1), share, atol=1e-6)


def test_strings_and_missing_values_are_labels_too() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], np.float32)
    np.testing.assert_array_equal(precision_at_k(vectors, ["x", "x", None, None], 1), 1)


@pytest.mark.parametrize("k", [0, 3, -1])
def test_k_beyond_the_rows_is_refused(k: int) -> None:
    with pytest.raises(InputError, match=f"k is {k}; among 3 rows it must be from 1 to 2"):
        precision_at_k(np.eye(3), [1, 1, 1], k)


def test_labels_of_another_number_are_refused() -> None:
    with pytest.raises(InputError, match="2 labels for 3 vectors"):
        precision_at_k(np.eye(3), [1, 1], 1)

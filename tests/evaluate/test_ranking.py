import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve

from imagespace_core.errors import InputError
from imagespace_core.evaluate.ranking import average_precision, batches, precision_recall


def test_average_precision_of_a_ranking_worked_out_by_hand() -> None:
    """Relevant at ranks 1, 3 and 6: (1/1 + 2/3 + 3/6) / 3."""
    relevant = np.array([1, 0, 1, 0, 0, 1], bool)
    assert average_precision(relevant, np.arange(6, 0, -1)) == pytest.approx((1 + 2 / 3 + 3 / 6) / 3)


def test_a_perfect_ranking_has_one_and_the_worst_the_least() -> None:
    relevant = np.array([1, 1, 0, 0], bool)
    assert average_precision(relevant, np.array([9, 8, 2, 1])) == 1
    assert average_precision(relevant, np.array([1, 2, 8, 9])) == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_one_score_for_all_gives_the_share_of_relevant_rows_in_any_order() -> None:
    for relevant in ([1, 0, 0, 0], [0, 0, 0, 1]):
        assert average_precision(np.array(relevant, bool), np.ones(4)) == 0.25


@given(
    st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=1, max_size=40).filter(
        lambda rows: any(relevant for relevant, _ in rows)
    )
)
def test_average_precision_with_many_ties_is_that_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    relevant, scores = np.array([r for r, _ in rows]), np.array([s for _, s in rows])
    assert average_precision(relevant, scores) == pytest.approx(average_precision_score(relevant, scores))
    curve = precision_recall(relevant, scores)
    precision, recall, thresholds = precision_recall_curve(relevant, scores)
    np.testing.assert_allclose(curve.precision, precision[:-1][::-1])
    np.testing.assert_allclose(curve.recall, recall[:-1][::-1])
    np.testing.assert_array_equal(curve.scores, thresholds[::-1])


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_of_real_numbers_is_that_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    relevant, scores = rng.random(5000) < 0.03, rng.normal(size=5000).astype(np.float32)
    assert average_precision(relevant, scores) == pytest.approx(average_precision_score(relevant, scores), abs=1e-12)


def test_the_first_k_are_measured_as_a_person_sees_them() -> None:
    """Ranking: rows 4, 2, 0, 3, 1; relevant are 4, 0 and 1."""
    relevant = np.array([1, 1, 0, 0, 1], bool)
    overlap = np.array([0.9, 0.8, 0.2, 0.0, 1.0])
    one, three, five = batches(relevant, np.array([4, 2, 0, 3, 1]), [1, 3, 5], 3, overlap)
    assert (one.precision, one.recall, one.average_precision, one.overlap) == (1, 1 / 3, 1, 1)
    assert (three.precision, three.recall, three.overlap) == pytest.approx((2 / 3, 2 / 3, 0.7))
    assert three.average_precision == pytest.approx((1 + 2 / 3) / 3)
    assert five.average_precision == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert five.recall == 1


def test_a_batch_full_of_hits_has_one_however_many_more_there_are() -> None:
    (batch,) = batches(np.ones(100, bool), np.arange(100), [10], 100)
    assert (batch.precision, batch.recall, batch.average_precision) == (1, 0.1, 1)
    assert np.isnan(batch.overlap)


def test_the_last_batch_of_a_ranking_without_ties_has_its_average_precision() -> None:
    rng = np.random.default_rng(1)
    relevant, scores = rng.random(50) < 0.3, rng.permutation(50)
    (batch,) = batches(relevant, np.argsort(-scores), [50], int(relevant.sum()))
    assert batch.average_precision == pytest.approx(average_precision(relevant, scores))


@pytest.mark.parametrize(
    ("relevant", "scores", "message"),
    [
        ([True, False], [1.0], "expected one of each a row"),
        ([True, False], [1.0, np.nan], "1 scores are not finite"),
        ([False, False], [1.0, 2.0], "none of 2 rows is relevant"),
    ],
)
def test_rankings_without_a_meaning_are_refused(relevant, scores, message: str) -> None:
    with pytest.raises(InputError, match=message):
        precision_recall(np.array(relevant), np.array(scores))


def test_batches_longer_than_the_ranking_are_refused() -> None:
    with pytest.raises(InputError, match="expected 1 to 3"):
        batches(np.ones(3, bool), np.arange(3), [10], 3)
    with pytest.raises(InputError, match="no row is relevant"):
        batches(np.zeros(3, bool), np.arange(3), [1], 0)

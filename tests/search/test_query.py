import numpy as np
import pytest

from imagespace_core import search
from imagespace_core.errors import InputError, WorkspaceError
from imagespace_core.search import Annoy, Exact, open_index
from imagespace_core.search.query import Query, run


@pytest.fixture(scope="module")
def index():
    found = Exact("angular")
    found.build(np.random.default_rng(0).normal(size=(60, 6)).astype(np.float32))
    return found


def test_one_example_asks_for_its_direction():
    np.testing.assert_allclose(Query(np.array([[3.0, 4.0]])).vector(), [0.6, 0.8], rtol=1e-6)


def test_examples_count_by_direction_and_negatives_are_taken_off():
    wanted = Query(np.array([[10.0, 0, 0], [0, 1, 0]]), np.array([[0, 7.0, 0]]), negative_weight=1.0)
    np.testing.assert_allclose(wanted.vector(), np.array([1, -1, 0]) / np.sqrt(2), atol=1e-6)


def test_examples_that_cancel_fall_back_to_what_is_left():
    east, west = np.array([[1.0, 0]]), np.array([[-1.0, 0]])
    np.testing.assert_array_equal(Query(east, east, negative_weight=1.0).vector(), [1, 0])
    np.testing.assert_array_equal(Query(np.vstack([east, west])).vector(), [1, 0])
    np.testing.assert_array_equal(Query(np.empty((0, 2)), east).vector(), [-1, 0])


def test_excluded_rows_do_not_cost_results(index):
    vectors = index._vectors
    plain = run(Query(vectors[:1]), index, 10)
    assert plain.rows[0, 0] == 0
    without = run(Query(vectors[:1], exclude=np.array([0, plain.rows[0, 3], 0])), index, 10)
    assert without.rows.shape == (1, 10)
    expected = [row for row in run(Query(vectors[:1]), index, 12).rows[0] if row not in (0, plain.rows[0, 3])]
    assert without.rows[0].tolist() == expected
    assert run(Query(vectors[:1], exclude=np.arange(55)), index, 10).rows.shape == (1, 5)


def test_negative_examples_move_the_results_away(index):
    vectors = index._vectors
    first = run(Query(vectors[:1]), index, 5).rows[0]
    against = vectors[first[1]][None]
    moved = run(Query(vectors[:1], against, negative_weight=1.0), index, 60)
    assert moved.rows[0].tolist().index(first[1]) > 1


@pytest.mark.parametrize(
    ("positive", "negative", "message"),
    [
        (np.empty((0, 3)), None, "at least one"),
        (np.zeros((1, 3)), None, "points nowhere"),
        (np.array([[np.nan, 1]]), None, "points nowhere"),
        (np.ones(3), None, "expected"),
        (np.ones((1, 3)), np.ones((1, 4)), "one model"),
    ],
)
def test_queries_without_meaning_are_refused(positive, negative, message):
    with pytest.raises(InputError, match=message):
        Query(positive, negative).vector()


def test_small_collections_are_searched_exactly_and_large_ones_by_their_index(tmp_path, monkeypatch):
    vectors = np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32)
    assert isinstance(open_index("dot", vectors), Exact)
    monkeypatch.setattr(search, "EXACT_BELOW", 50)
    built = Annoy("dot", trees=4)
    built.build(vectors)
    built.save(tmp_path / "dot.ann")
    opened = open_index("dot", vectors, tmp_path / "dot.ann", search_k=400)
    assert isinstance(opened, Annoy)
    assert opened.search_k == 400
    assert opened.query(vectors[:1], 3).rows.shape == (1, 3)
    with pytest.raises(WorkspaceError, match=r"80 vectors and no dot index"):
        open_index("dot", vectors)

"""What every Index keeps to. A new one is one entry in INDICES."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from imagespace_core.errors import ImageSpaceError
from imagespace_core.search import INDICES, METRICS

ENOUGH = {"annoy": {"search_k": 10**6}}
"""Parameters with which an approximate index looks at everything, so that its answers are the true ones."""


def true_distances(metric, queries, vectors):
    queries, vectors = queries.astype(np.float64), vectors.astype(np.float64)
    if metric == "dot":
        return -(queries @ vectors.T)
    if metric == "angular":
        return np.sqrt(np.maximum(0, 2 * cdist(queries, vectors, "cosine")))
    return cdist(queries, vectors, "euclidean" if metric == "euclidean" else "cityblock")


@pytest.fixture(scope="module")
def vectors():
    random = np.random.default_rng(0)
    found = random.normal(size=(500, 16)).astype(np.float32)
    found[100:110] = found[100]
    return found


@pytest.fixture(params=[(name, metric) for name in INDICES for metric in METRICS], ids="-".join)
def make(request):
    name, metric = request.param
    return lambda: INDICES[name](metric, **ENOUGH.get(name, {}))


class TestEveryIndex:
    def test_finds_the_true_neighbors_with_their_true_distances(self, make, vectors):
        index = make()
        index.build(vectors)
        queries = np.random.default_rng(1).normal(size=(30, 16)).astype(np.float32)
        answer = index.query(queries, 12)
        true = true_distances(index.metric, queries, vectors)
        assert answer.rows.shape == answer.distances.shape == (30, 12)
        assert answer.rows.dtype == np.int32
        assert answer.distances.dtype == np.float32
        np.testing.assert_allclose(answer.distances, np.sort(true, axis=1)[:, :12], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(
            np.take_along_axis(true, answer.rows.astype(int), 1), answer.distances, rtol=1e-5, atol=1e-5
        )
        assert all(len(set(row)) == 12 for row in answer.rows)

    def test_answers_the_same_after_save_and_load(self, make, vectors, tmp_path):
        path = tmp_path / "with spaces ünïcode.ann"
        index = make()
        index.build(vectors)
        before = index.query(vectors[:5], 9)
        index.save(path)
        again = make()
        again.load(path, vectors)
        after = again.query(vectors[:5], 9)
        np.testing.assert_array_equal(before.rows, after.rows)
        np.testing.assert_array_equal(before.distances, after.distances)

    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_gives_all_rows_where_fewer_than_k_exist(self, make, vectors, n):
        index = make()
        index.build(vectors[:n])
        answer = index.query(vectors[:4], 10)
        assert answer.rows.shape == (4, n)
        assert all(sorted(row) == list(range(n)) for row in answer.rows)

    def test_gives_k_rows_of_identical_vectors(self, make, vectors):
        index = make()
        index.build(np.repeat(vectors[:1], 200, axis=0))
        answer = index.query(vectors[:1], 25)
        assert len(set(answer.rows[0])) == 25

    def test_accepts_memory_mapped_vectors(self, make, vectors, tmp_path):
        np.save(tmp_path / "v.npy", vectors)
        index, mapped = make(), make()
        index.build(vectors)
        mapped.build(np.load(tmp_path / "v.npy", mmap_mode="r"))
        np.testing.assert_array_equal(index.query(vectors[:3], 5).rows, mapped.query(vectors[:3], 5).rows)

    def test_refuses_what_it_cannot_answer_and_says_why(self, make, vectors):
        index = make()
        with pytest.raises(ImageSpaceError, match="build"):
            index.query(vectors[:1], 3)
        index.build(vectors)
        with pytest.raises(ImageSpaceError, match="16 dimensions"):
            index.query(vectors[:1, :8], 3)
        with pytest.raises(ImageSpaceError, match="at least 1"):
            index.query(vectors[:1], 0)
        with pytest.raises(ImageSpaceError, match="finite"):
            index.query(np.full((1, 16), np.nan, np.float32), 3)
        with pytest.raises(ImageSpaceError, match="n >= 1"):
            index.build(vectors[:0])
        with pytest.raises(ImageSpaceError, match="Unknown metric"):
            type(index)("hamming")

import numpy as np
import pytest

from imagespace_core.reduce.pca import PCA, explained_variance


def test_points_on_a_plane_come_back_with_their_distances():
    random = np.random.default_rng(0)
    flat = random.normal(size=(50, 2)) * [3, 1]
    frame = np.linalg.qr(random.normal(size=(40, 2)))[0]
    positions = PCA()((flat @ frame.T + 5).astype(np.float32))
    flat = flat - flat.mean(0)
    between = lambda p: np.linalg.norm(p[:, None] - p[None], axis=2)  # noqa: E731
    np.testing.assert_allclose(between(positions), between(flat), atol=1e-4)
    assert positions[:, 0].std() > positions[:, 1].std()


@pytest.mark.parametrize("n", [30, 3000])
def test_positions_and_variances_agree_with_scikit_learn(n):
    from sklearn.decomposition import PCA as Reference

    vectors = (np.random.default_rng(1).normal(size=(n, 60)) * np.linspace(3, 0.1, 60)).astype(np.float32)
    reference = Reference(n_components=20, svd_solver="full").fit(vectors.astype(np.float64))
    expected = reference.transform(vectors)[:, :3]
    positions = PCA(dims=3)(vectors)
    np.testing.assert_allclose(np.abs(positions), np.abs(expected), atol=2e-3)
    np.testing.assert_allclose(explained_variance(vectors, 20), reference.explained_variance_ratio_, rtol=1e-4)


def test_axes_do_not_flip_when_rows_are_added():
    vectors = (np.random.default_rng(2).normal(size=(200, 10)) * np.linspace(4, 1, 10)).astype(np.float32)
    some, all_rows = PCA()(vectors[:190]), PCA()(vectors)[:190]
    assert np.corrcoef(some[:, 0], all_rows[:, 0])[0, 1] > 0.9


def test_shares_of_variance_fall_and_sum_to_one():
    vectors = np.random.default_rng(3).normal(size=(20, 8)).astype(np.float32)
    shares = explained_variance(vectors)
    assert shares.shape == (8,)
    assert shares.dtype == np.float64
    assert (np.diff(shares) <= 0).all()
    assert shares.sum() == pytest.approx(1)


def test_identical_vectors_have_no_variance_to_explain():
    np.testing.assert_array_equal(explained_variance(np.ones((7, 3), np.float32)), np.zeros(3))
    np.testing.assert_array_equal(explained_variance(np.ones((1, 3), np.float32)), np.zeros(1))

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from imagespace_core.cluster import GMM
from imagespace_core.cluster import gmm as module
from imagespace_core.errors import InputError


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def villages():
    """300 images that all look alike, of two villages: (vectors, longitude, latitude, village)."""
    random = np.random.default_rng(3)
    village = np.repeat([0, 1], [180, 120])
    vectors = unit(1 + 0.3 * random.normal(size=(300, 24)))
    place = np.array([[9.50, 47.10], [9.58, 47.22]])[village] + 0.01 * random.normal(size=(300, 2))
    return vectors, {"longitude": place[:, 0], "latitude": place[:, 1]}, village


def test_coordinates_separate_two_groups_that_image_vectors_alone_do_not(villages):
    vectors, columns, village = villages
    alone = GMM(components=2)(vectors)
    assert abs(adjusted_rand_score(village, alone.labels)) < 0.05
    assert GMM()(vectors).labels.max() == 0, "by images alone there is one group"
    for found in (
        GMM(columns=("longitude", "latitude"))(vectors, columns=columns),
        GMM(components=2, columns=("longitude", "latitude"))(vectors, columns=columns),
    ):
        np.testing.assert_array_equal(found.labels, village)
        assert found.strength.min() > 0.9


def test_the_weight_decides_between_what_images_and_what_columns_say():
    random = np.random.default_rng(0)
    looks, place = random.integers(0, 2, 400), random.integers(0, 2, 400)
    vectors = unit(np.eye(2)[looks] @ random.normal(size=(2, 16)) + 0.5 * random.normal(size=(400, 16)))
    columns = {"x": place + 0.2 * random.normal(size=400)}
    agreement = {}
    for weight in (0.0, 0.05, 50.0):
        found = GMM(components=2, columns=("x",), weight=weight)(vectors, columns=columns)
        agreement[weight] = adjusted_rand_score(looks, found.labels), adjusted_rand_score(place, found.labels)
    assert agreement[0.0][0] > 0.8
    assert agreement[0.05][0] > 0.8
    assert agreement[50.0][1] > 0.8
    np.testing.assert_array_equal(
        GMM(components=2, columns=("x",), weight=0)(vectors, columns=columns).labels, GMM(components=2)(vectors).labels
    )


def test_a_weight_of_two_is_a_column_given_twice(villages):
    """With diagonal covariances, a feature whose log-likelihood counts twice and that feature twice are one model."""
    vectors, columns, _ = villages
    noisy = {"x": columns["longitude"] + 0.04 * np.random.default_rng(0).normal(size=300)}
    twice = GMM(components=2, columns=("x", "again"))(vectors, columns=noisy | {"again": noisy["x"]})
    heavy = GMM(components=2, columns=("x",), weight=2)(vectors, columns=noisy)
    assert heavy.strength.min() < 0.9
    np.testing.assert_allclose(twice.probabilities, heavy.probabilities, atol=1e-4)


def test_at_weight_one_the_probabilities_and_the_bic_are_scikit_learns(digits):
    vectors, _, _ = digits
    features = module.of_vectors(vectors, 8, np.arange(len(vectors))).take(np.arange(len(vectors)))
    ours = module._em(features, 6, seed=0)
    from sklearn.mixture import GaussianMixture

    theirs = GaussianMixture(
        6, covariance_type="diag", reg_covar=module.FLOOR, weights_init=ours.weights_init,
        means_init=ours.means_init, precisions_init=ours.precisions_init, max_iter=200,
    ).fit(features.values)  # fmt: skip
    np.testing.assert_allclose(ours.predict_proba(features.values), theirs.predict_proba(features.values), atol=1e-8)
    assert ours.bic(features.values) == pytest.approx(theirs.bic(features.values))


def test_digits_are_told_apart_and_the_criterion_chose_how_many(digits):
    vectors, _, truth = digits
    found = GMM()(vectors)
    assert adjusted_mutual_info_score(truth, found.labels) > 0.6
    assert 8 <= found.labels.max() + 1 <= 24
    assert found.labels.max() + 1 <= min(found.bic, key=found.bic.__getitem__)


def test_probabilities_are_kept_for_every_cluster(digits):
    vectors, _, _ = digits
    found = GMM(components=7)(vectors)
    assert found.probabilities.shape == (900, 7)
    assert found.probabilities.dtype == np.float32
    np.testing.assert_allclose(found.probabilities.sum(1), 1, atol=1e-5)
    np.testing.assert_array_equal(found.probabilities.argmax(1), found.labels)
    np.testing.assert_array_equal(found.probabilities.max(1), found.strength)


def test_a_text_column_tells_apart_what_looks_alike_and_a_missing_one_is_no_category(villages):
    vectors, _, village = villages
    kind = np.array(["farm", "shed"], object)[village]
    kind[:5] = None
    found = GMM(components=2, columns=("kind",))(vectors, columns={"kind": kind})
    np.testing.assert_array_equal(found.labels[5:], village[5:])


def test_dates_and_missing_numbers_count_like_numbers(villages):
    vectors, columns, village = villages
    taken = np.where(village, np.datetime64("2024-07-01"), np.datetime64("2019-01-01")).astype("datetime64[us]")
    assert adjusted_rand_score(village, GMM(columns=("t",))(vectors, columns={"t": taken}).labels) == 1
    holes = columns["latitude"].copy()
    holes[::10] = np.nan
    found = GMM(components=2, columns=("y",))(vectors, columns={"y": holes})
    present = ~np.isnan(holes)
    assert adjusted_rand_score(village[present], found.labels[present]) > 0.95


def test_many_rows_are_assigned_to_a_mixture_fitted_to_some(monkeypatch, digits):
    vectors, _, truth = digits
    monkeypatch.setattr(module, "FIT_ROWS", 400)
    monkeypatch.setattr(module, "BLOCK_ROWS", 128)
    found = GMM(components=10)(vectors)
    assert found.labels.shape == (900,)
    assert adjusted_mutual_info_score(truth, found.labels) > 0.55


@pytest.mark.parametrize(
    ("columns", "values", "message"),
    [
        (("height",), {"width": np.zeros(300)}, "there is no column 'height' to cluster by; there are: width"),
        (("flat",), {"flat": np.ones(300)}, "no two different numbers"),
        (("empty",), {"empty": np.full(300, np.nan)}, "no two different numbers"),
        (("name",), {"name": np.array([f"n{i}" for i in range(300)], object)}, "300 different values"),
        (("keywords",), {"keywords": np.array([["a"], ["a", "b"], None] * 100, object)}, "several values a row"),
        (("one",), {"one": np.array(["same"] * 300, object)}, "1 different values"),
    ],
)
def test_columns_that_tell_nothing_apart_are_refused(villages, columns, values, message):
    with pytest.raises(InputError, match=message):
        GMM(columns=columns)(villages[0], columns=values)


@pytest.mark.parametrize("wrong", [{"components": 0}, {"weight": -1.0}, {"weight": float("nan")}, {"dims": 0}])
def test_parameters_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError):
        GMM(**wrong)

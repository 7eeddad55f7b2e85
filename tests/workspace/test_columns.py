"""Columns as the viewer reads them: every value of every row can be told back from code and description."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imagespace_core.workspace import columns

texts = st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=1, max_size=40)


@given(texts)
def test_a_category_decodes_to_what_was_encoded(values: list[str | None]) -> None:
    series = pd.Series(values, name="label", dtype="string")
    assume(not series.str.fullmatch(r"#[0-9a-f]{6}").fillna(False).all())  # those are colors
    head, codes = columns.encode(series, "label")
    assert codes is not None
    assert head["kind"] == "category"
    assert [head["values"][code] if code >= 0 else None for code in codes] == values
    assert sum(head["counts"]) + head["missing"] == len(values)
    assert head["counts"] == sorted(head["counts"], reverse=True)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1))
def test_a_number_keeps_its_values_and_says_what_is_missing(values: list[float]) -> None:
    head, array = columns.encode(pd.Series(values, name="x", dtype="float64"), "x")
    assert array is not None
    finite = [v for v in values if np.isfinite(v)]
    assert head["missing"] == len(values) - len(finite)
    if finite:
        assert (head["min"], head["max"]) == (min(finite), max(finite))
        assert head["min"] <= head["low"] <= head["high"] <= head["max"]
    else:
        assert head["min"] is None


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (pd.Series([1, 2, 2, 3]), "category"),
        (pd.Series(range(100)), "number"),
        (pd.Series([1, None, 3], dtype="Int64"), "category"),
        (pd.Series([0.5, 1.5]), "number"),
        (pd.Series([True, False]), "category"),
        (pd.to_datetime(pd.Series(["2024-01-01", None])), "date"),
        (pd.Series(["#ff0000", "#00ff00"]), "color"),
        (pd.Series(["#ff0000", "red"]), "category"),
        (pd.Series([f"caption {i}" for i in range(60)]), "text"),
        (pd.Series([None, None], dtype=object), "category"),
    ],
)
def test_kinds_are_recognized(series: pd.Series, kind: str) -> None:
    assert columns.encode(series, "c")[0]["kind"] == kind


@pytest.mark.parametrize(
    ("values", "exact"),
    [
        (pd.Series(range(16_777_216, 16_777_246)), True),
        (pd.Series([*range(50), None, 2**53], dtype="Int64"), True),
        (pd.Series([1e300, 1e-300, -0.1, *np.arange(20) / 7]), False),
        (pd.Series([float(n) for n in range(20)]), True),
    ],
)
def test_numbers_are_kept_exactly_and_whole_ones_are_called_so(values: pd.Series, exact: bool) -> None:
    head, array = columns.encode(values.rename("x"), "x")
    assert array is not None
    present = values.dropna()
    assert [v for v in array.tolist() if v == v] == present.tolist()
    assert head["whole"] is exact
    if exact:
        assert all(float(head[end]).is_integer() for end in ("min", "max", "low", "high"))


def test_numbers_that_a_short_float_holds_take_no_more_room() -> None:
    _, array = columns.encode(pd.Series([0.5, 0.25, None, 1000.0]), "x")
    assert array is not None
    assert array.dtype == np.float32


def test_nothing_is_minus_zero() -> None:
    head, array = columns.encode(pd.Series([-0.0, 1.5]), "x")
    assert array is not None
    assert not np.signbit([head["min"], array[0]]).any()


@pytest.mark.parametrize("least", [2**53 + 1, 2**63, -(2**60)])
def test_whole_numbers_that_no_float_tells_apart_are_texts(least: int) -> None:
    values = [least + k for k in range(20)]
    head, codes = columns.encode(pd.Series(values), "x")
    assert codes is not None
    assert [head["values"][code] for code in codes] == [str(value) for value in values]


def test_dates_are_unix_seconds() -> None:
    head, array = columns.encode(pd.to_datetime(pd.Series(["1970-01-02", None, "1969-12-31"])), "d")
    assert array is not None
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, [86_400, np.nan, -86_400])
    assert (head["min"], head["max"], head["missing"]) == (-86_400, 86_400, 1)


def test_colors_are_bytes() -> None:
    _, array = columns.encode(pd.Series(["#ff8001", "#000000"]), "c")
    assert array is not None
    assert array.tolist() == [[255, 128, 1], [0, 0, 0]]


def test_cluster_codes_are_the_labels_and_noise_stays_noise() -> None:
    head, codes = columns.encode_clusters(np.array([0, 0, 1, -1, 0], np.int32))
    assert codes.tolist() == [0, 0, 1, -1, 0]
    assert (head["values"], head["counts"], head["missing"]) == (["Cluster 0", "Cluster 1"], [3, 1], 1)


def test_slugs_are_unique() -> None:
    slugs = columns.unique_slugs(["a b", "A-B", "ä", "ö", "a b 2"])
    assert len(set(slugs.values())) == 5
    assert slugs["a b"] == "a-b"


def test_the_first_and_the_last_day_there_is_are_dates() -> None:
    days = pd.Series(np.array(["0001-01-01", "9999-12-31", "NaT"], "datetime64[us]"), name="when")
    head, array = columns.encode(days, "when")
    assert array is not None
    np.testing.assert_array_equal(array, [-62_135_596_800, 253_402_214_400, np.nan])
    assert head["missing"] == 1


def test_a_column_name_of_any_length_is_a_file_name() -> None:
    slugs = columns.unique_slugs(["why " * 200, "why " * 201])
    assert len(set(slugs.values())) == 2
    assert all(len(slug) < 100 for slug in slugs.values())

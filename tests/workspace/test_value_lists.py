"""Multi-valued columns: what each row holds comes back from the table's file and from the viewer's arrays."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagespace_core.workspace.columns import encode_lists
from imagespace_core.workspace.tables import is_multi_valued, read_table, write_table

WORDS = st.lists(st.one_of(st.none(), st.lists(st.sampled_from("abcdé"), min_size=1, max_size=4)), min_size=1)


def keywords(values: list[list[str] | None]) -> pd.Series:
    return pd.Series(pd.array(values, dtype=pd.ArrowDtype(pa.list_(pa.string()))), name="keywords")


@given(WORDS)
def test_every_row_has_the_values_that_were_encoded(values: list[list[str] | None]) -> None:
    head, lists = encode_lists(keywords(values), "keywords")
    decoded = [[head["values"][code] for code in lists.of(row)] for row in range(len(values))]
    assert [sorted(found) for found in decoded] == [sorted(set(given or ())) for given in values]
    assert head["missing"] == sum(given is None for given in values)
    assert head["counts"] == [sum(name in found for found in decoded) for name in head["values"]]
    assert head["counts"] == sorted(head["counts"], reverse=True)


def test_a_row_is_colored_by_its_value_that_most_rows_have() -> None:
    head, lists = encode_lists(keywords([["z", "a"], ["a"], None, ["z", "b"], ["z"]]), "keywords")
    assert head["values"] == ["z", "a", "b"]
    assert lists.first.tolist() == [0, 1, -1, 0, 0]


def test_rows_are_found_by_any_and_by_all_of_some_values() -> None:
    _, lists = encode_lists(keywords([["a", "b"], ["a"], None, ["b", "c"]]), "keywords")
    assert lists.any_of([0, 2]).tolist() == [True, True, False, True]
    assert lists.all_of([0, 1]).tolist() == [True, False, False, False]
    assert lists.any_of([-1]).tolist() == [False, False, True, False]
    assert lists.all_of([]).tolist() == [True] * 4


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string())])
def test_a_table_with_lists_is_read_again_by_us_and_by_pandas(tmp_path: Path, kind: pa.DataType) -> None:
    values = [["a", "b"], None, ["c"]]
    column = pd.Series(pd.array(values, dtype=pd.ArrowDtype(kind)), name="keywords")
    table = pd.DataFrame({"id": ["x", "y", "z"], "n": pd.array([1, None, 3], dtype="Int64"), "keywords": column})
    write_table(table, tmp_path / "items.parquet")
    found = read_table(tmp_path / "items.parquet")
    assert is_multi_valued(found["keywords"])
    assert not is_multi_valued(found["id"])
    assert [None if one is pd.NA else list(one) for one in found["keywords"].astype(object)] == values
    assert (found["id"].tolist(), found["n"].dtype) == (["x", "y", "z"], "Int64")
    plain = pd.read_parquet(tmp_path / "items.parquet")["keywords"]
    assert [None if one is None else list(one) for one in plain] == values

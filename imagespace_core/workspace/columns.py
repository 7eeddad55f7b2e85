"""Columns of the table as the viewer wants them: one small JSON and one flat array each.

`columns/<slug>.json` describes the numbers of `columns/<slug>.npy` mean, by `kind`:
  category, cluster   int32 (n,) codes into `values`, most frequent first; -1 is missing, or noise for a cluster
  list                several values a row: int32 (n,), of each row the code of its value that most rows have; all codes
                      of all rows in `<slug>.starts.npy` and `<slug>.codes.npy`, see `value_lists`
  number              float32 (n,), or float64 (n,) where that holds them exactly and float32 does not; NaN is missing;
                      `min`, `max`, and `low`, `high`, the 2nd and 98th percentile; `whole`, whether all are whole
  date                float64 (n,), Unix seconds, NaN is missing
  color               uint8 (n, 3), the color itself
  text                no array: nearly every row differs, so color would say nothing
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.workspace import names
from imagespace_core.workspace.value_lists import ValueLists, value_lists

if TYPE_CHECKING:
    import pandas as pd

# In the key of the step that writes them: what was encoded in another way is encoded anew. 1: all numbers in float32.
ENCODING = 2
# A whole-number column with this few different values is a label (a digit, a rating), not a quantity.
FEW_INTEGERS = 12
# A text column is a name rather than a category if more than this share of its values differ.
TEXT_SHARE = 0.9
TEXT_LEAST_ROWS = 50
# Whole numbers below are exact in float32, those up to the next in float64; beyond they are texts.
EXACT_IN_FLOAT32 = 2**24
EXACT_IN_FLOAT64 = 2**53


def encode(series: pd.Series, slug: str) -> tuple[dict[str, Any], np.ndarray | None]:
    """A column of one value a row as (its JSON, its array); see the module's description for both."""
    import pandas as pd

    head: dict[str, Any] = {"name": str(series.name), "slug": slug, "missing": int(series.isna().sum())}
    if pd.api.types.is_datetime64_any_dtype(series):
        return _date(head, series)
    if pd.api.types.is_bool_dtype(series):
        return _category(head, series)
    if pd.api.types.is_numeric_dtype(series) and not _beyond(series):
        few = pd.api.types.is_integer_dtype(series) and series.nunique() <= FEW_INTEGERS
        return _category(head, series) if few else _number(head, series)
    text = series.astype("string")
    if len(text) and text.str.fullmatch(r"#[0-9a-f]{6}").fillna(False).all():
        hexes = text.str.slice(1).map(lambda digits: int(digits, 16)).to_numpy(np.uint32)
        rgb = np.stack([hexes >> 16, hexes >> 8 & 255, hexes & 255], axis=1).astype(np.uint8)
        return {**head, "kind": "color"}, rgb
    present = len(text) - head["missing"]
    if present > TEXT_LEAST_ROWS and text.nunique() > TEXT_SHARE * present:
        return {**head, "kind": "text"}, None
    return _category(head, text)


def encode_lists(series: pd.Series, slug: str) -> tuple[dict[str, Any], ValueLists]:
    """A multi-valued column, see `tables.is_multi_valued`."""
    values, counts, lists = value_lists(series)
    head = {"name": str(series.name), "slug": slug, "missing": int((lists.first < 0).sum()), "kind": "list"}
    return {**head, "values": values, "counts": counts}, lists


def encode_clusters(labels: np.ndarray, slug: str = "cluster") -> tuple[dict[str, Any], np.ndarray]:
    """Cluster labels int32 (n,), -1 noise, as a column. Codes are the labels."""
    counts = np.bincount(labels[labels >= 0], minlength=int(labels.max(initial=-1)) + 1)
    values = [f"Cluster {label}" for label in range(len(counts))]
    noise = int((labels < 0).sum())
    head = {"name": "cluster", "slug": slug, "missing": noise, "kind": "cluster"}
    return {**head, "values": values, "counts": counts.tolist()}, labels.astype(np.int32)


def unique_slugs(columns: Iterable[str]) -> dict[str, str]:
    """A file name for every column; columns whose names differ only in signs get a number."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        slug = base = names.slug(column)
        number = 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        taken.add(slug)
        slugs[column] = slug
    return slugs


def _category(head: dict[str, Any], series: pd.Series) -> tuple[dict[str, Any], np.ndarray]:
    values = series.astype("string")
    counts = values.value_counts(dropna=True)
    # By count, then by name: the order, and so the colors, must not depend on the order of the rows.
    order = sorted(counts.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
    codes = {value: code for code, (value, _) in enumerate(order)}
    array = values.map(codes).astype("float64").fillna(-1).to_numpy(np.int32)
    labels = [str(value) for value, _ in order]
    return {**head, "kind": "category", "values": labels, "counts": [int(count) for _, count in order]}, array


def _beyond(series: pd.Series) -> bool:
    """Whether these are whole numbers that a float64 does not tell apart."""
    import pandas as pd

    if not pd.api.types.is_integer_dtype(series) or series.isna().all():
        return False
    return max(-int(series.min()), int(series.max())) > EXACT_IN_FLOAT64


def _number(head: dict[str, Any], series: pd.Series) -> tuple[dict[str, Any], np.ndarray]:
    array = series.astype("float64").to_numpy(np.float64, na_value=np.nan)
    array = np.where(np.isfinite(array), array, np.nan) + 0.0  # -0 becomes 0
    present = array[~np.isnan(array)]
    head["missing"] = len(array) - len(present)
    whole = is_whole(array)
    with np.errstate(over="ignore"):
        short = array.astype(np.float32)
    exact = np.array_equal(short, array, equal_nan=True) and not (whole and np.abs(present).max() >= EXACT_IN_FLOAT32)
    return {**head, "kind": "number", **_range(array, whole), "whole": whole}, short if exact else array


def is_whole(array: np.ndarray) -> bool:
    """Whether there are numbers (n,) and all are whole; NaN is missing."""
    present = array[~np.isnan(array)]
    return len(present) > 0 and bool(np.equal(np.floor(present), present).all())


def _date(head: dict[str, Any], series: pd.Series) -> tuple[dict[str, Any], np.ndarray]:
    import pandas as pd

    moments = series.dt.tz_convert("UTC").dt.tz_localize(None) if getattr(series.dt, "tz", None) else series
    # In microseconds: nanoseconds, the default, end in 2262, and "9999-12-31" is a common way to say never.
    seconds = (
        (moments.astype("datetime64[us]") - pd.Timestamp(0).as_unit("us"))
        .dt.total_seconds()
        .to_numpy(np.float64, na_value=np.nan)
    )
    return {**head, "kind": "date", **_range(seconds)}, seconds


def _range(array: np.ndarray, whole: bool = False) -> dict[str, float | None]:
    present = array[~np.isnan(array)]
    if not len(present):
        return {"min": None, "max": None, "low": None, "high": None}
    low, high = np.percentile(present, [2, 98], method="nearest" if whole else "linear")
    return {"min": float(present.min()), "max": float(present.max()), "low": float(low), "high": float(high)}

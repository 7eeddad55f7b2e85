"""The order of a selection's gallery: by distance, by name, or by any column."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from imagespace_core.app import load
from imagespace_core.app.state import usable_columns
from imagespace_core.selection import Selection
from imagespace_core.selection.order import cosine_distances, mean_direction, sequence
from imagespace_core.workspace import Workspace

DISTANCE, NAME = "distance", "file name"


def orders(opened: Workspace) -> list[str]:
    """What a gallery can be sorted by."""
    columns = [column["name"] for column in usable_columns(opened)]
    return [DISTANCE, NAME, *(name for name in columns if name not in (DISTANCE, NAME))]


@dataclass(frozen=True)
class Ordered:
    """rows: int64 (m,), the selected rows in order, equal ones by row, those without a value last. distances: float32
    (m,) of the same rows, where they are sorted by it."""

    rows: np.ndarray
    distances: np.ndarray | None = None


def in_order(opened: Workspace, selection: Selection, order: str, descending: bool, image: int | None) -> Ordered:
    """order: one of `orders`. Distance is measured from the row `image`, or from the mean of the selection."""
    digest = hashlib.sha256(selection.stream).hexdigest()
    near = image if order == DISTANCE else None
    return _in_order(str(opened.root), opened.manifest.build, digest, order, descending, near, selection)


@st.cache_resource(max_entries=8, show_spinner="Sorting the selection")
def _in_order(
    path: str, build: str, digest: str, order: str, descending: bool, image: int | None, _selection: Selection
) -> Ordered:
    opened = load.workspace(Path(path))
    rows = np.flatnonzero(_selection.mask())
    if order != DISTANCE:
        keys = _keys(path, build, order)[rows]
        return Ordered(rows[sequence(keys, descending)])
    vectors = opened.vectors()
    target = mean_direction(vectors, rows) if image is None else np.array(vectors[image])
    distances = cosine_distances(vectors, rows, target)
    first = sequence(distances, descending)
    return Ordered(rows[first], distances[first])


@st.cache_resource(max_entries=4, show_spinner="Sorting the column")
def _keys(path: str, build: str, name: str) -> np.ndarray:
    """float64 (n,) that sorts as the column does, NaN where it is missing."""
    opened = load.workspace(Path(path))
    if name == NAME:
        # Sources give their files by name, mostly; then there is nothing to sort.
        by_name = all(map(operator.le, opened.ids, islice(opened.ids, 1, None)))
        return np.arange(opened.rows, dtype=np.float64) if by_name else _ranks(opened.ids)
    column = next(column for column in opened.columns() if column["name"] == name)
    head, values = opened.column(column["slug"])
    if values is None:
        return _ranks(opened.items[name].astype("string"))
    return sort_keys(head, values)


def sort_keys(head: dict[str, Any], values: np.ndarray) -> np.ndarray:
    """float64 (n,): numbers and dates as they are, values by name or number, clusters by label, colors by lightness."""
    match head["kind"]:
        case "category":
            return _taken(_ranks_of_values(head["values"]), values)
        case "cluster":
            return np.where(values < 0, np.nan, values)
        case "color":
            return values @ np.array([0.2126, 0.7152, 0.0722])
        case _:
            return np.asarray(values, np.float64)


def _ranks_of_values(values: Sequence[str]) -> np.ndarray:
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return _ranks(values)


def _taken(ranks: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """float64 (n,): the rank of each code; NaN for -1."""
    return np.append(ranks, np.nan)[codes]


def _ranks(texts: Any) -> np.ndarray:
    """float64 (n,): the place of each text among all in order, equal ones the same; NaN for missing ones."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(texts, pa.string(), from_pandas=True)
    ranks = pc.call_function("rank", [array], pc.RankOptions("ascending", tiebreaker="dense")).to_numpy().astype(float)
    return np.where(array.is_null().to_numpy(zero_copy_only=False), np.nan, ranks)

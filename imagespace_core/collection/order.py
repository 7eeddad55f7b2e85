"""Orders rows: by how near they are to one, by name, or by any column."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.collection.columns import column_named
from imagespace_core.selection.order import cosine_distances, mean_direction, sequence

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace

NAME = "file name"


@dataclass(frozen=True)
class Ordered:
    """rows: int64 (m,), in order, equal ones by row, those without a value last. distances: float32 (m,) of the same
    rows, where they are sorted by it."""

    rows: np.ndarray
    distances: np.ndarray | None = None


def by_distance(workspace: Workspace, rows: np.ndarray, image: int | None = None, descending: bool = False) -> Ordered:
    """rows: int64 (m,), ascending. image: the row that distances are measured from, by default the mean of them all."""
    vectors = workspace.vectors()
    target = mean_direction(vectors, rows) if image is None else np.array(vectors[image])
    distances = cosine_distances(vectors, rows, target)
    first = sequence(distances, descending)
    return Ordered(rows[first], distances[first])


def name_keys(workspace: Workspace) -> np.ndarray:
    """float64 (n,) that sorts as the images' names do."""
    # Sources give their files by name, mostly; then there is nothing to sort.
    by_name = all(map(operator.le, workspace.ids, islice(workspace.ids, 1, None)))
    return np.arange(workspace.rows, dtype=np.float64) if by_name else _ranks(workspace.ids)


def keys_of(workspace: Workspace, column: str) -> np.ndarray:
    """float64 (n,) that sorts as a column does, by name or slug; NaN where it is missing. Raises InputError."""
    head, values = workspace.column(column_named(workspace, column)["slug"])
    return _ranks(workspace.items[head["name"]].astype("string")) if values is None else sort_keys(head, values)


def sort_keys(head: dict[str, Any], values: np.ndarray) -> np.ndarray:
    """float64 (n,): numbers and dates as they are, values by name or number, of several in a row the one that most rows
    have, clusters by label, colors by lightness."""
    match head["kind"]:
        case "category" | "list":
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

"""Selects rows by the values of their columns, and by where they lie on a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.collection.clusters import names_of, value_names
from imagespace_core.collection.columns import column_named
from imagespace_core.collection.positions import positions
from imagespace_core.drawing.colors import CODED
from imagespace_core.errors import InputError, nearest
from imagespace_core.selection import inside, within

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace

# Map units are screen units: x and y as they are, w = 1 (column-major).
_PLAN = np.eye(4).ravel()


def with_values(workspace: Workspace, column: str, values: Sequence[str]) -> np.ndarray:
    """bool (n,): the rows that have one of these values; of clusters, names or `noise`. Where rows have several values
    one of them is enough.

    Raises InputError for a column, by name or slug, that has no such values.
    """
    head, codes = workspace.column(column_named(workspace, column)["slug"])
    if codes is None or head["kind"] not in CODED:
        raise InputError(f"the column {column} is of kind {head['kind']}; values to choose from need categories")
    names = value_names(head, names_of(workspace))
    known = {name: code for code, name in enumerate(names)} | ({"noise": -1} if head["kind"] == "cluster" else {})
    if unknown := [value for value in values if value not in known]:
        raise InputError(f"{column} has no value {', '.join(map(repr, unknown))}; {nearest(unknown[0], known)}")
    return having(workspace, head, [known[value] for value in values])


def having(workspace: Workspace, head: Mapping[str, Any], codes: Sequence[int], every: bool = False) -> np.ndarray:
    """bool (n,): the rows that have one of these codes of a column of categories, clusters or lists, -1 standing for
    none; every: all of them."""
    if head["kind"] == "list":
        lists = workspace.value_lists(head["slug"])
        return lists.all_of(codes) if every else lists.any_of(codes)
    values = workspace.column(head["slug"])[1]
    assert values is not None
    return np.isin(values, codes) & (not every or len(set(codes)) <= 1)


def in_range(workspace: Workspace, column: str, low: float, high: float) -> np.ndarray:
    """bool (n,): the rows whose number is from `low` to `high`, both included; dates in Unix seconds. What is missing
    is in no range.

    Raises InputError for a column, by name or slug, that holds no numbers or dates.
    """
    head, numbers = workspace.column(column_named(workspace, column)["slug"])
    if numbers is None or head["kind"] not in ("number", "date"):
        raise InputError(f"the column {column} is of kind {head['kind']}; a range needs numbers or dates")
    return within(numbers, low, high)


def in_polygon(workspace: Workspace, name: str, polygon: np.ndarray | Sequence[Sequence[float]]) -> np.ndarray:
    """bool (n,): the rows that a map or layout in 2D has inside the polygon, (v, 2) in its units, by the even-odd rule.

    Raises InputError where there is no such map.
    """
    points = np.asarray(polygon, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise InputError(f"a polygon of shape {points.shape}; expected (corners, 2) with 3 corners or more")
    return inside(positions(workspace, name, 2), _PLAN, points, 0.0)


def select(
    workspace: Workspace,
    values: Mapping[str, Sequence[str]] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    polygons: Mapping[str, np.ndarray | Sequence[Sequence[float]]] | None = None,
) -> np.ndarray:
    """int64 (m,): the rows that meet every condition, ascending; all rows without any.

    values: by column, see `with_values`. ranges: by column, lowest and highest. polygons: by map, see `in_polygon`.
    """
    masks = [with_values(workspace, column, several) for column, several in (values or {}).items()]
    masks += [in_range(workspace, column, *limits) for column, limits in (ranges or {}).items()]
    masks += [in_polygon(workspace, name, polygon) for name, polygon in (polygons or {}).items()]
    return np.flatnonzero(np.logical_and.reduce([np.ones(workspace.rows, bool), *masks]))

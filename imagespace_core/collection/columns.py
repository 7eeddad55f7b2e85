"""Columns by name: their values, and the colors that they give to rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.drawing.colors import colors_of
from imagespace_core.errors import InputError, absent

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace


def column_named(workspace: Workspace, name: str) -> dict[str, Any]:
    """The entry of `Workspace.columns` with this name or slug. Raises InputError where there is none."""
    there = workspace.columns()
    found = next((column for key in ("name", "slug") for column in there if column[key] == name), None)
    if found is None:
        raise InputError(absent("column", name, (column["name"] for column in there)))
    return found


@dataclass(frozen=True)
class Colored:
    """head, values: of the column, see `Workspace.column`. colors: uint8 (n, 3), gray where there is no value."""

    head: dict[str, Any]
    values: np.ndarray | None
    colors: np.ndarray


def colored(workspace: Workspace, column: str | None, palette: Sequence[str] = ()) -> Colored:
    """The colors that a column, by name or slug, gives to rows; None gives gray.

    palette: `#rrggbb` that categories get first. Raises InputError where there is no such column.
    """
    if column is None:
        return Colored({"kind": None}, None, colors_of(None, None, workspace.rows, (0.0, 0.0)))
    head, values = workspace.column(column_named(workspace, column)["slug"])
    limits = head.get("low") or 0.0, head.get("high") or 0.0
    return Colored(head, values, colors_of(head["kind"], values, workspace.rows, limits, tuple(palette)))

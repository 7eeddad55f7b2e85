"""Collects the material of layouts: colors, dates, coordinates, a map, groups. A build arranges by it, and `arrange`
later, so that both are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.collection.coordinates import coordinates, numbers
from imagespace_core.layout import Material
from imagespace_core.workspace import columns, names
from imagespace_core.workspace.cluster_names import ClusterNames

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.workspace import Workspace

COLORS = ("hue", "saturation", "lightness")


def material(
    table: pd.DataFrame | None = None, map2d: np.ndarray | None = None, labels: np.ndarray | None = None
) -> Material:
    """What layouts are made of. table: `items.parquet`, or `images.parquet` for colors alone. map2d: float32 (n, 2).
    labels: int32 (n,), clusters, -1 for noise."""
    found: dict[str, Any] = {} if table is None else _of_table(table)
    if map2d is not None:
        found["map2d"] = np.asarray(map2d)
    if labels is not None:
        count = int(labels.max(initial=-1)) + 1
        found |= {"labels": np.asarray(labels), "group_names": tuple(ClusterNames().titles(count))}
    return Material(**found)


def material_of(workspace: Workspace, by: str | None = None) -> Material:
    """All that a workspace has to arrange by. by: slug of a column of categories that groups, not the clusters."""
    manifest = workspace.manifest
    default = names.preferred_map([name for name, dims in manifest.projections().items() if 2 in dims])
    found = material(
        workspace.items,
        None if default is None else workspace.positions(default, 2),
        workspace.clusters()[0] if "clusters" in manifest.steps else None,
    )
    if by is None:
        return found
    head, codes = workspace.column(by)
    return replace(found, labels=np.asarray(codes), group_names=tuple(head["values"]), rest="missing")


def date_column(table: pd.DataFrame) -> str | None:
    """The column with the dates when images were taken: `taken_at`, or where that is empty the first with dates."""
    import pandas as pd

    others = table.select_dtypes(["datetime", "datetimetz"]).columns.drop("taken_at", errors="ignore")
    return next(
        (name for name in ["taken_at", *others] if name in table and pd.Series(table[name]).notna().any()), None
    )


def _of_table(table: pd.DataFrame) -> dict[str, Any]:
    """Those fields of a Material that are columns of the table, float64 (n,)."""
    import pandas as pd

    found: dict[str, Any] = {name: numbers(table[name]) for name in COLORS if name in table}
    if date := date_column(table):
        found["taken"], found["taken_from"] = columns.encode(pd.Series(table[date]), "date")[1], date
    if there := coordinates(table):
        found |= {"longitude": there.longitude, "latitude": there.latitude}
    return found

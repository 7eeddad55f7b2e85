"""Longitude and latitude of the images, from the columns that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.layout.geography import coordinate_columns

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.workspace import Workspace


@dataclass(frozen=True)
class Coordinates:
    """longitude, latitude: float64 (n,) in degrees, NaN where an image has none."""

    longitude: np.ndarray
    latitude: np.ndarray


def coordinates(table: pd.DataFrame) -> Coordinates | None:
    """Those in a table's columns of numbers, see `layout.geography.coordinate_columns`; None without such columns."""
    chosen = coordinate_columns(table.select_dtypes("number").columns)
    return None if chosen is None else Coordinates(*(numbers(table[name]) for name in chosen))


def coordinates_of(workspace: Workspace) -> Coordinates | None:
    """Of a workspace; None where no image has any."""
    # The names come first: to read a large table takes seconds.
    if coordinate_columns(column["name"] for column in workspace.columns()) is None:
        return None
    found = coordinates(workspace.items)
    return found if found and (np.isfinite(found.longitude) & np.isfinite(found.latitude)).any() else None


def numbers(series: Any) -> np.ndarray:
    """A column of numbers as float64 (n,), NaN where it is missing."""
    return series.astype("float64").to_numpy(np.float64, na_value=np.nan)

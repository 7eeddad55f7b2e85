"""What a table of images says that layouts can arrange by: colors, dates, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.layout.geography import coordinate_columns
from imagespace_core.workspace import columns

if TYPE_CHECKING:
    import pandas as pd

COLORS = ("hue", "saturation", "lightness")


def fields(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """`items.parquet` or `images.parquet` -> those fields of a `layout.Material` that it has, float64 (n,)."""
    import pandas as pd

    found = {name: _numbers(table[name]) for name in COLORS if name in table}
    if date := date_column(table):
        seconds = columns.encode(pd.Series(table[date]), "date")[1]
        assert seconds is not None
        found["taken"] = seconds
    if chosen := coordinate_columns(table.select_dtypes("number").columns):
        found["longitude"], found["latitude"] = (_numbers(table[name]) for name in chosen)
    return found


def date_column(table: pd.DataFrame) -> str | None:
    """The column that tells when images were taken: `taken_at`, or where that is empty the first with dates."""
    import pandas as pd

    others = table.select_dtypes(["datetime", "datetimetz"]).columns.drop("taken_at", errors="ignore")
    return next(
        (name for name in ["taken_at", *others] if name in table and pd.Series(table[name]).notna().any()), None
    )


def _numbers(series: Any) -> np.ndarray:
    return series.astype("float64").to_numpy(np.float64, na_value=np.nan)

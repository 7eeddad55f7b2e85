"""Rows to exclude from a search: patches that overlap an example look like it for no merit of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.errors import InputError, absent
from imagespace_core.evaluate.relevance import has_several_values

if TYPE_CHECKING:
    import pandas as pd

PARENTS = ("slice", "scene", "photo")
"""Columns in which sources name the image that an item was cut from."""
LEAST_LEFT = 0.5


def parent_column(table: pd.DataFrame, examples: int) -> str | None:
    """The column whose groups should be left out with their examples: the images that items were cut from. None where
    there is none, or where the examples could use up more than half of the groups.

    examples: how many a search has, positive and negative.
    """
    for name in PARENTS:
        if name in table and (1 - LEAST_LEFT) * len(set(table[name].dropna())) >= examples:
            return name
    return None


def groups_of(table: pd.DataFrame, column: str) -> np.ndarray:
    """object (n,): the group of every row, as text. Raises InputError where there is no such column."""
    if column not in table:
        raise InputError(absent("column", column, table.columns))
    if has_several_values(table[column]):
        raise InputError(
            f"the column {column} has several values a row, so that rows have no one group by it; choose another"
        )
    return table[column].astype(str).to_numpy(object)

"""Relevance: which rows a search should find, taken from a column of the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.drawing.words import number
from imagespace_core.errors import InputError, absent, nearest

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 8


@dataclass(frozen=True)
class Relevance:
    """What is relevant, row by row.

    relevant: bool (n,), False where nothing is known. known: bool (n,). overlap: float64 (n,), share of the item that
    the structure covers, NaN where unknown; None where the table has no such column.
    """

    name: str
    relevant: np.ndarray
    known: np.ndarray
    overlap: np.ndarray | None = None

    @property
    def share(self) -> float:
        """Of the rows of which something is known, those that are relevant: what a random ranking finds."""
        return float(self.relevant.sum() / max(1, self.known.sum()))


def judge(table: pd.DataFrame, label: str, value: str | None = None, min_overlap: float | None = None) -> Relevance:
    """Relevance by the column `label`.

    A column of yes and no is taken as it is; of texts and other values those that equal `value` are relevant, of
    several values a row (keywords) those that hold it; of numbers from 0 to 1 (an overlap) those of at least
    `min_overlap`, 0.5 unless given. With `min_overlap` a column of yes and no is judged anew by the overlap column that
    belongs to it: `overlap` to `structure`, `overlap_x` to `x` or to `label_x`.

    Raises InputError where the column or the value is not there, or nothing or everything is relevant.
    """
    names = list(map(str, table.columns))
    if label not in names:
        raise InputError(absent("column", label, names))
    column: Any = table[label]
    known = column.notna().to_numpy(bool)
    present = column[known].to_numpy(object)
    overlap = overlap_beside(table, label)
    relevant = np.zeros(len(table), bool)
    if value is not None:
        several = has_several_values(column)
        texts = [list(map(str, one)) if several else [_text(one)] for one in present]
        held = [value in row for row in texts]
        if not any(held):
            values = dict.fromkeys(text for row in texts for text in row)
            raise InputError(f"no row has {value!r} in the column {label}; {nearest(value, values)}")
        relevant[known], name = held, f"{label} = {value}"
    elif len(present) and all(isinstance(each, bool | np.bool_) for each in present):
        if min_overlap is None:
            relevant[known], name = present.astype(bool), label
        elif overlap is None:
            raise InputError(f"the column {label} has no overlap beside it; leave --min-overlap out")
        else:
            known = np.isfinite(overlap)
            relevant[known], name = overlap[known] >= min_overlap, f"{label}, overlap at least {min_overlap:g}"
    elif _are_shares(column):
        overlap, least = _floats(column), 0.5 if min_overlap is None else min_overlap
        relevant[known], name = overlap[known] >= least, f"{label} at least {least:g}"
    else:
        raise InputError(
            f"the column {label} holds {_list(values_of(column))}; say which one should be found (--value)"
        )
    if not relevant.any() or relevant.sum() == known.sum():
        much = "all" if relevant.any() else "none"
        raise InputError(
            f"{much} of the {int(known.sum()):,} rows are {name}, so that there is nothing to tell apart; "
            "choose another value (--value) or least overlap (--min-overlap)"
        )
    return Relevance(name, relevant, known, overlap)


def overlap_beside(table: pd.DataFrame, label: str) -> np.ndarray | None:
    """float64 (n,): the overlap that a column of yes and no is decided by, NaN where unknown; None if there is none."""
    beside = overlap_column(list(map(str, table.columns)), label)
    return None if beside is None else _floats(table[beside])


def overlap_judged(table: pd.DataFrame, label: str) -> np.ndarray | None:
    """The same for a column of overlaps, too: what a least overlap is compared with when `judge` is given one."""
    if label in table and _are_shares(table[label]):
        return _floats(table[label])
    return overlap_beside(table, label)


def has_several_values(column: Any) -> bool:
    """Whether a pandas column has several values a row."""
    return "list<" in str(column.dtype)


def values_of(column: Any) -> list[str]:
    """What can be found in a column, as text: the most frequent first, then by name."""
    present = column.dropna()
    values = present.explode() if has_several_values(column) else present
    found = [(-int(count), _text(value)) for value, count in values.value_counts().items()]
    return [text for _, text in sorted(found)]


def _text(value: object) -> str:
    """Whole numbers without decimals, whatever type holds them."""
    return number(float(value)) if isinstance(value, float | np.floating) and value.is_integer() else str(value)


def overlap_column(names: list[str], label: str) -> str | None:
    """The column with the overlap that `label` is decided by, if there is one.

    >>> overlap_column(["overlap", "structure"], "structure"), overlap_column(["overlap_7", "label_7"], "label_7")
    ('overlap', 'overlap_7')
    """
    wanted = [
        f"overlap_{label}",
        f"overlap_{label.removeprefix('label_')}",
        *(["overlap"] if label == "structure" else []),
    ]
    return next((name for name in wanted if name in names), None)


def _floats(column: Any) -> np.ndarray:
    return column.astype("Float64").to_numpy(np.float64, na_value=np.nan)


def _are_shares(column: Any) -> bool:
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column) or column.notna().sum() == 0:
        return False
    return 0 <= float(column.min()) <= float(column.max()) <= 1


def _list(values: Iterable[object]) -> str:
    shown = list(map(str, values))
    return ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")

"""When the images of a table were taken: dates made of a year, a month and a day in columns of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.sources.tables.dates import FIRST_YEAR, LAST_YEAR, PARTIAL, month_numbers, of_parts

if TYPE_CHECKING:
    import pandas as pd


def of_year(columns: Mapping[str, pd.Series]) -> tuple[pd.Series | None, str]:
    """(datetime64[us], what it is made of) of a column year, with month and day where there are such; None without.

    Names count in any case. A month is a number or its English name. What is no month or no day counts as the first.
    """
    import pandas as pd

    names = {name.casefold(): name for name in columns}
    if "year" not in names or columns[names["year"]].isna().all():
        return None, ""
    year = _whole(columns[names["year"]])
    if year is None or not (((year >= FIRST_YEAR) & (year <= LAST_YEAR)) | (year == _NONE)).all():
        return None, f"not every value of {names['year']} is a year, so no dates are made of it"
    month, day = np.full(len(year), _NONE), np.full(len(year), _NONE)
    used = [names["year"]]
    if "month" in names:
        column = columns[names["month"]]
        found = _whole(column)
        month = month_numbers(column) if found is None else found
        used.append(names["month"])
        if "day" in names and (found := _whole(columns[names["day"]])) is not None:
            day = found
            used.append(names["day"])
    moments = of_parts(year, month, day)
    dated = ~np.isnat(moments)
    of_month = dated & (month >= 1) & (month <= 12)
    of_day = of_month & (moments.astype("datetime64[D]") - moments.astype("datetime64[M]") + 1 == day)
    grains = {"year": dated & ~of_month, "month": of_month & ~of_day}
    notes = [words for grain, words in PARTIAL.items() if grains[grain].any()]
    return pd.Series(moments), ", ".join([f"made of {', '.join(used)}", *notes])


def finer(own: pd.Series, given: pd.Series, partial: Collection[str]) -> pd.Series:
    """The given dates, the images' own where there is none, and where the own one lies in a given year or month that
    leaves open more.

    own, given: datetime64[us] (n,). partial: see `PARTIAL`.
    """
    moments, others = given.to_numpy().astype("datetime64[us]"), own.to_numpy().astype("datetime64[us]")
    keep = np.isnat(moments)
    for grain, unit in (("year", "datetime64[Y]"), ("month", "datetime64[M]")):
        if grain in partial:
            first = moments.astype(unit)
            keep |= (first.astype("datetime64[us]") == moments) & (others.astype(unit) == first)
    return given.astype("datetime64[us]").mask(keep, own)


_NONE = 0


def _whole(column: pd.Series) -> np.ndarray | None:
    """int64 (n,), 0 where missing; None where not all values are whole numbers."""
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return None
    numbers = column.astype("float64").to_numpy(np.float64, na_value=np.nan)
    present = ~np.isnan(numbers)
    if (numbers[present] % 1 != 0).any():
        return None
    return np.where(present, numbers, _NONE).astype(np.int64)

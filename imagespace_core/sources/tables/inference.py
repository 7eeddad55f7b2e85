"""Columns of a metadata file to pandas columns of one clear type each: number, date, yes/no or text."""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SAMPLE = 1000
_MISSING = ("nan", "na", "n/a", "null", "none")
"""Words, in any case, that mean a missing value among numbers, dates and yes/no; among text they are text."""
_INFINITE = tuple(sign + word for sign in ("", "+", "-") for word in ("inf", "infinity", "∞"))
"""Words, in any case, that are missing among numbers: no color scale, filter or mean has a place for them."""

_INTEGER = r"^-?(0|[1-9]\d{0,17})$"
# No leading zeros and no plus sign: "007.5" and "+4912345" are identifiers.
_NUMBER = r"^-?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
_DATE = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?( ?(Z|[+-]\d\d(:?\d\d)?))?)?$"
_ZONE = r"[T ].*(Z|[+-]\d\d(:?\d\d)?)$"


def text_type() -> pd.StringDtype:
    """The type of text columns: UTF-8 in Arrow, NaN where missing, as in pandas 3."""
    import pandas as pd

    return pd.StringDtype("pyarrow", na_value=np.nan)


def from_text(values: pa.ChunkedArray, *, numbers: bool = True) -> tuple[pd.Series, str]:
    """Strings -> (column, note): what every value reads as; one that does not makes the column text.

    Blank cells are missing, infinite numbers as well. Whole numbers become int64 (Int64 where some are missing),
    other numbers float64, true/false bool (boolean where some are missing), ISO 8601 dates datetime64[us] without
    zone (times with a zone are turned into UTC). Numbers with leading zeros, or with more digits than a float holds,
    are identifiers: text. The note is "" unless something was decided that people should know.

    numbers: False for formats that tell numbers and yes/no from text by themselves; only dates are read then.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    blank = pc.equal(pc.utf8_trim_whitespace(values), "")
    values = pc.if_else(blank, pa.scalar(None, values.type), values)
    trimmed = pc.utf8_trim_whitespace(values)
    absent = pc.is_in(pc.utf8_lower(trimmed), pa.array(_MISSING))
    typed = pc.if_else(absent, pa.scalar(None, values.type), trimmed)
    present = typed.drop_null()

    def all_match(pattern: str, present: pa.ChunkedArray) -> bool:
        # The sample spares long texts the whole test.
        return all(pc.all(pc.match_substring_regex(v, pattern)).as_py() for v in (present[:_SAMPLE], present))

    column, note = None, ""
    if len(present) and numbers:
        lower = pc.utf8_lower(typed)
        infinite = pc.is_in(lower, pa.array(_INFINITE))
        finite = pc.if_else(infinite, pa.scalar(None, typed.type), typed)
        if pc.all(pc.is_in(lower.drop_null(), pa.array(["true", "false"]))).as_py():
            column = _boolean(pc.equal(lower, "true"))
        elif not (some := finite.drop_null()):
            pass  # not one number
        elif all_match(_INTEGER, some):
            column = _integer(finite.cast(pa.int64()))
        elif all_match(_NUMBER, some):
            floats = finite.cast(pa.float64())
            column = _float(floats) if pc.all(pc.is_finite(floats)).as_py() else None
        if column is not None and (count := pc.sum(infinite).as_py()):
            note = f"{count} infinite numbers read as missing"
    if column is None and len(present) and all_match(_DATE, present):
        column, note = _date(typed, bool(pc.any(pc.match_substring_regex(present, _ZONE)).as_py()))
    if column is None:
        return _text(values), ""
    if words := pc.sum(absent).as_py():
        examples = ", ".join(repr(w) for w in pc.unique(trimmed.filter(absent)).to_pylist()[:3])
        note = "; ".join(filter(None, [note, f"{words} cells ({examples}) read as missing"]))
    return column, note


def from_arrow(values: pa.ChunkedArray) -> tuple[pd.Series | None, str]:
    """A column that has a type already -> (column, note); None for what cannot be shown, raw bytes.

    Text stays text. Dictionaries are resolved, decimals become float64, lists and structs JSON, times and
    durations text; numbers that are not finite are missing.
    """
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    kind = values.type
    if pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind):
        import pyarrow.compute as pc

        values = values.cast(pa.large_string())
        blank = pc.equal(pc.utf8_trim_whitespace(values), "")
        return _text(pc.if_else(blank, pa.scalar(None, values.type), values)), ""
    if pt.is_boolean(kind):
        return _boolean(values), ""
    if pt.is_integer(kind):
        try:
            return _integer(values.cast(pa.int64())), ""
        except pa.ArrowInvalid:
            return _text(values.cast(pa.string())), "numbers beyond 64 bits kept as text"
    if pt.is_floating(kind) or pt.is_decimal(kind):
        return _finite(values.cast(pa.float64()))
    if pt.is_timestamp(kind) or pt.is_date(kind):
        note = "times turned into UTC" if pt.is_timestamp(kind) and kind.tz else ""
        return _dates(values.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False)), note
    if pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_fixed_size_binary(kind):
        return None, "raw bytes left out"
    if pt.is_null(kind):
        return _text(values.cast(pa.string())), ""
    return _text(pa.chunked_array([pa.array(_as_text(values.to_pylist()), pa.large_string())])), "kept as text"


def from_objects(values: Sequence[object]) -> tuple[pd.Series | None, str]:
    """Values as JSON gives them, or dates; None where missing -> (column, note). Mixed types become text."""
    import pyarrow as pa

    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {str}:
        return from_text(pa.chunked_array([pa.array(values, pa.large_string())]), numbers=False)
    if kinds == {bool}:
        return from_arrow(pa.chunked_array([pa.array(values, pa.bool_())]))
    try:
        if kinds == {int}:
            return from_arrow(pa.chunked_array([pa.array(values, pa.int64())]))
        if kinds and kinds <= {int, float}:
            return from_arrow(pa.chunked_array([pa.array(values, pa.float64(), from_pandas=True)]))
        if kinds and all(issubclass(kind, date) for kind in kinds):
            return from_arrow(pa.chunked_array([pa.array(values)]))
    except (OverflowError, pa.ArrowInvalid):  # a whole number that its type does not hold exactly
        pass
    note = "" if kinds <= {str} else "values of several types, kept as text"
    return _text(pa.chunked_array([pa.array(_as_text(values), pa.large_string())])), note


def _as_text(values: Sequence[object]) -> list[str | None]:
    return [
        v if v is None or isinstance(v, str) else json.dumps(v, ensure_ascii=False, default=str).strip('"')
        for v in values
    ]


def _text(values: pa.ChunkedArray) -> pd.Series:
    import pandas as pd
    import pyarrow as pa

    return pd.Series(text_type().__from_arrow__(values.cast(pa.large_string())))


def _boolean(values: pa.ChunkedArray) -> pd.Series:
    import pandas as pd

    column = pd.Series(pd.BooleanDtype().__from_arrow__(values))
    return column if column.hasnans else column.astype(bool)


def _integer(values: pa.ChunkedArray) -> pd.Series:
    import pandas as pd

    column = pd.Series(pd.Int64Dtype().__from_arrow__(values))
    return column if column.hasnans else column.astype("int64")


def _float(values: pa.ChunkedArray) -> pd.Series:
    import pandas as pd

    return pd.Series(values.to_numpy().astype(np.float64))


def _finite(values: pa.ChunkedArray) -> tuple[pd.Series, str]:
    column = _float(values)
    infinite = np.isinf(column.to_numpy())
    note = f"{infinite.sum()} infinite numbers read as missing" if infinite.any() else ""
    return column.mask(infinite), note


def _dates(values: pa.ChunkedArray) -> pd.Series:
    import pandas as pd

    column = pd.Series(values.to_pandas())
    if column.dt.tz is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return column.astype("datetime64[us]")


def _date(values: pa.ChunkedArray, zoned: bool) -> tuple[pd.Series | None, str]:
    """None where a value only looks like a date (February 30th)."""
    import pandas as pd

    column = pd.to_datetime(values.to_pandas(), format="ISO8601", errors="coerce", utc=zoned)
    if column.isna().sum() != values.null_count:
        return None, ""
    if zoned:
        column = column.dt.tz_localize(None)
    return column.astype("datetime64[us]"), "times turned into UTC" if zoned else ""

"""Columns of a metadata file to pandas columns of one clear type each: number, date, yes/no, lists or text."""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.sources.tables.dates import as_dates, named_for_dates, read_dates
from imagespace_core.sources.tables.multiple import multi_valued, read_lists
from imagespace_core.sources.tables.numerals import BEYOND, exact, read_numbers

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

REVISION = 1
"""Of how cells are read; raised where a release reads the same file otherwise, so that workspaces read it anew."""

_MISSING = ("nan", "na", "n/a", "null", "none")
"""Words, in any case, that mean a missing value among numbers, dates and yes/no; among text they are text."""
_INFINITE = tuple(sign + word for sign in ("", "+", "-") for word in ("inf", "infinity", "∞"))
"""Words, in any case, that are missing among numbers: no color scale, filter or mean has a place for them."""
_PART = 50_000
"""Values that are Python's at a time."""
_MICROSECONDS = {"D": 86_400_000_000, "s": 1_000_000, "ms": 1_000}
"""Of the units that are longer."""


def text_type() -> pd.StringDtype:
    """The type of text columns: UTF-8 in Arrow, NaN where missing, as in pandas 3."""
    import pandas as pd

    return pd.StringDtype("pyarrow", na_value=np.nan)


def from_text(values: pa.ChunkedArray, name: str = "", *, numbers: bool = True) -> tuple[pd.Series, str]:
    """Strings -> (column, note): what every value reads as; one that does not makes the column text.

    Blank cells are missing, infinite numbers as well. Whole numbers become int64 (Int64 where some are missing),
    other numbers float64 (decimal commas where they are no thousands, see `read_numbers`), true/false bool (boolean
    where some are missing), dates datetime64[us] without zone (see `read_dates`), lists of texts multi-valued (see
    `read_lists`). Numbers with leading zeros, or with more digits than a float holds, are identifiers: text. The note
    is "" unless something was decided that people should know.

    name: of the column; it may say that numbers are dates, or that texts are lists.
    numbers: False for formats that tell numbers and yes/no from text by themselves.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(values)
    blank = pc.equal(trimmed, "")
    values = pc.if_else(blank, pa.scalar(None, values.type), values)
    absent = pc.is_in(pc.utf8_lower(trimmed), pa.array(_MISSING))
    typed = pc.if_else(pc.or_(blank, absent), pa.scalar(None, values.type), trimmed)
    if not len(typed) - typed.null_count:
        return _text(values), ""
    column, note = read_dates(typed, name)
    if column is None and numbers:
        column, why = _yes_or_number(typed)
        note = why or note
    if column is None:
        column, why = read_lists(values, name)
        note = why or note
        return (_text(values), note) if column is None else (column, note)
    if words := pc.sum(absent).as_py():
        examples = ", ".join(repr(w) for w in pc.unique(trimmed.filter(absent)).to_pylist()[:3])
        note = "; ".join(filter(None, [note, f"{words} cells ({examples}) read as missing"]))
    return column, note


def _yes_or_number(typed: pa.ChunkedArray) -> tuple[pd.Series | None, str]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    lower = pc.utf8_lower(typed)
    if pc.all(pc.is_in(lower.drop_null(), pa.array(["true", "false"]))).as_py():
        return _boolean(pc.equal(lower, "true")), ""
    infinite = pc.is_in(lower, pa.array(_INFINITE))
    read, note = read_numbers(pc.if_else(infinite, pa.scalar(None, typed.type), typed))
    if read is None:
        return None, note
    if count := pc.sum(infinite).as_py():
        note = "; ".join(filter(None, [note, f"{count} infinite numbers read as missing"]))
    return (_integer(read) if pt.is_integer(read.type) else _float(read)), note


def from_arrow(values: pa.ChunkedArray, name: str = "") -> tuple[pd.Series | None, str]:
    """A column that has a type already -> (column, note); None for what cannot be shown, raw bytes.

    Text may hold dates and lists, see `from_text`. Dictionaries are resolved, decimals become float64, lists of texts
    multi-valued, other lists and structs JSON, times and durations text; numbers that are not finite are missing.
    """
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    kind = values.type
    if _is_text(kind):
        return from_text(values.cast(pa.large_string()), name, numbers=False)
    if pt.is_boolean(kind):
        return _boolean(values), ""
    if pt.is_integer(kind):
        try:
            whole = values.cast(pa.int64())
        except pa.ArrowInvalid:
            return _text(values.cast(pa.string())), BEYOND
        if not exact(whole):
            return _text(values.cast(pa.string())), BEYOND
        dates, note = read_dates(whole.cast(pa.string()), name) if named_for_dates(name) else (None, "")
        return (_integer(whole), "") if dates is None else (dates, note)
    if pt.is_floating(kind) or pt.is_decimal(kind):
        return _finite(values.cast(pa.float64()))
    if pt.is_timestamp(kind) or pt.is_date(kind):
        note = "times turned into UTC" if pt.is_timestamp(kind) and kind.tz else ""
        possible = _without_impossible(values)
        moments = possible.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False)
        return _dates(moments, note, values.null_count)
    if pt.is_null(kind):
        return _text(values.cast(pa.string())), ""
    if _holds_bytes(kind):
        return None, "raw bytes left out"
    if _is_list(kind) and _is_text(_value_type(kind)):
        return multi_valued(values.to_pylist()), ""
    try:
        parts = [
            pa.array(_as_text(chunk[start : start + _PART].to_pylist()), pa.large_string())
            for chunk in values.chunks
            for start in range(0, len(chunk), _PART)
        ]
    except (ValueError, OverflowError) as error:  # a duration or a time that Python cannot count to
        return None, f"left out: it holds a value that cannot be read ({error})"
    return _text(pa.chunked_array(parts, pa.large_string())), "kept as text"


def from_objects(values: Sequence[object], name: str = "") -> tuple[pd.Series | None, str]:
    """Values as JSON gives them, or dates; None where missing -> (column, note). Mixed types become text."""
    import pyarrow as pa

    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {str}:
        return from_text(pa.chunked_array([pa.array(values, pa.large_string())]), name, numbers=False)
    if kinds == {bool}:
        return from_arrow(pa.chunked_array([pa.array(values, pa.bool_())]))
    if list in kinds and kinds <= {list, str} and (lists := _lists(values)):
        return multi_valued(lists), ""
    try:
        if kinds == {int}:
            return from_arrow(pa.chunked_array([pa.array(values, pa.int64())]), name)
        if kinds and kinds <= {int, float}:
            return from_arrow(pa.chunked_array([pa.array(values, pa.float64(), from_pandas=True)]))
        if kinds and all(issubclass(kind, date) for kind in kinds):
            moments = [v if v is None or isinstance(v, datetime) else datetime(*v.timetuple()[:3]) for v in values]
            return from_arrow(pa.chunked_array([pa.array(moments)]))
    except (OverflowError, pa.ArrowInvalid):  # a whole number that its type does not hold exactly
        pass
    note = BEYOND if kinds == {int} else "" if kinds <= {str} else "values of several types, kept as text"
    return _text(pa.chunked_array([pa.array(_as_text(values), pa.large_string())])), note


def _lists(values: Sequence[object]) -> list[list[str] | None] | None:
    """Texts alone as lists of one; None where a list holds anything but texts."""
    lists: list[Any] = [[value] if isinstance(value, str) else value for value in values]
    known = [one for texts in lists for one in texts or ()]
    return lists if known and all(isinstance(one, str) for one in known) else None


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind)


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind)


def _value_type(kind: pa.DataType) -> pa.DataType:
    """Of a list's values, dictionaries resolved."""
    import pyarrow.types as pt

    return kind.value_type.value_type if pt.is_dictionary(kind.value_type) else kind.value_type


def _holds_bytes(kind: pa.DataType) -> bool:
    """Whether it is raw bytes, or they are in it at any depth."""
    import pyarrow.types as pt

    if pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_fixed_size_binary(kind) or pt.is_binary_view(kind):
        return True
    return any(_holds_bytes(kind.field(number).type) for number in range(kind.num_fields))


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
    column = _float(values) + 0.0  # -0 is 0
    infinite = np.isinf(column.to_numpy())
    note = f"{infinite.sum()} infinite numbers read as missing" if infinite.any() else ""
    return column.mask(infinite), note


def _without_impossible(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates or times, those missing that are too many microseconds for 64 bits, which would come out as others."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    kind = values.type
    unit = "D" if pt.is_date32(kind) else "ms" if pt.is_date64(kind) else kind.unit
    if unit not in _MICROSECONDS:
        return values
    numbers = values.cast(pa.int32() if unit == "D" else pa.int64()).cast(pa.int64())
    most = (1 << 63) // _MICROSECONDS[unit]
    possible = pc.and_(pc.greater(numbers, -most), pc.less(numbers, most))
    return pc.if_else(possible, values, pa.scalar(None, kind))


def _dates(values: pa.ChunkedArray, note: str, missing: int) -> tuple[pd.Series, str]:
    """Timestamps in microseconds; with a zone they are those of UTC. missing: how many there were not."""
    import pyarrow as pa

    column = as_dates(values.cast(pa.timestamp("us")).to_numpy())
    outside = int(column.isna().sum()) - missing
    notes = [note, f"dates before the year 1 or after 9999 read as missing: {outside}" if outside else ""]
    return column, "; ".join(filter(None, notes))

"""Dates as people write them, to moments: whole ones, partial ones, years; only where a column leaves no doubt."""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.sources.tables.numerals import all_match

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FIRST_YEAR, LAST_YEAR = 1, 9999
PARTIAL = {"year": "years read as January 1st", "month": "months read as their first day"}
"""What is said of dates that leave something open."""

_NAMES = frozenset({"taken", "date", "dates", "dated", "dating", "datum", "datierung", "fecha"})
"""Words in a column's name that make dates of numbers like 1885 and 20090818."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR, _DAY = r"(?P<year>\d{4})", r"(?P<day>\d\d?)(?:st|nd|rd|th|\.)?"
_CLOCK = (
    r"(?:(?:[T ]|, ?) ?(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?: ?(?P<half>[ap]\.?m\.?))?(?: ?(?P<zone>z|utc|[+-]\d\d(?::?\d\d)?))?)?"
)
_APPROXIMATE = r"^(?i:circa|ca?\.?|about|around|approx\.?|um|vers|env\.?|~) ?(\d)"
"""How catalogs write that a date is not certain."""
_NO_DATE = r"^0000[-:]00[-:]00( 00:00:00)?$"
"""How cameras and databases write that there is none."""


@dataclass(frozen=True)
class _Form:
    """pattern: of a whole cell, with named groups. grain: what it leaves open. named: only where the column's name says
    that these are dates. span: whether it has a last year behind its first."""

    pattern: str
    grain: str = ""
    named: bool = False
    span: bool = False


_FORMS = (
    _Form(rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d){_CLOCK}"),
    _Form(rf"{_YEAR}:(?P<month>\d\d):(?P<day>\d\d){_CLOCK}"),  # of EXIF
    _Form(rf"{_YEAR}/(?P<month>\d\d?)/(?P<day>\d\d?){_CLOCK}"),
    _Form(rf"{_YEAR}\.(?P<month>\d\d)\.(?P<day>\d\d)\.?{_CLOCK}"),
    _Form(rf"(?P<first>\d\d?)\.(?P<other>\d\d?)\.{_YEAR}{_CLOCK}"),
    _Form(rf"(?P<first>\d\d?)/(?P<other>\d\d?)/{_YEAR}{_CLOCK}"),
    _Form(rf"(?P<first>\d\d?)-(?P<other>\d\d?)-{_YEAR}{_CLOCK}"),
    _Form(rf"{_DAY}[ -]{_MONTH_NAME},?[ -]{_YEAR}{_CLOCK}"),
    _Form(rf"{_MONTH_NAME} {_DAY},? {_YEAR}{_CLOCK}"),
    _Form(rf"{_MONTH_NAME},?[ -]{_YEAR}", "month"),
    _Form(rf"{_YEAR}[-/.](?P<month>\d\d)", "month", named=True),
    _Form(_YEAR, "year", named=True),
    _Form(rf"{_YEAR} ?[-–/] ?\d{{4}}", "year", named=True, span=True),
    _Form(
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?:[T_ -]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d))?", named=True
    ),
)


def named_for_dates(name: str) -> bool:
    """Whether a column of this name holds dates, however they are written.

    >>> named_for_dates("taken_at"), named_for_dates("DateCreated"), named_for_dates("candidate")
    (True, True, False)
    """
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).casefold())
    return not _NAMES.isdisjoint(words)


def read_dates(values: pa.ChunkedArray, name: str = "") -> tuple[pd.Series | None, str]:
    """Trimmed texts, missing ones allowed -> (datetime64[us] without zone, a note on what was decided); None where one
    of them is no date, with the reason if the column's name speaks of dates.

    Times with a zone are turned into UTC. Partial dates are their first moment, approximate ones count as exact. Years,
    months and spans of years (1503-1506) count where the column's name speaks of dates, or other cells are dates.
    03-04-2023 counts where another cell shows which of the two is the day.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    none = pc.match_substring_regex(values, _NO_DATE)
    values = pc.if_else(none, pa.scalar(None, values.type), values)
    approximate = pc.sum(pc.match_substring_regex(values, _APPROXIMATE)).as_py()
    present = pc.replace_substring_regex(values, _APPROXIMATE, r"\1").drop_null()
    named = named_for_dates(name)
    if not named and all_match(present, r"^\d*$"):
        return None, ""
    found = _matched(present)
    if isinstance(found, str):
        return None, f"{found!r} is no date: kept as text" if named and not _is_number(found) else ""
    parts, forms = found
    kinds = [_FORMS[number] for number in np.unique(forms).tolist()]
    if not kinds or (not named and all(form.named for form in kinds)):
        return None, ""
    if isinstance(day_first := _day_first(parts), str):
        row = int(np.flatnonzero(parts["first"] >= 0)[0])
        return None, f"{present[row].as_py()!r} may be two dates ({day_first}): kept as text"
    moments = _moments(parts, day_first)
    if np.isnat(moments).any():
        wrong = present[int(np.flatnonzero(np.isnat(moments))[0])].as_py()
        return None, f"{wrong!r} is no date: kept as text" if named and not _is_number(wrong) else ""
    notes = [PARTIAL[grain] for grain in PARTIAL if grain in {form.grain for form in kinds}]
    if count := int(np.isin(forms, [number for number, form in enumerate(_FORMS) if form.span]).sum()):
        notes.append(f"spans read as their first year: {count}")
    if approximate:
        notes.append(f"approximate dates (ca. 1885) read as exact: {approximate}")
    if (parts["zone"] != _NO_ZONE).any():
        local = int((parts["zone"] == _NO_ZONE).sum())
        notes.append("times turned into UTC" + (f" ({local} without a zone are taken for UTC)" if local else ""))
    if count := pc.sum(none).as_py():
        notes.append(f"dates of zeros read as missing: {count}")
    column = np.full(len(values), np.datetime64("NaT", "us"))
    column[values.is_valid().to_numpy()] = moments
    return as_dates(column), "; ".join(notes)


def _is_number(text: str) -> bool:
    return text.replace(".", "").isdigit()


def of_parts(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """datetime64[us] (n,) of whole numbers; NaT where the year is none. What is no month or day counts as the
    first."""
    good = (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    day = np.where((month >= 1) & (month <= 12), day, 1)
    month = np.where((month >= 1) & (month <= 12), month, 1)
    months = ((np.where(good, year, 1970) - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (np.where(day >= 1, day, 1) - 1)
    days = np.where(days.astype("datetime64[M]") == months, days, months.astype("datetime64[D]"))
    return np.where(good, days.astype("datetime64[us]"), np.datetime64("NaT", "us"))


def month_numbers(names: pd.Series) -> np.ndarray:
    """int64 (n,): 1 to 12 of the names of months, in English; 0 for all else."""
    found = names.astype("string").str.extract(rf"(?i)^\s*{_MONTH_NAME}\s*$")["name"].str.lower().str[:3]
    return found.map({month: number for number, month in enumerate(_MONTHS, start=1)}).fillna(0).to_numpy(np.int64)


def as_dates(moments: np.ndarray) -> pd.Series:
    """A column of datetime64[us], missing outside the years 1 to 9999: no calendar of ours has them."""
    import pandas as pd

    years = moments.astype("datetime64[Y]").astype(np.int64) + 1970
    outside = ~np.isnat(moments) & ((years < FIRST_YEAR) | (years > LAST_YEAR))
    return pd.Series(np.where(outside, np.datetime64("NaT", "us"), moments.astype("datetime64[us]")))


_PARTS = ("year", "month", "day", "first", "other", "hour", "minute", "second", "fraction")
_NO_ZONE = np.iinfo(np.int64).min
_SAMPLE = 200


def _matched(present: pa.ChunkedArray) -> tuple[dict[str, np.ndarray], np.ndarray] | str:
    """int64 (n,) of each part by its name, -1 where a cell has none, and the form of each cell; or the first cell that
    is of no form. zone: minutes east of UTC, or _NO_ZONE. half: 1 before noon, 2 after."""
    import pyarrow.compute as pc

    some = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", form.pattern) for form in _FORMS), re.IGNORECASE)
    for text in present[:_SAMPLE].to_pylist():
        if not some.fullmatch(text):
            return text
    parts = {name: np.full(len(present), -1, np.int64) for name in _PARTS}
    parts |= {"zone": np.full(len(present), _NO_ZONE), "half": np.zeros(len(present), np.int64)}
    forms = np.full(len(present), -1)
    open_rows = np.arange(len(present))
    for number, form in enumerate(_FORMS):
        if not len(open_rows):
            break
        extracted = pc.extract_regex(present.take(open_rows), rf"(?i)^{form.pattern}$").combine_chunks()
        fits = extracted.is_valid().to_numpy(zero_copy_only=False)
        rows, open_rows = open_rows[fits], open_rows[~fits]
        forms[rows] = number
        texts = extracted.filter(extracted.is_valid())
        for group in texts.type if len(rows) else ():
            _put(parts, group.name, rows, texts.field(group.name))
    return present[int(open_rows[0])].as_py() if len(open_rows) else (parts, forms)


def _put(parts: dict[str, np.ndarray], name: str, rows: np.ndarray, texts: pa.Array) -> None:
    """Texts of a group, "" where the cell has none, as numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if name == "name":
        keys = pc.index_in(pc.utf8_lower(pc.utf8_slice_codeunits(texts, 0, 3)), pa.array(_MONTHS))
        parts["month"][rows] = keys.to_numpy(zero_copy_only=False) + 1
    elif name == "half":
        afternoon = pc.starts_with(pc.utf8_lower(texts), "p").to_numpy(zero_copy_only=False)
        parts["half"][rows] = np.where(pc.equal(texts, "").to_numpy(zero_copy_only=False), 0, np.where(afternoon, 2, 1))
    elif name == "zone":
        minutes = {text: _minutes(text) for text in pc.unique(texts).to_pylist()}
        parts["zone"][rows] = [minutes[text] for text in texts.to_pylist()]
    else:
        if name == "fraction":
            texts = pc.utf8_slice_codeunits(pc.utf8_rpad(texts, 6, "0"), 0, 6)
        filled = pc.if_else(pc.equal(texts, ""), "-1", texts)
        parts[name][rows] = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _minutes(zone: str) -> int:
    """East of UTC.

    >>> _minutes("Z"), _minutes("+02:00"), _minutes("-0530")
    (0, 120, -330)
    """
    if not zone:
        return int(_NO_ZONE)
    digits = re.sub(r"\D", "", zone)
    return (-1 if zone.startswith("-") else 1) * (int(digits[:2] or 0) * 60 + int(digits[2:] or 0))


def _day_first(parts: Mapping[str, np.ndarray]) -> bool | str:
    """Whether the first of two numbers is the day; why that cannot be said where the column does not show it."""
    rows = parts["first"] >= 0
    if not rows.any():
        return True
    first, second = (parts["first"][rows] > 12).any(), (parts["other"][rows] > 12).any()
    if first and second:
        return "in some cells the first number cannot be the month, in others not the day"
    return bool(first) if first or second else "no cell shows which number is the day"


def _moments(parts: dict[str, Any], day_first: bool) -> np.ndarray:
    """datetime64[us] (n,); NaT where one only looks like a date (February 30th, 25 o'clock)."""
    written = parts["first"] >= 0
    day, month = (parts["first"], parts["other"]) if day_first else (parts["other"], parts["first"])
    month = np.where(written, month, np.where(parts["month"] < 0, 1, parts["month"]))
    day = np.where(written, day, np.where(parts["day"] < 0, 1, parts["day"]))
    year, half = parts["year"], parts["half"]
    hour, minute, second, fraction = (np.maximum(parts[name], 0) for name in ("hour", "minute", "second", "fraction"))
    good = (half == 0) | ((hour >= 1) & (hour <= 12))
    hour = np.where(half > 0, hour % 12 + 12 * (half == 2), hour)
    good &= (
        (year >= FIRST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    )
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    good &= days.astype("datetime64[M]") == months
    zone = np.where(parts["zone"] == _NO_ZONE, 0, parts["zone"])
    moments = days.astype("datetime64[us]") + (((hour * 60 + minute - zone) * 60 + second) * 1_000_000 + fraction)
    good &= ~np.isnat(as_dates(moments).to_numpy())
    return np.where(good, moments, np.datetime64("NaT", "us"))

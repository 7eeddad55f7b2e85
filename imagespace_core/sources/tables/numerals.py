"""Numbers as people write them, to numbers: with points or commas, with marks between thousands, or to nothing."""

# pyarrow makes the functions of its compute module when it is imported, where pyright cannot see them
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MOST_EXACT = 2**53
"""Whole numbers up to here are exact wherever floats are used: in browsers, charts and means."""
DECIMAL_COMMAS = "commas read as decimal marks"
BEYOND = f"whole numbers beyond {MOST_EXACT:,} kept as text"

_SAMPLE = 1000
# No leading zeros and no plus sign: "007.5" and "+4912345" are identifiers.
_WHOLE = r"(0|[1-9]\d*)"
_INTEGER = rf"^-?{_WHOLE}$"
_EXPONENT = r"([eE][+-]?\d{1,3})?"
_NUMBER = rf"^-?((0|[1-9]\d{{0,14}})(\.\d*)?|\.\d+){_EXPONENT}$"
_WITH_COMMA = rf"^-?((0|[1-9]\d{{0,14}})(,\d*)?|,\d+){_EXPONENT}$"
_THREE = r"^-?[1-9]\d{0,2},\d{3}$"
"""1,234 may be 1234 and 1.234."""
_GROUPED = (
    # between thousands, decimal mark, title, whether one of them alone may mean something else
    (",", ".", "commas", True),
    (".", ",", "points", True),
    (" ", ",", "blanks", True),
    (" ", ".", "blanks", True),
    ("\u00a0", ",", "blanks", False),
    ("\u00a0", ".", "blanks", False),
    ("\u202f", ",", "blanks", False),
    ("\u202f", ".", "blanks", False),
    ("'", ".", "apostrophes", False),
    ("'", ",", "apostrophes", False),
    ("’", ".", "apostrophes", False),
    ("’", ",", "apostrophes", False),
)


def all_match(values: pa.ChunkedArray, pattern: str) -> bool:
    """Whether each of the values, none of them missing, is of this pattern."""
    import pyarrow.compute as pc

    # The sample spares long texts the whole test.
    return all(pc.all(pc.match_substring_regex(some, pattern)).as_py() for some in (values[:_SAMPLE], values))


def any_matches(values: pa.ChunkedArray, pattern: str) -> bool:
    """Whether one of the values is of this pattern."""
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())


def read_numbers(values: pa.ChunkedArray) -> tuple[pa.ChunkedArray | None, str]:
    """Trimmed texts, missing ones allowed -> (int64 or float64, a note); None where one of them is no number, where
    they may mean two numbers, or where whole numbers are larger than floats hold exactly."""
    import pyarrow as pa
    import pyarrow.compute as pc

    present = values.drop_null()
    if not len(present):
        return None, ""
    if all_match(present, _INTEGER):
        try:
            whole = values.cast(pa.int64())
        except pa.ArrowInvalid:
            return None, BEYOND
        return (whole, "") if exact(whole) else (None, BEYOND)
    if all_match(present, _NUMBER):
        return _floats(values), ""
    if all_match(present, _WITH_COMMA):
        alone = pc.all(pc.or_(pc.match_substring_regex(present, _THREE), pc.match_substring_regex(present, _INTEGER)))
        if alone.as_py():
            example = present.filter(pc.match_substring_regex(present, _THREE))[0].as_py()
            return None, f"{example!r} may be {example.replace(',', '')} or {example.replace(',', '.')}: kept as text"
        return _floats(pc.replace_substring(values, ",", ".")), DECIMAL_COMMAS
    for between, mark, title, ambiguous in _GROUPED:
        b, m = rf"\x{{{ord(between):x}}}", rf"\x{{{ord(mark):x}}}"
        grouped = rf"[1-9]\d{{0,2}}({b}\d{{3}})+"
        if not all_match(present, rf"^-?({grouped}|0|[1-9]\d{{0,14}})({m}\d+)?$"):
            continue
        evidence = rf"{b}\d{{3}}({b}|{m})" if between != " " else rf"{b}\d{{3}}{m}"
        if ambiguous and not any_matches(present, evidence):
            continue
        plain = pc.replace_substring(pc.replace_substring(values, between, ""), mark, ".")
        with_comma = mark == "," and any_matches(present, m)
        note = f"{title} between thousands left out"
        return _floats(plain), f"{DECIMAL_COMMAS}, {note}" if with_comma else note
    return None, ""


def exact(whole: pa.ChunkedArray) -> bool:
    """Whether floats hold every one of these whole numbers."""
    import pyarrow.compute as pc

    ends = pc.min_max(whole)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or (low >= -MOST_EXACT and high <= MOST_EXACT)


def may_be_thousands(values: object) -> bool:
    """Whether these are texts, all of them whole or like 1.234, which is 1234 where commas are decimal marks."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if not isinstance(values, pa.ChunkedArray) or not pt.is_string(values.type):
        return False
    numbers = pc.utf8_trim_whitespace(values)
    numbers = numbers.filter(pc.not_equal(numbers, ""))
    return any_matches(numbers, r"\.") and all_match(numbers, r"^-?[1-9]\d{0,2}(\.\d{3})?$|^-?\d+$")


def _floats(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    floats = pc.add(values.cast(pa.float64()), 0.0)  # -0 is 0
    return floats if pc.all(pc.is_finite(floats)).as_py() else None

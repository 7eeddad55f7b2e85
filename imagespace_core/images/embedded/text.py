"""Text and numbers as picture files hold them, made clean: of one type, bounded, or missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

LONGEST = 32_768
"""Characters of a text; what is longer is no title or caption."""
MOST_KEYWORDS = 1000

TOO_LONG = f"it holds a text of more than {LONGEST:,} characters, which is left out"
TOO_MANY = f"it has more than {MOST_KEYWORDS:,} keywords; the rest is left out"


def clean(value: object) -> str | None:
    """One text without blanks around it, NUL bytes and halves of characters; None where nothing is left.

    Bytes are UTF-8, else Windows-1252, which most of what is not UTF-8 is.

    >>> clean(b" M\\xfcller\\0"), clean("\\0 ")
    ('Müller', None)
    """
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            value = value.decode("cp1252", errors="replace")
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "").strip() or None


def keywords(values: Iterable[object]) -> list[str] | None:
    """Each text once, in their order; None where there are none."""
    return list(dict.fromkeys(filter(None, map(clean, values)))) or None


def joined(values: Iterable[object]) -> str | None:
    """Several names, as of creators, in one text."""
    return "; ".join(keywords(values) or ()) or None


def number(value: object) -> float | None:
    """A finite number: of a number, a text like "28/10", or a single one in a tuple."""
    if isinstance(value, tuple | list) and len(value) == 1:
        value = value[0]
    try:
        if isinstance(value, str):
            over, _, under = value.partition("/")
            found = float(over) / float(under or 1)
        else:
            found = float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return found if math.isfinite(found) else None


def positive(value: object, digits: int = 6) -> float | None:
    """A number above 0, to so many significant digits; 0 is how cameras write that they do not know."""
    found = number(value)
    return float(f"{found:.{digits}g}") if found is not None and found > 0 else None


def whole(value: object, low: int, high: int) -> int | None:
    """A number in this range as a whole one."""
    found = number(value)
    return round(found) if found is not None and low <= found <= high else None


def rating(value: object) -> int | None:
    """Stars from 1 to 5, -1 for a rejected picture; 0 is a picture that nobody rated (XMP Specification Part 2)."""
    return whole(value, -1, 5) or None


def bounded(columns: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """The columns without what no table should hold, and a remark for each kind of that."""
    found: dict[str, object] = {}
    remarks: dict[str, None] = {}
    for name, value in columns.items():
        texts = value if isinstance(value, list) else [value]
        kept = [text for text in texts if not isinstance(text, str) or len(text) <= LONGEST]
        if len(kept) < len(texts):
            remarks[TOO_LONG] = None
        if len(kept) > MOST_KEYWORDS:
            remarks[TOO_MANY] = None
        if kept:
            found[name] = kept[:MOST_KEYWORDS] if isinstance(value, list) else value
    return found, tuple(remarks)

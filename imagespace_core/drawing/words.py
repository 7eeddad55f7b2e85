"""Numbers and dates in words, much as `viewer/core/words.js` writes them."""

from __future__ import annotations

import datetime

EXACT = 2**53
"""Up to here a float is the whole number that it looks like."""


def number(value: float, digits: int = 4) -> str:
    """Whole numbers with all their digits, others with so many that count, from 100 on with hundredths, as prices have
    them; never "-0".

    >>> number(16777217.0), number(-0.0), number(0.123456), number(1e18), number(-1e-12)
    ('16777217', '0', '0.1235', '1e+18', '-1e-12')
    >>> number(71241.5), number(184.15), number(-1234567.891)
    ('71241.5', '184.15', '-1234567.89')
    """
    value = float(value)
    if value.is_integer() and abs(value) <= EXACT:
        return f"{value:z.0f}"
    if 100 <= abs(value) <= EXACT:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:z.{digits}g}"


def day(seconds: float) -> str:
    """The day of a moment in Unix seconds, of the years 1 to 9999.

    >>> day(0), day(-14717980800), day(253402214400)
    ('1970-01-01', '1503-08-11', '9999-12-31')
    """
    # Not `fromtimestamp`, which knows nothing before 1970 on some systems.
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).date().isoformat()

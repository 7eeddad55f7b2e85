"""The date when a picture was taken, from its EXIF or its file name. No time zones, no clock.

Which source wins is settled by the caller: metadata, then EXIF, then the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from PIL import Image

FIRST_YEAR, LAST_YEAR = 1826, 2100
"""The oldest photograph that survives is from 1826 or 1827."""

_EXIF_IFD = 0x8769
_DATE_TIME_ORIGINAL, _DATE_TIME_DIGITIZED, _DATE_TIME = 0x9003, 0x9004, 0x0132

_IN_EXIF = re.compile(
    r"(?P<year>\d{4})[:/.-](?P<month>\d\d?)[:/.-](?P<day>\d\d?)"
    r"(?:[ T]+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
)

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_YEAR, _MONTH, _DAY = r"(?P<year>1[89]\d\d|20\d\d|2100)", r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>[0-3]\d)"
_CLOCK = r"(?P<hour>[01]\d|2[0-3]){0}(?P<minute>[0-5]\d){0}(?P<second>[0-5]\d)"
# What phones and messengers glue to the front of a date; any other letter there means it is none.
_BEFORE = r"(?<![0-9A-Za-z])(?:IMG|VID|PXL|MVIMG|PANO|BURST|CAM|DSC|WIN|Screenshot)?"
_AFTER = r"(?![0-9A-Za-z])"
_IN_NAME = (
    # 20230415143012, with milliseconds or without: the clock must be right, else it is just a number
    re.compile(rf"{_BEFORE}{_YEAR}{_MONTH}{_DAY}{_CLOCK.format('')}(?:\d{{3}})?{_AFTER}", re.IGNORECASE),
    # 20230415_143012, 20230415-14-30-12, 20230415_143012345
    re.compile(
        rf"{_BEFORE}{_YEAR}{_MONTH}{_DAY}(?:[ _T-]{_CLOCK.format('[-_.]?')}(?:\d{{3}})?)?{_AFTER}",
        re.IGNORECASE,
    ),
    # "2023-04-15 at 2.30.12 PM"
    re.compile(
        rf"{_BEFORE}{_YEAR}-{_MONTH}-{_DAY} at (?P<hour>\d)[.:](?P<minute>[0-5]\d)[.:](?P<second>[0-5]\d)"
        rf"(?P<half> ?[AP]M)?{_AFTER}",
        re.IGNORECASE,
    ),
    # 2023-04-15 14.30.12, 2023_04_15, "2023-04-15 at 14.30.12", 2023-04-15T14:30:12
    re.compile(
        rf"{_BEFORE}{_YEAR}(?P<dash>[-_.]){_MONTH}(?P=dash){_DAY}"
        rf"(?:(?: at |[ _T-]){_CLOCK.format('[-_.:]?')}(?:[.,]?\d{{3}})?(?P<half> ?[AP]M)?)?{_AFTER}",
        re.IGNORECASE,
    ),
)


def taken_from_exif(exif: Image.Exif) -> datetime | None:
    """The time of exposure, else of digitizing, else of the last change; the first that is plausible.

    Fractions of a second and time zones are left out.
    Source: Exif 2.32, tags DateTimeOriginal, DateTimeDigitized and DateTime, "YYYY:MM:DD HH:MM:SS".
    """
    for value in _exif_times(exif):
        if isinstance(value, bytes):
            value = value.decode("ascii", errors="ignore")
        match = _IN_EXIF.match(value.strip(" \0\t\r\n\"'")) if isinstance(value, str) else None
        if match and (taken_at := _datetime(match)):
            return taken_at
    return None


def _exif_times(exif: Image.Exif) -> Iterator[object]:
    details = exif.get_ifd(_EXIF_IFD)
    yield details.get(_DATE_TIME_ORIGINAL)
    yield details.get(_DATE_TIME_DIGITIZED)
    yield exif.get(_DATE_TIME)


def taken_from_name(name: str) -> datetime | None:
    """The date, and the time if there is one, in a file's name; folders before it do not count.

    Only year-month-day is read, since 03-04-2023 may mean two days; a date alone is its midnight. Digits or
    letters that touch the date make it a number or a hash.
    """
    name = _UUID.sub(" ", name.replace("\\", "/").rsplit("/", 1)[-1]).replace(
        "\u202f", " "
    )  # macOS puts a narrow space before AM and PM
    for pattern in _IN_NAME:
        for match in pattern.finditer(name):
            if taken_at := _datetime(match):
                return taken_at
    return None


def _datetime(match: re.Match[str]) -> datetime | None:
    parts = match.groupdict()
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or "").strip().upper()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "PM" else 0)
    try:
        taken_at = datetime(
            int(parts["year"]),
            int(parts["month"]),
            int(parts["day"]),
            hour,
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
        )
    except ValueError:
        return None
    return taken_at if FIRST_YEAR <= taken_at.year <= LAST_YEAR else None

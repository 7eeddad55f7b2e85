"""The date when a picture was taken, from what its file holds or its name. No time zones, no clock.

Which source wins is settled by the caller: metadata, then what the file holds, then the name.
"""

from __future__ import annotations

import re
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

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[ T](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?)?)?(?!\d)"
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


def exif_times(exif: Image.Exif) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When the picture was taken, when digitized, and when the file was last changed; None where that is not plausible.

    Fractions of a second and time zones are left out.
    Source: Exif 2.32, tags DateTimeOriginal, DateTimeDigitized and DateTime, "YYYY:MM:DD HH:MM:SS".
    """
    details = exif.get_ifd(_EXIF_IFD)
    original, digitized = details.get(_DATE_TIME_ORIGINAL), details.get(_DATE_TIME_DIGITIZED)
    return _exif_time(original), _exif_time(digitized), _exif_time(exif.get(_DATE_TIME))


def _exif_time(value: object) -> datetime | None:
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="ignore")
    match = _IN_EXIF.match(value.strip(" \0\t\r\n\"'")) if isinstance(value, str) else None
    return _datetime(match, FIRST_YEAR) if match else None


def taken_from_text(text: str) -> datetime | None:
    """A date in ISO 8601, as in XMP, of which all after the year may lack: then its first moment is meant.

    What is pictured may be a painting, so the year may be any; that of 0001-01-01 is how programs write no date.

    >>> taken_from_text("2019-07-06T05:04:03+02:00"), taken_from_text("1885-05"), taken_from_text("0001-01-01")
    (datetime.datetime(2019, 7, 6, 5, 4, 3), datetime.datetime(1885, 5, 1, 0, 0), None)
    """
    match = _ISO.match(text.strip())
    return _datetime(match, 2) if match else None


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


def _datetime(match: re.Match[str], first_year: int = FIRST_YEAR) -> datetime | None:
    parts = match.groupdict()
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or "").strip().upper()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "PM" else 0)
    try:
        taken_at = datetime(
            int(parts["year"]),
            int(parts["month"] or 1),
            int(parts["day"] or 1),
            hour,
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
        )
    except ValueError:
        return None
    return taken_at if first_year <= taken_at.year <= LAST_YEAR else None

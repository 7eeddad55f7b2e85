"""IPTC: what press agencies and archives write into JPEG and TIFF files.

Source: IPTC Information Interchange Model 4.2, record 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from PIL import Image

from imagespace_core.images.dates import taken_from_text
from imagespace_core.images.embedded.text import clean, joined, keywords


def iptc_columns(image: Image.Image) -> tuple[dict[str, object], datetime | None]:
    """Columns by name, those missing left out, and when the picture was made."""
    if "photoshop" not in image.info and image.format != "TIFF":
        return {}, None
    from PIL import IptcImagePlugin

    fields = IptcImagePlugin.getiptcinfo(image)  # pyright: ignore[reportArgumentType]
    if not fields:
        return {}, None
    found = {
        "keywords": keywords(_all(fields, 25)),
        "title": _first(fields, 5) or _first(fields, 105),
        "caption": _first(fields, 120),
        "creator": joined(_all(fields, 80)),
        "copyright": _first(fields, 116),
    }
    taken_at = taken_from_text(_moment(_first(fields, 55) or "", _first(fields, 60) or ""))
    return {name: value for name, value in found.items() if value is not None}, taken_at


def _first(fields: Mapping[tuple[int, int], bytes | list[bytes]], number: int) -> str | None:
    return next(filter(None, map(clean, _all(fields, number))), None)


def _all(fields: Mapping[tuple[int, int], bytes | list[bytes]], number: int) -> list[bytes]:
    value = fields.get((2, number), [])
    return [value] if isinstance(value, bytes) else value


def _moment(date: str, time: str) -> str:
    """CCYYMMDD and HHMMSS±HHMM as one; a month or day of 00 is not known."""
    day = "-".join(part for part in (date[:4], date[4:6], date[6:8]) if part.strip("0"))
    clock = f"T{time[:2]}:{time[2:4]}:{time[4:6]}" if len(day) == 10 and time[:6].isdigit() and len(time) >= 6 else ""
    return day + clock

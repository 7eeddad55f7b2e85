"""EXIF: what the camera writes, and what Windows adds to it.

Source: Exif 2.32 (CIPA DC-008); the XP tags are Microsoft's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from PIL import Image

from imagespace_core.images.embedded.position import NO_HEMISPHERE, altitude, place
from imagespace_core.images.embedded.text import clean, joined, keywords, number, positive, rating, whole

_DETAILS, _GPS = 0x8769, 0x8825
_SECOND_NUMBER = 65_535
"""An ISO that does not fit into its tag; another tag has it."""
_COMPANY = frozenset({"ag", "co", "company", "corp", "corporation", "gmbh", "imaging", "inc", "limited", "ltd"})
_NO_CAPTION = re.compile(r"(?:\w+ )*digital camera|\w+ dsc|exif_jpeg_picture|dcim\\.*|default|untitled", re.IGNORECASE)
"""What cameras write into the caption of every picture."""


def exif_columns(exif: Image.Exif) -> tuple[dict[str, object], tuple[str, ...]]:
    """Columns by name, those missing left out, and remarks.

    Units: focal_length mm, exposure s, altitude m, longitude and latitude degrees; aperture is the f-number.
    """
    details = exif.get_ifd(_DETAILS)
    found: dict[str, object] = {}
    remarks: tuple[str, ...] = ()
    if _GPS in exif:
        found, remarks = _position(exif.get_ifd(_GPS))
    found["camera"] = camera(_text(exif.get(0x010F)), _text(exif.get(0x0110)))
    found["lens"] = _text(details.get(0xA434))
    found["focal_length"] = positive(details.get(0x920A))
    found["aperture"] = positive(details.get(0x829D)) or _apex(details.get(0x9202), 0.5)
    found["exposure"] = positive(details.get(0x829A)) or _apex(details.get(0x9201), -1.0)
    found["iso"] = _iso(details)
    found["rating"] = rating(exif.get(0x4746))
    found["keywords"] = keywords((_utf16(exif.get(0x9C9E)) or "").split(";"))
    found["title"] = _utf16(exif.get(0x9C9B))
    found["caption"] = _caption(exif.get(0x010E)) or _utf16(exif.get(0x9C9C)) or _comment(details.get(0x9286))
    found["creator"] = _text(exif.get(0x013B)) or _utf16(exif.get(0x9C9D))
    found["copyright"] = _copyright(exif.get(0x8298))
    return {name: value for name, value in found.items() if value is not None}, remarks


def camera(make: str | None, model: str | None) -> str | None:
    """Maker and model in one, the maker once and without the form of its company.

    >>> camera("NIKON CORPORATION", "NIKON D90"), camera("Apple", "iPhone 12"), camera("OLYMPUS IMAGING CORP.", "E-M5")
    ('NIKON D90', 'Apple iPhone 12', 'OLYMPUS E-M5')
    """
    words = (make or "").replace(",", " ").split()
    if model and {word.casefold() for word in words} & {model.split()[0].casefold()}:
        return model
    while len(words) > 1 and words[-1].casefold().rstrip(".") in _COMPANY:
        words.pop()
    return " ".join([*words, *(model or "").split()]) or None


def _position(gps: Mapping[int, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    sides = [(_degrees(gps.get(4)), _side(gps.get(3), "EW")), (_degrees(gps.get(2)), _side(gps.get(1), "NS"))]
    found: dict[str, object] = {}
    remarks: tuple[str, ...] = ()
    if all(degrees is not None for degrees, _ in sides):
        if all(side for _, side in sides):
            longitude, latitude = (degrees * side if degrees and side else 0.0 for degrees, side in sides)
            found, remarks = place(longitude, latitude)
        else:
            remarks = (NO_HEMISPHERE,)
    found["altitude"] = altitude(gps.get(6), below=gps.get(5) in (1, b"\x01", b"\x03", 3, "1"))
    return found, remarks


def _degrees(value: object) -> float | None:
    """Degrees, minutes and seconds as one number of degrees."""
    parts = [number(part) for part in value] if isinstance(value, tuple) else [number(value)]
    if not 1 <= len(parts) <= 3 or any(part is None for part in parts):
        return None
    return sum((part or 0.0) / 60**power for power, part in enumerate(parts))


def _side(value: object, letters: str) -> int:
    """1 for the first of the letters, -1 for the second, 0 for neither."""
    text = (clean(value) or "").upper()
    return {letters[0]: 1, letters[1]: -1}.get(text[:1], 0)


def _apex(value: object, power: float) -> float | None:
    """2 to the value times the power, as APEX counts apertures and times."""
    exponent = number(value)
    return positive(2 ** (exponent * power), 3) if exponent is not None and abs(exponent) < 64 else None


def _iso(details: Mapping[int, object]) -> int | None:
    value = details.get(0x8827)
    iso = whole(value[0] if isinstance(value, tuple) and value else value, 1, 10_000_000)
    if iso is None or iso == _SECOND_NUMBER:
        others = (whole(details.get(tag), 1, 10_000_000) for tag in (0x8832, 0x8831, 0x8833))
        return next((other for other in others if other), iso)
    return iso


def _text(value: object) -> str | None:
    """Text of a tag of type ASCII, which Pillow reads as Latin-1 and many programs write in UTF-8."""
    if isinstance(value, str):
        value = value.split("\0")[0]
        value = value.encode("latin-1") if max(value, default="") < "\u0100" else value
    text = clean(value)
    return " ".join(text.split(" ")) if text else None


def _utf16(value: object) -> str | None:
    """Text of one of Microsoft's tags."""
    data = (
        bytes(value) if isinstance(value, tuple) and all(isinstance(v, int) and 0 <= v < 256 for v in value) else value
    )
    return clean(data.decode("utf-16-le", errors="ignore").split("\0")[0]) if isinstance(data, bytes) else None


def _caption(value: object) -> str | None:
    text = _text(value)
    return None if text is None or _NO_CAPTION.fullmatch(text) else text


def _comment(value: object) -> str | None:
    """UserComment: eight bytes that name the encoding, then the text."""
    if not isinstance(value, bytes) or value[:8] not in (b"ASCII\0\0\0", b"UNICODE\0"):
        return None
    if value[:1] == b"A":
        return clean(value[8:])
    big = value[8:9] == b"\0" or value[8:10] == b"\xfe\xff"
    text = value[8:].decode("utf-16-be" if big else "utf-16-le", errors="ignore")
    return clean(text.lstrip("\ufeff"))


def _copyright(value: object) -> str | None:
    """Of the photographer, and after a NUL that of the editor."""
    return joined(_text(part) for part in value.split("\0")) if isinstance(value, str) else _text(value)

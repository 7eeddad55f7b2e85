"""What a picture file holds beside pixels: EXIF, IPTC and XMP, as columns.

Where several say the same, the one that people edit counts for words (XMP, then IPTC, then EXIF), and the one that the
camera writes for the rest (EXIF, then XMP).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from PIL import Image

from imagespace_core.images.dates import exif_times
from imagespace_core.images.embedded.exif import exif_columns
from imagespace_core.images.embedded.iptc import iptc_columns
from imagespace_core.images.embedded.position import UNPLACED
from imagespace_core.images.embedded.text import bounded, clean
from imagespace_core.images.embedded.xmp import is_of_use, xmp_columns

WORDS = ("rating", "keywords", "title", "caption", "creator", "copyright")
COLUMNS = (
    "longitude", "latitude", "altitude", "camera", "lens", "focal_length", "aperture", "exposure", "iso", *WORDS,
)  # fmt: skip
"""Every column there may be, in the order of the table."""

BROKEN_EXIF = "its EXIF cannot be read and is left out"
BROKEN_IPTC = "its IPTC cannot be read and is left out"

_PNG_TEXT = {"Title": "title", "Description": "caption", "Author": "creator", "Copyright": "copyright"}
"""Keywords of text chunks: PNG Specification (Third Edition), 11.3.3.1."""


@dataclass(frozen=True)
class Description:
    """columns: by name, those missing left out. taken_at: when the picture was taken, without time zone."""

    columns: Mapping[str, object] = field(default_factory=dict)
    taken_at: datetime | None = None
    remarks: tuple[str, ...] = ()


def embedded(image: Image.Image) -> Description:
    """What the file of an opened image says of itself; never raises, whatever is broken in there."""
    camera, times, remarks = _exif(image)
    words, xmp_taken, more = {}, None, ()
    packet = image.info.get("xmp")
    if isinstance(packet, bytes) and is_of_use(packet):
        words, xmp_taken, more = xmp_columns(packet)
    try:
        press, iptc_taken = iptc_columns(image)
    except Exception:  # the parser raises nearly anything on garbage
        press, iptc_taken, remarks = {}, None, (*remarks, BROKEN_IPTC)
    columns: dict[str, object] = {**words, **camera}
    for source in (_png(image), camera, press, words):
        columns |= {name: value for name, value in source.items() if name in WORDS}
    original, digitized, changed = times
    taken_at = original or digitized or xmp_taken or iptc_taken or changed
    kept, left_out = bounded({name: columns[name] for name in COLUMNS if name in columns})
    every = dict.fromkeys([*remarks, *more, *left_out])
    if "longitude" in kept:  # EXIF or XMP had a place that can be used
        every = [remark for remark in every if remark not in UNPLACED]
    return Description(kept, taken_at, tuple(every))


def _exif(image: Image.Image) -> tuple[dict[str, object], tuple[datetime | None, ...], tuple[str, ...]]:
    """Columns, the three times of `exif_times`, and remarks."""
    try:
        exif = image.getexif()
        if not exif:  # also where JPEG's opener met rubbish, and kept silent
            return {}, (None, None, None), (BROKEN_EXIF,) if image.info.get("exif") else ()
        columns, remarks = exif_columns(exif)
        return columns, exif_times(exif), remarks
    except Exception:  # the parser raises nearly anything on garbage
        return {}, (None, None, None), (BROKEN_EXIF,)


def _png(image: Image.Image) -> dict[str, object]:
    if image.format != "PNG":
        return {}
    texts = {column: clean(image.info.get(name)) for name, column in _PNG_TEXT.items()}
    return {column: text for column, text in texts.items() if text}

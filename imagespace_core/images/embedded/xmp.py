"""XMP: what programs for photographers write into a picture, or into a file beside it.

Source: XMP Specification Part 1 (ISO 16684-1) and Part 2, Adobe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from imagespace_core.images.dates import taken_from_text
from imagespace_core.images.embedded.exif import camera
from imagespace_core.images.embedded.position import altitude, place
from imagespace_core.images.embedded.text import clean, joined, keywords, number, positive, rating, whole

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 4 << 20
TOO_LARGE = f"its XMP has more than {MOST_BYTES >> 20} MB and is not read"
BROKEN = "its XMP cannot be read and is left out"

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Building the tree takes a millisecond, and most of what programs write into pictures has nothing of this.
_OF_USE = re.compile(
    rb"subject|:title|:description|:creator\b|:rights|Headline|:Rating|DateCreated|CreateDate|DateTimeOriginal|GPSL|"
    rb":Make|:Model|:Lens|:FNumber|:FocalLength|:ExposureTime|:ISO|PhotographicSensitivity|\x00<"
)


def is_of_use(packet: bytes) -> bool:
    """Whether a packet may hold any of the columns."""
    return _OF_USE.search(packet) is not None


def xmp_columns(packet: bytes) -> tuple[dict[str, object], datetime | None, tuple[str, ...]]:
    """Columns by name, those missing left out; when the picture was made; and remarks.

    packet: XML with one rdf:RDF in it, around which other elements and padding may stand.
    """
    if len(packet) > MOST_BYTES:
        return {}, None, (TOO_LARGE,)
    try:
        properties = _properties(packet)
    except Exception:  # the parser's own errors, and those for entities, which stand for bombs
        return {}, None, (BROKEN,)
    return _columns(properties)


def _columns(of: Mapping[str, Sequence[str]]) -> tuple[dict[str, object], datetime | None, tuple[str, ...]]:
    def first(*names: str) -> str | None:
        return next((values[0] for name in names if (values := of.get(name))), None)

    found, remarks = place(_degrees(first("exif:GPSLongitude")), _degrees(first("exif:GPSLatitude")))
    found["altitude"] = altitude(first("exif:GPSAltitude"), below=first("exif:GPSAltitudeRef") == "1")
    found["camera"] = camera(clean(first("tiff:Make")), clean(first("tiff:Model")))
    found["lens"] = clean(first("exifEX:LensModel", "aux:Lens"))
    found["focal_length"] = positive(first("exif:FocalLength"))
    found["aperture"] = positive(first("exif:FNumber"))
    found["exposure"] = positive(first("exif:ExposureTime"))
    found["iso"] = whole(first("exif:ISOSpeedRatings", "exifEX:PhotographicSensitivity"), 1, 10_000_000)
    found["rating"] = rating(first("xmp:Rating"))
    found["keywords"] = keywords(of.get("dc:subject", ()))
    found["title"] = clean(first("dc:title")) or clean(first("photoshop:Headline"))
    found["caption"] = clean(first("dc:description"))
    found["creator"] = joined(of.get("dc:creator", ()))
    found["copyright"] = clean(first("dc:rights"))
    dates = (first(name) for name in ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"))
    taken_at = next((date for text in dates if text and (date := taken_from_text(text))), None)
    return {name: value for name, value in found.items() if value is not None}, taken_at, remarks


def _degrees(text: str | None) -> float | None:
    """ "48,51.5N" or "48,51,30N" as degrees."""
    match = re.fullmatch(r"\s*([\d.,]+)\s*([NSEW])\s*", text or "", re.IGNORECASE)
    if not match:
        return None
    parts = [number(part) for part in match[1].split(",")]
    if len(parts) > 3 or any(part is None for part in parts):
        return None
    degrees = sum((part or 0.0) / 60**power for power, part in enumerate(parts))
    return -degrees if match[2].upper() in "SW" else degrees


def _properties(packet: bytes) -> dict[str, list[str]]:
    """The values of each property of the namespaces known here; of several languages the default comes first."""
    from defusedxml.ElementTree import fromstring

    text = packet.decode("utf-16" if packet[:2] in _UTF16 else "utf-8-sig")
    root = fromstring(text.strip("\0 \r\n\t"), forbid_dtd=True)
    found: dict[str, list[str]] = {}
    # Not those further down, which speak of other pictures that this one was made from.
    for description in next(root.iter(f"{_RDF}RDF"), ()):
        for name, value in description.attrib.items():
            if known := _known(name):
                found.setdefault(known, []).append(value)
        for child in description:
            if known := _known(child.tag):
                found.setdefault(known, []).extend(_values(child))
    return {name: values for name, values in found.items() if values}


def _known(name: str) -> str | None:
    """ "dc:title" for the full name that ElementTree gives; None for one of another namespace."""
    namespace, _, local = name.removeprefix("{").partition("}")
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}:{local}" if prefix else None


def _values(element: Element) -> list[str]:
    """Of a property: its text, or the members of its rdf:Seq, rdf:Bag or rdf:Alt."""
    items = [item for group in element for item in group if item.tag == f"{_RDF}li"]
    if not items:
        return [element.text] if element.text else []
    items.sort(key=lambda item: item.get(_LANGUAGE, "x-default") != "x-default")
    return [item.text for item in items if item.text]

"""OME-XML, which describes the axes of an OME-TIFF: checked before it is used, with the names of its channels.

Source: https://ome-model.readthedocs.io, "OME-TIFF specification", 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_PLANES = 1 << 20
"""Of one image. A description of more is taken for broken, before room is made for them."""
MOST_BYTES = 64 << 20
"""Of a description in a file of its own."""
ALL_ALIKE = -1
"""The color that OME gives a channel of which nobody said one: white."""

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Ome:
    """What a description says. xml: in place of the file's own, where that only names another file; "" otherwise.

    channels: of each image the name ("" for none) and color of each channel; the color is None where nobody said one.
    missing: names of files that should hold planes and are not there.
    """

    xml: str
    channels: tuple[tuple[tuple[str, Color | None], ...], ...]
    missing: tuple[str, ...]


def read_ome(file: Path, description: str) -> Ome:
    """The description that a TIFF carries. Raises ValueError, with a few words for people, where it cannot be used."""
    root, xml = _parsed(description), ""
    for element in _children(root, "BinaryOnly"):
        name = element.get("MetadataFile", "")
        xml = _beside(file, name)
        root = _parsed(xml)
    images = _children(root, "Image")
    names = [uuid.get("FileName", "") for uuid in root.iter() if _tag(uuid) == "UUID"]
    for name in filter(None, names):
        _check_name(name)
    missing = sorted({name for name in names if name and not (file.parent / name).is_file()})
    return Ome(xml, tuple(tuple(_channels(image)) for image in images), tuple(missing))


def _parsed(xml: str) -> Any:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        raise ValueError("its XML declares entities") from None
    except (ParseError, ValueError, LookupError) as error:
        raise ValueError(f"its XML is broken: {error}") from None


def _channels(image: Any) -> list[tuple[str, Color | None]]:
    found: list[tuple[str, Color | None]] = []
    for pixels in _children(image, "Pixels"):
        planes = 1
        for axis in "ZCT":
            planes *= _whole(pixels.get(f"Size{axis}", "1"))
        for data in _children(pixels, "TiffData"):
            planes = max(planes, *(_whole(data.get(name, "0")) for name in ("PlaneCount", "NumPlanes")))
        if planes > MOST_PLANES:
            raise ValueError(f"it describes {planes:,} planes, more than {MOST_PLANES:,}")
        for channel in _children(pixels, "Channel"):
            found.append((channel.get("Name", "").strip(), _color(channel.get("Color", ""))))
    colors = [color for _, color in found]
    if len(set(colors)) < len(colors) or (0, 0, 0) in colors:  # e.g. all white, as many programs write
        return [(name, None) for name, _ in found]
    return found


def _color(text: str) -> Color | None:
    """Of a signed number of 32 bits: red, green, blue, opacity."""
    try:
        number = int(text)
    except ValueError:
        return None
    return None if number == ALL_ALIKE else (number >> 24 & 255, number >> 16 & 255, number >> 8 & 255)


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text[:20]!r} stands where a number of planes should")
    return int(text[:12])


def _beside(file: Path, name: str) -> str:
    _check_name(name)
    companion = file.parent / name
    try:
        if companion.stat().st_size > MOST_BYTES:
            raise ValueError(f"its description, {name}, is larger than {MOST_BYTES >> 20} MB")
        return companion.read_bytes().decode("utf-8")
    except OSError:
        raise ValueError(f"its description lies in {name}, which is not there") from None


def _check_name(name: str) -> None:
    if not name or {"/", "\\", "\0"} & set(name) or name in (".", ".."):
        raise ValueError(f"it names the file {name[:60]!r}, which is not beside it")


def _children(element: Any, tag: str) -> list[Any]:
    return [child for child in element if _tag(child) == tag]


def _tag(element: Any) -> str:
    """Without its namespace, which differs from version to version."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""

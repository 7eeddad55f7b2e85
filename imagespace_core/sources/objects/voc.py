"""Pascal VOC: an XML file for each photo.

Boxes count px from 1, both ends included.
Source: http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError
from imagespace_core.sources import Ring
from imagespace_core.sources.objects.annotations import Annotations, Box, Marked, number_of, size_of, usable_box

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_START = 4096
_MOST_BYTES = 16 << 20
"""Of one file."""
_ATTRIBUTES = ("pose", "truncated", "difficult", "occluded")


def recognizes(file: Path) -> bool:
    """Whether an XML begins like an annotation."""
    try:
        with file.open("rb") as stream:
            return b"<annotation" in stream.read(_START)
    except OSError:
        return False


def read_voc(files: Sequence[Path], root: Path) -> Annotations:
    """The objects of all files. A photo is named by its file's `filename`, else by the name of the file itself.

    Raises InputError where none can be read; one that is broken is skipped with the reason.
    """
    marked: list[Marked] = []
    photos: list[str] = []
    skipped: list[tuple[str, str]] = []
    for file in files:
        name = file.relative_to(root).as_posix()
        try:
            annotation = _parsed(file)
        except InputError as error:
            skipped.append((name, str(error)))
            continue
        photo = (annotation.findtext("filename") or "").strip() or file.stem
        photos.append(photo)
        size = size_of(annotation.findtext("size/width"), annotation.findtext("size/height"))
        for place, one in enumerate(annotation.findall("object"), start=1):
            rings = _rings(one)
            box = usable_box(_box(one), rings)
            if isinstance(box, str):
                skipped.append((f"{name}#{place}", box))
                continue
            given = {key: (one.findtext(key) or "").strip() for key in _ATTRIBUTES}
            attributes = {key: _plain(value) for key, value in given.items() if value}
            category = (one.findtext("name") or "").strip() or None
            score = number_of(one.findtext("score") or one.findtext("confidence"))
            marked.append(Marked(photo, f"{file.stem}/{place}", category, box, rings, size, score, attributes))
    if not photos and skipped:
        raise InputError(f"none of {len(skipped):,} XML files can be read; the first, {skipped[0][0]}: {skipped[0][1]}")
    return Annotations("Pascal VOC", marked, photos, skipped)


def _parsed(file: Path) -> Element:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import parse

    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES >> 20} MB")
        element = parse(file).getroot()
    except (ParseError, DefusedXmlException, OSError, ValueError) as error:
        raise InputError(f"cannot be read as XML: {type(error).__name__} {error}".strip()) from error
    if element is None or element.tag != "annotation":
        raise InputError(
            f"is no Pascal VOC: expected <annotation>, found <{element.tag if element is not None else ''}>"
        )
    return element


def _box(one: Element) -> Box | None:
    edges = [number_of(one.findtext(f"bndbox/{name}")) for name in ("xmin", "ymin", "xmax", "ymax")]
    left, top, right, bottom = edges
    if left is None or top is None or right is None or bottom is None:
        return None
    return left - 1, top - 1, right, bottom


def _rings(one: Element) -> tuple[Ring, ...]:
    """polygon/x1, y1, x2, ... as annotation tools write them beside the box."""
    found = []
    for polygon in one.findall("polygon"):
        points: list[tuple[float, float]] = []
        texts = {corner.tag: corner.text for corner in polygon}  # findtext looks through all of them for each
        while True:
            number = len(points) + 1
            x, y = number_of(texts.get(f"x{number}")), number_of(texts.get(f"y{number}"))
            if x is None or y is None:
                break
            points.append((x - 1, y - 1))
        if len(points) >= 3:
            found.append((*points, points[0]))
    return tuple(found)


def _plain(value: str) -> object:
    return {"0": False, "1": True}.get(value, value)

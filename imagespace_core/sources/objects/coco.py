"""COCO: one JSON of photos, classes and objects, or a list of predictions for the photos of another.

Source: https://cocodataset.org/#format-data and #format-results. Boxes are left, top, width, height in px from 0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from imagespace_core.errors import InputError
from imagespace_core.images.reasons import NO_FILE
from imagespace_core.sources.objects.annotations import (
    Annotations,
    Box,
    Marked,
    number_of,
    ring_of,
    size_of,
    usable_box,
)
from imagespace_core.words import plural

_OWN = {"id", "image_id", "category_id", "bbox", "segmentation", "area", "score"}


def read_coco(file: Path, truth: Path | None = None) -> Annotations:
    """The objects of a COCO file. A list of predictions needs `truth`, the file that numbers their photos and classes.

    Masks as runs (RLE) are taken by their boxes. Raises InputError for a file that is neither.
    """
    record = _loaded(file)
    if isinstance(record, list):
        if truth is None:
            raise InputError(
                f"{file} is a list of predictions, which number their photos; the COCO file that has these numbers is "
                "missing: give it by --annotations"
            )
        tables, objects = _loaded(truth), record
    else:
        tables, objects = record, record.get("annotations") if isinstance(record, dict) else None
    if not isinstance(tables, dict) or not isinstance(tables.get("images"), list) or not isinstance(objects, list):
        raise InputError(f"{file} is no COCO file: expected an object with the lists images, categories, annotations")
    return _Reading(file, tables).of(objects)


def _loaded(file: Path) -> Any:
    if file.exists() and not file.is_file():  # opening a pipe would wait for ever
        raise InputError(f"{file}: {NO_FILE}; expected COCO annotations")
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file} cannot be read as JSON ({error}); expected COCO annotations") from error


class _Reading:
    def __init__(self, file: Path, tables: Mapping[str, Any]) -> None:
        self.file = file
        self.photos = {
            one["id"]: one for one in tables["images"]
            if isinstance(one, dict) and isinstance(one.get("file_name"), str) and _is_key(one.get("id"))
        }  # fmt: skip
        self.unnamed = len(tables["images"]) - len(self.photos)
        categories = tables.get("categories")
        self.categories = {
            one["id"]: one for one in (categories if isinstance(categories, list) else ())
            if isinstance(one, dict) and _is_key(one.get("id"))
        }  # fmt: skip
        self.runs = 0
        self.unknown: set[str] = set()

    def of(self, objects: Sequence[Any]) -> Annotations:
        marked: list[Marked] = []
        skipped: list[tuple[str, str]] = []
        for place, one in enumerate(objects, start=1):
            number = str(one.get("id", place)) if isinstance(one, dict) else str(place)
            made = self._marked(one, number)
            if isinstance(made, str):
                skipped.append((f"{self.file.name}#{number}", made))
            else:
                marked.append(made)
        notes = []
        if self.runs:
            notes.append(f"masks written as runs (RLE), of which the boxes are taken: {self.runs:,}")
        if self.unknown:
            some = ", ".join(sorted(self.unknown)[:5])
            notes.append(f"{plural(len(self.unknown), 'class has', 'classes have')} no name, only a number ({some})")
        if self.unnamed:
            notes.append(f"entries of its images without an id or a file_name: {self.unnamed:,}")
        notes = [f"{self.file.name}: {note}" for note in notes]
        return Annotations(self.file.name, marked, [one["file_name"] for one in self.photos.values()], skipped, notes)

    def _marked(self, one: Any, number: str) -> Marked | str:
        """The object, or why there is none."""
        if not isinstance(one, dict):
            return f"a JSON {type(one).__name__}; expected an object"
        image = one.get("image_id")
        photo = self.photos.get(image) if _is_key(image) else None
        if photo is None:
            return f"its photo, image_id {image!r}, is none of the file's images"
        rings = self._rings(one.get("segmentation"))
        box = usable_box(_box(one.get("bbox")), rings)
        if isinstance(box, str):
            return box
        size = size_of(photo.get("width"), photo.get("height"))
        attributes = {name: value for name, value in one.items() if name not in _OWN and not isinstance(value, dict)}
        category = self._category(one.get("category_id"), attributes)
        return Marked(photo["file_name"], number, category, box, rings, size, number_of(one.get("score")), attributes)

    def _category(self, number: Any, attributes: dict[str, object]) -> str | None:
        if number is None:
            return None
        known = self.categories.get(number) if _is_key(number) else None
        if known is None or not isinstance(known.get("name"), str):
            self.unknown.add(str(number))
            return str(number)
        if isinstance(known.get("supercategory"), str) and known["supercategory"] not in ("", "none", known["name"]):
            attributes["supercategory"] = known["supercategory"]
        return known["name"]

    def _rings(self, segmentation: Any) -> tuple[Any, ...]:
        if isinstance(segmentation, dict):
            self.runs += 1
            return ()
        if not isinstance(segmentation, list):
            return ()
        parts = segmentation if segmentation and isinstance(segmentation[0], list) else [segmentation]
        return tuple(ring for ring in (ring_of(part) for part in parts if isinstance(part, list)) if ring)


def _is_key(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool)


def _box(bbox: Any) -> Box | None:
    if not isinstance(bbox, list) or len(bbox) != 4:
        return None
    left, top, width, height = (number_of(value) for value in bbox)
    if left is None or top is None or width is None or height is None:
        return None
    return left, top, left + width, top + height

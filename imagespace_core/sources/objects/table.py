"""Boxes in a table: a row for each object, with the photo's name and the box in columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources import Ring
from imagespace_core.sources.objects.annotations import (
    SHARES,
    Annotations,
    Box,
    Marked,
    number_of,
    ring_of,
    size_of,
    usable_box,
)

if TYPE_CHECKING:
    from imagespace_core.sources.tables.untyped import UntypedTable

_CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"), ("x_min", "y_min", "x_max", "y_max"), ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)  # fmt: skip
_SIZES = (
    ("x", "y", "width", "height"), ("x", "y", "w", "h"), ("left", "top", "width", "height"),
    ("bbox_x", "bbox_y", "bbox_width", "bbox_height"),
)  # fmt: skip
_POLYGONS = ("polygon", "segmentation", "geometry")
_CLASSES = ("class", "label", "category", "class_name", "name")
_SCORES = ("score", "confidence", "conf")
_PHOTO_SIZES = (("image_width", "image_height"), ("img_width", "img_height"))


def read_table(file: Path) -> Annotations:
    """The objects of a table, of any kind that metadata comes in; where no value is above 1, in shares of the photo.

    Raises InputError where the columns of a box are not there.
    """
    from imagespace_core.sources.tables.image_column import find_image_column
    from imagespace_core.sources.tables.untyped import read_untyped

    read = read_untyped(file)
    at, note = find_image_column(file, read.names, read.values)
    names = {number: " ".join(name.split()) for number, name in enumerate(read.names) if number != at}
    columns = {name.casefold(): number for number, name in names.items()}
    corners = next((names for names in _CORNERS if set(names) <= set(columns)), None)
    sizes = next((names for names in _SIZES if set(names) <= set(columns)), None) if corners is None else None
    polygon = next((name for name in _POLYGONS if name in columns), None)
    if corners is None and sizes is None and polygon is None:
        raise InputError(
            f"{file} has no columns of boxes (it has: {', '.join(read.names)}); expected "
            f"{', '.join(_CORNERS[0])}, or {', '.join(_SIZES[0])}, or a column {_POLYGONS[0]}"
        )
    category = next((name for name in _CLASSES if name in columns), None)
    score = next((name for name in _SCORES if name in columns), None)
    size = next((names for names in _PHOTO_SIZES if set(names) <= set(columns)), None)
    used = {*(corners or sizes or ()), polygon, category, score, *(size or ())}
    table = {name: _typed(read, columns[name]) for name in columns if name != polygon}
    drawn = list(read.values(columns[polygon])) if polygon else []
    shares = any(table[name] for name in corners or sizes or ()) and all(
        _is_share(table[name]) for name in corners or sizes or ()
    )
    marked: list[Marked] = []
    skipped: list[tuple[str, str]] = []
    photos = read.texts(at).tolist()
    for row, photo in enumerate(photos):
        number = row + 1
        if not isinstance(photo, str):
            skipped.append((f"{file.name}#{number}", "names no photo"))
            continue
        rings = _rings(drawn[row]) if polygon else ()
        box = usable_box(_box([table[name][row] for name in corners or sizes or ()], sizes is not None), rings)
        if isinstance(box, str):
            skipped.append((f"{file.name}#{number}", box))
            continue
        known = size_of(*(table[name][row] for name in size)) if size else None
        attributes = {names[columns[name]]: values[row] for name, values in table.items() if name not in used}
        what = table[category][row] if category else None
        name = None if what is None else str(what)
        share = number_of(table[score][row]) if score else None
        marked.append(Marked(photo, str(number), name, box, rings, SHARES if shares else known, share, attributes))
    notes = [note, f"{file.name}: no value of a box is above 1, so they are taken for shares of the photo" * shares]
    named = list(dict.fromkeys(name for name in photos if isinstance(name, str)))
    return Annotations(file.name, marked, named, skipped, [*read.notes, *filter(None, notes)])


def _typed(read: UntypedTable, at: int) -> list[object]:
    """The values of a column, each of one type; None where missing."""
    column, _ = read.column(at)
    if column is None:
        return [None] * len(read.raw[at])
    missing = column.isna().to_numpy(bool)
    return [
        None if none else value.item() if isinstance(value, np.generic) else value
        for value, none in zip(column, missing, strict=True)
    ]


def _is_share(column: Sequence[object]) -> bool:
    values = [number for number in map(number_of, column) if number is not None]
    return bool(values) and max(values) <= 1 and min(values) >= 0


def _box(values: list[object], sizes: bool) -> Box | None:
    numbers = [number for number in map(number_of, values) if number is not None]
    if len(numbers) != 4:
        return None
    left, top, right, bottom = numbers
    return (left, top, left + right, top + bottom) if sizes else (left, top, right, bottom)


def _rings(value: object) -> tuple[Ring, ...]:
    """A list of numbers, of points or of such lists, as it is or as JSON; or a polygon as WKT."""
    if isinstance(value, list):
        return tuple(_nested(value))
    if not isinstance(value, str) or not value.strip():
        return ()
    if value.lstrip()[:1] == "[":
        try:
            return tuple(_nested(json.loads(value)))
        except (ValueError, RecursionError):
            return ()
    import shapely

    try:
        shape = shapely.from_wkt(value)
    except shapely.errors.ShapelyError:
        return ()
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return tuple(tuple((float(x), float(y)) for x, y in part.exterior.coords) for part in parts)


def _nested(value: Any) -> list[Ring]:
    if not isinstance(value, list) or not value:
        return []
    if all(isinstance(part, list) and len(part) == 2 and not isinstance(part[0], list) for part in value):
        value = [number for point in value for number in point]
    if not isinstance(value[0], list):
        ring = ring_of(value)
        return [ring] if ring else []
    return [ring for part in value for ring in _nested(part)]

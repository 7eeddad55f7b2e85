"""Boxes in a table: a row for each object, with the photo's name and the box in columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imagespace_core.errors import InputError
from imagespace_core.sources import Ring
from imagespace_core.sources.objects.annotations import (
    SHARES,
    Annotations,
    Box,
    Marked,
    box_of,
    number_of,
    refusal,
    ring_of,
)

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
    from imagespace_core.sources.tables.metadata import read_metadata

    table = read_metadata(file, ())
    columns = {str(name).strip().casefold(): str(name) for name in table.columns}
    corners = next((names for names in _CORNERS if set(names) <= set(columns)), None)
    sizes = next((names for names in _SIZES if set(names) <= set(columns)), None) if corners is None else None
    polygon = next((name for name in _POLYGONS if name in columns), None)
    if corners is None and sizes is None and polygon is None:
        raise InputError(
            f"{file} has no columns of boxes (it has: {', '.join(columns.values())}); expected "
            f"{', '.join(_CORNERS[0])}, or {', '.join(_SIZES[0])}, or a column {_POLYGONS[0]}"
        )
    category = next((name for name in _CLASSES if name in columns), None)
    score = next((name for name in _SCORES if name in columns), None)
    size = next((names for names in _PHOTO_SIZES if set(names) <= set(columns)), None)
    used = {*(corners or sizes or ()), polygon, category, score, *(size or ())}
    others = [name for key, name in columns.items() if key not in used]
    edges = [table.columns[columns[name]] for name in corners or sizes or ()]
    shares = bool(edges) and all(_is_share(column.tolist()) for column in edges)
    marked: list[Marked] = []
    skipped: list[tuple[str, str]] = []
    rows: list[dict[str, Any]] = table.columns.astype(object).to_dict("records")
    for number, (photo, row) in enumerate(zip(table.filenames, rows, strict=True), start=1):
        if not isinstance(photo, str):
            skipped.append((f"{file.name}#{number}", "names no photo"))
            continue
        rings = _rings(row[columns[polygon]]) if polygon else ()
        box = _box([row[columns[name]] for name in corners or sizes or ()], sizes is not None)
        box = box or (box_of(rings) if rings else None)
        if (reason := refusal(box)) or box is None:
            skipped.append((f"{file.name}#{number}", reason or ""))
            continue
        stated = [number_of(_unboxed(row[columns[name]])) for name in size] if size else [None, None]
        known = (stated[0], stated[1]) if stated[0] and stated[1] else None
        attributes = {name: None if _is_missing(row[name]) else row[name] for name in others}
        what = row[columns[category]] if category else None
        name = None if what is None or _is_missing(what) else str(what)
        share = number_of(_unboxed(row[columns[score]])) if score else None
        marked.append(Marked(photo, str(number), name, box, rings, SHARES if shares else known, share, attributes))
    notes = [f"{file.name}: no value of a box is above 1, so they are taken for shares of the photo"] if shares else []
    photos = list(dict.fromkeys(name for name in table.filenames if isinstance(name, str)))
    return Annotations(file.name, marked, photos, skipped, (*notes, *table.notes))


def _is_share(column: Sequence[object]) -> bool:
    values = [number for number in map(number_of, column) if number is not None]
    return bool(values) and max(values) <= 1 and min(values) >= 0


def _is_missing(value: object) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _box(values: list[Any], sizes: bool) -> Box | None:
    known = [None if _is_missing(value) else number_of(_unboxed(value)) for value in values]
    numbers = [number for number in known if number is not None]
    if len(numbers) != 4:
        return None
    left, top, right, bottom = numbers
    return (left, top, left + right, top + bottom) if sizes else (left, top, right, bottom)


def _unboxed(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _rings(value: object) -> tuple[Ring, ...]:
    """A cell with a list of numbers, of points or of such lists, as JSON; or a polygon as WKT."""
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

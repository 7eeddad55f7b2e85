"""COCO files: outlines and boxes in pixels of pictures that they name.

Source: "COCO data format", cocodataset.org (images, annotations, categories; bbox is left, top, width, height).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.geotiff.annotations import Annotations

_VALUES = ("score", "iscrowd", "area")


def read_coco(file: Path, shown: str, stamp: str) -> list[Annotations]:
    """The annotations of each picture that a file names, in the order of pictures. Raises InputError for no COCO."""
    try:
        record = json.loads(file.read_bytes())
        images = {image["id"]: image for image in record["images"]}
        categories = {entry["id"]: str(entry.get("name", entry["id"])) for entry in record.get("categories") or []}
        by_image: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for entry in record["annotations"]:
            by_image[entry["image_id"]].append(entry)
        names = {key: str(image["file_name"]) for key, image in images.items()}
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error).splitlines()[0]
        raise InputError(
            f"annotations {file} are no COCO: {what}; expected images with id and file_name, and annotations with "
            "image_id and bbox or segmentation"
        ) from error
    unknown = [key for key in by_image if key not in images]
    found = [_of_image(file, shown, stamp, images[key], by_image[key], categories) for key in names if key in by_image]
    if unknown:
        lost = [entry for key in unknown for entry in by_image[key]]
        found.append(_of_image(file, shown, stamp, {"file_name": f"image {unknown[0]}"}, lost, categories))
    return found


def _of_image(
    file: Path,
    shown: str,
    stamp: str,
    image: Mapping[str, Any],
    entries: list[dict[str, Any]],
    names: Mapping[Any, str],
) -> Annotations:
    columns: dict[str, list[Any]] = {"category": [_named(entry, names) for entry in entries]}
    for name in _VALUES:
        columns[name] = [value if isinstance(value := entry.get(name), int | float) else None for entry in entries]
    columns = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    geometries = np.array([_geometry(entry) for entry in entries], object)
    ids = np.array([entry.get("id", row) for row, entry in enumerate(entries)], object)
    size = image.get("width"), image.get("height")
    masks = sum(isinstance(entry.get("segmentation"), dict) for entry in entries)
    note = f"{shown}: masks (RLE) of {image['file_name']} of which the boxes are taken: {masks:,}" if masks else ""
    return Annotations(
        file.stem, shown, ids, geometries, columns, None, stamp, picture=str(image["file_name"]), note=note,
        size=size if all(isinstance(side, int) for side in size) else None,  # pyright: ignore[reportArgumentType]
    )  # fmt: skip


def _named(entry: Mapping[str, Any], names: Mapping[Any, str]) -> str | None:
    key = entry.get("category_id")
    return names.get(key, str(key)) if isinstance(key, int | str) else None


def _geometry(entry: Mapping[str, Any]) -> Any:
    """The outline, where it is drawn by corners, else the box; None where there is neither."""
    import shapely

    try:
        rings = entry.get("segmentation")
        if isinstance(rings, list) and rings:
            rings = rings if isinstance(rings[0], list) else [rings]
            parts = [shapely.Polygon(np.array(ring, np.float64).reshape(-1, 2)) for ring in rings]
            return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
        left, top, width, height = (float(number) for number in entry["bbox"])
        return shapely.box(left, top, left + width, top + height) if width >= 0 and height >= 0 else None
    except (KeyError, TypeError, ValueError, OverflowError, shapely.errors.ShapelyError):
        return None

"""What a .json file of annotations holds, without reading the whole of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

LOOKED_AT = 1 << 16
"""Bytes of a file's start, of its middle and of its end that show what is in it."""

_GEOMETRIES = "FeatureCollection|Feature|GeometryCollection|Topology|(?:Multi)?(?:Point|LineString|Polygon)"
_GEOJSON = re.compile(rf'"type"\s*:\s*"(?:{_GEOMETRIES})"|"features"\s*:\s*\[')
_COCO = re.compile(r'\s*\{\s*"(?:info|licenses|type|images|annotations|categories)"\s*:')
_OBJECTS = ('"bbox"', '"segmentation"')


def json_kind(file: Path) -> Literal["geojson", "coco", ""]:
    """What a file looks like. COCO has boxes or polygons; captions and lists of photos alone are none. The items of a
    STAC catalog, which are GeoJSON, outline scenes and no annotations: ""."""
    if not file.is_file():  # opening a pipe would wait for ever
        return ""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            head = stream.read(LOOKED_AT).decode("utf-8-sig", errors="replace")
            if '"stac_version"' in head:
                return ""
            if _COCO.match(head):
                for at in (0, size // 2, max(0, size - LOOKED_AT)):
                    stream.seek(at)
                    part = stream.read(LOOKED_AT).decode("utf-8", errors="replace")
                    if any(name in part for name in _OBJECTS):
                        return "coco"
    except OSError:
        return ""
    return "geojson" if head.lstrip().startswith("{") and _GEOJSON.search(head) else ""

"""What a .json file of annotations holds, without reading the whole of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Literal

_HEAD, _CHUNK, _LONGEST_KEY = 1 << 16, 1 << 20, 16

_GEOMETRIES = "FeatureCollection|Feature|GeometryCollection|Topology|(?:Multi)?(?:Point|LineString|Polygon)"
_TYPE = rf'"type"\s*:\s*"(?:{_GEOMETRIES})"'
_GEOJSON = re.compile(rf'{_TYPE}|"features"\s*:\s*\[')
_COCO = re.compile(rf'\s*\{{\s*(?!{_TYPE})"(?:info|licenses|type|images|annotations|categories)"\s*:')


def json_kind(file: Path) -> Literal["geojson", "coco", ""]:
    """What a file looks like, by its first 64 kB. The items of a STAC catalog, which are GeoJSON, outline scenes and no
    annotations: "". COCO has its lists, with boxes or outlines: captions have none."""
    if not file.is_file():  # opening a pipe would wait for ever
        return ""
    try:
        with file.open("rb") as stream:
            start = stream.read(_HEAD)
            head = start.decode("utf-8-sig", errors="replace")
            if '"stac_version"' in head:
                return ""
            if _COCO.match(head) and _has_objects(start, stream):
                return "coco"
    except OSError:
        return ""
    return "geojson" if head.lstrip().startswith("{") and _GEOJSON.search(head) else ""


def _has_objects(part: bytes, rest: IO[bytes]) -> bool:
    """Whether COCO's keys stand anywhere: a large file is read through, a second for each gigabyte, and not parsed."""
    wanted = {b'"images"', b'"annotations"', b'"bbox"'}
    while part:
        part = part.replace(b'"segmentation"', b'"bbox"')
        wanted -= {key for key in wanted if key in part}
        if not wanted:
            return True
        more = rest.read(_CHUNK)
        part = part[-_LONGEST_KEY:] + more if more else b""
    return False

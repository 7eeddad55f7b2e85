"""The sources there are, by the name that a workspace's manifest records, and which of them a path looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from imagespace_core.errors import InputError
from imagespace_core.sources import Source
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.geotiff import source as geotiff
from imagespace_core.sources.microscopy import source as microscopy
from imagespace_core.sources.objects import source as objects
from imagespace_core.sources.tiles import source as tiles
from imagespace_core.sources.vectors import source as vectors


@dataclass(frozen=True)
class Kind:
    """make: the class, called with where it lies and its fields. about: what people call what it reads."""

    make: Callable[..., Source]
    recognizes: Callable[[Path], bool]
    about: str


SOURCES = {
    "folder": Kind(Folder, Path.is_dir, "a folder of images"),
    "geotiff": Kind(geotiff.GeoTiff, geotiff.recognizes, "GeoTIFF scenes"),
    "microscopy": Kind(microscopy.Microscopy, microscopy.recognizes, "microscopy slices"),
    "objects": Kind(objects.Objects, objects.recognizes, "photos with objects marked in them"),
    "tiles": Kind(tiles.Tiles, tiles.recognizes, "map tiles in layers"),
    "vectors": Kind(vectors.VectorTable, vectors.recognizes, "a table of vectors or coordinates"),
}
"""What none of the others recognizes is a folder."""


def recognized(path: Path) -> str:
    """The name of the source that a path looks like.

    Raises InputError where it looks like several, or like none.
    """
    found = [name for name, kind in SOURCES.items() if kind.make is not Folder and kind.recognizes(path)]
    if len(found) > 1:
        looks = " and ".join(SOURCES[name].about for name in found)
        raise InputError(f"{path} looks like {looks}; say which by --source {' or --source '.join(found)}")
    if not found and path.is_file():
        known = ", ".join(kind.about for kind in SOURCES.values())
        raise InputError(f"{path} is a file of no known kind; give the path of {known}, or name it by --source")
    return found[0] if found else "folder"


def opened(record: dict[str, Any]) -> Source:
    """The source that a manifest records, made again. Raises InputError for a kind that this program does not know."""
    kind = SOURCES.get(record["kind"])
    if kind is None:
        raise InputError(f"the source {record['kind']!r} is unknown; there are {', '.join(SOURCES)}. Update ImageSpace")
    before = {f.name: f.metadata["before"] for f in fields(kind.make) if "before" in f.metadata}  # pyright: ignore[reportArgumentType]
    return kind.make(Path(record["root"]), **{**before, **record.get("parameters", {})})

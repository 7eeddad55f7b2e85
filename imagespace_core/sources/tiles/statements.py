"""What the files of map tiles say of them: how rows are counted, and where on Earth they lie.

Sources: OSGeo, "Tile Map Service Specification" 1.0.0 (tilemapresource.xml, as gdal2tiles writes it); TileJSON 3.0.0
and MBTiles 1.3 (metadata.json, as mbutil and others write it, and the table `metadata`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from imagespace_core.errors import InputError
from imagespace_core.sources.tiles.schemes import SCHEMES, Scheme

FILES = ("tilemapresource.xml", "metadata.json", "tilejson.json", "tile.json")
LARGEST_BYTES = 4 << 20
"""Of such a file; more is no description."""
HALF_WORLD_M = math.pi * 6_378_137
"""From the middle of the map to its edge, in meters of EPSG:3857."""

Bounds = tuple[float, float, float, float]
"""west, south, east, north in degrees; west is greater than east across 180 degrees."""


@dataclass(frozen=True)
class Statement:
    """file: what says so, as people know it. scheme: how tiles are counted. bounds: where all of them lie; of several
    the first is meant, unless it cannot be. note: what could not be used of it, a sentence."""

    file: str = ""
    scheme: Scheme | None = None
    bounds: tuple[Bounds, ...] = ()
    note: str = ""


def beside(folders: Sequence[Path]) -> Statement:
    """Of the first of FILES in the first of the folders that has one and can be used.

    Raises InputError where it says that the tiles are none of the Web Mercator map.
    """
    notes = []
    for file in (folder / name for folder in folders for name in FILES):
        if not file.is_file():
            continue
        try:
            if file.stat().st_size > LARGEST_BYTES:
                raise ValueError(f"it has more than {LARGEST_BYTES >> 20} MB")
            text = file.read_bytes()
            found = _of_xml(text, file.name) if file.suffix == ".xml" else of_record(_record(text), file.name)
        except (OSError, ValueError, RecursionError) as error:
            why = getattr(error, "strerror", None) or str(error).splitlines()[0] if str(error) else type(error).__name__
            notes.append(f"{file.name} cannot be used ({why}), so what it says of the tiles is not known")
            continue
        if found.scheme or found.bounds:
            return found
        notes += [found.note] if found.note else []
    return Statement(note="; ".join(notes))


def of_record(record: Mapping[str, Any], file: str) -> Statement:
    """Of names and values as TileJSON has them. Raises InputError as `beside`."""
    _refuse_other_maps(file, str(record.get("profile") or ""), str(record.get("crs") or record.get("srs") or ""))
    scheme = str(record.get("scheme") or "").strip().lower()
    bounds = _numbers(record.get("bounds"))
    if bounds is None and (center := _numbers(record.get("center"))):
        bounds = [*center[:2], *center[:2]]
    return Statement(
        file,
        cast("Scheme", scheme) if scheme in SCHEMES else None,
        (cast("Bounds", tuple(bounds)),) if bounds and _on_earth(bounds) else (),
        f"{file}: its scheme {scheme!r:.40} is unknown and not used" if scheme and scheme not in SCHEMES else "",
    )


def _of_xml(text: bytes, file: str) -> Statement:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(text)
    except DefusedXmlException as error:
        raise ValueError("it defines entities, which a description of tiles has no use for") from error
    except ParseError as error:
        raise ValueError(f"it is no XML: {error}") from error
    if root.tag != "TileMap":
        raise ValueError(f"it is a <{root.tag:.40}>, no <TileMap>")
    sets = root.find("TileSets")
    profile = sets.get("profile", "") if sets is not None else ""
    _refuse_other_maps(file, profile, "" if profile else (root.findtext("SRS") or ""))
    box = root.find("BoundingBox")
    edges = None if box is None else _numbers([box.get(name) for name in ("minx", "miny", "maxx", "maxy")])
    if edges is None:
        return Statement(file, "tms")
    if max(map(abs, edges)) > 360:
        edges = [_degrees(*edges[:2]), _degrees(*edges[2:])]
        edges = [*edges[0], *edges[1]]
    # GDAL before 2.0 wrote the latitude into x.
    ways = [edges, [edges[1], edges[0], edges[3], edges[2]]]
    return Statement(file, "tms", tuple(cast("Bounds", tuple(way)) for way in ways if _on_earth(way)))


def _record(text: bytes) -> Mapping[str, Any]:
    try:
        record = json.loads(text)
    except UnicodeDecodeError as error:
        raise ValueError("it is no JSON: it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error}") from error
    return record if isinstance(record, dict) else {}


def _refuse_other_maps(file: str, profile: str, crs: str) -> None:
    """Raises InputError for tiles of another map: their numbers would put them at a wrong place."""
    plain = profile.strip().lower().removeprefix("global-")
    other = plain if plain in {"geodetic", "raster", "none", "local"} else ""
    if other or crs.strip().upper().rpartition("EPSG:")[2] == "4326":
        what = f"the profile {profile.strip()}" if other else crs.strip()
        raise InputError(
            f"{file} says that the tiles are in {what}; expected those of the Web Mercator map (EPSG:3857), by whose "
            "numbers they are placed. Make them with: gdal2tiles.py --profile=mercator"
        )


def _numbers(value: object) -> list[float] | None:
    """Two or more finite numbers, of a list or of a text with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or len(parts) < 2:
        return None
    try:
        found = [float(part) for part in parts]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if all(map(math.isfinite, found)) else None


def _on_earth(bounds: Sequence[float]) -> bool:
    west, south, east, north = bounds if len(bounds) == 4 else (math.inf,) * 4
    return max(abs(west), abs(east)) <= 180.001 and -90.001 <= south <= north <= 90.001


def _degrees(x: float, y: float) -> tuple[float, float]:
    """Meters of EPSG:3857 -> (longitude, latitude) in degrees."""
    up = max(-math.pi, min(math.pi, y / 6_378_137))
    return x / HALF_WORLD_M * 180, math.degrees(math.atan(math.sinh(up)))

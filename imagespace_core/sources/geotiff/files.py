"""Which files are scenes, which are annotations, and which belong together by name."""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import reasons
from imagespace_core.sources.geotiff.annotations import SUFFIXES
from imagespace_core.sources.geotiff.datasets import file_stamp
from imagespace_core.sources.json_kinds import json_kind

SCENES = frozenset({".tif", ".tiff", ".gtiff"})
_PARTS = frozenset(
    {".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".ovr", ".tfw", ".tifw", ".gpkg-wal", ".gpkg-shm"}
)
"""What belongs to a Shapefile, a GeoPackage or a scene beside the file itself."""
_GEO_KEYS = 34735
"""The TIFF tag in which GeoTIFF keeps its coordinate reference system (OGC 19-008r4, 7.1.2)."""


@dataclass(frozen=True)
class Found:
    """A file: where it is, what people call it (relative to where it was looked for), and its stamp."""

    file: Path
    name: str
    stamp: str


@dataclass(frozen=True)
class Files:
    """scenes and annotations, each in order of their names. others: how many files are neither, by suffix."""

    scenes: tuple[Found, ...]
    annotations: tuple[Found, ...]
    others: tuple[tuple[str, int], ...] = ()


def find_files(root: Path, annotations: str | None) -> Files:
    """The scenes that `root` is or holds, and their annotations.

    annotations: a file, a folder of them, "none", or None for what lies beside the scenes: in a folder all of them,
    of a single scene those of its name. Raises InputError where there are no scenes, or annotations that were named.
    """
    if not root.exists():
        raise InputError(f"{root}: no such file or folder; give a GeoTIFF, or a folder of them")
    others: Counter[str] = Counter()
    beside: list[Found] = []
    if root.is_dir():
        scenes = []
        for file, name in _walk(root):
            suffix = file.suffix.lower()
            if suffix in SCENES:
                scenes.append(_found(file, name))
            elif _is_annotations(file):
                beside.append(_found(file, name))
            elif suffix not in _PARTS:
                others[suffix] += 1
        if not scenes:
            raise InputError(f"{root} holds no GeoTIFF ({', '.join(sorted(SCENES))}); give the folder of the scenes")
    else:
        scenes = [_found(root, root.name)]
        beside = [_found(file, file.name) for file in sorted(root.parent.glob(f"{_escaped(root.stem)}*"))
                  if _is_annotations(file) and of_scene(file.stem, [root.stem]) is not None]  # fmt: skip
    return Files(tuple(scenes), _annotations(annotations, beside), tuple(others.most_common()))


def of_scene(annotations: str, scenes: Sequence[str]) -> int | None:
    """Which scene a file of annotations belongs to by its name, both without suffix: the same, or that and a word more.

    >>> of_scene("harbor_ships", ["harbor", "harbor_north"]), of_scene("labels", ["harbor"])
    (0, None)
    """
    ends = ("_", "-", ".", " ")
    fits = [
        number
        for number, scene in enumerate(scenes)
        if annotations == scene or annotations.startswith(tuple(scene + end for end in ends))
    ]
    return max(fits, key=lambda number: len(scenes[number]), default=None)


def recognizes(path: Path) -> bool:
    """Whether a path looks like scenes: a GeoTIFF, or a folder with one in it, or with a TIFF and annotations.

    Opens at most one scene, and reads no more than its first tags, and the start of .json files.
    """
    if path.is_file():
        return path.suffix.lower() in SCENES
    if not path.is_dir():
        return False
    names = sorted(entry.name for entry in os.scandir(path) if not entry.name.startswith("."))
    suffixes = {os.path.splitext(name)[1].lower() for name in names}
    scenes = [name for name in names if os.path.splitext(name)[1].lower() in SCENES]
    if not scenes:
        return False
    # COCO alone is no sign: its photos may be TIFFs, too.
    beside = (path / name for name in names if name.lower().endswith(".json"))
    return bool(suffixes & SUFFIXES) or _has_geo_keys(path / scenes[0]) or "geojson" in map(json_kind, beside)


def _is_annotations(file: Path) -> bool:
    suffix = file.suffix.lower()
    return suffix in SUFFIXES or (suffix == ".json" and json_kind(file) != "")


def _annotations(given: str | None, beside: list[Found]) -> tuple[Found, ...]:
    if given == "none":
        return ()
    if given is None:
        return tuple(beside)
    path = Path(given)
    if path.is_dir():
        found = [_found(file, name) for file, name in _walk(path) if _is_annotations(file)]
        if not found:
            raise InputError(
                f"{path} holds no annotations; expected files with {', '.join(sorted(SUFFIXES))}, or .json"
            )
        return tuple(found)
    if not path.exists():
        raise InputError(f"annotations {path} do not exist; give GeoJSON, GeoPackage, Shapefile or COCO, or a folder")
    return (_found(path, path.name),)


def _walk(root: Path) -> list[tuple[Path, str]]:
    """Every file below, with its path from the root; hidden ones left out."""
    found = []

    def stop_if_gone(error: OSError) -> None:
        if reasons.gone(error):
            raise VanishedError(error.filename, str(error.strerror)) from error

    for folder, subfolders, files in os.walk(root, onerror=stop_if_gone, followlinks=False):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        here = Path(folder)
        found += [
            (here / name, (here / name).relative_to(root).as_posix()) for name in files if not name.startswith(".")
        ]
    return sorted(found, key=lambda pair: pair[1])


def _found(file: Path, name: str) -> Found:
    try:
        name.encode("utf-8")
        return Found(file, name, file_stamp(file))
    except UnicodeEncodeError:
        readable = os.fsencode(name).decode("utf-8", errors="backslashreplace")
        raise InputError(f"{readable}: the name is not valid UTF-8; rename the file") from None
    except UnreadableImageError as error:
        raise InputError(f"{file} {error}") from error


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _has_geo_keys(file: Path) -> bool:
    """Whether a TIFF, or BigTIFF, has GeoTIFF's tag in its first directory."""
    if not file.is_file():  # opening a pipe would wait for ever
        return False
    try:
        with file.open("rb") as stream:
            head = stream.read(16)
            order = {b"II": "<", b"MM": ">"}[head[:2]]
            big = struct.unpack(f"{order}H", head[2:4])[0] == 43
            start = struct.unpack(f"{order}Q", head[8:16])[0] if big else struct.unpack(f"{order}I", head[4:8])[0]
            stream.seek(start)
            count = struct.unpack(f"{order}{'Q' if big else 'H'}", stream.read(8 if big else 2))[0]
            length = 20 if big else 12
            tags = stream.read(min(count, 4096) * length)
            return any(struct.unpack_from(f"{order}H", tags, at)[0] == _GEO_KEYS for at in range(0, len(tags), length))
    except (OSError, KeyError, ValueError, OverflowError, struct.error):  # its directory may be said to lie anywhere
        return False

"""Which annotations lie beside the photos, and in which format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imagespace_core.errors import InputError
from imagespace_core.images.decode import suffixes
from imagespace_core.images.reasons import NO_FILE
from imagespace_core.sources.json_kinds import json_kind
from imagespace_core.sources.objects import coco, voc, yolo
from imagespace_core.sources.objects.annotations import Annotations
from imagespace_core.sources.objects.table import read_table

_TABLES = frozenset({".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".xlsx", ".xls", ".ods"})
_PHOTOS = (".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG", ".webp", ".bmp", ".tif", ".tiff", ".heic")
_GEO = frozenset({".tif", ".tiff", ".gtiff"})
_MOST_LOOKED_AT = 2000
"""Entries of folders that are looked at to recognize annotations."""
_BESIDE = ("", "annotations", "Annotations", "labels", "../annotations", "../Annotations", "../labels")


@dataclass(frozen=True)
class Beside:
    """Annotations of one format. files: all of them; `root`: what they lie below."""

    format: str
    root: Path
    files: tuple[Path, ...]


def recognizes(path: Path) -> bool:
    """Whether a folder holds photos and, in it or in `annotations`, `Annotations` or `labels`, objects for them."""
    if not path.is_dir():
        return False
    photos = {file.suffix.lower() for file in _some(path)} & suffixes()
    return bool(photos - _GEO) and find(path) is not None


def find(root: Path) -> Beside | None:
    """The annotations that lie in the folder of photos or beside it: the first kind that is there."""
    for folder in dict.fromkeys((root / name).resolve() for name in _BESIDE):
        if folder.is_dir() and folder != root.parent and (found := _in(folder, root)) is not None:
            return found
    return None


def read(given: Path) -> Annotations:
    """The annotations of a file or folder that people name. Raises InputError where it is of no known format."""
    if not given.exists():
        raise InputError(f"annotations {given} do not exist; give COCO, Pascal VOC, YOLO, or a table with boxes")
    if given.is_dir():
        found = _in(given, given)
        if found is None:
            raise InputError(f"{given} holds no COCO, Pascal VOC or YOLO annotations; name the file or folder of them")
        return read_found(found)
    if not given.is_file():  # opening a pipe would wait for ever
        raise InputError(f"annotations {given}: {NO_FILE}")
    match given.suffix.lower():
        case ".json":
            return coco.read_coco(given)
        case ".xml":
            return voc.read_voc([given], given.parent)
        case ".txt":
            return yolo.read_yolo([given], given.parent)
        case suffix if suffix in _TABLES:
            return read_table(given)
    raise InputError(
        f"annotations {given}: expected COCO (.json), Pascal VOC (.xml), YOLO (.txt), or a table with boxes"
    )


def read_predictions(given: Path, truth: Path | None) -> Annotations:
    """The same of predictions. truth: where a list of COCO results has its numbers from."""
    if given.suffix.lower() == ".json":
        return coco.read_coco(given, truth if truth is not None and truth.suffix.lower() == ".json" else None)
    return read(given)


def read_found(found: Beside) -> Annotations:
    """Raises InputError where nothing of them can be read."""
    match found.format:
        case "coco":
            parts = [coco.read_coco(file) for file in found.files]
            return parts[0] if len(parts) == 1 else _joined(parts)
        case "voc":
            return voc.read_voc(found.files, found.root)
        case _:
            return yolo.read_yolo(found.files, found.root)


def _in(folder: Path, root: Path) -> Beside | None:
    """What lies in this folder: COCO files in it, else VOC or YOLO below it. `root` itself is looked through whole only
    where it begins with such a file beside its photos."""
    jsons = [file for file in sorted(folder.glob("*.json")) if json_kind(file) == "coco"]
    if jsons:
        return Beside("coco", folder, tuple(jsons))
    for format, suffix, recognized in (("voc", ".xml", voc.recognizes), ("yolo", ".txt", yolo.recognizes)):
        first = [file for file in _some(folder) if _is_of(file, suffix, folder, root)][:8]
        if any(map(recognized, first)):
            files = sorted(file for file in folder.rglob(f"*{suffix}") if _is_of(file, suffix, folder, root))
            return Beside(format, root if folder.is_relative_to(root) else folder.parent, tuple(files))
    return None


def _is_of(file: Path, suffix: str, folder: Path, root: Path) -> bool:
    """Whether a file may be an annotation: below a folder of annotations any, beside photos one with a photo's name."""
    if file.suffix.lower() != suffix or file.name in yolo.CLASS_LISTS or not file.is_file():
        return False
    if folder != root or {"labels", "annotations"} & {part.lower() for part in file.relative_to(root).parts[:-1]}:
        return True
    return any(file.with_suffix(other).is_file() for other in _PHOTOS)


def _some(folder: Path) -> Iterator[Path]:
    """Files below a folder, the first of them."""
    for number, file in enumerate(folder.rglob("*")):
        if number >= _MOST_LOOKED_AT:
            return
        if file.is_file() and not file.name.startswith("."):
            yield file


def _joined(parts: list[Annotations]) -> Annotations:
    from dataclasses import replace

    marked = [replace(one, number=f"{part.name}/{one.number}") for part in parts for one in part.marked]
    return Annotations(
        "COCO", marked, [photo for part in parts for photo in part.photos],
        [pair for part in parts for pair in part.skipped], [note for part in parts for note in part.notes],
    )  # fmt: skip

"""A layer of map tiles as a folder, <z>/<x>/<y>.png: file names alone, no tile is opened."""

from __future__ import annotations

import functools
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from imagespace_core.errors import VanishedError
from imagespace_core.images import decode, reasons
from imagespace_core.sources.tiles.coordinates import Tile, packed
from imagespace_core.sources.tiles.layer import Listed
from imagespace_core.sources.tiles.statements import FILES, Statement, beside

RETINA = "@2x"
"""After the row, where a tile is drawn at twice the size: 23@2x.png (TileJSON servers, Mapbox)."""
LOOKED_AT = 1000
"""Tiles whose numbers show whether a folder is a layer."""

_ROW = re.compile(rf"(0|[1-9]\d*)({RETINA})?", re.ASCII)


@functools.cache
def _endings() -> tuple[str, ...]:
    """What may follow a row in a name, the likely ones first; images' suffixes in lower and upper case."""
    likely = (".png", ".jpg", ".webp", ".jpeg")
    others = sorted(decode.suffixes() - set(likely))
    ordered = [*likely, *(RETINA + suffix for suffix in likely), *others, *(RETINA + suffix for suffix in others)]
    return (*ordered, *(ending.replace(RETINA, "").upper() for ending in ordered if RETINA not in ending))


@dataclass(frozen=True)
class FolderLayer:
    """The tiles below the folder `path`. Beside 23.png a 23@2x.png is left out."""

    name: str
    path: Path

    def listed(self) -> Listed:
        others, impossible, first = Counter[str](), 0, ""
        parts = [np.empty(0, np.int64)]
        for z, columns in _numbered(self.path, others):
            for x, folder in _numbered(columns, others):
                rows: list[int] = []
                for entry in entries(folder):
                    row = _row(entry.name)
                    if row is None:
                        _count(entry, others)
                    elif Tile(z, x, row).exists:
                        rows.append(row)
                    else:
                        first = first or f"{z}/{x}/{row}"
                        impossible += 1
                if rows:
                    parts.append(packed(z, x, np.array(rows)))
        numbers = np.unique(found := np.concatenate(parts))
        return Listed(numbers, len(found) - len(numbers), (impossible, first), others)

    def zooms(self) -> list[int]:
        return [z for z, folder in _numbered(self.path) if Tile(z, 0, 0).exists and any(_numbered(folder))]

    def columns(self, z: int) -> list[int]:
        return [x for x, _ in _numbered(self.path / str(z)) if Tile(z, x, 0).exists]

    def rows(self, z: int, column: int) -> list[int]:
        names = (entry.name for entry in entries(self.path / str(z) / str(column)))
        rows = {row for name in names if (row := _row(name)) is not None}
        return sorted(row for row in rows if Tile(z, column, row).exists)

    def find(self, stored: Tile) -> Path | None:
        stem = f"{self.path}{os.sep}{stored.z}{os.sep}{stored.x}{os.sep}{stored.y}"
        return next((Path(stem + ending) for ending in _endings() if os.path.exists(stem + ending)), None)

    def stamp(self, stored: Tile) -> str:
        try:
            file = self.find(stored)
            status = os.stat(file) if file else None
        except OSError:
            status = None
        return f"{status.st_size}-{status.st_mtime_ns}" if status else "-"

    def statement(self) -> Statement:
        return beside([self.path, self.path.parent])


def is_layer(folder: Path, throughout: bool = False) -> bool:
    """Whether <z>/<x>/<y> is in it; looks no further than the first tile.

    throughout: of the first LOOKED_AT images below two numbers all are tiles that their zoom has. Folders of patients
    or classes have numbers, too.
    """
    tiles = (
        Tile(z, x, row).exists
        for z, columns in _numbered(folder)
        for x, rows in _numbered(columns)
        for entry in entries(rows)
        if (row := _row(entry.name)) is not None
    )
    if not throughout:
        return any(tiles)
    looked_at = list(islice(tiles, LOOKED_AT))
    return bool(looked_at) and all(looked_at)


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing where it is none, or closed to us. Raises VanishedError."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        if reasons.gone(error) and not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise VanishedError(folder, str(error.strerror)) from error
        return []


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is one, or a link to one; a link that leads back to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _numbered(folder: Path, others: Counter[str] | None = None) -> Iterator[tuple[int, Path]]:
    """The subfolders whose names are numbers, in order; files beside them are counted in `others`."""
    found = []
    for entry in entries(folder):
        # "045" is no number that a tile server writes; one of 30 digits is none that any zoom has.
        if is_folder(entry) and _ROW.fullmatch(entry.name) and RETINA not in entry.name and len(entry.name) < 10:
            found.append((int(entry.name), Path(entry.path)))
        elif others is not None and os.path.isfile(entry.path):
            _count(entry, others)
    yield from sorted(found)


def _row(name: str) -> int | None:
    """The row that a file's name says; None for what is no tile."""
    stem, suffix = os.path.splitext(name)
    row = _ROW.fullmatch(stem) if suffix.lower() in decode.suffixes() else None
    return int(row[1]) if row and len(row[1]) < 10 else None


def _count(entry: os.DirEntry[str], others: Counter[str]) -> None:
    if not entry.name.startswith(".") and entry.name not in FILES:
        suffix = os.path.splitext(entry.name)[1].lower()
        others[suffix if suffix.isprintable() else ""] += 1

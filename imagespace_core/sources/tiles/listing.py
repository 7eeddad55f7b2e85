"""Which tiles lie in which layer of a folder: file names alone, no tile is opened."""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imagespace_core.errors import InputError, VanishedError
from imagespace_core.images import decode, reasons
from imagespace_core.sources.tiles.coordinates import Tile

# A tile as one whole number: a set of tuples would take four times the memory, and there may be 12 million.
_BITS = 29


@functools.cache
def _suffixes() -> tuple[str, ...]:
    """Image suffixes, the likely ones first, in lower and upper case."""
    likely = (".png", ".jpg", ".webp", ".jpeg")
    ordered = [*likely, *sorted(decode.suffixes() - set(likely))]
    return (*ordered, *(suffix.upper() for suffix in ordered))


@dataclass
class Layers:
    """The layers below `base`, by `names`, and what lies in them.

    others: files that are no tiles, by suffix; complete after `shared` or `missing`.
    """

    base: Path
    names: tuple[str, ...]
    others: Counter[str] = field(default_factory=Counter)
    _listed: tuple[list[Tile], list[tuple[str, str]]] | None = None

    def shared(self) -> list[Tile]:
        """The coordinates that all layers have, by zoom, column and row. Raises InputError if there are none."""
        return self._list()[0]

    def missing(self) -> list[tuple[str, str]]:
        """(layer, sentence) for each layer that lacks coordinates which another one has."""
        return self._list()[1]

    def _list(self) -> tuple[list[Tile], list[tuple[str, str]]]:
        if self._listed is None:
            self.others.clear()
            tiles = {name: set(self._walk(name)) for name in self.names}
            if missing := [name for name in self.names if not (self.base / name).is_dir()]:
                raise VanishedError(self.base / missing[0], "no such folder")
            everywhere = set[int]().union(*tiles.values())
            shared = everywhere.intersection(*tiles.values())
            lacking = {name: len(everywhere) - len(found) for name, found in tiles.items()}
            missing = [
                (
                    name,
                    f"{count:,} of {len(everywhere):,} coordinates have no tile here, the first "
                    f"{_unpacked(min(everywhere - tiles[name])).key}; they are left out",
                )
                for name, count in lacking.items()
                if count
            ]
            if not shared:
                poorest = max(lacking, key=lambda name: lacking[name])
                raise InputError(
                    f"{self.base}: no coordinate has a tile in all {len(self.names)} layers ({', '.join(self.names)}). "
                    f"{poorest} lacks the most, {lacking[poorest]:,} of {len(everywhere):,}: complete it, or name the "
                    "layers to take without it"
                )
            self._listed = [_unpacked(number) for number in sorted(shared)], missing
        return self._listed

    def _walk(self, layer: str) -> Iterator[int]:
        """Every tile of a layer, packed."""
        for z, columns in _numbered(self.base / layer, self.others):
            for x, rows in _numbered(columns, self.others):
                for entry in _entries(rows):
                    stem, suffix = os.path.splitext(entry.name)
                    if suffix.lower() in decode.suffixes() and _is_number(stem) and Tile(z, x, int(stem)).exists:
                        yield (z << 2 * _BITS) | (x << _BITS) | int(stem)
                    elif not entry.name.startswith("."):
                        self.others[suffix.lower() if suffix.isprintable() else ""] += 1


def find_layers(root: Path, wanted: Sequence[str]) -> Layers:
    """The layers below `root`, or else below `root`/tiles: `wanted` in its order, or all by name.

    Raises InputError where there are none, or not all that are wanted.
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "is not there"
        raise InputError(f"{root} {what}; give the folder that holds the layers of map tiles")
    for base in (root, root / "tiles"):
        found = sorted(entry.name for entry in _entries(base) if entry.is_dir() and _is_layer(Path(entry.path)))
        if found:
            break
    else:
        raise InputError(
            f"{root} has no layers of map tiles; expected <layer>/<z>/<x>/<y>.png, such as roads/17/68989/45981.png. "
            "Tiles of one kind only go into a folder of their own, too"
        )
    if absent := [name for name in wanted if name not in found]:
        raise InputError(
            f"{base} has no layer {', '.join(absent)}; it has {', '.join(found)}. Name these, or add what is missing"
        )
    if len(set(wanted)) < len(wanted):
        raise InputError(f"the layers {', '.join(wanted)} name one twice; name each once")
    return Layers(base, tuple(wanted) or tuple(found))


def tile_file(layer: Path, tile: Tile) -> Path | None:
    """The file of a tile, whatever its suffix; None where there is none."""
    stem = f"{layer}{os.sep}{tile.z}{os.sep}{tile.x}{os.sep}{tile.y}"
    return next((Path(stem + suffix) for suffix in _suffixes() if os.path.exists(stem + suffix)), None)


def _is_layer(folder: Path) -> bool:
    """Whether <z>/<x>/<y> is in it; looks no further than the first tile."""
    others = Counter[str]()
    return any(
        suffix.lower() in decode.suffixes() and _is_number(stem) and Tile(z, x, int(stem)).exists
        for z, columns in _numbered(folder, others)
        if Tile(z, 0, 0).exists
        for x, rows in _numbered(columns, others)
        for stem, suffix in (os.path.splitext(entry.name) for entry in _entries(rows))
    )


def _numbered(folder: Path, others: Counter[str]) -> Iterator[tuple[int, Path]]:
    """The subfolders whose names are numbers, in order; files beside them are counted in `others`."""
    found = []
    for entry in _entries(folder):
        if entry.is_dir() and _is_number(entry.name):
            found.append((int(entry.name), Path(entry.path)))
        elif entry.is_file() and not entry.name.startswith("."):
            others[os.path.splitext(entry.name)[1].lower()] += 1
    yield from sorted(found)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        if reasons.gone(error) and not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise VanishedError(folder, str(error.strerror)) from error
        return []  # no folder, or closed to us: it holds nothing for us


def _is_number(text: str) -> bool:
    """Whether it is a whole number as tile servers write it: "045" is none."""
    return text.isdecimal() and text.isascii() and str(int(text)) == text


def _unpacked(number: int) -> Tile:
    mask = (1 << _BITS) - 1
    return Tile(number >> 2 * _BITS, number >> _BITS & mask, number & mask)

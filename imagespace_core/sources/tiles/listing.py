"""Which layers of map tiles a path holds, and which coordinates they share."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path

import numpy as np

from imagespace_core.errors import InputError, VanishedError
from imagespace_core.images import decode
from imagespace_core.sources.tiles import mbtiles
from imagespace_core.sources.tiles.coordinates import DEEPEST_ZOOM, Tile, tiles_of
from imagespace_core.sources.tiles.folder_layer import FolderLayer, entries, is_folder, is_layer
from imagespace_core.sources.tiles.layer import Layer, Listed
from imagespace_core.sources.tiles.mbtiles import MBTiles
from imagespace_core.sources.tiles.placement import Placement, doubt, place
from imagespace_core.sources.tiles.schemes import schemes_of, turned, turned_all


@dataclass(frozen=True)
class Layers:
    """The layers of `root` in the order of channels. scheme: as `schemes_of` takes it."""

    root: Path
    layers: tuple[Layer, ...]
    scheme: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(layer.name for layer in self.layers)

    @cached_property
    def placed(self) -> dict[str, Placement]:
        """How each is counted, by name. Raises InputError."""
        return place(self.layers, schemes_of(self.scheme, self.names))

    def find(self, name: str, tile: Tile) -> Path | bytes | None:
        """A tile of the map in a layer: its file, or what is in it; None where there is none."""
        return self._by_name[name].find(turned(tile, self.placed[name].scheme))

    def stamp(self, name: str, tile: Tile) -> str:
        """Changes when that tile does."""
        return self._by_name[name].stamp(turned(tile, self.placed[name].scheme))

    def shared(self) -> list[Tile]:
        """The coordinates that all layers have, by zoom, column and row. Raises InputError if there are none."""
        numbers = self._numbers
        shared = reduce(np.intersect1d, numbers.values())
        if not len(shared):
            everywhere = len(reduce(np.union1d, numbers.values()))
            if not everywhere:
                raise InputError(
                    f"{self.root} has no tile that its zoom can have; expected zooms from 0 to {DEEPEST_ZOOM}, and at "
                    f"zoom z numbers below 2^z{self._first_impossible()}"
                )
            poorest = min(numbers, key=lambda name: len(numbers[name]))
            raise InputError(
                f"{self.root}: no coordinate has a tile in all {len(self.names)} layers ({', '.join(self.names)}). "
                f"{poorest} lacks the most, {everywhere - len(numbers[poorest]):,} of {everywhere:,}: complete it, or "
                "name the layers to take without it"
            )
        return tiles_of(shared)

    def left_out(self) -> list[tuple[str, str]]:
        """(layer, sentence) for each layer that lacks coordinates which another has, or has some that cannot be."""
        numbers = self._numbers
        everywhere = reduce(np.union1d, numbers.values())
        lines = []
        for name, own in numbers.items():
            if missing := len(everywhere) - len(own):
                [first] = tiles_of(np.setdiff1d(everywhere, own, assume_unique=True)[:1])
                lines.append(
                    (
                        name,
                        f"{missing:,} of {len(everywhere):,} coordinates have no tile here, the first {first.key}; "
                        "they are left out",
                    )
                )
            count, first = self._listed[name].impossible
            if count:
                lines.append(
                    (name, f"tiles whose numbers their zoom does not have: {count:,}, the first {first}; left out")
                )
        return lines

    def notes(self) -> list[str]:
        """How layers are counted, and what is odd about their files, one sentence each."""
        sentences: dict[str, list[str]] = {}
        for layer in self.layers:
            placement, twice = self.placed[layer.name], self._listed[layer.name].twice
            lines = [placement.note, layer.statement().note]
            lines.append(doubt(layer, placement.scheme) if placement.claimed else "")
            lines.append(
                f"tiles that are there twice, as @2x or of another kind: {twice:,}; one of each is taken"
                if twice
                else ""
            )
            for line in filter(None, lines):
                sentences.setdefault(line, []).append(layer.name)
        return [f"layer{'s' * (len(names) > 1)} {', '.join(names)}: {line}" for line, names in sentences.items()]

    def others(self) -> Counter[str]:
        """Files that are no tiles, by suffix."""
        return sum((listed.others for listed in self._listed.values()), Counter[str]())

    @cached_property
    def _by_name(self) -> dict[str, Layer]:
        return {layer.name: layer for layer in self.layers}

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        listed = {layer.name: layer.listed() for layer in self.layers}
        if gone := [layer for layer in self.layers if not layer.path.exists()]:
            raise VanishedError(gone[0].path, "it is gone")
        return listed

    @cached_property
    def _numbers(self) -> dict[str, np.ndarray]:
        """Packed numbers on the map, in order, by layer."""
        return {
            name: np.sort(turned_all(listed.numbers, self.placed[name].scheme)) for name, listed in self._listed.items()
        }

    def _first_impossible(self) -> str:
        return next((f", not {listed.impossible[1]}" for listed in self._listed.values() if listed.impossible[0]), "")


def find_layers(root: Path, wanted: Sequence[str], scheme: Sequence[str] = ()) -> Layers:
    """The layers that `root` is or holds, or else `root`/tiles: `wanted` in its order, or all by name.

    Raises InputError where there are none, or not all that are wanted.
    """
    if root.is_file() and root.suffix.lower() == mbtiles.SUFFIX:
        found: list[Layer] = [MBTiles(root.stem, root)]
    elif not root.is_dir():
        what = "is a file" if root.exists() else "is not there"
        raise InputError(f"{root} {what}; give the folder that holds the layers of map tiles, or an .mbtiles file")
    else:
        found = _inside(root) or _inside(root / "tiles")
    names = [layer.name for layer in found]
    if not found:
        raise InputError(
            f"{root} has no layers of map tiles; expected <layer>/<z>/<x>/<y>.png, such as roads/17/68989/45981.png, "
            f"or <z>/<x>/<y>.png, or .mbtiles files. Zooms go from 0 to {DEEPEST_ZOOM}, x and y from 0 to 2^z - 1"
        )
    if absent := [name for name in wanted if name not in names]:
        raise InputError(
            f"{root} has no layer {', '.join(absent)}; it has {', '.join(names)}. Name these, or add what is missing"
        )
    if len(set(wanted)) < len(wanted):
        raise InputError(f"the layers {', '.join(wanted)} name one twice; name each once")
    chosen = [found[names.index(name)] for name in wanted] or found
    return Layers(root, tuple(chosen), tuple(scheme))


def recognizes(path: Path) -> bool:
    """Whether a path looks like layers of map tiles: an .mbtiles file, or a folder with layers or <z>/<x>/<y> in it.

    Images with an .mbtiles file beside them do not.
    """
    if path.is_file():
        return path.suffix.lower() == mbtiles.SUFFIX
    found = _inside(path) or _inside(path / "tiles")
    if any(isinstance(layer, FolderLayer) for layer in found):
        return True
    suffixes = {os.path.splitext(entry.name)[1].lower() for entry in entries(path)}
    return bool(found) and not suffixes & decode.suffixes()


def _inside(base: Path) -> list[Layer]:
    """The layers in a folder by name: folders of tiles and .mbtiles files, or else the folder itself."""
    found: list[Layer] = []
    here = sorted(entries(base), key=lambda entry: entry.name)
    folders = {entry.name for entry in here if is_folder(entry) and is_layer(Path(entry.path))}
    for entry in here:
        path = Path(entry.path)
        if entry.name in folders:
            found.append(FolderLayer(entry.name, path))
        elif path.suffix.lower() == mbtiles.SUFFIX and path.is_file():
            found.append(MBTiles(entry.name if path.stem in folders else path.stem, path))
    if not found and is_layer(base, throughout=True):
        found.append(FolderLayer(base.resolve().name or "tiles", base))
    return found

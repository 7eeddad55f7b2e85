"""Map tiles in layers, <layer>/<z>/<x>/<y>.png or .mbtiles: one item for every coordinate that all layers share."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import Picture
from imagespace_core.images.decode import Decode
from imagespace_core.sources import Advance, Item, Scan, counted, option, settled
from imagespace_core.sources.tiles.coordinates import Tile, parse_key, zones
from imagespace_core.sources.tiles.listing import Layers, find_layers, recognizes

__all__ = ["Tiles", "recognizes"]

MOST_LAYERS = 12

WHITE = 255
# JPEG and WebP leave near-white where a tile is empty.
NEAR_WHITE = 8

SURVEYED_AT_A_TIME = 512


@dataclass(frozen=True)
class Survey:
    """What a look at every tile tells.

    tiles: in the order of items. content: float32 (tiles, layers), the share of pixels with something on them; NaN
    where a tile cannot be read. mean: float64 (layers,), over all tiles. sizes: how many tiles have which (width,
    height), for each layer. broken: how many cannot be read, and the first with its reason, for each layer.
    """

    tiles: list[Tile]
    content: np.ndarray
    mean: np.ndarray
    sizes: list[Counter[tuple[int, int]]]
    broken: list[list[str]]


@dataclass(frozen=True)
class Tiles:
    """The tiles that `root` is or holds, or `root`/tiles: MBTiles files, and folders with <z>/<x>/<y> and an image's
    suffix in each, or such a folder itself.

    decode: for models, sprites and columns. limit: only so many tiles, the first by zoom, column and row.
    layers: those to take; their order is that of the channels. None named: all, by name.
    preview_layers: those that people see, laid over each other. None named: all.
    scheme: how the files are counted, see `schemes`; () decides layer by layer, see `placement.place`, and the field
    `schemes` is what a scan decided. Keys and columns are always those of the map (xyz).

    An item's channels are its layers in gray (ITU-R 601-2 luma): palettes become their colors and transparency goes
    over white first, so that paper is 255 whatever the palette. A tile of another size than the item's largest is
    enlarged to it; one of another shape makes the item unreadable. Content is what is not white.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    layers: tuple[str, ...] = option((), "Layers to take, in the order of the model's channels.  [default: all]")
    preview_layers: tuple[str, ...] = option((), "Layers that people see, laid over each other.  [default: all]")
    scheme: tuple[str, ...] = option(
        (), "How tiles are counted: xyz, tms (rows from the south) or zyx; of one layer as roads=tms.  "
        "[default: as their files say, else as they join]", before=("xyz",),
    )  # fmt: skip

    schemes: tuple[str, ...] = settled(())

    def __post_init__(self) -> None:
        # A manifest gives lists.
        object.__setattr__(self, "layers", tuple(self.layers))
        object.__setattr__(self, "preview_layers", tuple(self.preview_layers))
        object.__setattr__(self, "scheme", tuple(self.scheme))
        object.__setattr__(self, "schemes", tuple(self.schemes))

    def names(self) -> tuple[str, ...]:
        """The layers, in the order of the channels. Raises InputError where they are not 1 to 12 of those there are."""
        return self._layers.names

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every coordinate that all layers share, by zoom, column and row; the key is "z/x/y".

        Columns: z, x, y, longitude and latitude of the center in degrees, zone, content_<layer> from 0 to 1,
        dominant_layer (that with most content) and telling_layer (that with most content for its mean over all tiles).
        Every tile is looked at before the first item comes. A coordinate with a broken tile is an item all the same;
        its reading says why.

        Skipped: one entry for each layer in which coordinates of the others are missing, or that has numbers which
        cannot be. Left out: files that are no tiles. Notes: how tiles are counted where that was not plain, and what is
        odd about a layer: tiles missing, broken, of another size.
        Raises InputError where there is no such folder, or no coordinate that all layers share.
        """
        self.__dict__.pop("_layers", None)
        self.__dict__.pop("_survey", None)
        decided = self._layers.notes()  # first, because it refuses what are no pictures
        survey = self._survey
        zone = zones(np.array(survey.tiles))
        items = (
            Item(tile.key, tile.key, self._stamp(tile), self._columns(tile, zone[row], survey.content[row]))
            for row, tile in enumerate(survey.tiles)
        )
        found, missing = counted(items, advance), self._layers.left_out()
        others = self._layers.others().most_common()
        schemes = {name: placement.scheme for name, placement in self._layers.placed.items()}
        # Where all are xyz there is nothing to record, and workspaces of before read as they did.
        usual = set(schemes.values()) == {"xyz"}
        reads = None if usual else replace(self, schemes=tuple(f"{name}={schemes[name]}" for name in self.names()))
        return Scan(found, missing, dict(others), [*decided, *self._oddities(missing)], reads)

    def _oddities(self, missing: Sequence[tuple[str, str]]) -> list[str]:
        """One sentence for each thing that is odd about a layer."""
        lines = [f"layer {name}: {reason}" for name, reason in missing]
        survey = self._survey
        usual = sum(survey.sizes, Counter()).most_common(1)
        for name, sizes, broken in zip(self.names(), survey.sizes, survey.broken, strict=True):
            if broken:
                lines.append(f"layer {name}: {len(broken):,} of {len(survey.tiles):,} tiles are broken ({broken[0]})")
            other = [(size, count) for size, count in sizes.most_common() if size != usual[0][0]]
            if other:
                (width, height), count = other[0][0], sum(count for _, count in other)
                lines.append(
                    f"layer {name}: {count:,} tiles are not {usual[0][0][0]} x {usual[0][0][1]} pixels as most are, "
                    f"e.g. {width} x {height}; they are scaled to the largest of their place"
                )
        return lines

    def has(self, key: str) -> bool:
        """Whether the tile is there in every layer."""
        tile = self._tile(key)
        return all(self._layers.find(name, tile) is not None for name in self.names())

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """uint8 (h, w, layers), one gray channel for each layer. Raises UnreadableImageError with layer and reason."""
        tile = self._tile(key)
        pictures = [self._picture(name, tile, self.decode.keeping(min_side)) for name in self.names()]
        largest = self._same_shape(pictures)
        planes = [np.asarray(_scaled(picture.pixels, largest.pixels).convert("L")) for picture in pictures]
        return Picture(np.stack(planes, axis=-1), largest.width, largest.height, layered=True)

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """The layers that people see, laid over each other like inks on paper: uint8 RGB (h, w, 3)."""
        return self.composite(key, self.shown(), max_side)

    def shown(self) -> tuple[str, ...]:
        """The layers that people see where they choose none."""
        return self.preview_layers or self.names()

    def composite(self, key: str, layers: Sequence[str], max_side: int) -> np.ndarray:
        """Some layers laid over each other: uint8 RGB (h, w, 3). Of one alone, what is on it; the most telling one is
        named by an item's column telling_layer."""
        tile = self._tile(key)
        if strange := [name for name in layers if name not in self.names()]:
            raise UnreadableImageError(f"there is no layer {', '.join(strange)}; there are {', '.join(self.names())}")
        pictures = [self._picture(name, tile, replace(self.decode, min_side=max_side)) for name in layers]
        largest = max((picture.pixels for picture in pictures), key=lambda pixels: pixels.size)
        print_ = np.full(largest.shape, WHITE, np.uint16)
        for picture in pictures:
            # Multiplied as inks are; + 127 rounds. The order of the layers does not matter much, up to rounding.
            print_ = (print_ * np.asarray(_scaled(picture.pixels, largest)) + 127) // WHITE
        image = Image.fromarray(print_.astype(np.uint8))
        image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        return np.asarray(image)

    def telling_layer(self, key: str) -> str | None:
        """The layer with most content for its mean over all tiles; None where the tile is empty.

        The items' columns have the same; without them every tile is looked at first.
        """
        tile, mean = self._tile(key), self._survey.mean
        content = [_content(self._picture(name, tile, _whole(self.decode)).pixels) for name in self.names()]
        return _telling(np.array(content), mean, self.names())

    @cached_property
    def _layers(self) -> Layers:
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} tiles leaves none; give 1 or more")
        found = find_layers(self.root, self.layers, self.schemes or self.scheme)
        if len(found.names) > MOST_LAYERS:
            raise InputError(
                f"{self.root} has {len(found.names)} layers; expected 1 to {MOST_LAYERS}. Name those to take: "
                f"{', '.join(found.names)}"
            )
        if strange := [name for name in self.preview_layers if name not in found.names]:
            raise InputError(
                f"the preview asks for the layer {', '.join(strange)}; there are {', '.join(found.names)}. Name these"
            )
        return found

    @cached_property
    def _survey(self) -> Survey:
        names, tiles = self.names(), self._layers.shared()[: self.limit]
        content = np.full((len(tiles), len(names)), np.nan, np.float32)
        sizes: list[Counter[tuple[int, int]]] = [Counter() for _ in names]
        broken: list[list[str]] = [[] for _ in names]
        whole = _whole(self.decode)

        def look(place: tuple[int, int]) -> tuple[int, int] | str:
            row, column = place
            try:
                picture = self._picture(names[column], tiles[row], whole)
            except UnreadableImageError as error:
                return f"{tiles[row].key}: {error}"
            content[row, column] = _content(picture.pixels)
            return picture.width, picture.height

        with ThreadPoolExecutor(os.cpu_count()) as executor:
            for start in range(0, len(tiles), SURVEYED_AT_A_TIME):
                rows = range(start, min(start + SURVEYED_AT_A_TIME, len(tiles)))
                looks = [(row, column) for row in rows for column in range(len(names))]
                for (_, column), found in zip(looks, executor.map(look, looks), strict=True):
                    if isinstance(found, str):
                        broken[column].append(found)
                    else:
                        sizes[column][found] += 1
        seen = ~np.isnan(content)
        mean = np.where(seen, content, 0).sum(axis=0, dtype=np.float64) / np.maximum(seen.sum(axis=0), 1)
        return Survey(tiles, content, mean, sizes, broken)

    def _columns(self, tile: Tile, zone: str, content: np.ndarray) -> dict[str, object]:
        longitude, latitude = tile.center()
        columns: dict[str, object] = {"z": tile.z, "x": tile.x, "y": tile.y}
        columns |= {"longitude": longitude, "latitude": latitude, "zone": zone}
        if np.isnan(content).any():
            return columns
        names = self.names()
        columns["dominant_layer"] = names[int(content.argmax())] if content.any() else None
        columns["telling_layer"] = _telling(content, self._survey.mean, names)
        return columns | {f"content_{name}": float(share) for name, share in zip(names, content, strict=True)}

    def _tile(self, key: str) -> Tile:
        tile = parse_key(key)
        if tile is None:
            raise UnreadableImageError(f"{key!r} is not the coordinate of a tile; expected z/x/y, as 17/68989/45981")
        return tile

    def _picture(self, layer: str, tile: Tile, decode: Decode) -> Picture:
        try:
            file = self._layers.find(layer, tile)
            if file is None:
                raise UnreadableImageError("the tile is not there")
            return decode(file)
        except UnreadableImageError as error:
            raise UnreadableImageError(f"layer {layer}: {error}") from error

    def _same_shape(self, pictures: Sequence[Picture]) -> Picture:
        """The largest. Raises UnreadableImageError where not all have its proportions."""
        largest = max(pictures, key=lambda picture: picture.width * picture.height)
        for name, picture in zip(self.names(), pictures, strict=True):
            if picture.width * largest.height != picture.height * largest.width:
                raise UnreadableImageError(
                    f"layer {name}: the tile has {picture.width} x {picture.height} pixels, another layer's here "
                    f"{largest.width} x {largest.height}; expected one shape"
                )
        return largest

    def _stamp(self, tile: Tile) -> str:
        digest = hashlib.sha256(repr((self.names(), self.preview_layers)).encode())
        for name in self.names():
            digest.update(f"{self._layers.stamp(name, tile)} ".encode())
        return digest.hexdigest()[:16]


def _whole(decode: Decode) -> Decode:
    """Full size: averaged pixels would count as content where a line only grazes them."""
    return replace(decode, min_side=None)


def _content(pixels: np.ndarray) -> float:
    """Share of RGB pixels that are not (nearly) white."""
    red, green, blue = np.moveaxis(pixels < WHITE - NEAR_WHITE, 2, 0)  # ten times as fast as a minimum over 3 values
    return np.count_nonzero(red | green | blue) / red.size


def _telling(content: np.ndarray, mean: np.ndarray, names: Sequence[str]) -> str | None:
    relative = np.divide(content, mean, out=np.zeros(len(names)), where=mean > 0)
    return names[int(relative.argmax())] if relative.any() else None


def _scaled(pixels: np.ndarray, like: np.ndarray) -> Image.Image:
    image = Image.fromarray(pixels)
    height, width = like.shape[:2]
    return image if image.size == (width, height) else image.resize((width, height), Image.Resampling.BILINEAR)

"""Chips of georeferenced scenes: what annotations outline, or a grid."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import Picture, reasons
from imagespace_core.images.decode import Decode
from imagespace_core.images.fitted import fitted
from imagespace_core.sources import Advance, Context, Item, Ring, Scan, counted, option
from imagespace_core.sources.geotiff import outlines
from imagespace_core.sources.geotiff.chips import Chips
from imagespace_core.sources.geotiff.files import Files, find_files, recognizes
from imagespace_core.sources.geotiff.nodata import number
from imagespace_core.sources.geotiff.scene import Scene, Window
from imagespace_core.sources.geotiff.survey import Cutting, Survey, survey
from imagespace_core.sources.geotiff.tone import Tone, measure
from imagespace_core.sources.geotiff.whole import view

__all__ = ["GeoTiff", "recognizes"]

SAMPLED_CHIPS = 64


@dataclass(frozen=True)
class GeoTiff:
    """The annotated places of the scene `root`, or of the scenes in the folder `root`, each a chip.

    annotations: GeoJSON, GeoPackage, Shapefile or COCO, or a folder of them; None takes what lies beside the scenes,
    and "none" ignores that. A file belongs to the scene of its name (harbor.tif, harbor_ships.geojson), else to where
    its annotations lie; COCO to the scenes that it names. Without annotations `chip_size` cuts a grid.
    annotations_crs: e.g. "EPSG:32616", if the file is wrong about it, see `annotations.in_crs`.
    chip_size: px, the side of the square around a point, and of a grid's chips.
    margin_px, margin_m: around polygons and boxes, in px and in meters on the ground; they add up.
    bands: from 1, three for red, green and blue, one for gray, or more for a model that takes them; () chooses, see
    `Scene.choose_bands`. People see the first three.
    nodata: a value for no data besides what the files say, "none" for no such value; None takes a least value that can
    be nothing else, see `nodata.without_data`.
    stretch: percentiles of each scene's band that become black and white; () chooses, see `tone.measure`.

    Keys are <scene>#<annotations>/<number>, or <scene>#<left>,<top> in a grid. Columns: longitude, latitude (WGS 84, of
    the outline's centroid), area_m2 (inside the outline, on the ellipsoid), scene, annotations, then the annotations'
    attributes. What a chip has beyond the edge of its scene, or where that has no data, takes the chip's mean color.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    annotations: str | None = option(
        None, "GeoJSON, GeoPackage, Shapefile or COCO, or a folder of them; none cuts a grid.  "
        "[default: what lies beside]", path=True,
    )  # fmt: skip
    annotations_crs: str | None = option(None, "CRS of the annotations where their file is wrong, e.g. EPSG:32616.")
    chip_size: int | None = option(None, "Side of the chip around a point, and of a grid's chips, in pixels.")
    margin_px: int = option(0, "Pixels around polygons and boxes.")
    margin_m: float = option(0.0, "Meters around polygons and boxes; added to --margin-px.")
    bands: tuple[int, ...] = option((), "Bands to take, from 1, e.g. 4,3,2.  [default: red, green, blue]")
    stretch: tuple[float, ...] = option((), "Percentiles that become black and white, e.g. 2,98.  [default: by type]")
    nodata: str | None = option(
        None,
        "Value that stands for no data, or none.  [default: what the file says, and a least value far from others]",
    )
    _tones: dict[str, Tone] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Takes lists for tuples, as JSON has them. Raises InputError for what cannot be meant."""
        object.__setattr__(self, "root", Path(self.root))
        object.__setattr__(self, "annotations", None if self.annotations is None else str(self.annotations))
        object.__setattr__(self, "nodata", None if self.nodata is None else str(self.nodata).strip().lower())
        object.__setattr__(self, "bands", tuple(self.bands))
        object.__setattr__(self, "stretch", tuple(self.stretch))
        if self.chip_size is not None and self.chip_size < 2:
            raise InputError(f"--chip-size {self.chip_size}: expected at least 2 px")
        if self.margin_px < 0 or not 0 <= self.margin_m < np.inf:
            raise InputError(f"a margin of {self.margin_px} px and {self.margin_m} m: expected 0 or more of each")
        if len(self.bands) == 2:
            raise InputError(
                f"--bands {self.bands[0]},{self.bands[1]}: expected one for gray, three for color, or more"
            )
        if self.nodata not in (None, "none"):
            number(self.nodata)
        if self.stretch and not (len(self.stretch) == 2 and 0 <= self.stretch[0] < self.stretch[1] <= 100):
            raise InputError(f"--stretch {self.stretch}: expected two percentiles, rising, from 0 to 100")

    def scan(self, advance: Advance | None = None) -> Scan:
        """Every chip once: by scene, by file of annotations, in the file's order; a grid row by row.

        Skipped: scenes and annotations that give no chips; an annotation is <file>#<number>. Notes: what was decided
        where the files did not say.
        Raises InputError where there are no scenes, none is georeferenced, or there is nothing to cut out of them.
        """
        if self.limit is not None and self.limit < 1:
            raise InputError(f"a limit of {self.limit} chips leaves none; give 1 or more")
        for name in ("_files", "_survey"):
            self.__dict__.pop(name, None)
        self._tones.clear()
        found = self._survey
        for chips in found.chips:
            chips.scene.choose_bands(self.bands)
        how = hashlib.sha256(repr((self.bands, self.stretch)).encode()).hexdigest()[:8]
        items = islice((item for chips in found.chips for item in _items(chips, how)), self.limit)
        return Scan(counted(items, advance), found.skipped, dict(self._files.others), found.notes)

    def has(self, key: str) -> bool:
        """Whether the annotations still have that chip and its scene is there."""
        return self._place(key)[0].scene.file.exists()

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """uint8 (h, w, 3), or (h, w, bands) where more are chosen. Reads the chip's window and no more; a large one
        reduced, as `Decode` says. Raises UnreadableImageError."""
        chips, row = self._place(key)
        window = chips.window(row)
        min_side = self.decode.keeping(min_side).min_side
        factor = max(1, min(window[2:]) // min_side) if min_side else 1
        return Picture(self._pixels(chips.scene, window, factor), window[2], window[3])

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3), its longer side at most `max_side` px; never enlarged. Raises UnreadableImageError."""
        chips, row = self._place(key)
        window = chips.window(row)
        rgb = self._pixels(chips.scene, window, max(1, max(window[2:]) // (2 * max_side)))[..., :3]
        return fitted(rgb, max_side)

    def context(self, key: str) -> Context:
        """The chip's scene, and its outline there in px. Raises UnreadableImageError."""
        chips, row = self._place(key)
        return Context(
            chips.scene.name,
            chips.scene.width,
            chips.scene.height,
            outlines.rings(chips.shapes[[row]], chips.windows[[row]])[0],
        )

    def region(self, parent: str, window: tuple[float, float, float, float] | None, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3) of a scene: the window (left, top, right, bottom in px), or all of it. White where it has
        no data. Raises UnreadableImageError."""
        scene = self._scene(parent)
        return view(scene, self._tone(scene), window, max_side)

    def outlines(self, parent: str) -> dict[str, tuple[Ring, ...]]:
        """The outline of every chip in a scene, by key. Raises UnreadableImageError."""
        self._scene(parent)
        return {
            key: rings
            for chips in self._survey.chips
            if chips.scene.name == parent
            for key, rings in zip(chips.keys, outlines.rings(chips.shapes, chips.windows), strict=True)
        }

    @cached_property
    def _files(self) -> Files:
        return find_files(self.root, self.annotations)

    @cached_property
    def _survey(self) -> Survey:
        cutting = Cutting(self.chip_size, self.margin_px, self.margin_m, self.annotations_crs, self.nodata)
        return survey(self._files, cutting)

    def _place(self, key: str) -> tuple[Chips, int]:
        try:
            return self._survey.by_key[key]
        except KeyError:
            raise UnreadableImageError(
                f"{key!r} is no chip of {self.root}; the annotations may have changed since, build again"
            ) from None

    def _scene(self, parent: str) -> Scene:
        for chips in self._survey.chips:
            if chips.scene.name == parent:
                return chips.scene
        raise UnreadableImageError(f"{parent!r} is no scene of {self.root}")

    def _tone(self, scene: Scene) -> Tone:
        """Measured once for each scene; two threads that do so at the same time find the same."""
        if scene.name not in self._tones:
            of_scene = [chips for chips in self._survey.chips if chips.scene.name == scene.name]
            windows = [chips.window(row) for chips in of_scene for row in _spread(len(chips.keys))]
            percentiles: Any = self.stretch or None
            self._tones[scene.name] = measure(scene, self.bands, percentiles, windows)
        return self._tones[scene.name]

    def _pixels(self, scene: Scene, window: Window, factor: int) -> np.ndarray:
        width, height = window[2:]
        if width * height > self.decode.max_pixels:
            raise UnreadableImageError(reasons.too_large(width, height, self.decode.max_pixels))
        tone = self._tone(scene)
        size = -(-width // factor), -(-height // factor)
        return tone(*scene.read(tone.bands, window, size, smooth=tone.palette is None))


def _spread(n: int) -> list[int]:
    """Some of n rows, evenly."""
    return np.unique(np.linspace(0, n - 1, SAMPLED_CHIPS).astype(int)).tolist()


def _items(chips: Chips, how: str) -> Iterator[Item]:
    names, values = list(chips.columns), list(chips.columns.values())
    for row, (key, window) in enumerate(zip(chips.keys, chips.windows.tolist(), strict=True)):
        stamp = f"{chips.scene.stamp} {chips.stamp} {window} {how}"
        if chips.scene.nodata is not None:
            stamp += f" {chips.scene.nodata}"
        yield Item(key, key, stamp, {name: value[row] for name, value in zip(names, values, strict=True)})

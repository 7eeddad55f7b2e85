"""One GeoTIFF: where it lies on Earth, and its pixels in windows, never as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources.geotiff.datasets import dataset, file_stamp, reading
from imagespace_core.sources.geotiff.dateline import turn_of

if TYPE_CHECKING:
    import pyproj

Window = tuple[int, int, int, int]
"""left, top, width, height in px of the scene; may reach beyond its edges."""

FINER = 8
"""As many pixels a side, at most, are averaged to one where some of them have no data that GDAL knows of."""
_COLORS = ("red", "green", "blue")


@dataclass(frozen=True)
class Scene:
    """file: its path. name: what people see, relative to the source's root. stamp: changes with the file.

    transform: (a, b, c, d, e, f), world x = a column + b row + c, world y = d column + e row + f. wkt: its CRS, ""
    without one. colors: the interpretation of each band ("red", "gray", "alpha" ...). descriptions: of each band.
    overviews: factors of the reduced copies in the file, e.g. (2, 4, 8). control_points: how many it is placed by; all
    else is then of the view that is warped by them. nodata: a value that is no data, besides what the file says.
    """

    file: Path
    name: str
    stamp: str
    width: int
    height: int
    dtype: str
    transform: tuple[float, float, float, float, float, float]
    wkt: str
    colors: tuple[str, ...]
    descriptions: tuple[str, ...]
    overviews: tuple[int, ...]
    georeferenced: bool
    control_points: int = 0
    nodata: float | None = None

    @classmethod
    def of(cls, file: Path, name: str) -> Scene:
        """Reads the header. Raises UnreadableImageError with the reason."""
        stamp = file_stamp(file)
        opened = dataset(file, stamp)
        if opened.count == 0 or "complex" in opened.dtypes[0]:
            raise UnreadableImageError(
                f"has {opened.count} bands of type {opened.dtypes[0] if opened.count else 'none'}, which cannot be "
                "shown; expected real numbers"
            )
        transform = opened.transform
        return cls(
            file, name, stamp, opened.width, opened.height, opened.dtypes[0], tuple(transform)[:6],
            opened.crs.to_wkt() if opened.crs else "",
            tuple(color.name for color in opened.colorinterp),
            tuple((text or "").strip().lower() for text in opened.descriptions),
            tuple(opened.overviews(1)),
            bool(opened.crs) and not transform.is_identity and _has_area(transform.determinant),
            len(opened.src_dataset.gcps[0]) if hasattr(opened, "src_dataset") else 0,
        )  # fmt: skip

    def no_georeference(self) -> str:
        """What a scene that is not georeferenced lacks, and the remedy."""
        if not self.wkt and self.transform != (1.0, 0.0, 0.0, 0.0, 1.0, 0.0):
            return "has no coordinate reference system; name it with: gdal_edit.py -a_srs EPSG:<code> FILE"
        if not _has_area(self._determinant):
            return f"has pixels without any area by its geotransform, {self.transform}; write it anew with another"
        return (
            "has no georeference, so nothing can be placed on it; give it one with: gdal_translate -a_srs EPSG:<code> "
            "-a_ullr <left> <top> <right> <bottom> FILE NEW"
        )

    @cached_property
    def crs(self) -> pyproj.CRS:
        import pyproj

        return pyproj.CRS.from_wkt(self.wkt)

    @cached_property
    def turn(self) -> float | None:
        """See `dateline.turn_of`."""
        return turn_of(self.crs)

    def to_world(self, x: Any, y: Any) -> tuple[Any, Any]:
        """px -> coordinates in the scene's CRS; numbers or arrays."""
        a, b, c, d, e, f = self.transform
        return a * x + b * y + c, d * x + e * y + f

    def to_px(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Coordinates in the scene's CRS -> px, (0, 0) is the outer corner of the first pixel."""
        a, b, c, d, e, f = self.transform
        size = self._determinant
        return (e * (x - c) - b * (y - f)) / size, (a * (y - f) - d * (x - c)) / size

    @property
    def _determinant(self) -> float:
        a, b, _, d, e, _ = self.transform
        return a * e - b * d

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """left, bottom, right, top in the scene's CRS, also of a turned scene."""
        x, y = self.to_world(np.array([0, self.width, 0, self.width]), np.array([0, 0, self.height, self.height]))
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def lnglat(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """px -> longitude and latitude in WGS 84, degrees; not finite where the CRS does not reach."""
        import pyproj

        to_degrees = pyproj.Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        lng, lat = to_degrees.transform(*self.to_world(np.asarray(x, np.float64), np.asarray(y, np.float64)))
        lng = np.asarray(lng)
        # A scene across 180 degrees may count on beyond them.
        with np.errstate(invalid="ignore"):
            return np.where(np.abs(lng) > 180, (lng + 180) % 360 - 180, lng), np.asarray(lat)

    def meters_per_px(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How long a step of one px is on the ground at these places, across and down."""
        import pyproj

        here, right, below = self.lnglat(x, y), self.lnglat(x + 1, y), self.lnglat(x, y + 1)
        ellipsoid = pyproj.Geod(ellps="WGS84")
        return ellipsoid.inv(*here, *right)[2], ellipsoid.inv(*here, *below)[2]

    def choose_bands(self, wanted: tuple[int, ...]) -> tuple[int, ...]:
        """The bands to read, from 1: those wanted, else red, green and blue as the file names them, else the first
        three, else the first. Raises InputError for one that is not there."""
        count = len(self.colors)
        if wrong := [band for band in wanted if not 1 <= band <= count]:
            raise InputError(
                f"{self.name} has bands 1 to {count}; there is no band {wrong[0]}. Choose others by --bands"
            )
        if wanted:
            return wanted
        for named in (self.colors, self.descriptions):
            if all(color in named for color in _COLORS):
                return tuple(named.index(color) + 1 for color in _COLORS)
        visible = [band for band, color in enumerate(self.colors, start=1) if color != "alpha"]
        return tuple(visible[:3]) if len(visible) >= 3 else tuple(visible[:1] or (1,))

    def palette(self, bands: tuple[int, ...]) -> np.ndarray | None:
        """uint8 (256, 3), the colors that the values of a band with a palette stand for."""
        if len(bands) != 1 or self.colors[bands[0] - 1] != "palette":
            return None
        colors = np.zeros((256, 3), np.uint8)
        for value, rgba in dataset(self.file, self.stamp).colormap(bands[0]).items():
            if value < 256:
                colors[value] = rgba[:3]
        return colors

    def read(
        self, bands: tuple[int, ...], window: Window, size: tuple[int, int], smooth: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """A window brought to `size` (width, height) px -> values (h, w, bands) and bool (h, w), where there are any.

        There are none beyond the scene's edge, where it says nodata, or where a mask or an alpha band says so. smooth:
        average where that reduces, else take the nearest pixel. Raises UnreadableImageError.
        """
        from rasterio.enums import Resampling
        from rasterio.windows import Window as Block

        (left, top, width, height), (across, down) = window, size
        opened = dataset(self.file, self.stamp)
        values = np.zeros((down, across, len(bands)), opened.dtypes[0])
        valid = np.zeros((down, across), bool)
        inner = max(left, 0), max(top, 0), min(left + width, self.width), min(top + height, self.height)
        if inner[0] >= inner[2] or inner[1] >= inner[3]:
            return values, valid
        x = [min(round((edge - left) * across / width), across) for edge in (inner[0], inner[2])]
        y = [min(round((edge - top) * down / height), down) for edge in (inner[1], inner[3])]
        x[0], y[0] = min(x[0], across - 1), min(y[0], down - 1)
        x[1], y[1] = max(x[1], x[0] + 1), max(y[1], y[0] + 1)
        block = Block.from_slices((inner[1], inner[3]), (inner[0], inner[2]))
        shape = (len(bands), y[1] - y[0], x[1] - x[0])
        with reading(self.file):
            if self.nodata is not None:
                finer = [
                    min(FINER, max(1, round(n / m))) if smooth else 1
                    for n, m in zip((block.height, block.width), shape[1:], strict=True)
                ]
                fine = (shape[0], shape[1] * finer[0], shape[2] * finer[1])
                found, there = _read(opened, bands, block, fine, Resampling.nearest)
                found, there = _averaged(found, there & (found != self.nodata), *finer)
            else:
                how = Resampling.average if smooth else Resampling.nearest
                found, there = _read(opened, bands, block, shape, how)
        values[y[0] : y[1], x[0] : x[1]] = np.moveaxis(found, 0, 2)
        valid[y[0] : y[1], x[0] : x[1]] = there.any(0)
        return values, valid

    def blocks(self) -> tuple[int, int]:
        """Width and height of the pieces that the file is stored in: tiles or strips."""
        height, width = dataset(self.file, self.stamp).block_shapes[0]
        return width, height


def spread(scene: Scene, most_px: int, side: int, window: int) -> Iterator[tuple[Window, tuple[int, int]]]:
    """Windows over a scene, each with the size to read it in: all of it where it has `most_px` at most, or a reduced
    copy does; else side x side windows of window x window px."""
    factor = next((f for f in (1, *scene.overviews) if scene.width * scene.height / f**2 <= most_px), None)
    if factor:
        yield (0, 0, scene.width, scene.height), (-(-scene.width // factor), -(-scene.height // factor))
        return
    width, height = min(window, scene.width), min(window, scene.height)
    for top in np.linspace(0, scene.height - height, side).round().astype(int).tolist():
        for left in np.linspace(0, scene.width - width, side).round().astype(int).tolist():
            yield (left, top, width, height), (width, height)


def _read(
    opened: Any, bands: tuple[int, ...], block: Any, shape: tuple[int, int, int], how: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Values (bands, h, w), and bool of the same shape, where there are any."""
    from rasterio.enums import Resampling

    found = opened.read(list(bands), window=block, out_shape=shape, resampling=how)
    there = np.isfinite(found)
    if any(flag.name != "all_valid" for band in bands for flag in opened.mask_flag_enums[band - 1]):
        there &= opened.read_masks(list(bands), window=block, out_shape=shape, resampling=Resampling.nearest) > 0
    return found, there


def _averaged(values: np.ndarray, there: np.ndarray, down: int, across: int) -> tuple[np.ndarray, np.ndarray]:
    """The means of blocks of down x across px, of those that are there; 0 where none is."""
    bands, height, width = values.shape
    blocks = (bands, height // down, down, width // across, across)
    counts = there.reshape(blocks).sum(axis=(2, 4))
    sums = np.where(there, values, 0).reshape(blocks).sum(axis=(2, 4), dtype=np.float64)
    means = sums / np.maximum(counts, 1)
    return (means if values.dtype.kind == "f" else np.rint(means)).astype(values.dtype), counts > 0


def _has_area(determinant: float) -> bool:
    return bool(determinant) and math.isfinite(determinant)

"""Pictures that rasterio reads and Pillow does not, or not as they are: many bands, wide or signed numbers."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image, TiffImagePlugin

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import reasons
from imagespace_core.images.value_range import SAMPLE_VALUES, ValueRange, kind_of, measured, range_of

FIRST_THREE = "it has more bands than a picture has colors; the first three are shown"
FIRST = "it has a second band that is no transparency; only the first is shown"
BY_ITSELF = "its values have more than 8 bits and were not among those measured, so its scale is its own"

CACHE_MIB = 64
"""Decoded blocks that GDAL keeps."""
_GRAY_OR_RGB = {0, 1, 2}
"""TIFF's photometric interpretations in which samples are numbers: gray either way, and RGB."""
_BITS, _PHOTOMETRIC, _ORIENTATION, _SAMPLES, _FORMAT, _PROFILE = 258, 262, 274, 277, 339, 34675
_WHITE_IS_ZERO, _BIG = 0, 43


class NotForPillowError(UnreadableImageError):
    """A TIFF, or a PNG of 16 bits a color: Pillow refuses it or would misread it, and `read` may be tried."""


@dataclass(frozen=True)
class Raster:
    """image: RGB over white, reduced. width, height: of the original, px. orientation: 1 to 8, not applied yet.
    profile: ICC bytes. remarks: see `Picture`."""

    image: Image.Image
    width: int
    height: int
    orientation: int
    profile: bytes | None
    remarks: tuple[str, ...]


def check_for_pillow(image: Image.Image) -> None:
    """Raises NotForPillowError for a picture that Pillow opened and would misread: it takes signed bytes for unsigned
    ones, the upper half of 16-bit colors for all of them, infrared for transparency, and white for black."""
    if _is_misread(image):
        raise NotForPillowError("its values are not what Pillow takes them for")


def _is_misread(image: Image.Image) -> bool:
    if image.format == "PNG":
        return image.mode in ("RGB", "RGBA", "LA") and any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    tags = image.tag_v2
    if tags.get(_PHOTOMETRIC) not in _GRAY_OR_RGB:
        return False
    wide = max(_several(tags.get(_BITS, 1))) > 8 or set(_several(tags.get(_FORMAT, 1))) != {1}
    return wide or tags.get(_SAMPLES, 1) not in (1, 3)


def read(
    file: Path | str | bytes, factor: Callable[[int, int], int], max_pixels: int, ranges: Sequence[ValueRange] = ()
) -> Raster:
    """A TIFF, or a PNG of 16 bits a color, averaged down by the whole factor that `factor(width, height)` says.

    Bands that say alpha are transparency, no others. Eight bits are taken as they are; wider values go by the range of
    their kind, else by the picture's own. Raises UnreadableImageError.
    """
    tags = _tags(file)
    with opened_dataset(file) as dataset:
        reasons.check_size(dataset.width, dataset.height, max_pixels)
        bands, alpha, remarks = _bands(dataset)
        scale = max(1, factor(dataset.width, dataset.height))
        values, valid = _values(dataset, bands, scale)
        if values.dtype == np.uint8:
            pixels = values
        else:
            kind = kind_of(values.dtype)
            one = range_of(ranges, kind)
            if one is None:
                one = measured(kind, [values[valid]])
                remarks = (*remarks, BY_ITSELF)
            pixels = one(values)
            pixels[~valid] = 0
        if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO and len(bands) == 1:
            pixels = 255 - pixels
        rgb = np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))
        image = Image.fromarray(rgb)
        if alpha:
            image = _over_white(image, _values(dataset, (alpha,), scale)[0][..., 0])
        orientation, profile = tags.get(_ORIENTATION, 1), tags.get(_PROFILE)
        return Raster(image, dataset.width, dataset.height, orientation, profile, remarks)


def sample(file: Path | str | bytes, max_pixels: int) -> np.ndarray | None:
    """Some of the values of a picture whose samples have more than eight bits: those that are data, all over it; None
    of any other.

    Raises UnreadableImageError.
    """
    from rasterio.enums import Resampling

    with opened_dataset(file) as dataset:
        if dataset.dtypes[0] == "uint8":
            return None
        reasons.check_size(dataset.width, dataset.height, max_pixels)
        step = max(1, isqrt(dataset.width * dataset.height // SAMPLE_VALUES))
        values, valid = _values(dataset, _bands(dataset)[0], step, Resampling.nearest)
        return values[valid]


def _bands(dataset: Any) -> tuple[tuple[int, ...], int | None, tuple[str, ...]]:
    """Those that people see, from 1; that which says transparency; and what to say of the others."""
    if "complex" in dataset.dtypes[0]:
        raise UnreadableImageError(f"its values are {dataset.dtypes[0]}, which are no picture; expected real numbers")
    colors = [color.name for color in dataset.colorinterp]
    alpha = colors.index("alpha") + 1 if "alpha" in colors else None
    if all(color in colors for color in ("red", "green", "blue")):
        shown = tuple(colors.index(color) + 1 for color in ("red", "green", "blue"))
    else:
        shown = tuple(band for band in range(1, len(colors) + 1) if band != alpha)
        shown = shown[:3] if len(shown) >= 3 else shown[:1]
    others = len(colors) - len(shown) - (alpha is not None)
    if not others:
        return shown, alpha, ()
    return shown, alpha, (FIRST_THREE if len(shown) == 3 else FIRST,)


def _values(dataset: Any, bands: Sequence[int], scale: int, resampling: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """(h, w, bands) and bool (h, w): where there is data, as far as the file says. resampling: None averages."""
    from rasterio.enums import Resampling

    shape = (len(bands), -(-dataset.height // scale), -(-dataset.width // scale))
    found = dataset.read(list(bands), out_shape=shape, resampling=resampling or Resampling.average)
    valid = np.isfinite(found).any(0)
    if any("nodata" in [flag.name for flag in dataset.mask_flag_enums[band - 1]] for band in bands):
        valid &= (dataset.read_masks(list(bands), out_shape=shape) > 0).any(0)
    return np.moveaxis(found, 0, 2), valid


def _over_white(image: Image.Image, alpha: np.ndarray) -> Image.Image:
    if alpha.dtype != np.uint8:
        alpha = np.rint(alpha / np.iinfo(alpha.dtype).max * 255).astype(np.uint8)
    over = Image.new("RGB", image.size, "white")
    over.paste(image, mask=Image.fromarray(alpha))
    return over


@contextmanager
def opened_dataset(file: Path | str | bytes, page: int = 0) -> Iterator[Any]:
    """The open file, and of a TIFF that page, from 0; GDAL's errors as reasons. It looks at no other file beside it."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.io import MemoryFile

    settings = rasterio.Env(GDAL_CACHEMAX=CACHE_MIB, GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO")
    try:
        with settings, warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with _stream(file) as stream:
                driver = "GTiff" if is_tiff(stream.read(4)) else "PNG"
            if isinstance(file, bytes):
                with MemoryFile(file) as memory, memory.open(driver=driver) as dataset:
                    yield dataset
            else:
                path = f"GTIFF_DIR:{page + 1}:{os.path.abspath(file)}" if page else os.path.abspath(file)
                with rasterio.open(path, driver=driver, sharing=False) as dataset:
                    yield dataset
    except RasterioError as error:
        if not isinstance(file, bytes):
            reasons.check_reachable(Path(file))
        raise UnreadableImageError(f"broken: {reasons.of_gdal(error)}") from error


def _tags(file: Path | str | bytes) -> dict[int, Any]:
    """The tags of a TIFF's first picture, whether Pillow can show it or not; none where they are rubbish."""
    try:
        with _stream(file) as stream:
            start = stream.read(8)
            if not is_tiff(start):
                return {}
            if start[2] == _BIG or start[3] == _BIG:
                start += stream.read(8)
            directory = TiffImagePlugin.ImageFileDirectory_v2(start)
            stream.seek(directory.next)
            directory.load(stream)
            return {tag: directory[tag] for tag in (_PHOTOMETRIC, _ORIENTATION, _PROFILE) if tag in directory}
    except Exception:  # Pillow's parser raises nearly anything on garbage
        return {}


def _stream(file: Path | str | bytes) -> IO[bytes]:
    return io.BytesIO(file) if isinstance(file, bytes) else open(file, "rb")


def is_tiff(start: bytes) -> bool:
    """By a file's first bytes."""
    return start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _several(value: Any) -> tuple[int, ...]:
    """A tag's values, of which Pillow gives the only one by itself."""
    return tuple(value) if isinstance(value, tuple) else (int(value),)

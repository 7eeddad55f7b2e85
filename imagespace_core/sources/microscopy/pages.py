"""Pages: the values of one channel of one slice, as an image file stores them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import decode, raster, reasons

AS_STORED = ("1", "L", "P", "I", "F")
"""Modes of one value a pixel. Of a palette the indices count, not the colors: labels are often stored so."""


@dataclass(frozen=True)
class Plain:
    """Values that lie in a file one after the other, described by no directory of their own.

    offset: bytes from the start of the file. shape: (h, w) or (h, w, samples). dtype: NumPy's, with the byte order.
    inverted: of 8 bits, 0 is white.
    """

    offset: int
    shape: tuple[int, ...]
    dtype: str
    inverted: bool = False


@dataclass(frozen=True)
class Page:
    """One page of an image file, or a sample of its pixels.

    number: from 0; most files have one page. sample: from 0, or None for all of them, gray or red, green and blue.
    plain: where the values lie, for a page without a directory. by_gdal: read by GDAL, because Pillow cannot read such
    values or would take them for others. colored: it has colors, as its header says; they may all be grays.
    """

    file: Path
    number: int = 0
    sample: int | None = None
    plain: Plain | None = None
    by_gdal: bool = False
    colored: bool = False

    def stamp(self) -> str:
        """Changes when the file does. Raises VanishedError where it is gone."""
        try:
            status = os.stat(self.file)
        except OSError as error:
            if reasons.gone(error):
                raise VanishedError(self.file, str(error.strerror)) from error
            raise UnreadableImageError(f"{self.file.name} cannot be read: {error.strerror}") from error
        return f"{status.st_size}-{status.st_mtime_ns}"

    def values(self, max_pixels: int = decode.MAX_PIXELS) -> np.ndarray:
        """The values as stored: (h, w), or (h, w, 3) where the file has colors that are no grays.

        One bit a pixel becomes 0 and 255. Raises UnreadableImageError with the reason.
        """
        if self.plain:
            values = self._plain(self.plain, max_pixels)
        else:
            values = self._by_gdal(max_pixels) if self.by_gdal else self._by_pillow(max_pixels)
        if values.ndim == 3 and self.sample is not None:
            values = np.ascontiguousarray(values[..., self.sample])
        if values.dtype == bool:
            return values.astype(np.uint8) * 255
        if values.ndim == 3 and all((row == row[:, :1]).all() for row in values):
            values = np.ascontiguousarray(values[..., 0])
        return values.astype(values.dtype.newbyteorder("="), copy=False)

    def _by_pillow(self, max_pixels: int) -> np.ndarray:
        with decode.opened(self.file, max_pixels) as image:
            if self.number:
                image.seek(self.number)
                self._check(image.width, image.height, max_pixels)
            plain = image.mode in AS_STORED or image.mode.startswith("I;16")
            return np.asarray(image if plain else image.convert("RGB"))

    def _by_gdal(self, max_pixels: int) -> np.ndarray:
        reasons.check_reachable(self.file)
        with raster.opened_dataset(self.file, self.number) as dataset:
            self._check(dataset.width, dataset.height, max_pixels)
            if self.sample is not None and not self.colored:
                return dataset.read(self.sample + 1)
            if dataset.count < 3:
                return dataset.read(1)
            return np.moveaxis(dataset.read((1, 2, 3)), 0, 2)

    def _plain(self, plain: Plain, max_pixels: int) -> np.ndarray:
        self._check(plain.shape[1], plain.shape[0], max_pixels)
        reasons.check_reachable(self.file)
        count = int(np.prod(plain.shape))
        try:
            values = np.fromfile(self.file, plain.dtype, count, offset=plain.offset)
        except OSError as error:
            raise UnreadableImageError(f"{self.file.name} cannot be read: {error.strerror}") from error
        if len(values) < count:
            raise UnreadableImageError("truncated: the file ends before this slice does")
        return 255 - values.reshape(plain.shape) if plain.inverted else values.reshape(plain.shape)

    def _check(self, width: int, height: int, max_pixels: int) -> None:
        reasons.check_size(width, height, max_pixels)

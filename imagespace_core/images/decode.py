"""Decodes one file to one picture: upright, RGB, and no larger than needed."""

from __future__ import annotations

import functools
import io
import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import Picture, raster, reasons
from imagespace_core.images.embedded import Description, embedded
from imagespace_core.images.reduction import reduced_rgb
from imagespace_core.images.value_range import ValueRange

MAX_PIXELS = 250_000_000
"""Pictures with more pixels are refused by their header, before anything is decoded."""
MAX_UPLOAD_PIXELS = 40_000_000
"""The same for pictures that visitors send: a few at once must fit into the memory of a small server."""

FORMATS = (
    "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "MPO", "AVIF", "JPEG2000", "PPM", "QOI",
)  # fmt: skip
"""What is decoded, by Pillow's names. A list of our own: among Pillow's are formats that start other
programs (EPS) and formats without a signature, for which any garbage passes (TGA)."""

_HEIC_SUFFIXES = frozenset({".heic", ".heif"})
_LARGE_PIXELS = 50_000_000
_one_large_at_a_time = threading.Lock()

# One check in place of two: the header's size against a limit that the caller chose. For all of FORMATS that
# is the size that will be decoded; for ICO, which may hold a larger PNG, it would not be.
Image.MAX_IMAGE_PIXELS = None
# Freed blocks of up to 32 MB glibc keeps for the next: an image of 250 million pixels, which Pillow holds in blocks of
# 16 MB by default, would cost its gigabyte for ever. Larger blocks go back at once.
Image.core.set_block_size(64 << 20)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@functools.cache
def formats() -> tuple[str, ...]:
    """Those of FORMATS that this Pillow can open."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


@functools.cache
def suffixes() -> frozenset[str]:
    """File suffixes, lower case with the dot, that are taken for images.

    HEIC is among them although it cannot be decoded: such photos belong into the list of failures, with what
    to do about it, rather than among the files that nobody mentions.
    """
    known = formats()
    return frozenset(s for s, name in Image.registered_extensions().items() if name in known) | _HEIC_SUFFIXES


@dataclass(frozen=True)
class Decode:
    """Decodes a file for models, sprites and columns; called from many threads at once.

    min_side: the shorter side, in pixels, that the picture must keep; it comes out between that and twice
        that (a smaller original stays as it is). JPEGs are decoded at the smallest sufficient DCT scale,
        everything else is averaged down by a whole factor. None or 0: full size.
    max_pixels: of the original; more is refused.
    ranges: of values that have more than 8 bits, one for each kind; without, each picture goes by its own.

    Every mode becomes RGB over white, see `reduced_rgb`; of animations and multi-page files the first frame counts.
    """

    min_side: int | None = 256
    max_pixels: int = MAX_PIXELS
    ranges: tuple[ValueRange, ...] = ()

    def keeping(self, min_side: int | None) -> Decode:
        """The same with another `min_side`; with None it stays as it is."""
        return self if min_side is None else replace(self, min_side=min_side)

    def __call__(self, file: Path | str | bytes) -> Picture:
        """A path, or the bytes of a file (an upload) -> Picture with uint8 (h, w, 3).

        Raises UnreadableImageError with a short reason, whatever is wrong with the file, and VanishedError where it is
        not there.
        """
        min_side = self.min_side or 0

        def factor(width: int, height: int) -> int:
            return min(width, height) // min_side if min_side else 1

        try:
            with opened(file, self.max_pixels) as image:
                raster.check_for_pillow(image)
                width, height = image.size
                _draft(image, factor)
                with _room_for(image):
                    image.load()
                    found, orientation = embedded(image), _orientation(image)
                    reduced = reduced_rgb(image, factor(*image.size), self.ranges)
                    remarks: tuple[str, ...] = ()
        except raster.NotForPillowError:
            read = raster.read(file, factor, self.max_pixels, self.ranges)
            width, height, reduced, remarks = read.width, read.height, read.image, read.remarks
            orientation, found = read.orientation, _embedded(file, self.max_pixels)
        if orientation >= 5:
            width, height = height, width
        pixels = np.asarray(_upright(reduced, orientation))
        remarks += found.remarks
        return Picture(pixels, width, height, found.taken_at, columns=found.columns, remarks=remarks)


def preview(
    file: Path | str | bytes, max_side: int, max_pixels: int = MAX_PIXELS, ranges: tuple[ValueRange, ...] = ()
) -> np.ndarray:
    """A picture for people: uint8 RGB (h, w, 3), its longer side at most `max_side` pixels; never enlarged.

    Decoded at no less than twice that size and reduced with a Lanczos filter.
    Raises UnreadableImageError with a short reason.
    """

    def factor(width: int, height: int) -> int:
        return max(width, height) // (2 * max_side)

    try:
        with opened(file, max_pixels) as image:
            raster.check_for_pillow(image)
            _draft(image, factor)
            with _room_for(image):
                image.load()
                picture, orientation = reduced_rgb(image, factor(*image.size), ranges), _orientation(image)
    except raster.NotForPillowError:
        read = raster.read(file, factor, max_pixels, ranges)
        picture, orientation = read.image, read.orientation
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return np.asarray(_upright(picture, orientation))


@contextmanager
def opened(file: Path | str | bytes, max_pixels: int) -> Iterator[Image.Image]:
    """The image with its header read and its size checked; whatever goes wrong inside becomes a reason."""
    start, size_bytes = b"", 0
    try:
        if isinstance(file, bytes):
            stream, size_bytes = io.BytesIO(file), len(file)
        else:
            status = os.stat(file)
            if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
                raise UnreadableImageError("not a file: it is a folder, a pipe or a device")
            stream, size_bytes = open(file, "rb"), status.st_size  # noqa: SIM115 (closed below)
        with stream:
            start = stream.read(32)
            if not start:
                raise UnreadableImageError("empty file (0 bytes)")
            stream.seek(0)
            # Given an open file rather than a path, Pillow does not map it into memory: a file that is cut
            # short meanwhile raises instead of killing the process.
            with Image.open(stream, formats=formats()) as image:
                if image.width * image.height > max_pixels:
                    raise UnreadableImageError(reasons.too_large(image.width, image.height, max_pixels))
                yield image
    except UnreadableImageError:
        raise
    except UnidentifiedImageError as error:
        refused = raster.NotForPillowError if raster.is_tiff(start) else UnreadableImageError
        raise refused(reasons.unidentified(start)) from error
    except Exception as error:  # Pillow's plugins raise nearly anything on garbage
        if not isinstance(file, bytes) and reasons.gone(error):
            raise VanishedError(file, str(getattr(error, "strerror", error))) from error
        raise UnreadableImageError(reasons.of_error(error, start, size_bytes)) from error


def _draft(image: Image.Image, factor: Callable[[int, int], int]) -> None:
    """Lets a JPEG decode at a fraction of its size; does nothing to others."""
    scale = factor(*image.size)
    if scale > 1:
        image.draft(None, (-(-image.width // scale), -(-image.height // scale)))


def _room_for(image: Image.Image) -> AbstractContextManager[object]:
    """Giants are decoded one after the other, so that many threads do not need the memory of many giants."""
    return _one_large_at_a_time if image.width * image.height > _LARGE_PIXELS else nullcontext()


def _embedded(file: Path | str | bytes, max_pixels: int) -> Description:
    """Of a picture that rasterio reads, as far as Pillow opens it."""
    with suppress(UnreadableImageError), opened(file, max_pixels) as image, _room_for(image):
        return embedded(image)
    return Description()


def _orientation(image: Image.Image) -> int:
    """1 to 8. A picture with rubbish for EXIF is still a picture."""
    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:  # the parser raises nearly anything on garbage
        return 1
    return orientation if orientation in _UPRIGHT else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image

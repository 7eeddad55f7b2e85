"""Decodes one file to one picture: upright, RGB, and no larger than needed."""

from __future__ import annotations

import io
import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import Picture, content, damage, jpeg_xl, profiles, raster, raw, reasons
from imagespace_core.images.embedded import Description, embedded
from imagespace_core.images.formats import RAW_SUFFIXES, formats, suffixes
from imagespace_core.images.reduction import reduced_rgb
from imagespace_core.images.value_range import ValueRange

__all__ = ["MAX_PIXELS", "MAX_UPLOAD_PIXELS", "Decode", "opened", "preview", "suffixes"]

MAX_PIXELS = 250_000_000
"""Pictures with more pixels are refused by their header, before anything is decoded."""
MAX_UPLOAD_PIXELS = 40_000_000
"""The same for pictures that visitors send: a few at once must fit into the memory of a small server."""

_LARGE_PIXELS = 50_000_000
_one_large_at_a_time = threading.Lock()

# One check in place of two: the header's size against a limit that the caller chose. For all of FORMATS that
# is the size that will be decoded; for ICO, which may hold a larger PNG, it would not be.
Image.MAX_IMAGE_PIXELS = None
# A text or color profile in a PNG may unpack to this much; so may all texts together. Beside large pictures it is
# little, and more is no text.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 64 << 20
# Freed blocks of up to 32 MB glibc keeps for the next: an image of 250 million pixels, which Pillow holds in blocks of
# 16 MB by default, would cost its gigabyte for ever. Larger blocks go back at once.
Image.core.set_block_size(64 << 20)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_DAMAGED = "its last part is missing and gray, as the column damaged says; --strict leaves it out"
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Decode:
    """Decodes a file for models, sprites and columns; called from many threads at once.

    min_side: the shorter side, in pixels, that the picture must keep; it comes out between that and twice
        that (a smaller original stays as it is). JPEGs are decoded at the smallest sufficient DCT scale,
        everything else is averaged down by a whole factor. None or 0: full size.
    max_pixels: of the original; more is refused.
    strict: whether a file whose last bytes are missing is refused too where most of the picture is there. Else its
        missing rows are gray, and its column "damaged" is true.
    ranges: of values that have more than 8 bits, one for each kind; without, each picture goes by its own.

    Every mode becomes RGB over white, see `reduced_rgb`, and every color profile sRGB; of animations, multi-page files
    and files of several pictures the first counts.
    """

    min_side: int | None = 256
    max_pixels: int = MAX_PIXELS
    strict: bool = False
    ranges: tuple[ValueRange, ...] = field(default=(), metadata={"key": False})  # in the digest of the scan

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

        read = _read(file, factor, self.max_pixels, self.ranges)
        if read.damaged and self.strict:
            raise UnreadableImageError("damaged: a part of the picture is missing (kept without --strict)")
        width, height = (read.height, read.width) if read.orientation >= 5 else (read.width, read.height)
        columns = {**read.found.columns, **({"damaged": True} if read.damaged else {})}
        pixels = np.asarray(_upright(read.image, read.orientation))
        remarks = (*([_DAMAGED] if read.damaged else []), *read.remarks, *read.found.remarks)
        return Picture(pixels, width, height, read.found.taken_at, columns=columns, remarks=remarks)


def preview(
    file: Path | str | bytes, max_side: int, max_pixels: int = MAX_PIXELS, ranges: tuple[ValueRange, ...] = ()
) -> np.ndarray:
    """A picture for people: uint8 RGB (h, w, 3), its longer side at most `max_side` pixels; never enlarged.

    Decoded at no less than twice that size and reduced with a Lanczos filter.
    Raises UnreadableImageError with a short reason.
    """

    def factor(width: int, height: int) -> int:
        return max(width, height) // (2 * max_side)

    read = _read(file, factor, max_pixels, ranges)
    read.image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return np.asarray(_upright(read.image, read.orientation))


@dataclass(frozen=True)
class _Read:
    """image: RGB, reduced, not turned upright yet. width, height: of the original, px, not turned either. found: what
    the file says of itself."""

    image: Image.Image
    width: int
    height: int
    orientation: int
    found: Description
    damaged: bool
    remarks: tuple[str, ...]


def _read(
    file: Path | str | bytes, factor: Callable[[int, int], int], max_pixels: int, ranges: tuple[ValueRange, ...]
) -> _Read:
    found, orientation, profile = Description(), 1, None
    try:
        with opened(file, max_pixels) as image:
            try:
                raster.check_for_pillow(image)
            except raster.NotForPillowError:
                found, orientation, profile = embedded(image), _orientation(image), image.info.get("icc_profile")
                raise
            width, height = image.info.get("original_size", image.size)
            _draft(image, factor)
            with _room_for(image):
                image, damaged = damage.load(image)
                found, orientation = embedded(image), _orientation(image)
                reduced, remarks = _reduced_srgb(image, factor(*image.size), ranges)
        return _Read(reduced, width, height, orientation, found, damaged, remarks)
    except raster.NotForPillowError:
        read = raster.read(file, factor, max_pixels, ranges)
        colors = profiles.profile_for(profile or read.profile, "RGB")
        remarks = (*read.remarks, *colors.remarks)
        upright = orientation if orientation > 1 else read.orientation
        return _Read(colors.to_srgb(read.image), read.width, read.height, upright, found, False, remarks)


def _reduced_srgb(
    image: Image.Image, scale: int, ranges: tuple[ValueRange, ...]
) -> tuple[Image.Image, tuple[str, ...]]:
    """A loaded image as sRGB, and remarks. It is averaged down first: its color profile has less to do then."""
    profile = profiles.profile_for(image.info.get("icc_profile"), image.mode)
    if profile.transform is None:
        return reduced_rgb(image, scale, ranges), profile.remarks
    if profile.space == "CMYK":
        return profile.to_srgb(image.reduce(scale) if scale > 1 else image), ()
    small = reduced_rgb(image, scale, ranges)
    return profile.to_srgb(small.convert("L") if profile.space == "L" else small), ()


def upright_size(file: Path | str | bytes, max_pixels: int = MAX_PIXELS) -> tuple[int, int, int]:
    """(width, height) of a picture as people see it, in px, and the orientation, 1 to 8, that is applied for it.

    Reads no more than the header. Raises UnreadableImageError.
    """
    try:
        with opened(file, max_pixels) as image:
            width, height = image.info.get("original_size", image.size)
            orientation = _orientation(image)
    except raster.NotForPillowError:
        read = raster.read(file, lambda width, height: max(width, height), max_pixels)
        width, height, orientation = read.width, read.height, read.orientation
    return (height, width, orientation) if orientation >= 5 else (width, height, orientation)


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
                raise UnreadableImageError(reasons.NO_FILE)
            stream, size_bytes = open(file, "rb"), status.st_size  # noqa: SIM115 (closed below)
        with stream:
            start = stream.read(content.HEAD_BYTES)
            if not start:
                raise UnreadableImageError("empty file (0 bytes)")
            stream.seek(0)
            try:
                with _opened(file, stream, start, max_pixels) as image:
                    reasons.check_size(image.width, image.height, max_pixels)
                    yield image
            except (OSError, SyntaxError, ValueError) as error:  # which say many things of a file that is cut short
                if not reasons.gone(error) and content.is_cut(start, stream):
                    raise UnreadableImageError(reasons.truncated(size_bytes)) from error
                raise
    except UnreadableImageError:
        raise
    except UnidentifiedImageError as error:
        refused = raster.NotForPillowError if raster.is_tiff(start) else UnreadableImageError
        raise refused(reasons.unidentified(start)) from error
    except Exception as error:  # Pillow's plugins raise nearly anything on garbage
        if not isinstance(file, bytes) and reasons.gone(error):
            raise VanishedError(file, str(getattr(error, "strerror", error))) from error
        raise UnreadableImageError(reasons.of_error(error, start, size_bytes)) from error


def _opened(file: Path | str | bytes, stream: BinaryIO, start: bytes, max_pixels: int) -> Image.Image:
    """By what the file begins with; of its suffix only camera RAW is told, which may begin like any TIFF."""
    found = content.format_of(start)
    of_raw = found == "TIFF" and not isinstance(file, bytes) and Path(file).suffix.lower() in RAW_SUFFIXES
    if found == "RAW" or of_raw or (found == "TIFF" and raw.is_raw(stream)):
        image = raw.open_raw(file, stream, max_pixels)
        if image is not None:
            return image
        stream.seek(0)
    if found == "JXL":
        return jpeg_xl.open_jpeg_xl(stream.read(), max_pixels)
    # Given an open file rather than a path, Pillow does not map it into memory: a file that is cut short meanwhile
    # raises instead of killing the process.
    return Image.open(stream, formats=formats())


def _draft(image: Image.Image, factor: Callable[[int, int], int]) -> None:
    """Lets a JPEG decode at a fraction of its size; does nothing to others."""
    scale = factor(*image.size)
    if scale > 1:
        image.draft(None, (-(-image.width // scale), -(-image.height // scale)))


def _room_for(image: Image.Image) -> AbstractContextManager[object]:
    """Giants are decoded one after the other, so that many threads do not need the memory of many giants."""
    return _one_large_at_a_time if image.width * image.height > _LARGE_PIXELS else nullcontext()


def _orientation(image: Image.Image) -> int:
    """1 to 8. A picture with rubbish for EXIF is still a picture."""
    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:  # the parser raises nearly anything on garbage
        return 1
    return orientation if orientation in _UPRIGHT else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image

"""Camera RAW: the picture that the camera put into the file, or a development at half size where that is too small."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image, TiffImagePlugin

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import reasons

if TYPE_CHECKING:
    import rawpy

MISSING = 'camera RAW picture: pip install "imagespace[raw]" to read it'

LEAST_PREVIEW = 480
"""Shorter side, in pixels, of an embedded picture that people and models are served well with."""

_DNG_VERSION, _PHOTOMETRIC, _SUB_IFDS, _SUBFILE_TYPE = 50706, 262, 330, 254
_ORIENTATION, _XMP, _EXIF_IFD, _GPS_IFD, _MAKER_NOTE = 274, 700, 34665, 34853, 37500
_SOFTWARE, _DATE = 305, 306
_OF_SENSORS = (32803, 34892)
"""Photometric interpretations: a color filter array, linear values."""
_COPIED = frozenset({270, 271, 272, 305, 306, 315, 18246, 33432})
"""Tags of the first directory that say something of the picture: description, camera, date, artist, rating, rights."""
_OF_FLIP = {0: 1, 1: 2, 3: 3, 2: 4, 4: 5, 6: 6, 7: 7, 5: 8}
"""EXIF orientation by LibRaw's: bit 0 mirrors across, 1 mirrors down, 2 swaps the axes."""


def is_raw(stream: BinaryIO) -> bool:
    """Whether a TIFF is a photo in camera RAW: a DNG, or one whose first directory is a mosaic or the copy of one."""
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(stream.read(8))
        stream.seek(tags.next)
        tags.load(stream)
        if _DNG_VERSION in tags or tags.get(_PHOTOMETRIC) in _OF_SENSORS:
            return True
        return _SUB_IFDS in tags and bool(int(tags.get(_SUBFILE_TYPE, 0)) & 1)
    except Exception:  # the parser raises nearly anything on garbage
        return False
    finally:
        stream.seek(0)


def open_raw(file: Path | str | bytes, stream: BinaryIO, max_pixels: int) -> Image.Image | None:
    """The picture with its EXIF, orientation included; `info["original_size"]` is that of the photo itself.

    stream: the same file, open. None where LibRaw does not know it. Raises UnreadableImageError where it is too large
    or broken, or the library is not installed.
    """
    try:
        import rawpy
    except ImportError:
        raise UnreadableImageError(MISSING) from None
    try:
        # LibRaw opens a path by itself; a file object would be read into memory whole.
        with rawpy.imread(io.BytesIO(file) if isinstance(file, bytes) else str(file)) as raw:
            width, height = raw.sizes.width, raw.sizes.height
            reasons.check_size(width, height, max_pixels)
            orientation = _OF_FLIP.get(raw.sizes.flip, 1)
            image = _embedded(raw, max_pixels)
            if image is None:
                pixels = raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0)
                image = Image.fromarray(pixels)
            elif (own := _own_orientation(image)) > 1:
                orientation = own
            elif orientation >= 5 and (image.width < image.height) == (width > height):
                orientation, width, height = 1, height, width  # the camera turned this copy, and not the photo
    except rawpy.LibRawFileUnsupportedError:
        return None
    except rawpy.LibRawError as error:
        message = error.args[0] if error.args else type(error).__name__
        message = message.decode(errors="replace") if isinstance(message, bytes) else str(message)
        raise UnreadableImageError(f"broken: it looks like a camera RAW file, but LibRaw says: {message}") from error
    image.info["original_size"] = width, height
    _set_exif(image, stream, orientation)
    return image


def _embedded(raw: rawpy.RawPy, max_pixels: int) -> Image.Image | None:
    import rawpy

    try:
        found = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if found.format == rawpy.ThumbFormat.JPEG:
        image = Image.open(io.BytesIO(bytes(found.data)), formats=("JPEG", "MPO"))
    elif found.format == rawpy.ThumbFormat.BITMAP:
        image = Image.fromarray(np.asarray(found.data))
    else:
        return None
    return image if min(image.size) >= LEAST_PREVIEW and image.width * image.height <= max_pixels else None


def _own_orientation(image: Image.Image) -> int:
    """What the camera says of the embedded picture. Where it says nothing, LibRaw puts in what goes for the photo."""
    exif = image.getexif()
    if not str(exif.get(_SOFTWARE, "")).startswith("dcraw"):
        return exif.get(_ORIENTATION, 1)
    if str(exif.get(_DATE, "")).startswith("1970:01:01"):  # it knows none
        del exif[_DATE]
    return 1


def _set_exif(image: Image.Image, stream: BinaryIO, orientation: int) -> None:
    """What the RAW file says of the photo, where it is a TIFF in its structure; else what the embedded picture says."""
    exif, of_file = Image.Exif(), Image.Exif()
    try:
        stream.seek(0)
        of_file.load_from_fp(stream)
        exif.update({tag: value for tag, value in of_file.items() if tag in _COPIED})
        details = {tag: value for tag, value in of_file.get_ifd(_EXIF_IFD).items() if tag != _MAKER_NOTE}
        exif.get_ifd(_EXIF_IFD).update(details)
        exif.get_ifd(_GPS_IFD).update(of_file.get_ifd(_GPS_IFD))
        if isinstance(xmp := of_file.get(_XMP), bytes):
            image.info["xmp"] = xmp
        image.info["exif"] = exif.tobytes()
        image.getexif().load(image.info["exif"])
    except Exception:  # the parser raises nearly anything on garbage, and not every RAW file is a TIFF
        pass
    image.getexif()[_ORIENTATION] = orientation

"""GeoTIFFs opened to be read: a thread's own, GDAL's errors as reasons, and those with control points warped."""

from __future__ import annotations

import stat
import threading
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Any

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import reasons

CACHE_MIB = 64
"""Decoded blocks that GDAL keeps, of all open scenes together."""
OPEN_SCENES = 4
"""Kept open for each thread: opening one takes longer than reading a chip."""
_opened = threading.local()


def file_stamp(file: Path) -> str:
    """Changes when the file does. Raises VanishedError where it is gone, UnreadableImageError where it is closed."""
    try:
        status = file.stat()
    except OSError as error:
        if reasons.gone(error):
            raise VanishedError(file, str(error.strerror)) from error
        raise UnreadableImageError(f"cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
        raise UnreadableImageError(reasons.NO_FILE)
    return f"{status.st_size}-{status.st_mtime_ns}"


def dataset(file: Path, stamp: str) -> Any:
    """The open file: a thread's own, because GDAL's datasets must not be shared.

    One that is placed by ground control points comes as a view that is warped by all of them, in their CRS, with north
    up; no single affine transform is right for more than its middle.
    """
    scenes: OrderedDict[tuple[Path, str], list[Any]] = _opened.__dict__.setdefault("scenes", OrderedDict())
    if (file, stamp) not in scenes:
        with reading(file):
            scenes[file, stamp] = _open(file)
        if len(scenes) > OPEN_SCENES:
            for opened in reversed(scenes.popitem(last=False)[1]):
                opened.close()
    scenes.move_to_end((file, stamp))
    return scenes[file, stamp][-1]


def _open(file: Path) -> list[Any]:
    """The file, and the warped view of it where it has control points."""
    import rasterio
    from rasterio.enums import ColorInterp
    from rasterio.errors import NotGeoreferencedWarning
    from rasterio.vrt import WarpedVRT

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        source: Any = rasterio.open(file, driver="GTiff", sharing=False)
        points, crs = source.gcps
        if not points or not crs or source.crs:
            return [source]
        masked = source.nodata is not None or ColorInterp.alpha in source.colorinterp
        try:
            return [source, WarpedVRT(source, src_crs=crs, crs=crs, add_alpha=not masked)]
        except Exception as error:  # GDAL's own, of no public type
            source.close()
            raise UnreadableImageError(
                f"has {len(points)} ground control points, by which it cannot be placed: {error}"
            ) from error


class reading:
    """GDAL's errors as reasons, and its cache of blocks bounded."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> None:
        import rasterio

        self._settings = rasterio.Env(GDAL_CACHEMAX=CACHE_MIB)
        self._settings.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        from rasterio.errors import RasterioError

        self._settings.__exit__()
        if isinstance(error, RasterioError):
            reasons.check_reachable(self._file)
            cause = reasons.of_gdal(error)
            raise UnreadableImageError(f"cannot be read as GeoTIFF: {cause}; the file may be cut short") from error

"""Which slices an image file holds: the axes of a TIFF by tifffile, one slice of everything else.

ImageJ, OME and a dozen microscopes say in their own words what the pages of a TIFF are: channels, depths, times. All of
them are read by tifffile (https://github.com/cgohlke/tifffile); pixels are not, because it needs more for most codecs.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import decode, raster, reasons
from imagespace_core.sources.microscopy.ome import MOST_PLANES, Color, Ome, read_ome
from imagespace_core.sources.microscopy.pages import AS_STORED, Page, Plain

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage, TiffPageSeries

_WHITE_IS_ZERO, _CMYK = 0, 5
_GRAY = (_WHITE_IS_ZERO, 1, 3)
"""Photometric interpretations of one value a pixel; also black is zero, and a palette."""
_ALPHA = (1, 2)
"""Extra samples that say how opaque a pixel is."""
_BY_PILLOW = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34925, 50000, 50001})
"""Codecs of a TIFF that libtiff reads for Pillow."""
_PILLOW_TYPES = frozenset({"bool", "uint8", "uint16", "int16", "int32", "float32"})
"""Of gray. Other types Pillow refuses or takes for others: uint32 for int32, 16 bits of a color for 8."""
_RANK = {"T": 0, "Z": 2}


@dataclass(frozen=True)
class Channel:
    """Of a slice. name: "" where nobody gave one. color: None likewise. page: its values."""

    page: Page
    name: str = ""
    color: Color | None = None


@dataclass(frozen=True)
class Frame:
    """One slice of a file. suffix: what tells it from the others, e.g. @p07 or @t1z03; "" where there are none.

    time: its number along the axis of time, from 0.
    """

    channels: tuple[Channel, ...]
    suffix: str = ""
    time: int = 0


@dataclass(frozen=True)
class Stack:
    """The slices of a file, in order: by time, then depth.

    parts: other files that hold some of its planes. problems: what people should know of it, a few words each.
    """

    frames: list[Frame]
    parts: tuple[Path, ...] = ()
    problems: list[str] = field(default_factory=list)


def read_stack(file: Path, max_pixels: int = decode.MAX_PIXELS) -> Stack:
    """From the headers of a file. Raises UnreadableImageError with the reason."""
    why = ""
    if _is_tiff(file):
        try:
            return _tiff(file, max_pixels)
        except (UnreadableImageError, VanishedError):
            raise
        except Exception as error:  # tifffile raises nearly anything on garbage, and Pillow may read it all the same
            why = str(error) or type(error).__name__
    with decode.opened(file, max_pixels) as image:
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        colored = image.mode not in AS_STORED and not image.mode.startswith("I;16")
        try:
            raster.check_for_pillow(image)
            by_gdal = False
        except raster.NotForPillowError:
            by_gdal = True
    pages = [Page(file, number, by_gdal=by_gdal, colored=colored) for number in range(count)]
    frames = [Frame((Channel(page),), _of_pages(page.number, count)) for page in pages]
    return Stack(frames, problems=[f"its axes cannot be read ({why[:120]}); every page is a slice"] if why else [])


def read_stacks(
    files: Mapping[str, Path], shown: str, max_pixels: int, skipped: list[tuple[str, str]], what: str = ""
) -> dict[str, Stack]:
    """The slices of each file, by name. A file that only holds planes of another's slices is none of its own.

    shown: their folder, as people see it. skipped: takes (path, reason); reasons of what is left out begin with `what`.
    """
    stacks: dict[str, Stack] = {}
    parts: set[Path] = set()
    for name, file in files.items():
        if parts and file.resolve() in parts:
            continue
        try:
            stacks[name] = read_stack(file, max_pixels)
        except UnreadableImageError as error:
            skipped.append((f"{shown}{name}", f"{what}{error}"))
            continue
        skipped += [(f"{shown}{name}", problem) for problem in stacks[name].problems]
        parts.update(stacks[name].parts)
    return {name: stack for name, stack in stacks.items() if not parts or files[name].resolve() not in parts}


def _is_tiff(file: Path) -> bool:
    try:
        if not file.is_file():
            return False
        with file.open("rb") as stream:
            return raster.is_tiff(stream.read(4))
    except OSError:
        return False  # Pillow says why


def _of_pages(number: int, count: int) -> str:
    return f"@p{number + 1:0{len(str(count))}}" if count > 1 else ""


def _tiff(file: Path, max_pixels: int) -> Stack:
    from tifffile import TIFF, TiffFile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)  # what it warns of is among the problems
    problems: list[str] = []
    ome = Ome("", (), ())
    with TiffFile(file) as tif:
        first: Any = tif.pages.first
        description = first.description
        try:
            if "<!ENTITY" in description or "<!DOCTYPE" in description:
                raise ValueError("its XML declares entities")
            if tif.is_ome or "<OME" in description:
                ome = read_ome(file, description)
        except ValueError as error:
            problems.append(f"its axes cannot be read ({error}); every page is a slice")
        if not problems and not ome.xml:
            return _stack(tif, Stack([]), ome, file, max_pixels)
    options: dict[str, Any] = {"omexml": ome.xml} if ome.xml else {f"is_{kind}": False for kind in TIFF.FILE_FLAGS}
    with TiffFile(file, **options) as tif:
        return _stack(tif, Stack([], problems=problems), ome, file, max_pixels)


def _stack(tif: TiffFile, stack: Stack, ome: Ome, file: Path, max_pixels: int) -> Stack:
    several = len(tif.series) > 1 and any(series.kind != "generic" for series in tif.series)
    described = len(ome.channels) == len(tif.series)
    parts: set[Path] = set()
    left_out = 0
    for at, series in enumerate(tif.series):
        if len(series.keyframe.treeindex) > 1:
            continue  # below a page: another look at it, not another slice
        if why := _refused(series, max_pixels):
            stack.problems.append(why)
            continue
        names = ome.channels[at] if described else ()
        for frame, pages in _frames(series, tif, file, names, f"s{at + 1}" if several else ""):
            parts |= {page.file for page in pages if page}
            if None in pages:
                left_out += 1
            else:
                stack.frames.append(frame)
    if all(series.kind == "generic" for series in tif.series):
        stack.frames.sort(key=lambda frame: frame.channels[0].page.number)
    if len(stack.frames) == 1 and not several:  # its other pages are smaller copies
        stack.frames[0] = replace(stack.frames[0], suffix="")
    if left_out:
        gone = f": {', '.join(ome.missing[:3])} not there" if ome.missing else ""
        stack.problems.append(f"{left_out} of its slices lack planes{gone}; they are left out")
    declared = _declared(tif)
    if declared > (found := sum(len(frame.channels) for frame in stack.frames) + left_out):
        stack.problems.append(f"its description has {declared:,} images and the file {found:,}; is it whole?")
    if not stack.frames:
        raise UnreadableImageError("; ".join(stack.problems) or "it holds no image")
    return Stack(stack.frames, tuple(sorted(parts - {file})), stack.problems)


def _declared(tif: TiffFile) -> int:
    """How many images ImageJ says there are."""
    found = (tif.imagej_metadata or {}).get("images", 0) if tif.is_imagej else 0
    return found if isinstance(found, int) else 0


def _refused(series: TiffPageSeries, max_pixels: int) -> str:
    """Why these pages cannot be slices; "" if they can."""
    page = series.keyframe
    if page.axes not in ("YX", "YXS", "SYX"):
        return f"its pages have the axes {page.axes}; expected flat images, YX"
    if page.imagewidth * page.imagelength > max_pixels:
        return reasons.too_large(page.imagewidth, page.imagelength, max_pixels)
    if page.dtype is None or page.dtype.kind not in "buif":
        return f"its values are of the type {page.dtype}; expected numbers"
    if math.prod(series.get_shape(False)) // math.prod(page.shape) > MOST_PLANES:
        return f"it has more than {MOST_PLANES:,} pages"
    return ""


def _frames(
    series: TiffPageSeries, tif: TiffFile, own: Path, names: tuple[tuple[str, Color | None], ...], prefix: str
) -> Iterator[tuple[Frame, list[Page | None]]]:
    """Every slice of a series with its pages, None for one that is not there."""
    axes, shape = _outer(series)
    samples = _samples(series.keyframe)
    photometric = series.keyframe.photometric
    colored = photometric == _CMYK or (len(samples) == 3 and photometric not in _GRAY)
    by_place: dict[tuple[int, ...], list[Page | None]] = defaultdict(list)
    outer = [at for at, axis in enumerate(axes) if axis != "C"]
    outer.sort(key=lambda at: _RANK.get(axes[at], 1))  # sorted as they lie otherwise
    pages = _pages(series, tif, own, math.prod(shape), colored)
    for page, index in zip(pages, np.ndindex(*shape), strict=True):
        split = page is not None and not colored and samples
        chosen = [replace(page, sample=s, by_gdal=True) for s in samples] if page and split else [page]
        by_place[tuple(index[at] for at in outer)] += chosen
    names_of_axes = "".join(axes[at] for at in outer)
    lengths = [shape[at] for at in outer]
    for place in sorted(by_place):
        found = by_place[place]
        known = names if len(names) == len(found) else [("", None)] * len(found)
        channels = tuple(Channel(page, *named) for page, named in zip(found, known, strict=True) if page)
        if series.kind == "generic" and found[0] and not prefix:  # one of several kinds of pages
            suffix = _of_pages(found[0].number, len(tif.pages))
        else:
            suffix = _suffix(names_of_axes, lengths, place, prefix, len(found))
        yield Frame(channels, suffix, place[names_of_axes.index("T")] if "T" in names_of_axes else 0), found


def _samples(page: TiffPage) -> list[int]:
    """Those of a pixel that are no transparency; none where a pixel is one number."""
    if "S" not in page.axes:
        return []
    count = page.shape[page.axes.index("S")]
    extra = dict(enumerate(page.extrasamples, count - len(page.extrasamples)))
    return [sample for sample in range(count) if extra.get(sample) not in _ALPHA]


def _suffix(axes: str, lengths: Sequence[int], place: Sequence[int], prefix: str, channels: int) -> str:
    """Which of the slices it is, along the axes that are longer than 1; of pages along one axis, which page."""
    long = [number for number, length in enumerate(lengths) if length > 1]
    if len(long) <= 1 and channels == 1 and not prefix:
        return _of_pages(place[long[0]], lengths[long[0]]) if long else ""
    words = [f"{axes[number].lower()}{place[number] + 1:0{len(str(lengths[number]))}}" for number in long]
    return "@" + prefix + "".join(words) if prefix or words else ""


def _outer(series: TiffPageSeries) -> tuple[str, tuple[int, ...]]:
    """The axes across pages, in the order in which the pages lie, and their lengths."""
    axes, shape = series.get_axes(False), series.get_shape(False)
    of_page = math.prod(series.keyframe.shape)
    cut = next(cut for cut in range(len(shape) + 1) if math.prod(shape[cut:]) == of_page)
    return axes[:cut], tuple(shape[:cut])


def _pages(series: TiffPageSeries, tif: TiffFile, own: Path, count: int, colored: bool) -> Iterator[Page | None]:
    """In the order in which they lie, None for one that is not there. own: the file of `tif`; others may hold some."""
    page = series.keyframe
    dtype = page.dtype
    assert dtype is not None
    if len(tif.pages) < count and series.dataoffset is not None and not series.is_multifile:
        stored = dtype.newbyteorder(page.parent.byteorder)
        inverted = page.photometric == _WHITE_IS_ZERO and dtype.name == "uint8"  # as Pillow reads it
        for number in range(count):
            offset = series.dataoffset + number * math.prod(page.shape) * dtype.itemsize
            yield Page(own, number, None, Plain(offset, tuple(page.shape), stored.str, inverted), colored=colored)
        return
    known = dtype.name == "uint8" if colored else dtype.name in _PILLOW_TYPES
    by_gdal = not known or int(page.compression) not in _BY_PILLOW
    for number in range(count):
        one = series[number] if number < len(series) else None
        if one is None:
            yield None
        else:
            file = own if one.parent is tif else Path(one.parent.filehandle.path)
            yield Page(file, one.index, by_gdal=by_gdal, colored=colored)

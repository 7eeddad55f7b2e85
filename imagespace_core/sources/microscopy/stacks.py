"""Which slices an image file holds: the axes of a TIFF by tifffile, one slice of everything else.

ImageJ, OME and a dozen microscopes say in their own words what the pages of a TIFF are: channels, depths, times. All of
them are read by tifffile (https://github.com/cgohlke/tifffile); pixels are not, because it needs more for most codecs.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import decode, raster
from imagespace_core.sources.microscopy.ome import MOST_PLANES, Color, Ome, read_ome
from imagespace_core.sources.microscopy.pages import AS_STORED, Page, Plain

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPageSeries

_WHITE_IS_ZERO = 0
_GRAY = (_WHITE_IS_ZERO, 1, 3)
"""Photometric interpretations of one value a pixel; also black is zero, and a palette."""
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
        if file.resolve() in parts:
            continue
        try:
            stacks[name] = read_stack(file, max_pixels)
        except UnreadableImageError as error:
            skipped.append((f"{shown}{name}", f"{what}{error}"))
            continue
        skipped += [(f"{shown}{name}", problem) for problem in stacks[name].problems]
        parts |= {part.resolve() for part in stacks[name].parts}
    return {name: stack for name, stack in stacks.items() if files[name].resolve() not in parts}


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
        description, is_ome = first.description, bool(tif.is_ome) or "<OME" in first.description
    options: dict[str, Any] = {}
    try:
        if "<!ENTITY" in description or "<!DOCTYPE" in description:
            raise ValueError("its XML declares entities")
        if is_ome:
            ome = read_ome(file, description)
            options = {"omexml": ome.xml} if ome.xml else {}
    except ValueError as error:
        problems.append(f"its axes cannot be read ({error}); every page is a slice")
        options = {f"is_{kind}": False for kind in TIFF.FILE_FLAGS}
    with TiffFile(file, **options) as tif:
        stack = Stack([], problems=problems)
        return _stack(tif, stack, ome, file, max_pixels)


def _stack(tif: TiffFile, stack: Stack, ome: Ome, file: Path, max_pixels: int) -> Stack:
    several = len(tif.series) > 1 and any(series.kind != "generic" for series in tif.series)
    described = len(ome.channels) == len(tif.series)
    parts: set[Path] = set()
    left_out = 0
    for at, series in enumerate(tif.series):
        _check(series, max_pixels)
        names = ome.channels[at] if described else ()
        for frame, pages in _frames(series, len(tif.pages), names, f"s{at + 1}" if several else ""):
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


def _check(series: TiffPageSeries, max_pixels: int) -> None:
    page = series.keyframe
    if page.axes not in ("YX", "YXS", "SYX"):
        raise UnreadableImageError(f"its pages have the axes {page.axes}; expected flat images, YX")
    if page.imagewidth * page.imagelength > max_pixels:
        raise UnreadableImageError(f"too large: its pages are {page.imagewidth} x {page.imagelength}")
    if page.dtype is None or page.dtype.kind not in "buif":
        raise UnreadableImageError(f"its values are of the type {page.dtype}; expected numbers")
    if math.prod(series.get_shape(False)) // math.prod(page.shape) > MOST_PLANES:
        raise UnreadableImageError(f"it has more than {MOST_PLANES:,} pages")


def _frames(
    series: TiffPageSeries, pages_in_file: int, names: tuple[tuple[str, Color | None], ...], prefix: str
) -> Iterator[tuple[Frame, list[Page | None]]]:
    """Every slice of a series with its pages, None for one that is not there."""
    axes, shape = _outer(series)
    samples = 1 if series.keyframe.axes == "YX" else series.keyframe.shape[series.keyframe.axes.index("S")]
    colored = samples in (3, 4) and series.keyframe.photometric not in _GRAY
    by_place: dict[tuple[int, ...], list[Page | None]] = defaultdict(list)
    outer = [at for at, axis in enumerate(axes) if axis != "C"]
    outer.sort(key=lambda at: _RANK.get(axes[at], 1))  # sorted as they lie otherwise
    pages = _pages(series, pages_in_file, math.prod(shape), colored)
    for page, index in zip(pages, np.ndindex(*shape), strict=True):
        split = page is not None and not colored and samples > 1
        chosen = [replace(page, sample=s, by_gdal=True) for s in range(samples)] if page and split else [page]
        by_place[tuple(index[at] for at in outer)] += chosen
    long = [number for number, at in enumerate(outer) if shape[at] > 1]
    time = next((number for number, at in enumerate(outer) if axes[at] == "T"), None)
    for place in sorted(by_place):
        found = by_place[place]
        channels = tuple(
            Channel(page, *(names[number] if len(names) == len(found) else ("", None)))
            for number, page in enumerate(found) if page
        )  # fmt: skip
        if len(long) <= 1 and len(found) == 1 and not prefix:
            count = len(by_place) if pages_in_file < len(by_place) else pages_in_file
            suffix = _of_pages(_number(found[0]) if pages_in_file >= len(by_place) else place[long[0]], count)
        else:
            words = [f"{axes[outer[n]].lower()}{place[n] + 1:0{len(str(shape[outer[n]]))}}" for n in long]
            suffix = "@" + prefix + "".join(words) if prefix or words else ""
        yield Frame(channels, suffix, place[time] if time is not None else 0), found


def _number(page: Page | None) -> int:
    return page.number if page else 0


def _outer(series: TiffPageSeries) -> tuple[str, tuple[int, ...]]:
    """The axes across pages, in the order in which the pages lie, and their lengths."""
    axes, shape = series.get_axes(False), series.get_shape(False)
    of_page = math.prod(series.keyframe.shape)
    cut = next(cut for cut in range(len(shape) + 1) if math.prod(shape[cut:]) == of_page)
    return axes[:cut], tuple(shape[:cut])


def _pages(series: TiffPageSeries, pages_in_file: int, count: int, colored: bool) -> Iterator[Page | None]:
    page = series.keyframe
    file = Path(page.parent.filehandle.path)
    dtype = page.dtype
    assert dtype is not None
    if pages_in_file < count and series.dataoffset is not None and not series.is_multifile:
        stored = dtype.newbyteorder(page.parent.byteorder)
        inverted = page.photometric == _WHITE_IS_ZERO and dtype.name == "uint8"  # as Pillow reads it
        for number in range(count):
            offset = series.dataoffset + number * math.prod(page.shape) * dtype.itemsize
            yield Page(file, number, None, Plain(offset, tuple(page.shape), stored.str, inverted), colored=colored)
        return
    known = dtype.name == "uint8" if colored else dtype.name in _PILLOW_TYPES
    by_gdal = not known or int(page.compression) not in _BY_PILLOW
    for number in range(count):
        one = series[number] if number < len(series) else None
        in_chain = one is not None and len(one.treeindex) == 1  # and no directory below another's
        if one is None or not in_chain:
            yield None
        else:
            yield Page(Path(one.parent.filehandle.path), one.index, by_gdal=by_gdal, colored=colored)

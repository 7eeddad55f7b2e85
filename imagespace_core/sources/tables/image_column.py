"""Which column of a table names the images: one that is called so, else the only one whose values look like it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from imagespace_core.errors import InputError

FIRST = "filename"
"""The name that is taken whatever else there is."""
_USUAL = frozenset(
    {
        "filename", "file", "filepath", "fullpath", "path", "relativepath", "relpath", "fname", "sourcefile",
        "image", "images", "imagename", "imagefile", "imagefilename", "imagepath", "img", "imgname", "imgfile",
        "imgpath", "photo", "photos", "photoname", "photofile", "photopath", "picture", "pic",
    }
)  # fmt: skip
"""Other names, without signs and in any case: `file_name`, `Image Path`, `SourceFile` (of exiftool)."""
_IMAGE_FILE = re.compile(
    r".\.(jpe?g|jfif|png|webp|tiff?|gif|bmp|heic|heif|avif|jxl|jp2|dng|cr2|cr3|nef|arw|orf|rw2)$", re.I
)
_LOOKED_AT = 200
"""Values of a column that show what it holds."""


def is_usual(name: str) -> bool:
    """Whether a column of this name is taken for the one that names the images.

    >>> is_usual("File Name"), is_usual("image_path"), is_usual("title")
    (True, True, False)
    """
    return re.sub(r"[\W_]+", "", name.casefold()) in _USUAL


def find_image_column(file: Path, names: Sequence[str], values: Callable[[int], Iterable[object]]) -> tuple[int, str]:
    """(number of the column, a note where it is not called filename).

    values: those of a column by its number, present or not, as many as one may want to look at.
    Raises InputError where there is none, or several.
    """
    called = [at for at, name in enumerate(names) if name.strip().casefold() == FIRST]
    exact = [at for at in called if names[at] == FIRST]
    if len(exact or called) == 1:
        return (exact or called)[0], ""
    shown = ", ".join(repr(name) for name in names[:20])
    if called:
        raise InputError(f"{file} has several filename columns ({shown}); keep one")
    usual = [at for at, name in enumerate(names) if is_usual(name)]
    # Among several, and where none is called so, the values say it.
    found = usual if len(usual) == 1 else [at for at in usual or range(len(names)) if names_images(values(at))]
    if len(found) == 1:
        return found[0], f"column {names[found[0]]!r} is taken for the names of the images"
    if some := found or usual:
        several = ", ".join(repr(names[at]) for at in some)
        raise InputError(f"{file} has several columns that may name the images ({several}); call one of them filename")
    raise InputError(
        f"{file} has no column called filename (it has: {shown or 'none'}); "
        "rename the one with the images' paths or names"
    )


def names_images(values: Iterable[object]) -> bool:
    """Whether most values are names of image files."""
    seen = like = 0
    for value in values:
        if seen == _LOOKED_AT:
            break
        if value is not None and (text := str(value).strip()):
            seen += 1
            like += bool(_IMAGE_FILE.search(text))
    return like > seen / 2

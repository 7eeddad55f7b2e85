"""YOLO: a text file for each photo, a line for each object, in shares of the photo's width and height.

`class x y width height [score]` with the center of the box, or `class x1 y1 x2 y2 x3 y3 ...` for a polygon. Names of
classes: `data.yaml`, or one a line in `classes.txt`. Source: https://docs.ultralytics.com/datasets/detect/
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imagespace_core.errors import InputError
from imagespace_core.sources import Ring
from imagespace_core.sources.objects.annotations import SHARES, Annotations, Box, Marked, number_of, ring_of, usable_box
from imagespace_core.words import plural

CLASS_LISTS = ("classes.txt", "obj.names", "_darknet.labels", "labels.txt")
_YAMLS = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_MOST_BYTES = 4 << 20
"""Of one file."""
_OUTSIDE = 0.5
"""Shares beyond -0.5 or 1.5 are px, or something else."""


def recognizes(file: Path) -> bool:
    """Whether the first line of a text file that has any is an object."""
    try:
        with file.open("rb") as stream:
            for line in stream.read(4096).decode("utf-8", errors="replace").splitlines():
                if line.strip():
                    return not isinstance(_parsed(line), str)
    except OSError:
        pass
    return False


def read_yolo(files: Sequence[Path], root: Path) -> Annotations:
    """The objects of all files below `root`. A photo is named by the path of its file without suffix, with `images` for
    a folder `labels`. A line that is no object is skipped with the reason."""
    classes, skipped, marked, photos = class_names(root), [], [], []
    unknown: set[str] = set()
    for file in files:
        name = file.relative_to(root).as_posix()
        photo = _photo_of(name)
        photos.append(photo)
        try:
            if file.stat().st_size > _MOST_BYTES:
                skipped.append((name, f"has more than {_MOST_BYTES >> 20} MB, more than the objects of a photo take"))
                continue
            lines = file.read_text("utf-8", errors="replace").splitlines()
        except OSError as error:
            skipped.append((name, f"cannot be read: {error.strerror}"))
            continue
        for place, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            made = _parsed(line)
            if isinstance(made, str):
                skipped.append((f"{name}#{place}", made))
                continue
            number, box, rings, score = made
            if number not in classes:
                unknown.add(number)
            marked.append(Marked(photo, f"{photo}/{place}", classes.get(number, number), box, rings, SHARES, score))
    notes = []
    if unknown:
        where = "data.yaml or classes.txt" if not classes else "the list of classes"
        notes.append(plural(len(unknown), "class has", "classes have") + f" no name in {where}, only a number")
    return Annotations("YOLO", marked, photos, skipped, notes)


def class_names(root: Path) -> dict[str, str]:
    """By number, as text; of the first list found in the folder or the one above. Empty where there is none.

    Raises InputError for a list that cannot be read.
    """
    for folder in (root, root.parent):
        for name in _YAMLS:
            if (file := folder / name).is_file():
                return _of_yaml(file)
        for name in CLASS_LISTS:
            if (file := folder / name).is_file():
                lines = file.read_text("utf-8", errors="replace").splitlines()
                return {str(number): line.strip() for number, line in enumerate(lines) if line.strip()}
    return {}


def _of_yaml(file: Path) -> dict[str, str]:
    import yaml

    try:
        if (size := file.stat().st_size) > _MOST_BYTES:
            raise ValueError(f"it has {size >> 20} MB, more than any list of classes")
        text = file.read_bytes()
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):  # a few lines of them fill all memory
            raise ValueError("it repeats parts of itself by aliases (*name); write them out")
        record = yaml.safe_load(text)
    except (yaml.YAMLError, OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file} cannot be read as YAML ({' '.join(str(error).split())[:120]})") from error
    names = record.get("names") if isinstance(record, dict) else None
    if isinstance(names, list):
        return {str(number): str(name) for number, name in enumerate(names)}
    if isinstance(names, dict):
        return {str(number): str(name) for number, name in names.items()}
    raise InputError(f"{file} names no classes: expected `names`, a list or a mapping from numbers")


def _photo_of(name: str) -> str:
    parts = name.rsplit(".", 1)[0].split("/")
    return "/".join("images" if part == "labels" else part for part in parts)


def _parsed(line: str) -> tuple[str, Box, tuple[Ring, ...], float | None] | str:
    """(class, box, polygons, score), or why the line is no object."""
    first, *rest = line.split()
    if not first.isdigit():
        return f"does not begin with the number of a class: {line[:40]!r}"
    values = [number_of(value) for value in rest]
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values):
        return f"has something that is no number: {line[:40]!r}"
    if any(not -_OUTSIDE <= value <= 1 + _OUTSIDE for value in numbers[:4]):
        return f"is not in shares of the photo from 0 to 1: {line[:40]!r}"
    if len(numbers) in (4, 5):
        x, y, width, height = numbers[:4]
        box = usable_box((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
        return box if isinstance(box, str) else (first, box, (), numbers[4] if len(numbers) == 5 else None)
    if ring := ring_of(numbers):
        box = usable_box(None, [ring])
        return box if isinstance(box, str) else (first, box, (ring,), None)
    return f"has {len(numbers)} numbers after the class; expected 4, 5, or an even count from 6"

"""Which label belongs to which slice, by the names of their files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from imagespace_core.sources.tables.joining import match

_OF_OME = re.compile(r"(?i)\.ome(\.[a-z0-9]+)$")
"""What stands before the suffix of an OME-TIFF and is none of its name."""


@dataclass(frozen=True)
class Pairing:
    """labels: of each slice that has one, by name. how: by what, where it is not the name alone; "" otherwise."""

    labels: Mapping[str, str] = field(default_factory=dict)
    how: str = ""


def paired(slices: Sequence[str], labels: Sequence[str]) -> Pairing:
    """By the ladder of `tables.joining`, from the whole path down to a name spelled in another way; of one file in each
    folder, the other. Where no name is another's: by a word that all labels have more, else by number.

    slices, labels: paths below their folders.

    >>> paired(["a.tif", "b.png", "c.png"], ["a.png", "b.png", "d.png"]).labels
    {'a.tif': 'a.png', 'b.png': 'b.png'}
    >>> paired(["train-volume.tif"], ["train-labels.tif"]).labels
    {'train-volume.tif': 'train-labels.tif'}
    >>> paired(["00.tif", "01.tif"], ["labels00000000.png", "labels00000001.png"])
    Pairing(labels={'00.tif': 'labels00000000.png', '01.tif': 'labels00000001.png'}, how='number')
    """
    of_slices, of_labels = _without_marks(slices), _without_marks(labels)
    rows: list[int] = match(of_slices, of_labels).rows.tolist()
    found = {name: labels[row] for name, row in zip(slices, rows, strict=True) if row >= 0}
    if not found and len(slices) == len(labels) == 1:
        found = {slices[0]: labels[0]}
    if found:
        return Pairing(found)
    if affix := _affix(slices, labels):
        before, after = affix
        word = " and ".join(f"{text!r} {where} it" for text, where in ((before, "before"), (after, "after")) if text)
        stems = {_stem(label): label for label in labels}
        found = {name: stems[wanted] for name in slices if (wanted := _around(name, before, after)) in stems}
        return Pairing(found, f"name with {word}")
    found = _by_number(slices, labels)
    return Pairing(found, "number" if found else "")


def _without_marks(paths: Sequence[str]) -> list[str]:
    """The paths without what OME puts before a suffix, where that leaves them different."""
    plain = [_OF_OME.sub(r"\1", path) for path in paths]
    return plain if len(set(plain)) == len(plain) else list(paths)


def _stem(path: str) -> str:
    return str(PurePosixPath(_OF_OME.sub(r"\1", path)).with_suffix(""))


def _affix(slices: Sequence[str], labels: Sequence[str]) -> tuple[str, str] | None:
    """What stands before and after a slice's name in the names of all labels; None where there is no such word."""
    if not labels:
        return None
    first, stems = _stem(labels[0]), {_stem(label) for label in labels}
    folder, name = _split(first)
    best, fewest = None, 1
    for path in slices:
        other_folder, stem = _split(_stem(path))
        if folder != other_folder or not stem or stem not in name:
            continue
        before, _, after = name.partition(stem)
        count = sum(_around(one, before, after) in stems for one in slices)
        if count > fewest and count == len(labels):
            best, fewest = (before, after), count
    return best


def _around(path: str, before: str, after: str) -> str:
    folder, stem = _split(_stem(path))
    return f"{folder}{before}{stem}{after}"


def _split(stem: str) -> tuple[str, str]:
    folder, slash, name = stem.rpartition("/")
    return folder + slash, name


def _by_number(slices: Sequence[str], labels: Sequence[str]) -> dict[str, str]:
    """Folder by folder, where files of both are counted, and the one's numbers are all among the other's."""
    found: dict[str, str] = {}
    of_labels = _by_folder(labels)
    for folder, names in _by_folder(slices).items():
        numbers, others = _numbers(names), _numbers(of_labels.get(folder, []))
        if numbers and others and (numbers.keys() <= others.keys() or others.keys() <= numbers.keys()):
            found |= {name: others[number] for number, name in numbers.items() if number in others}
    return found


def _by_folder(paths: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[_split(path)[0]].append(path)
    return found


def counted(paths: Sequence[str]) -> bool:
    """Whether the files differ in numbers alone, and lie in one folder."""
    return len(_by_folder(paths)) == 1 and bool(_numbers(paths))


def _numbers(paths: Sequence[str]) -> dict[tuple[int, ...], str]:
    """The files by the numbers in which their names differ; empty where they differ in more, or in nothing."""
    parts = [re.split(r"(\d+)", _split(_stem(path))[1]) for path in paths]
    if len({tuple(part[::2]) for part in parts}) != 1:
        return {}
    rows = [tuple(map(int, part[1::2])) for part in parts]
    differing = [at for at in range(len(rows[0])) if len({row[at] for row in rows}) > 1]
    found = {tuple(row[at] for at in differing): path for row, path in zip(rows, paths, strict=True)}
    return found if differing and len(found) == len(paths) else {}

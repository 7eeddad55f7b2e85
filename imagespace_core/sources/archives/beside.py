"""Which members say more of an image: its sidecars, and those of its sample in a webdataset."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from imagespace_core.sources import sidecars
from imagespace_core.sources.sidecars import Sidecar, read_sidecar, sidecars_of

SUFFIXES = (*sidecars.SUFFIXES, ".cls")
"""`.cls`, of webdataset, is the number or name of a class."""


def members_beside(images: Iterable[str], others: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The members beside each image that has any; all are names in one archive, and `others` have one of SUFFIXES.

    A sample of a webdataset are all members whose names are the same up to their first dot: `1.json` belongs to
    `1.left.png` as well, where nothing is named after that alone.
    """
    folders: dict[str, tuple[list[str], list[str]]] = {}
    for kind, names in enumerate((images, others)):
        for name in names:
            folder, _, last = name.rpartition("/")
            folders.setdefault(folder, ([], []))[kind].append(last)
    found: dict[str, tuple[str, ...]] = {}
    for folder, (pictured, beside) in folders.items():
        if beside:
            before = f"{folder}/" if folder else ""
            for name, names in _in_folder(pictured, beside).items():
                found[before + name] = tuple(before + other for other in names)
    return found


def read_beside(name: str, data: bytes) -> Sidecar:
    """What a member of one of SUFFIXES says."""
    if PurePosixPath(name).suffix.lower() != ".cls":
        return read_sidecar(name, data)
    text = data.decode("utf-8", "replace").strip()
    return Sidecar({"cls": int(text) if text.removeprefix("-").isdecimal() and len(text) < 18 else text or None})


def _in_folder(images: list[str], others: list[str]) -> dict[str, list[str]]:
    named = sidecars_of(images, others)
    samples: dict[str, list[str]] = {}
    for name in others:
        sample, _, rest = name.partition(".")
        if "." not in rest:
            samples.setdefault(sample, []).append(name)
    found = {}
    for name in images:
        of_sample = samples.get(name.partition(".")[0], [])
        classes = [other for other in of_sample if other.lower().endswith(".cls")]
        other = named.get(name) or [other for other in of_sample if other not in classes]
        if names := [*classes, *other]:
            found[name] = names
    return found

"""Where slices lie: `raw` and beside it `labels`, in the folder itself or in folders of datasets below it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import decode, reasons
from imagespace_core.sources.microscopy.slices import Page, page_count

RAW, LABELS = "raw", "labels"
_MOST_LOOKED_AT = 1000


@dataclass(frozen=True)
class Slice:
    """A slice and what was labeled in it.

    name: the file's path below the source's root, and @p<number from 1> for a page of a stack; unique in its source.
    title: the same without `raw`, for people. label: None where there is none.
    """

    name: str
    title: str
    page: Page
    label: Page | None


@dataclass(frozen=True)
class Dataset:
    """The slices of one `raw` folder, in order.

    skipped: (path, reason) of files that are no slices, and of labels that belong to none.
    left_out: how many other files, by suffix.
    """

    name: str
    slices: list[Slice]
    skipped: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def dataset_folders(root: Path) -> Iterator[Path]:
    """The folders with a `raw` in them: `root` alone, else those right below it or below its `images`.

    Raises OSError where the root cannot be read.
    """
    if (root / RAW).is_dir():
        yield root
        return
    for base in (root, root / "images"):
        if base is root or base.is_dir():
            with os.scandir(base) as entries:
                found = sorted(entry.name for _, entry in zip(range(_MOST_LOOKED_AT), entries, strict=False))
            yield from (base / name for name in found if (base / name / RAW).is_dir())


def recognizes(path: Path) -> bool:
    """Whether a folder holds slices with labels. `raw` alone may as well be a photographer's, so labels are needed."""
    try:
        return path.is_dir() and any((folder / LABELS).is_dir() for folder in dataset_folders(path))
    except OSError:
        return False


def find_datasets(root: Path, max_pixels: int) -> list[Dataset]:
    """Every dataset below `root`. Raises InputError where there is none."""
    try:
        folders = list(dataset_folders(root))
    except FileNotFoundError:
        raise InputError(f"{root}: no such folder; give the one that holds {RAW} and {LABELS}") from None
    except OSError as error:
        raise InputError(
            f"{root} cannot be read ({error.strerror}); give the folder with {RAW} and {LABELS}"
        ) from error
    if not folders:
        raise InputError(
            f"{root} holds no slices: expected {RAW} (and {LABELS}, with the same names) in it, or in folders below "
            f"it, one for each dataset. Move the slices into {root / RAW}, or use --source folder"
        )
    return [_dataset(root, folder, max_pixels) for folder in folders]


def _dataset(root: Path, folder: Path, max_pixels: int) -> Dataset:
    below = folder.relative_to(root).as_posix()
    prefix = "" if below == "." else f"{below}/"
    dataset = Dataset(folder.resolve().name, [])
    raw, labels = (_images(folder / part, f"{prefix}{part}/", dataset) for part in (RAW, LABELS))
    partners = _partners(list(raw), list(labels))
    for name in labels:
        if name not in partners.values():
            wanted = f"its slice would be {prefix}{RAW}/{name}, which is not there; rename one of the two"
            dataset.skipped.append((f"{prefix}{LABELS}/{name}", f"label without a slice: {wanted}"))
    for name, file in raw.items():
        try:
            pages = page_count(file, max_pixels)
        except UnreadableImageError as error:
            dataset.skipped.append((f"{prefix}{RAW}/{name}", str(error)))
            continue
        label, label_pages = labels.get(partners.get(name, "")), 0
        if label is not None:
            shown = f"{prefix}{LABELS}/{partners[name]}"
            try:
                label_pages = page_count(label, max_pixels)
            except UnreadableImageError as error:
                dataset.skipped.append((shown, f"label left out: {error}"))
            if label_pages not in (0, pages):
                which = f"it has {label_pages} pages and its slices {pages}; those without a partner have no label"
                dataset.skipped.append((shown, which))
        for number in range(pages):
            page = f"@p{number + 1:0{len(str(pages))}}" if pages > 1 else ""
            partner = Page(label, number) if label is not None and number < label_pages else None
            title = f"{name}{page}"
            dataset.slices.append(Slice(f"{prefix}{RAW}/{title}", prefix + title, Page(file, number), partner))
    return dataset


def _images(folder: Path, shown: str, dataset: Dataset) -> dict[str, Path]:
    """Image files at any depth by their path below `folder`, in order; what is none goes to the dataset's account."""
    found: dict[str, Path] = {}

    def stop_if_gone(error: OSError) -> None:
        if reasons.gone(error) and Path(error.filename) != folder:  # `labels` need not be there
            raise VanishedError(error.filename, str(error.strerror)) from error

    for here, below, names in os.walk(folder, onerror=stop_if_gone):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in names:
            path = Path(here, name)
            relative = path.relative_to(folder).as_posix()
            suffix = path.suffix.lower()
            if name.startswith("."):
                continue
            if suffix not in decode.suffixes():
                dataset.left_out[suffix if suffix.isprintable() else ""] += 1
            elif "@" in relative or not relative.isprintable():
                reason = "the name holds @ or what cannot be printed: rename it"
                dataset.skipped.append((shown + os.fsencode(relative).decode("utf-8", "backslashreplace"), reason))
            else:
                found[relative] = path
    return dict(sorted(found.items(), key=lambda item: PurePosixPath(item[0])))


def _partners(raw: list[str], labels: list[str]) -> dict[str, str]:
    """The label of each slice: of the same name, else of the same name with another suffix; of one file in each
    folder, the other, whatever it is called.

    >>> _partners(["a.tif", "b.png", "c.png"], ["a.png", "b.png", "d.png"])
    {'a.tif': 'a.png', 'b.png': 'b.png'}
    >>> _partners(["train-volume.tif"], ["train-labels.tif"])
    {'train-volume.tif': 'train-labels.tif'}
    """
    if len(raw) == len(labels) == 1:
        return {raw[0]: labels[0]}
    stems = Counter(_stem(name) for name in labels)
    by_stem = {_stem(name): name for name in labels if stems[_stem(name)] == 1}
    known = set(labels)
    found = {name: name if name in known else by_stem.get(_stem(name), "") for name in raw}
    return {name: label for name, label in found.items() if label}


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))

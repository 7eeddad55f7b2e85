"""Where slices lie: `raw` and beside it `labels`, in the folder itself or in folders of datasets below it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import decode, reasons
from imagespace_core.sources.microscopy.channels import chosen_channels
from imagespace_core.sources.microscopy.label_files import labels_of
from imagespace_core.sources.microscopy.pages import Page
from imagespace_core.sources.microscopy.stacks import Channel, read_stacks
from imagespace_core.sources.natural_order import natural_path_key

RAW, LABELS = "raw", "labels"
_MOST_LOOKED_AT = 1000


@dataclass(frozen=True)
class Slice:
    """A slice and what was labeled in it.

    name: the file's path below the source's root, and which of its slices, see `stacks.Frame`; unique in its source.
    title: the same without `raw`, for people. channels: those that are seen. time: from 0. labels: by the folder of
    masks that they lie in, "" for labels that hold all structures; empty where there are none.
    """

    name: str
    title: str
    channels: tuple[Channel, ...]
    time: int = 0
    labels: Mapping[str, Page] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.channels[0].page.file


@dataclass(frozen=True)
class Dataset:
    """The slices of one `raw` folder, in order.

    layers: folders of masks, each of one structure; "" alone where labels hold all structures.
    skipped: (path, reason) of files that are no slices, and of labels that belong to none.
    left_out: how many other files, by suffix. unpaired: sentences on labels of which none belongs to a slice. notes:
    what else people should know of it.
    """

    name: str
    slices: list[Slice]
    layers: tuple[str, ...] = ("",)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    unpaired: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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


def find_datasets(root: Path, max_pixels: int, channels: Sequence[str] = ()) -> list[Dataset]:
    """Every dataset below `root`, its slices with these channels. Raises InputError where there is none."""
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
    return [_dataset(root, folder, max_pixels, channels) for folder in folders]


def _dataset(root: Path, folder: Path, max_pixels: int, channels: Sequence[str]) -> Dataset:
    below = folder.relative_to(root).as_posix()
    prefix = "" if below == "." else f"{below}/"
    skipped: list[tuple[str, str]] = []
    left_out: Counter[str] = Counter()
    raw, labels = (_images(folder / part, f"{prefix}{part}/", skipped, left_out) for part in (RAW, LABELS))
    stacks = read_stacks(raw, f"{prefix}{RAW}/", max_pixels, skipped)
    found = labels_of(stacks, labels, f"{prefix}{RAW}/", f"{prefix}{LABELS}/", max_pixels)
    skipped += found.skipped
    name = folder.resolve().name
    dataset = Dataset(name, [], tuple(found.pages), skipped, left_out, found.unpaired, found.notes)
    for name, stack in stacks.items():
        for number, frame in enumerate(stack.frames):
            title = f"{name}{frame.suffix}"
            try:
                chosen = chosen_channels(frame.channels, channels)
            except UnreadableImageError as error:
                dataset.skipped.append((f"{prefix}{RAW}/{title}", str(error)))
                continue
            labeled = {layer: pages[name, number] for layer, pages in found.pages.items() if (name, number) in pages}
            dataset.slices.append(Slice(f"{prefix}{RAW}/{title}", prefix + title, chosen, frame.time, labeled))
    if not channels and (several := [slice_ for slice_ in dataset.slices if len(slice_.channels) > 1]):
        names = ", ".join(f"{n} {c.name}".strip() for n, c in enumerate(several[0].channels, 1))
        dataset.notes.append(
            f"{len(several):,} of {len(dataset.slices):,} slices have several channels, which are blended, e.g. "
            f"{several[0].name}: {names}; "
            "--channel takes one of them, or blends some: 1,2"
        )
    return dataset


def _images(folder: Path, shown: str, skipped: list[tuple[str, str]], left_out: Counter[str]) -> dict[str, Path]:
    """Image files at any depth by their path below `folder`, as people count; what is none goes to the account."""
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
                left_out[suffix if suffix.isprintable() else ""] += 1
            elif "@" in relative or not relative.isprintable():
                reason = "the name holds @ or what cannot be printed: rename it"
                skipped.append((shown + os.fsencode(relative).decode("utf-8", "backslashreplace"), reason))
            else:
                found[relative] = path
    return {path: found[path] for path in sorted(found, key=natural_path_key)}

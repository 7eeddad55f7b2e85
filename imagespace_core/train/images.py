"""The training images, read once and prepared as the finished encoder will have them prepared."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources import Item, Source
from imagespace_core.train import Report

# Beyond this, images are read again from their files whenever they are wanted.
MEMORY_BYTES = 2 << 30
READ_AT_A_TIME = 256
MEASURED_IMAGES = 2048

# A layer that is blank nearly everywhere has next to no spread; dividing by it would make its few pixels giants.
LEAST_STD = 0.05


@dataclass
class Images:
    """Prepared images by row: uint8 (side, side, channels) each.

    items: those that can be read. digest: changes when the images, their order or their preparation do.
    """

    source: Source
    preprocess: Preprocess
    items: list[Item] = field(default_factory=list)
    digest: str = ""
    _kept: list[np.ndarray | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, row: int) -> np.ndarray:
        kept = self._kept[row]
        return kept if kept is not None else self._read(self.items[row].key)

    def some(self, rows: Sequence[int] | np.ndarray) -> Images:
        """Those rows alone."""
        digest = hashlib.sha256(f"{self.digest} {list(map(int, rows))}".encode()).hexdigest()
        return replace(self, items=[self.items[r] for r in rows], _kept=[self._kept[r] for r in rows], digest=digest)

    def _read(self, key: str) -> np.ndarray:
        return self.preprocess.prepare(self.source.read(key).pixels)


def read_images(source: Source, preprocess: Preprocess, report: Report) -> Images:
    """Read every item once, with notes on what is odd about them; those that cannot be read are left out with one.

    Raises InputError where there is nothing to read.
    """
    images = Images(source, preprocess)
    with report.task("Looking for images"):
        scan = source.scan()
    items = scan.items
    for line in scan.notes:
        report.note(line)
    room = MEMORY_BYTES
    digest = hashlib.sha256(repr(preprocess).encode())
    unreadable: list[str] = []

    def read(item: Item) -> np.ndarray | str:
        try:
            return images._read(item.key)
        except UnreadableImageError as error:
            return f"{item.path}: {error}"

    with report.task("Reading images", len(items)) as task, ThreadPoolExecutor(os.cpu_count()) as executor:
        for start in range(0, len(items), READ_AT_A_TIME):
            some = items[start : start + READ_AT_A_TIME]
            for item, pixels in zip(some, executor.map(read, some), strict=True):
                if isinstance(pixels, str):
                    unreadable.append(pixels)
                    continue
                room -= pixels.nbytes
                images.items.append(item)
                images._kept.append(pixels if room >= 0 else None)
                digest.update(json.dumps([item.key, item.stamp]).encode())
            task.advance(len(some))
    images.digest = digest.hexdigest()
    if unreadable:
        report.note(f"{len(unreadable):,} of {len(items):,} images cannot be read and were left out ({unreadable[0]})")
    if not images.items:
        raise InputError(f"none of the {len(items):,} images can be read, the first: {unreadable[0]}. Repair them")
    return images


def measure(images: Images, rows: Sequence[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel, of pixels from 0 to 1, over at most 2,048 of the rows."""
    some = [rows[i] for i in np.linspace(0, len(rows) - 1, min(len(rows), MEASURED_IMAGES)).astype(int)]
    moments = np.zeros((2, images.preprocess.channels))
    for row in some:
        pixels = images[row] / 255
        moments += pixels.mean(axis=(0, 1)), (pixels**2).mean(axis=(0, 1))
    mean, square = moments / len(some)
    std = np.sqrt(np.maximum(square - mean**2, LEAST_STD**2))
    return tuple(round(float(v), 6) for v in mean), tuple(round(float(v), 6) for v in std)

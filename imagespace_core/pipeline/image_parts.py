"""What the pass over the images leaves on the disk: of table, vectors, sprites and previews one file a part each.

Products lie under their own key. A part is written when it is complete, so an interrupted run goes on with the first
missing one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.sources import Item
from imagespace_core.workspace.durable import sync

PART = 2048
"""Items. A part is held in memory, so it bounds that however large the collection is."""
_SUFFIX = {"table": ".json", "vectors": ".npy", "sprites": "", "previews": ""}  # none: a folder of two arrays


@dataclass(frozen=True)
class Product:
    """One thing made of every image: `name` says what, `folder` holds its parts, named by their number."""

    name: str
    folder: Path

    def part(self, number: int) -> Path:
        return self.folder / f"{number:05d}{_SUFFIX[self.name]}"

    def write(self, number: int, made: Any) -> None:
        """A part, whole or not at all. made: rows of the table as JSON values; float32 (n, size); or n uint8 arrays."""
        path = self.part(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.stem}.tmp{path.suffix}")
        match self.name:
            case "table":
                temporary.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
            case "vectors":
                np.save(temporary, made)
            case _:
                _save_ragged(temporary, made)
        sync([temporary])  # a part that is there is whole, also after the machine went down
        temporary.replace(path)


def part_count(items: Sequence[Item]) -> int:
    return -(-len(items) // PART)


def parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in parts; the last may be shorter."""
    for start in range(0, len(items), PART):
        yield items[start : start + PART]


class Ragged:
    """uint8 arrays of different shapes by row number, memory-mapped from the parts of "sprites" or "previews"."""

    def __init__(self, product: Product, count: int) -> None:
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._starts = [0]
        for number in range(count):
            shapes = np.load(product.part(number) / "shapes.npy", allow_pickle=False)
            data = np.load(product.part(number) / "data.npy", mmap_mode="r", allow_pickle=False)
            self._parts.append((shapes, np.concatenate([[0], np.cumsum(shapes.prod(axis=1))]), data))
            self._starts.append(self._starts[-1] + len(shapes))

    def __len__(self) -> int:
        return self._starts[-1]

    def empty(self) -> np.ndarray:
        """bool (n,): which arrays hold nothing."""
        return np.concatenate([np.empty(0, bool), *(shapes.prod(axis=1) == 0 for shapes, _, _ in self._parts)])

    def __getitem__(self, row: int) -> np.ndarray:
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        shapes, offsets, data = self._parts[number]
        local = row - self._starts[number]
        return np.asarray(data[offsets[local] : offsets[local + 1]]).reshape(shapes[local])


def _save_ragged(folder: Path, arrays: list[np.ndarray]) -> None:
    folder.mkdir(exist_ok=True)
    dimensions = max((array.ndim for array in arrays), default=1)
    np.save(folder / "shapes.npy", np.array([array.shape for array in arrays], np.int64).reshape(-1, dimensions))
    # An empty file cannot be memory-mapped, so the data ends with one unused byte.
    flat = [*(array.reshape(-1) for array in arrays), np.zeros(1, np.uint8)]
    np.save(folder / "data.npy", np.concatenate(flat))

"""The vectors of a file, a block of rows at a time: they are never held as a whole, nor copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

BLOCK_NUMBERS = 1 << 18
BLOCK_ROWS = 512
"""Of files that do not say how many numbers a row has."""


@dataclass(frozen=True)
class Block:
    """Vectors of consecutive rows, of any lengths. lengths: int64 (m,). numbers: of all rows, one behind the other."""

    lengths: np.ndarray
    numbers: np.ndarray

    def greatest(self) -> np.ndarray:
        """float64 (m,): the greatest number of each row by its size; not finite where any is not, 0 without any."""
        found = np.zeros(len(self.lengths))
        some = np.flatnonzero(self.lengths)
        if len(some):
            sizes = np.abs(self.numbers.astype(np.result_type(self.numbers, np.float16), copy=False))
            found[some] = np.maximum.reduceat(sizes, (np.cumsum(self.lengths) - self.lengths)[some])
        return found

    def units(self, chosen: np.ndarray) -> np.ndarray:
        """float32 (k, d), rows of unit length: those chosen by bool (m,), all of the same length, none of them zero."""
        numbers = self.numbers if chosen.all() else self.numbers[np.repeat(chosen, self.lengths)]
        vectors = numbers.reshape(int(chosen.sum()), -1).astype(np.float64)
        # By the greatest first: squares of large numbers would overflow.
        vectors /= np.abs(vectors).max(1, keepdims=True)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float32)


Blocks = Callable[[], Iterator[Block]]
"""All rows of a file in order, from the start again with each call. Raises InputError where the file has changed."""


@dataclass(frozen=True)
class UnitVectors:
    """float32 of this shape (n, d), rows of unit length, which are read from the file whenever they are asked for.

    place: int64, for each row of the file the row that it is here, or -1.
    """

    blocks: Blocks
    place: np.ndarray
    shape: tuple[int, int]

    def take(self, order: Sequence[int] | np.ndarray) -> UnitVectors:
        """The rows of these numbers, each once, in their order."""
        moved = np.full(self.shape[0] + 1, -1, np.int64)  # the last stands for rows that are not here
        moved[np.asarray(order, np.int64)] = np.arange(len(order))
        return UnitVectors(self.blocks, moved[self.place], (len(order), self.shape[1]))

    def read(self) -> np.ndarray:
        """All of them."""
        vectors = np.empty(self.shape, np.float32)
        for rows, units in self._parts():
            vectors[rows] = units
        return vectors

    def save(self, file: Path) -> None:
        """Writes them as `numpy.save` does. Written, not mapped: where the disk is full a write fails, and a mapped
        page kills the process."""
        with file.open("wb") as stream:
            header: dict[str, Any] = {"descr": "<f4", "fortran_order": False, "shape": self.shape}
            np.lib.format.write_array_header_1_0(stream, header)
            start = stream.tell()
            for rows, units in self._parts():
                for run in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) != 1) + 1):
                    stream.seek(start + int(rows[run[0]]) * 4 * self.shape[1])
                    stream.write(units[run].astype("<f4", copy=False).tobytes())

    def _parts(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(rows, vectors) in the order of the file."""
        first = 0
        for block in self.blocks():
            place = self.place[first : first + len(block.lengths)]
            first += len(place)
            if (place >= 0).any():
                yield place[place >= 0], block.units(place >= 0)

"""`Selection`: a set of rows, packed as a bit mask for keeping and sending, and combined with another set."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Mode = Literal["replace", "add", "remove", "toggle"]
MODES: tuple[Mode, ...] = get_args(Mode)


def packed(mask: np.ndarray) -> bytes:
    """bool (n,) as a zlib stream of its bits, the lowest first: bit i % 8 of byte i >> 3 is row i.

    A million rows are some kilobytes rather than the 125 of their bits, wherever the set has any shape.
    """
    return zlib.compress(np.packbits(mask, bitorder="little").tobytes(), 6)


def unpacked(stream: bytes, rows: int) -> np.ndarray:
    """bool (rows,) from what `packed` made."""
    bits = np.frombuffer(zlib.decompress(stream), np.uint8)
    return np.unpackbits(bits, count=rows, bitorder="little").astype(bool)


@dataclass(frozen=True)
class Selection:
    """Which of `rows` rows are selected, and how many: kept as the stream that is also sent to the browser."""

    rows: int
    count: int
    stream: bytes

    @classmethod
    def of(cls, mask: np.ndarray) -> Selection:
        """The selection of the rows where `mask`, bool (n,), is true."""
        return cls(len(mask), int(np.count_nonzero(mask)), packed(mask))

    @classmethod
    def none(cls, rows: int) -> Selection:
        return cls.of(np.zeros(rows, bool))

    def mask(self) -> np.ndarray:
        """bool (rows,)."""
        return unpacked(self.stream, self.rows)


def combine(before: np.ndarray, hit: np.ndarray, mode: Mode) -> np.ndarray:
    """bool (n,): what is selected after the rows of `hit` met those selected `before`."""
    match mode:
        case "replace":
            return hit
        case "add":
            return before | hit
        case "remove":
            return before & ~hit
        case "toggle":
            return before ^ hit


def within(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """bool (n,): values from `low` to `high`, both included; NaN is in no range.

    The limits are compared in the values' own precision: in a finer one the row that holds the maximum could lie beyond
    it.
    """
    least, most = np.array([low, high]).astype(values.dtype)
    return (values >= least) & (values <= most)

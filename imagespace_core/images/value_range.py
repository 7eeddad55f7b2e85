"""From samples of more than eight bits to eight: which values become black and white, one scale for a collection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from imagespace_core.words import plural

PERCENTILES = (0.1, 99.9)
"""Beyond them lie hot pixels and specks; they become black or white."""
DEPTHS = (10, 12, 14, 16)
"""Bits that cameras and scanners fill of a wider number."""
SAMPLE_VALUES = 1 << 16
"""As many values of each picture are looked at, spread over it."""

_FILLED = 0.5
"""Values that reach this share of a depth, and begin in the lowest tenth, are taken for that depth."""
_NODATA_SHARE = 0.01
_NODATA_LEAST_VALUES = 16

KINDS = {"uint16": "16 bits", "integer": "other whole numbers", "float": "floating point"}
"""Pictures of one kind share a scale; what people call it."""


def kind_of(dtype: np.dtype) -> str:
    """One of KINDS."""
    if dtype.kind == "f":
        return "float"
    return "uint16" if (dtype.kind, dtype.itemsize) == ("u", 2) else "integer"


@dataclass(frozen=True)
class ValueRange:
    """low, high: the values that become black and white in pictures of this kind. nodata: a value that stands for
    nothing although no file says so, or None. depth: bits that the values were found to fill, 0 for none. pictures: how
    many were measured; 0 where people gave the range."""

    kind: str
    low: float
    high: float
    nodata: float | None = None
    depth: int = 0
    pictures: int = 0

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Values of any shape -> uint8; what is missing, not finite included, is black."""
        wide = values.astype(np.float64)
        missing = ~np.isfinite(wide)
        if self.nodata is not None:
            missing |= wide == self.nodata
        if not self.high > self.low:
            return np.zeros(values.shape, np.uint8)
        shares = (np.where(missing, self.low, wide) - self.low) / (self.high - self.low)
        return np.rint(shares.clip(0, 1) * 255).astype(np.uint8)

    def note(self) -> str:
        """What was decided, for people."""
        least, greatest = f"{self.low:.6g}", f"{self.high:.6g}"
        if not self.pictures:
            return f"pictures of more than 8 bits ({KINDS[self.kind]}): {least} becomes black and {greatest} white"
        how = f"the {self.depth} bits that they fill" if self.depth else "measured, without specks"
        nothing = "" if self.nodata is None else f"; {self.nodata:.6g} is taken for no data"
        measured = plural(self.pictures, "picture", "pictures")
        return (
            f"pictures of more than 8 bits ({KINDS[self.kind]}): {least} becomes black and {greatest} white ({how}, by "
            f"{measured}){nothing}. Other values: --range LOW,HIGH"
        )


def range_of(ranges: Iterable[ValueRange], kind: str) -> ValueRange | None:
    """The one for this kind, if there is one."""
    return next((one for one in ranges if one.kind == kind), None)


def measured(kind: str, samples: Sequence[np.ndarray]) -> ValueRange:
    """The scale for pictures of one kind. samples: values of each that are data as far as its file says."""
    finite = [part[np.isfinite(part)] for part in map(_thinned, samples)]
    values = np.concatenate([np.empty(0), *finite]).astype(np.float64)
    nodata = _untagged_nodata(values)
    if nodata is not None:
        values = values[values != nodata]
    if not len(values):
        return ValueRange(kind, 0.0, 0.0, nodata, 0, len(samples))
    low, high = map(float, np.percentile(values, PERCENTILES))
    for top, depth in _tops(kind):
        if high <= top:
            if low >= 0 and low <= top / 10 and high >= top * _FILLED:
                return ValueRange(kind, 0.0, top, nodata, depth, len(samples))
            break
    return ValueRange(kind, low, high, nodata, 0, len(samples))


def _tops(kind: str) -> Iterable[tuple[float, int]]:
    """Greatest values of usual depths, rising, with the bits that they have; floats go to 1 or to 255."""
    if kind == "float":
        return ((1.0, 0), (255.0, 8))
    return ((float(2**bits - 1), bits) for bits in (8, *DEPTHS))


def _thinned(values: np.ndarray) -> np.ndarray:
    flat = np.asarray(values).reshape(-1)
    return flat[:: max(1, len(flat) // SAMPLE_VALUES)]


def _untagged_nodata(values: np.ndarray) -> float | None:
    """The least or greatest value where it is frequent, and farther from the next than all others lie apart."""
    found, counts = np.unique(values, return_counts=True)
    if len(found) <= _NODATA_LEAST_VALUES:
        return None
    for extreme, next_one, other_end, count in (
        (found[0], found[1], found[-1], counts[0]),
        (found[-1], found[-2], found[0], counts[-1]),
    ):
        if count >= _NODATA_SHARE * len(values) and abs(next_one - extreme) > abs(other_end - next_one):
            return float(extreme)
    return None

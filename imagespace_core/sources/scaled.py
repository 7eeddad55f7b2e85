"""What sources of single pictures have in common: where they lie, and one scale for those of more than eight bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path, PurePosixPath

from imagespace_core.errors import InputError
from imagespace_core.images.decode import Decode
from imagespace_core.images.formats import RAW_SUFFIXES
from imagespace_core.images.range_sample import sampled_ranges
from imagespace_core.images.value_range import KINDS, ValueRange
from imagespace_core.sources import option, settled

_EIGHT_BITS = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".gif", ".webp", ".bmp", ".dib", ".heic", ".heif", ".hif", ".avif",
    ".jxl", ".qoi",
}) | RAW_SUFFIXES  # fmt: skip
"""Suffixes of formats that are not worth a look for more."""


@dataclass(frozen=True)
class Scaled:
    """A source of the pictures at `root`; decode: for models, sprites and columns; limit: take only so many, the first.

    ranges: how values of more than 8 bits are shown, as the scan found out.
    """

    root: Path
    decode: Decode = field(default_factory=Decode)
    limit: int | None = None
    range: tuple[float, ...] = option(
        (), "Values that become black and white in pictures of more than 8 bits, e.g. 0,4095.  [default: measured]"
    )
    ranges: tuple[ValueRange, ...] = settled(())

    def __post_init__(self) -> None:
        """Takes lists for tuples, as JSON has them. Raises InputError for what cannot be meant."""
        object.__setattr__(self, "range", tuple(self.range))
        if self.range and not (len(self.range) == 2 and -inf < self.range[0] < self.range[1] < inf):
            raise InputError(f"--range {','.join(f'{v:g}' for v in self.range)}: expected two values, rising: LOW,HIGH")
        made = (one if isinstance(one, ValueRange) else ValueRange(**one) for one in self.ranges)
        object.__setattr__(self, "ranges", tuple(made))

    def decoding(self, min_side: int | None) -> Decode:
        """How a picture is read."""
        return replace(self.decode.keeping(min_side), ranges=self.ranges)

    def measured(self, names: Sequence[str], file: Callable[[str], Path | bytes]) -> tuple[ValueRange, ...]:
        """How values of more than 8 bits are shown: as people say, else as a sample of the pictures has them.

        file: of a name, or its bytes; of those that are looked at.
        """
        if self.range:
            return tuple(ValueRange(kind, self.range[0], self.range[1]) for kind in KINDS)
        worth = [name for name in names if PurePosixPath(name).suffix.lower() not in _EIGHT_BITS]
        return sampled_ranges(worth, self.decode.max_pixels, file)

"""A layer of map tiles, whatever it is stored in, in the numbers that it is stored by (see `schemes`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from imagespace_core.sources.tiles.coordinates import Tile, packed
from imagespace_core.sources.tiles.statements import Statement

Value = TypeVar("Value")

SAMPLED_COLUMNS = 24
SAMPLED_ROWS = 64


@dataclass(frozen=True)
class Listed:
    """Every tile of a layer.

    numbers: packed int64 (n,), each once, in order. twice: how many were there more than once. impossible: how many
    have numbers that no tile of their zoom has, and the first of them. others: files that are no tiles, by suffix.
    """

    numbers: np.ndarray
    twice: int = 0
    impossible: tuple[int, str] = (0, "")
    others: Counter[str] = field(default_factory=Counter)


class Layer(Protocol):
    """Implementations are frozen dataclasses; all but `listed` look no further than they must. From many threads."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> Path:
        """The folder or file that it is."""
        ...

    def listed(self) -> Listed:
        """All there is. Raises InputError where it cannot be read, VanishedError."""
        ...

    def zooms(self) -> list[int]:
        """The zooms that tiles can have and that are there, rising."""
        ...

    def columns(self, z: int) -> list[int]:
        """The first of a tile's two numbers that there are at a zoom, rising."""
        ...

    def rows(self, z: int, column: int) -> list[int]:
        """The second number of the tiles with such a first, rising."""
        ...

    def find(self, stored: Tile) -> Path | bytes | None:
        """A tile's file, or what is in it; None where there is none. Raises UnreadableImageError, VanishedError."""
        ...

    def stamp(self, stored: Tile) -> str:
        """Changes when the tile does; "-" where there is none."""
        ...

    def statement(self) -> Statement:
        """What its files say of the tiles. Raises InputError where it holds none that can be taken."""
        ...


def sample(layer: Layer) -> np.ndarray:
    """Some tiles of the deepest zoom, packed int64 (n,): of columns spread over it, each with its neighbor."""
    zooms = layer.zooms()
    if not zooms:
        return np.empty(0, np.int64)
    columns = layer.columns(zooms[-1])
    some = {column for place in spread(columns, SAMPLED_COLUMNS // 2) for column in (place, place + 1)}
    found = [
        (zooms[-1], column, row)
        for column in sorted(some.intersection(columns))
        for row in _runs(layer.rows(zooms[-1], column))
    ]
    return packed(*np.array(found, np.int64).reshape(-1, 3).T)


def spread(values: Sequence[Value], n: int) -> list[Value]:
    """At most n of the values, evenly, the first and the last among them."""
    if len(values) <= n:
        return list(values)
    return [values[place] for place in np.linspace(0, len(values) - 1, n).round().astype(int).tolist()]


def _runs(rows: list[int]) -> list[int]:
    """Some of the rows, neighbors among them."""
    if len(rows) <= SAMPLED_ROWS:
        return rows
    starts = np.linspace(0, len(rows) - 4, SAMPLED_ROWS // 4).round().astype(int).tolist()
    return sorted({row for start in starts for row in rows[start : start + 4]})

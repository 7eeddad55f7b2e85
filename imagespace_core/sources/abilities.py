"""What a source may do beside listing and reading: surroundings, masks, layers. Who wants it asks by type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

Ring = tuple[tuple[float, float], ...]
"""Points (x, y) in px of the parent, x right, y down; the last is the first again."""


@dataclass(frozen=True)
class Context:
    """An item's place in the image it was cut from.

    parent: names that image in its source. width, height: of it, in px. outline: of the item in it.
    """

    parent: str
    width: int
    height: int
    outline: tuple[Ring, ...]


@runtime_checkable
class Contextual(Protocol):
    """A source whose items lie in larger images."""

    def context(self, key: str) -> Context:
        """Raises UnreadableImageError for a key that is none of the source's."""
        ...

    def region(self, parent: str, window: tuple[float, float, float, float] | None, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3) of a parent: the window (left, top, right, bottom in its px), or all of it.

        The longer side is at most `max_side` px. Reads no more of the file than it needs.
        """
        ...

    def outlines(self, parent: str) -> dict[str, tuple[Ring, ...]]:
        """The outline of every item in the parent, by key."""
        ...


@runtime_checkable
class Masked(Protocol):
    """A source whose items have something marked in them."""

    def mask(self, key: str) -> np.ndarray | None:
        """Label values (h, w) of the item as it was cut, or None. Raises UnreadableImageError."""
        ...

    def overlay(self, parent: str, window: tuple[float, float, float, float] | None, max_side: int) -> np.ndarray:
        """uint8 RGBA (h, w, 4), as large as `Contextual.region`: what is marked, in its color; clear elsewhere."""
        ...

    def colors(self) -> dict[str, tuple[int, int, int]]:
        """What may be marked, by name, and its color in `overlay`."""
        ...

    def marked(self, parent: str) -> dict[str, np.ndarray]:
        """bool (h, w) of a parent by the name of the column that says whether an item holds it: where it is marked."""
        ...


@runtime_checkable
class Layered(Protocol):
    """A source whose items are layers over each other."""

    def names(self) -> tuple[str, ...]:
        """The layers there are. Raises InputError where they are gone."""
        ...

    def shown(self) -> tuple[str, ...]:
        """Those of which `Source.preview` is made."""
        ...

    def composite(self, key: str, layers: Sequence[str], max_side: int) -> np.ndarray:
        """`Source.preview` of these layers, one at least. Raises UnreadableImageError."""
        ...

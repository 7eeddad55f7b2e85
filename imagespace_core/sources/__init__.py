"""Where items come from: folders, scenes, slices, tiles, tables. A new one is one file and a line in `registry`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from imagespace_core.images import Picture


@dataclass(frozen=True)
class Item:
    """One image of a collection.

    key: unique in its source and stable between runs; what `Source.read` takes. Valid UTF-8.
    path: what people see; for files the POSIX path relative to the source's root.
    stamp: changes when the content changes (size and modification time), so that caches notice.
    columns: what the source itself knows of the item, by column name.
    pictured: whether there is anything to read; one placeholder, made once, stands for all items without.
    """

    key: str
    path: str
    stamp: str
    columns: Mapping[str, object] = field(default_factory=dict)
    pictured: bool = True


def option(default: Any, help: str, **metadata: Any) -> Any:
    """A field of a source that people may set: a flag of the same name, see `parameters`.

    Its type is int, float or str, one of these or None, or a tuple of one of these, written with commas between.
    path=True: it names a file or folder, and is kept absolute.
    """
    return field(default=default, metadata={"help": help, **metadata})


class Source(Protocol):
    """A collection of images. Implementations are frozen dataclasses; `read` is called from many threads.

    Their first fields are where it lies, the `Decode` to read it with, and the most items to take; all others are made
    by `option`.
    """

    def items(self) -> Iterator[Item]:
        """Every item once, in a stable order."""
        ...

    def skipped(self) -> list[tuple[str, str]]:
        """(path, reason) of what `items` met and could not offer; complete once `items` is exhausted."""
        ...

    def left_out(self) -> dict[str, int]:
        """How many files beside the items are no images at all, by suffix; complete once `items` is exhausted."""
        ...

    def report(self) -> list[str]:
        """What people should know of the items, one sentence each; complete once `items` is exhausted."""
        ...

    def has(self, key: str) -> bool:
        """Whether that item is still where it was; opens no more than it must. Raises ImageSpaceError, or says no."""
        ...

    def read(self, key: str) -> Picture:
        """The item for models and columns. Raises UnreadableImageError with the reason, VanishedError if it is gone."""
        ...

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3) for people, its longer side at most `max_side` pixels."""
        ...


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

"""What a source is: it lists items once, and reads each by its key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from imagespace_core.images import Picture

Advance = Callable[[int], None]
"""Called by a long scan with how many more items it found."""


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


@dataclass(frozen=True)
class Scan:
    """What a look at a source found, once and for all.

    items: each once, in a stable order. skipped: (path, reason) of what could not be offered. left_out: how many files
    beside the items are no images at all, by suffix ("" for none), the most frequent first. notes: what people should
    know of the items, one sentence each. reads: the source with what the scan settled on how items are read, None where
    there was nothing to settle; the manifest records its fields made by `settled`, and they are part of the digest.
    described: whether files beside the items say more of them, under names that only reading them shows.
    """

    items: Sequence[Item]
    skipped: Sequence[tuple[str, str]] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()
    reads: Source | None = None
    described: bool = False

    @cached_property
    def digest(self) -> str:
        """sha256 that changes when what the items show does, or what was skipped."""
        parts: list[object] = [[(item.key, item.stamp) for item in self.items], list(self.skipped)]
        if self.reads is not None:
            parts.append(repr([getattr(self.reads, name) for name in settled_fields(self.reads)]))
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def counted(items: Iterable[Item], advance: Advance | None) -> list[Item]:
    """The items as a list; `advance` is called for each."""
    found = []
    for item in items:
        found.append(item)
        if advance:
            advance(1)
    return found


def option(default: Any, help: str, **metadata: Any) -> Any:
    """A field of a source that people may set: a flag of the same name, see `parameters`.

    Its type is int, float or str, one of these or None, or a tuple of one of these, written with commas between.
    path=True: it names a file or folder, and is kept absolute. before: what it means to a manifest that does not have
    it, because it is older than the option; the default otherwise.
    """
    return field(default=default, metadata={"help": help, **metadata})


def settled(default: Any) -> Any:
    """A field of a source that its scan finds out and nobody sets: recorded like an option, but no flag."""
    return field(default=default, metadata={"settled": True})


def settled_fields(source: Source) -> list[str]:
    """Names of the fields made by `settled`."""
    return [f.name for f in fields(source) if "settled" in f.metadata]  # pyright: ignore[reportArgumentType]


class Source(Protocol):
    """A collection of images. Implementations are frozen dataclasses; `read` is called from many threads.

    Their first fields are where it lies, the `Decode` to read it with, and the most items to take; all others that a
    caller may give are made by `option` or `settled`.
    """

    def scan(self, advance: Advance | None = None) -> Scan:
        """Look for the items, anew at every call. Raises InputError where there are none."""
        ...

    def has(self, key: str) -> bool:
        """Whether that item is still where it was; opens no more than it must. Raises ImageSpaceError, or says no."""
        ...

    def read(self, key: str, min_side: int | None = None) -> Picture:
        """The item for models and columns; a large one may come reduced to a shorter side of `min_side` px or more, 0
        keeps it whole, None is what `Decode` says. Raises UnreadableImageError with the reason, VanishedError if it is
        gone."""
        ...

    def preview(self, key: str, max_side: int) -> np.ndarray:
        """uint8 RGB (h, w, 3) for people, its longer side at most `max_side` pixels."""
        ...

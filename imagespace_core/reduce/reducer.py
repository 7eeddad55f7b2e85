"""What a reducer is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np

from imagespace_core.neighbors import Graph, Tick


class Reducer(Protocol):
    """A frozen dataclass whose fields are its parameters; `dims` (2 or 3) and `seed` are always among them.

    A field with metadata {"key": False}, such as the number of threads, does not change the result.
    `neighbors_needed` is the k that the graph should have (fewer is right where n - 1 is fewer). `packages` are those
    whose version decides the result: an update of them makes the map anew.
    """

    packages: ClassVar[Sequence[str]]

    @property
    def dims(self) -> int: ...

    @property
    def seed(self) -> int: ...

    @property
    def neighbors_needed(self) -> int: ...

    def __call__(self, vectors: np.ndarray, graph: Graph, tick: Tick | None = None) -> np.ndarray:
        """float32 (n, d) rows of unit length and their neighbor graph -> float32 (n, dims), finite, mean 0,
        any n >= 1.

        `tick` gets the share done in [0, 1] as often as the method allows.
        """
        ...

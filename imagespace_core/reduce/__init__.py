"""High-dimensional vectors to maps in two and three dimensions."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from imagespace_core.neighbors import Graph


class Reducer(Protocol):
    """A frozen dataclass whose fields are its parameters; `dims` (2 or 3) and `seed` are always among them."""

    dims: int
    seed: int

    def __call__(self, vectors: np.ndarray, graph: Graph) -> np.ndarray:
        """float32 (n, d) rows of unit length and their neighbor graph -> float32 (n, dims), finite, any n >= 1."""
        ...

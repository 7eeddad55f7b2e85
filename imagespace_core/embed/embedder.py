"""What an embedder is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np


class Embedder(Protocol):
    """A model that turns images into vectors.

    name: file-name safe; vectors are stored as vectors/<name>.npy.
    size: length of a vector.
    fingerprint: hash of the model file and its preprocessing; part of the cache key.
    min_side: shorter side, in pixels, that `prepare` needs so as not to enlarge.
    channels: of the images it takes; one-channel images are always taken, and RGB by a model of one.
    """

    name: str
    size: int
    min_side: int
    channels: int

    @property
    def fingerprint(self) -> str: ...

    def prepare(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 (h, w, c) -> uint8 (side, side, c): resized and cropped as the model wants. Thread-safe."""
        ...

    def embed(self, batch: np.ndarray) -> np.ndarray:
        """Prepared uint8 (n, side, side, c) -> float32 (n, size), finite, rows of unit length.

        Raises NoDirectionError, which has them, where the model gives vectors that are not finite or have no length.
        """
        ...

    def __call__(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """uint8 images (h, w, c) of any sizes -> float32 (n, size), rows of unit length."""
        ...


@runtime_checkable
class TextEmbedder(Protocol):
    """A model that also puts sentences into the space of its images."""

    def embed_text(self, sentences: Sequence[str]) -> np.ndarray:
        """Sentences -> float32 (n, size), rows of unit length."""
        ...

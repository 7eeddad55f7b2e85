"""What the pass makes of one image, and what stands for an item that has none."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imagespace_core.embed import Embedder
from imagespace_core.errors import NoDirectionError
from imagespace_core.images import color
from imagespace_core.images.placeholder import SIDE_PX, placeholder

NOTHING = np.empty(0, np.uint8)
_NO_SPRITE = np.empty((0, 0, 3), np.uint8)


@dataclass
class Products:
    """prepared: as the model takes it, until it has. sprite: uint8 (h, w, 3). preview: a WebP file's bytes. vector,
    columns: of the placeholder alone; those of images are made and kept by the batch."""

    prepared: np.ndarray = field(default_factory=lambda: NOTHING)
    sprite: np.ndarray = field(default_factory=lambda: NOTHING)
    preview: np.ndarray = field(default_factory=lambda: NOTHING)
    vector: np.ndarray = field(default_factory=lambda: NOTHING)
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def stands_in(self) -> bool:
        """Whether it is that of the placeholder."""
        return bool(self.columns)


def of_placeholder(embedder: Embedder | None, preview_side: int, preview_quality: int) -> Products:
    """What stands for every item without a picture. Its sprite is empty: the atlas has one cell for all of them."""
    pixels = placeholder()
    columns = {"width": SIDE_PX, "height": SIDE_PX, "taken_at": None, **color.columns(pixels)}
    made = Products(sprite=_NO_SPRITE, columns=columns)
    if preview_side:
        made.preview = encoded_preview(pixels, preview_side, preview_quality)
    if embedder:
        try:
            made.vector = embedder([np.repeat(pixels[..., :1], embedder.channels, 2)])[0]
        except NoDirectionError as error:
            made.vector = error.vectors[0]  # `image_steps` leaves these items out
    return made


def encoded_preview(rgb: np.ndarray, side: int, quality: int) -> np.ndarray:
    """uint8 RGB (h, w, 3) -> the bytes of a WebP whose longer side is at most `side` px, uint8 (n,)."""
    from PIL import Image

    image = Image.fromarray(rgb)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality)
    return np.frombuffer(buffer.getvalue(), np.uint8)

"""Pictures: files decoded once for all that needs their pixels, the model's input, the sprite and the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np


@dataclass(frozen=True)
class Picture:
    """A decoded image.

    pixels: uint8 (h, w, c); RGB for photographs. May be smaller than the original: a decoder scales down
        to the smallest size that still serves every reader.
    width, height: of the original in pixels, after its orientation was applied.
    taken_at: when it was taken, without time zone, if the file has it.
    columns: what the picture says of itself, by column name: text, numbers, yes/no, or a list of texts.
    remarks: what people should know of how it was read, in words that fit every picture of the kind: the pass counts.
    layered: the channels are layers, also where there are three, and not what people see: `Source.preview` is.
    """

    pixels: np.ndarray
    width: int
    height: int
    taken_at: datetime | None = None
    layered: bool = False
    columns: Mapping[str, object] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

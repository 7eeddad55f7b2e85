"""The marks that a drawing is made of. All in px, x right, y down; colors are `#rrggbb`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

INK, FAINT, GRID, PAPER = "#31333f", "#6b7280", "#e3e5ea", "#ffffff"
RIM = "#c8ccd4"


@dataclass(frozen=True)
class Text:
    """Words with their baseline at y. halo: a white rim, to be read over points. turned: by 90 degrees, upward."""

    x: float
    y: float
    text: str
    size: float = 12
    color: str = INK
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    halo: bool = False
    turned: bool = False


@dataclass(frozen=True)
class Line:
    """points: (m, 2), m >= 2."""

    points: np.ndarray
    color: str
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True)
class Area:
    """points: (m, 2), the outline. opacity: 0 to 1."""

    points: np.ndarray
    color: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Dots:
    """x, y: (n,). colors: uint8 (n, 3)."""

    x: np.ndarray
    y: np.ndarray
    colors: np.ndarray
    radius: int


@dataclass(frozen=True)
class Image:
    """pixels: uint8 (h, w, 3 | 4), stretched to width x height. framed: with a thin rim."""

    x: float
    y: float
    width: float
    height: float
    pixels: np.ndarray
    framed: bool = False


Mark = Text | Line | Area | Dots | Image


@dataclass(frozen=True)
class Drawing:
    """Marks on white, the first at the bottom."""

    width: int
    height: int
    title: str
    marks: Sequence[Mark]


def box(x: float, y: float, width: float, height: float) -> np.ndarray:
    """The four corners, (4, 2)."""
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)


def hexadecimal(color: Sequence[float] | np.ndarray) -> str:
    """0 to 255 each -> `#rrggbb`.

    >>> hexadecimal((0, 114, 178))
    '#0072b2'
    """
    return "#" + "".join(f"{round(float(part)):02x}" for part in color)


def measured(text: str, size: float) -> float:
    """How wide a text is, in px; SVG's fonts differ by a few percent."""
    return float(font(size).getlength(text))


def shortened(text: str, size: float, room: float, middle: bool = False) -> str:
    """The text, or as much of its beginning as has room, with dots behind. middle: or of both its ends, with dots
    between, as names of files and scenes differ at their ends."""

    def cut(kept: int) -> str:
        tail = kept // 2 if middle else 0
        return f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"

    if measured(text, size) <= room:
        return text
    kept = len(text) - 1
    while kept > 0 and measured(cut(kept), size) > room:
        kept -= 1
    return cut(kept)


def wrapped(text: str, size: float, room: float) -> list[str]:
    """The text in lines that have room; a single long word is not broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and measured(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@lru_cache(maxsize=32)
def font(size: float) -> Any:
    """Pillow's own font (Aileron, CC0), so that a PNG is the same on every machine. It has Latin letters only."""
    from PIL import ImageFont

    return ImageFont.load_default(size)

"""The layout `color`: images sorted by hue, then saturation, then lightness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, guides, heading
from imagespace_core.layout.grid import sides
from imagespace_core.layout.material import Material
from imagespace_core.neighbors import Tick
from imagespace_core.words import plural

HUES = (
    (-15, "red"), (15, "orange"), (45, "yellow"), (70, "green"), (165, "cyan"), (190, "blue"), (260, "purple"),
    (290, "pink"),
)  # fmt: skip
"""Where each begins, in degrees; the last ends where the first begins."""

GRAY_CHROMA = 0.12
"""Chroma, saturation * (1 - |2 lightness - 1|) in HSL, below which the mean color of a picture looks gray."""

GRAY, NONE = "gray", "no color"

GAP = 1.0
"""Between blocks, in images."""


@dataclass(frozen=True)
class Color:
    """Blocks side by side: the hues around the circle from red to pink, then the grays, then what has no color at all.

    Within a hue the columns go from muted to vivid, and each runs from light at the top to dark; with hue there instead
    of saturation, muted and vivid pictures alternated, and photos looked unsorted. Grays run by lightness, row by row.
    """

    gray_chroma: float = GRAY_CHROMA

    dims: ClassVar[int] = 2
    title: ClassVar[str] = "Color"

    def lacks(self, material: Material) -> str | None:
        lightness = material.lightness
        return None if lightness is not None and np.isfinite(lightness).any() else "no image has a color"

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        nothing = np.full(material.rows, np.nan)
        hue, saturation, lightness = (
            nothing if values is None else values.astype(np.float64)
            for values in (material.hue, material.saturation, material.lightness)
        )
        chroma = saturation * (1 - np.abs(2 * lightness - 1))
        with np.errstate(invalid="ignore"):
            gray = ~(np.isfinite(hue) & (chroma >= self.gray_chroma))
        names = [*(name for _, name in HUES), GRAY, NONE]
        starts = [start - HUES[0][0] for start, _ in HUES]
        block = np.searchsorted(starts, np.where(gray, 0, hue - HUES[0][0]) % 360, "right") - 1
        block[gray] = names.index(GRAY)
        block[~np.isfinite(lightness)] = names.index(NONE)
        height = sides(material.rows)[1]
        corner = np.array([0.0, 0.0])
        positions = np.empty((material.rows, 2))
        headings = []
        for number in np.unique(block):
            rows = np.flatnonzero(block == number)
            columns = -(-len(rows) // height)
            if number < len(HUES):
                rows, column, down = _vivid_to_the_right(rows, saturation, lightness, columns)
            else:
                rows = rows[np.argsort(-lightness[rows], kind="stable")]
                down, column = np.divmod(np.arange(len(rows)), columns)
            positions[rows] = np.column_stack([corner[0] + column, -down])
            headings.append(heading(names[number], len(rows), (corner[0] - 0.5, 0.5), width=columns))
            corner[0] += columns + GAP
        middle = np.array([max(0, corner[0] - GAP - 1), 1 - height]) / 2
        for head in headings:
            head["at"] = [round(x - float(m), 4) for x, m in zip(head["at"], middle, strict=True)]
        notes = []
        if missing := int((block == names.index(NONE)).sum()):
            subject = plural(missing, "image has no color value and stands", "images have no color value and stand")
            notes.append(f"{subject} apart at the right.")
        made = (positions - middle).astype(np.float32)
        return Arrangement(made, guides("color", self.title, made, notes=notes, headings=headings))


def _vivid_to_the_right(
    rows: np.ndarray, saturation: np.ndarray, lightness: np.ndarray, columns: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """int (m,) rows of one hue -> them in order, their columns, all nearly as high, and how far down they go."""
    m = len(rows)
    rows = rows[np.lexsort((-lightness[rows], saturation[rows]))]
    column = np.repeat(np.arange(columns), m // columns + (np.arange(columns) < m % columns))
    return rows[np.lexsort((-lightness[rows], column))], column, np.arange(m) - np.searchsorted(column, column)

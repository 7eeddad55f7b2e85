"""The layout `timeline`: images stacked in columns, one for each year, month or day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, guides, heading
from imagespace_core.layout.material import Material
from imagespace_core.layout.periods import Periods, periods
from imagespace_core.neighbors import Tick
from imagespace_core.words import plural

WIDTH_TO_HEIGHT = 1.8

MOST_NAMED = 3
"""Stretches without images that the notes name."""

FURTHEST_SECONDS = 2**62
"""Dates beyond, 146 billion years from now, are no dates."""


@dataclass(frozen=True)
class Timeline:
    """A column for each period of time, see `periods` for which; images stand in it by time, the first at the bottom.

    A column is as many images wide as make the whole about 1.8 times as wide as high. Images without a date stand in a
    block of their own at the right.
    """

    width_to_height: float = WIDTH_TO_HEIGHT

    dims: ClassVar[int] = 2
    title: ClassVar[str] = "Timeline"

    def lacks(self, material: Material) -> str | None:
        return None if material.taken is not None and _dated(material.taken).any() else "no image has a date"

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        assert material.taken is not None
        dated = _dated(material.taken)
        rows = np.flatnonzero(dated)
        rows = rows[np.argsort(material.taken[rows], kind="stable")]
        found = periods(np.floor(material.taken[rows]).astype(np.int64))
        count = np.bincount(found.of)
        slots = int(found.slots[-1]) + 1
        wide = max(1, round((count.max() * self.width_to_height / slots) ** 0.5))
        step = wide + max(0.5, 0.15 * wide)
        left = found.slots * step
        at = np.arange(len(rows)) - (np.cumsum(count) - count)[found.of]
        positions = np.empty((material.rows, 2))
        positions[rows] = np.column_stack([left[found.of] + at % wide, at // wide])
        high = -(-count // wide)
        names = [found.grain.name(int(number)) for number in found.numbers]
        center = left + (wide - 1) / 2
        headings = [
            heading(name, size, (x, y - 0.5), align="center", width=step)
            for name, size, x, y in zip(names, count.tolist(), center.tolist(), high.tolist(), strict=True)
        ]
        right = float(left[-1]) + wide
        grain = f"a {found.grain.title}" if found.grain.years == 1 else found.grain.title
        notes = [f"A column is {grain}."]
        if found.shortened:
            left_out = found.left_out()
            more = f" and {len(left_out) - MOST_NAMED:,} more" if len(left_out) > MOST_NAMED else ""
            notes.append(f"Long stretches without images are shortened: {', '.join(left_out[:MOST_NAMED])}{more}.")
        if without := int((~dated).sum()):
            start, block = right + step - wide + 1, _beside(int(high.max()), without)
            at = np.arange(without)
            positions[~dated] = np.column_stack([start + at % block, at // block])
            top = -(-without // block) - 0.5
            headings.append(heading("no date", without, (start - 0.5, top), width=block))
            right = start + block
            subject = plural(without, "image without a date is", "images without a date are")
            notes.append(f"{subject} set apart at the right.")
        if material.taken_from != "taken_at":
            notes.append(f"The dates are those of the column {material.taken_from}.")
        middle = np.array([right - 1, float(high.max()) - 1]) / 2
        made = (positions - middle).astype(np.float32)
        for head in headings:
            head["at"] = [round(x - m, 4) for x, m in zip(head["at"], middle.tolist(), strict=True)]
        ticks = [
            {"at": round(slot * step + (wide - 1) / 2 - middle[0], 4), "text": name} for slot, name in found.axis()
        ]
        return Arrangement(
            made,
            guides(
                "timeline",
                self.title,
                made,
                notes=notes,
                headings=headings,
                axes=[{"axis": "x", "title": found.grain.title, "ticks": ticks}],
                lines=_base(found, step, wide, middle),
            ),
        )


def _dated(taken: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.abs(taken) < FURTHEST_SECONDS


def _beside(high: int, without: int) -> int:
    """Columns of the block without dates: as high as the rest, and at least a square where that is lower."""
    return max(-(-without // high), min(without, int(np.ceil(np.sqrt(without)))))


def _base(found: Periods, step: float, wide: int, middle: np.ndarray) -> list[list[list[float]]]:
    """The line below the columns, broken where a stretch without images is shortened."""
    jumps = np.flatnonzero(np.diff(found.numbers) > np.diff(found.slots)) if found.shortened else np.empty(0, np.int64)
    first = np.append(0, jumps + 1)
    last = np.append(jumps, len(found.slots) - 1)
    y = round(-0.5 - float(middle[1]), 4)
    ends = zip((found.slots[first] * step).tolist(), (found.slots[last] * step).tolist(), strict=True)
    return [[[round(a - 0.5 - middle[0], 4), y], [round(b + wide - 0.5 - middle[0], 4), y]] for a, b in ends]

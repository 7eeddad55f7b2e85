"""Objects that a file marks in photos: boxes and polygons with a class, as every format of annotations has them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from imagespace_core.sources import Ring

Box = tuple[float, float, float, float]
"""left, top, right, bottom."""
SHARES = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Marked:
    """One object as a file marks it.

    photo: as the file names it. number: unique in the file. category: its class. score: 0 to 1, of predictions.
    box, rings: in a photo of `size`: width and height as the file has them, SHARES where it counts in shares of them,
    None where it does not say. attributes: whatever else the file says of the object.
    """

    photo: str
    number: str
    category: str | None
    box: Box
    rings: tuple[Ring, ...] = ()
    size: tuple[float, float] | None = None
    score: float | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Annotations:
    """What one file, or one folder of small files, marks.

    name: of it, for people. marked: every object, in the file's order. photos: that it names, those without objects
    included. skipped: (which, reason) of objects that cannot be used. notes: what was decided on the way.
    """

    name: str
    marked: Sequence[Marked]
    photos: Sequence[str]
    skipped: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()


def box_of(rings: Sequence[Ring]) -> Box:
    """The least box around polygons."""
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def ring_of(numbers: Sequence[object]) -> Ring | None:
    """x, y, x, y, ... -> a closed ring; None for what is no polygon."""
    values = [number_of(number) for number in numbers]
    if len(values) < 6 or len(values) % 2 or any(value is None for value in values):
        return None
    known = [value for value in values if value is not None]
    points = list(zip(known[::2], known[1::2], strict=True))
    return tuple(points if points[0] == points[-1] else [*points, points[0]])


def number_of(value: object) -> float | None:
    """A finite number, or a text that is one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):  # a whole number of 400 digits
        return None
    return number if math.isfinite(number) else None


def size_of(width: object, height: object) -> tuple[float, float] | None:
    """For `Marked.size`; None where one of them is missing, no number, or 0."""
    across, down = number_of(width), number_of(height)
    return (across, down) if across and down else None


def usable_box(box: Box | None, rings: Sequence[Ring] = ()) -> Box | str:
    """The box, else the least one around the polygons; or why there is none that can be used."""
    if box is None:
        if not rings:
            return "has no box of four numbers"
        box = box_of(rings)
    left, top, right, bottom = box
    if right <= left or bottom <= top:
        return f"its box has no area ({left:g}, {top:g} to {right:g}, {bottom:g})"
    return box

"""Lays out a map as a still figure: points, key, names of clusters, thumbnails and notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imagespace_core.drawing import key as keys
from imagespace_core.drawing.figure import Figure
from imagespace_core.drawing.key import Key
from imagespace_core.drawing.marks import (
    FAINT,
    GRID,
    INK,
    Dots,
    Image,
    Line,
    Mark,
    Text,
    measured,
    shortened,
    wrapped,
)
from imagespace_core.drawing.points import fitted, flat, radius_px
from imagespace_core.errors import InputError

SMALLEST, LARGEST = 320, 8192
MOST_THUMBNAILS = 1_000
_TRIED = 200_000
"""Of the most central images, those looked at for room."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A name at a place of the map, (2 | 3,). count: of the images it stands for; larger ones come first."""

    text: str
    at: Sequence[float]
    count: int


@dataclass(frozen=True)
class Subject:
    """What a figure shows.

    positions: float32 (n, 2 | 3), NaN for rows without a place. colors: uint8 (n, 3). key: what they mean, None for
    nothing. guides: as a layout has them, see `layout.arrangement`. central: int (m,), rows in the order in which they
    are to be shown as pictures. sprite: row -> uint8 RGB (h, w, 3). notes: sentences below the map.
    """

    title: str
    positions: np.ndarray
    colors: np.ndarray
    key: Key | None = None
    labels: Sequence[Label] = ()
    guides: Mapping[str, Any] = field(default_factory=dict)
    central: np.ndarray | None = None
    sprite: Callable[[int], np.ndarray] | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class MapFigure:
    """width, height: in px. thumbnails: how many pictures lie on the map, at most."""

    width: int = 1600
    height: int = 1000
    thumbnails: int = 0

    def __post_init__(self) -> None:
        if not (SMALLEST <= self.width <= LARGEST and SMALLEST <= self.height <= LARGEST):
            raise InputError(f"a figure of {self.width} x {self.height} px: each side must be {SMALLEST} to {LARGEST}")
        if not 0 <= self.thumbnails <= MOST_THUMBNAILS:
            raise InputError(f"{self.thumbnails} thumbnails: expected 0 to {MOST_THUMBNAILS:,}")

    def __call__(self, subject: Subject) -> Figure:
        """Raises InputError where no row has a place."""
        placed = np.flatnonzero(np.isfinite(subject.positions).all(axis=1))
        if not len(placed):
            raise InputError(f"{subject.title}: no image has a place on this map; choose another")
        size = max(10.0, 13 * min(self.width, self.height) / 800)
        margin = 2 * size
        marks: list[Mark] = [
            Text(margin, margin + 1.2 * size, shortened(subject.title, 1.7 * size, self.width - 2 * margin), 1.7 * size,
                 bold=True)
        ]  # fmt: skip
        lines = [line for note in subject.notes for line in wrapped(note, size, self.width - 2 * margin)]
        below = self.height - margin - 1.5 * size * len(lines)
        for number, line in enumerate(lines):
            marks.append(Text(margin, below + 1.5 * size * (number + 1), line, size, FAINT))
        top, right = margin + 3.4 * size, self.width - margin
        if subject.key is not None:
            wide = min(0.24 * self.width, keys.width_of(subject.key, size))
            right -= wide + margin
            marks += keys.drawn(subject.key, right + margin, top, wide, below - top - size, size)
        sheet = _Sheet(subject, placed, (margin, top, right, below - size), size, self.thumbnails)
        return Figure(self.width, self.height, subject.title, [*marks, *sheet.marks()])


class _Sheet:
    """The map itself, within a box of the figure."""

    def __init__(self, subject: Subject, placed: np.ndarray, within: Box, size: float, thumbnails: int) -> None:
        self._subject, self._placed, self._size, self._thumbnails = subject, placed, size, thumbnails
        left, top, right, bottom = within
        self._axes = subject.guides.get("axes", [])
        if self._axes:
            left, top, bottom = left + 7 * size, top + 1.5 * size, bottom - 3.2 * size
        self._box = left, top, right, bottom
        self._points = flat(subject.positions[placed])
        lines = [np.array(line, float) for line in subject.guides.get("lines", []) if len(line[0]) == 2]
        self._lines = lines if subject.positions.shape[1] == 2 else []
        extent = np.vstack([self._points, *self._lines])
        room = (right - left) * (bottom - top) / max(1, thumbnails)
        self._side = float(np.clip(0.4 * np.sqrt(max(room, 0)), 1.6 * size, 8 * size)) if thumbnails else 0.0
        margin = max(size, self._side / 2)
        self._scale, self._middle = fitted(extent, right - left, bottom - top, margin)
        self._extent = np.column_stack(self._at(extent))
        self._taken: list[Box] = []

    def marks(self) -> list[Mark]:
        x, y = self._at(self._points)
        found: list[Mark] = [Line(np.column_stack(self._at(line)), GRID) for line in self._lines]
        found.append(Dots(x, y, self._subject.colors[self._placed], radius_px(len(x))))
        found += self._central_images(x, y)
        if self._subject.positions.shape[1] == 2:
            found += self._ticks()
        return found + self._headings() + self._labels()

    def _at(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        left, top, right, bottom = self._box
        centered = (np.asarray(positions, float) - self._middle) * self._scale
        return (left + right) / 2 + centered[:, 0], (top + bottom) / 2 - centered[:, 1]

    def _one(self, position: np.ndarray) -> tuple[float, float]:
        x, y = self._at(position)
        return float(x[0]), float(y[0])

    def _central_images(self, x: np.ndarray, y: np.ndarray) -> list[Mark]:
        """The most central images that do not cover each other."""
        subject, count, side = self._subject, self._thumbnails, self._side
        if not count or subject.central is None or subject.sprite is None:
            return []
        at = np.full(len(subject.positions), -1)
        at[self._placed] = np.arange(len(self._placed))
        marks: list[Mark] = []
        chosen = np.empty((0, 2))
        for row in subject.central[:_TRIED].tolist():
            if len(chosen) == count:
                break
            if at[row] < 0:
                continue
            center = np.array([x[at[row]], y[at[row]]])
            if (np.abs(chosen - center).max(axis=1) < 1.08 * side).any():
                continue
            chosen = np.vstack([chosen, center])
            picture = subject.sprite(row)
            tall, wide = np.array(picture.shape[:2]) * (side / max(picture.shape[:2]))
            marks.append(Image(center[0] - wide / 2, center[1] - tall / 2, wide, tall, picture, framed=True))
        return marks

    def _ticks(self) -> list[Mark]:
        """Ticks below and left of what is drawn, as many as have room, and what they are of."""
        (left, top), (right, bottom) = self._extent.min(axis=0), self._extent.max(axis=0)
        size, marks = self._size, []
        for axis in self._axes:
            across = axis["axis"] == "x"
            marks.append(
                Text(right, bottom + 2.8 * size, axis["title"], size, INK, "end")
                if across
                else Text(left - 0.6 * size, top - 0.6 * size, axis["title"], size, INK, "end")
            )
            last = -np.inf
            for tick in sorted(axis["ticks"], key=lambda tick: tick["at"]):
                position = np.array([[tick["at"], 0.0]] if across else [[0.0, tick["at"]]])
                x, y = self._one(position)
                at, room = (x, measured(tick["text"], size) + size) if across else (-y, 1.8 * size)
                outside = not (left <= x <= right) if across else not (top <= y <= bottom)
                if outside or at - last < room:
                    continue
                last = at
                marks.append(
                    Text(x, bottom + 1.4 * size, tick["text"], size, FAINT, "middle")
                    if across
                    else Text(left - 0.6 * size, y + 0.35 * size, tick["text"], size, FAINT, "end")
                )
        return marks

    def _headings(self) -> list[Mark]:
        ordered = sorted(self._subject.guides.get("headings", []), key=lambda one: (one.get("level", 0), -one["count"]))
        marks: list[Mark] = []
        for heading in ordered:
            room = max(heading.get("width", np.inf) * self._scale, 6 * self._size)
            text = shortened(heading["text"], self._size, min(room, 24 * self._size))
            anchor = {"start": "start", "center": "middle", "end": "end"}[heading["align"]]
            marks += self._written(text, heading["at"], anchor)
        return marks

    def _labels(self) -> list[Mark]:
        marks: list[Mark] = []
        for label in sorted(self._subject.labels, key=lambda label: -label.count):
            marks += self._written(shortened(label.text, self._size, 20 * self._size), label.at, "middle")
        return marks

    def _written(self, text: str, at: Sequence[float], anchor: Any) -> list[Mark]:
        """The text, unless it would cover one before."""
        x, y = self._one(flat(np.array([at], float)))
        wide = measured(text, self._size)
        first = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        box = (first, y - 1.1 * self._size, first + wide, y + 0.3 * self._size)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self._taken):
            return []
        self._taken.append(box)
        return [Text(x, y, text, self._size, INK, anchor, bold=True, halo=True)]

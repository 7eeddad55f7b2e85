"""The key of a figure, which explains its colors: names beside their colors, or a bar from low to high."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagespace_core.drawing import words
from imagespace_core.drawing.colors import CODED, NEUTRAL, categorical, scale
from imagespace_core.drawing.marks import FAINT, INK, Area, Image, Mark, Text, box, hexadecimal, measured, shortened

_LINE = 1.6
"""Height of a line of the key, in font sizes."""
_BAR_STEPS = 256


@dataclass(frozen=True)
class Entry:
    name: str
    color: str
    count: int


@dataclass(frozen=True)
class Key:
    """title: what the colors are of. entries: the values, the most frequent first. limits: words at the ends of the
    scale of a column of numbers or dates. rest: rows without a value, None where there are none."""

    title: str
    entries: tuple[Entry, ...] = ()
    limits: tuple[str, str] | None = None
    rest: Entry | None = None


def key_of(head: Mapping[str, Any], values: np.ndarray | None, names: Sequence[str]) -> Key:
    """The key of a column as `workspace.columns` encodes it. names: of its values, by code."""
    name, kind = str(head["name"]), head["kind"]
    if values is None or kind == "color":
        return Key(name)
    missing = int((values < 0).sum() if kind in CODED else (~np.isfinite(values)).sum())
    rest = Entry("noise" if kind == "cluster" else "missing", hexadecimal(NEUTRAL), missing) if missing else None
    if kind in CODED:
        counts = np.bincount(values[values >= 0], minlength=len(names))
        colors = categorical(len(names))
        order = sorted(np.flatnonzero(counts).tolist(), key=lambda code: -int(counts[code]))
        entries = [Entry(names[code], hexadecimal(colors[code]), int(counts[code])) for code in order]
        return Key(name, tuple(entries), None, rest)
    low, high = head.get("low"), head.get("high")
    return Key(name, (), None if low is None or high is None else (_limit(low, kind), _limit(high, kind)), rest)


def named_colors(title: str, names: np.ndarray) -> tuple[Key, np.ndarray]:
    """The key and the colors, uint8 (n, 3), of names, object (n,): the most frequent get the first colors."""
    found, codes, counts = np.unique(names.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    colors = categorical(len(found))
    entries = [Entry(str(found[i]), hexadecimal(colors[at]), int(counts[i])) for at, i in enumerate(order)]
    rank = np.empty(len(found), np.int64)
    rank[order] = np.arange(len(found))
    return Key(title, tuple(entries)), colors[rank[codes]]


def width_of(key: Key, size: float) -> float:
    """How wide a key would like to be, in px. size: of its letters."""
    entries = [*key.entries, *([key.rest] if key.rest else [])]
    names = [measured(entry.name, size) + measured(f"{entry.count:,}", size) + 4 * size for entry in entries]
    return max([measured(key.title, 1.1 * size) + size, 8 * size, *names])


def drawn(key: Key, x: float, y: float, width: float, height: float, size: float) -> list[Mark]:
    """The key in a box; values that have no room are counted in the last line. size: of the letters, in px."""
    line = _LINE * size
    marks: list[Mark] = [Text(x, y + size, shortened(key.title, size * 1.1, width), size * 1.1, bold=True)]
    top = y + 1.4 * line
    if key.limits is not None:
        low, high = key.limits
        tall = min(height * 0.4, 14 * size)
        stops = np.rint(scale(np.linspace(1, 0, _BAR_STEPS))).astype(np.uint8)[:, None]
        marks += [
            Image(x, top, size * 1.2, tall, np.repeat(stops, 2, axis=1)),
            Text(x + size * 1.8, top + size * 0.8, high, size),
            Text(x + size * 1.8, top + tall, low, size),
        ]
        top += tall + line
    room = max(1, int((y + height - top) / line) - (key.rest is not None))
    shown = key.entries if len(key.entries) <= room else key.entries[: max(0, room - 1)]
    for entry in [*shown, *([key.rest] if key.rest else [])]:
        marks += _line(entry, x, top, width, size)
        top += line
    if hidden := key.entries[len(shown) :]:
        more = f"and {len(hidden):,} more ({sum(entry.count for entry in hidden):,})"
        marks.append(Text(x, top + size, more, size, FAINT))
    return marks


def _line(entry: Entry, x: float, top: float, width: float, size: float) -> list[Mark]:
    count = f"{entry.count:,}"
    name = shortened(entry.name, size, width - measured(count, size) - 2.5 * size, middle=True)
    return [
        Area(box(x, top + size * 0.15, size * 0.9, size * 0.9), entry.color),
        Text(x + size * 1.5, top + size, name, size, INK),
        Text(x + width, top + size, count, size, FAINT, anchor="end"),
    ]


def _limit(value: float, kind: str) -> str:
    if kind == "date":
        return words.day(value)
    return f"{value:,.0f}" if 1e4 <= abs(value) <= words.EXACT else words.number(value)

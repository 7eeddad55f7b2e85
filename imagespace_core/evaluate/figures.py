"""Line charts as data, and drawn as files: precision and recall, and measures by batch size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imagespace_core.drawing.figure import Figure
from imagespace_core.drawing.marks import FAINT, GRID, Area, Mark, Text, measured
from imagespace_core.drawing.marks import Line as Stroke

WIDTH, HEIGHT = 640, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 44, 56
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""M. Okabe and K. Ito, "Color universal design", 2008; the yellow, too faint for a line on white, left out."""
DASHED = "#8a8f98"
TICKS = 5


@dataclass(frozen=True)
class Line:
    """A line and, faint behind it, the band between `low` and `high` if they are given. All (m,), finite."""

    name: str
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    dashed: bool = False


@dataclass(frozen=True)
class Chart:
    """Lines with y from 0 to 1 and x from `x_range`."""

    lines: Sequence[Line]
    title: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]

    def color(self, number: int) -> str:
        """Of the line with that number."""
        return DASHED if self.lines[number].dashed else COLORS[number % len(COLORS)]


def drawn(chart: Chart) -> Figure:
    """The chart on white, with a legend where there are several lines."""
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    first, last = chart.x_range

    def to_px(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        share = (np.asarray(x, float) - first) / (last - first)
        return np.column_stack([LEFT + share * across, TOP + (1 - np.asarray(y, float)) * down])

    marks: list[Mark] = [Text(LEFT, 22, chart.title, 15, bold=True)]
    for share in np.linspace(0, 1, TICKS + 1):
        y, x = TOP + (1 - share) * down, LEFT + share * across
        marks += [
            Stroke(np.array([(LEFT, y), (LEFT + across, y)]), GRID),
            Text(LEFT - 8, y + 4, f"{share:.1f}", anchor="end"),
            Text(x, TOP + down + 18, f"{first + share * (last - first):g}", anchor="middle"),
        ]
    marks += [
        Text(LEFT + across / 2, HEIGHT - 14, chart.x_label, anchor="middle"),
        Text(18, TOP + down / 2, chart.y_label, anchor="middle", turned=True),
    ]
    wide = max(measured(line.name, 12) for line in chart.lines)
    for number, line in enumerate(chart.lines):
        color = chart.color(number)
        if line.low is not None and line.high is not None:
            outline = to_px(np.concatenate([line.x, line.x[::-1]]), np.concatenate([line.low, line.high[::-1]]))
            marks.append(Area(outline, color, 0.15))
        marks.append(Stroke(to_px(line.x, line.y), color, 2, line.dashed))
        if len(chart.lines) > 1:
            y, x = TOP + 14 + 18 * number, LEFT + across - wide - 12
            marks += [
                Stroke(np.array([(x - 30, y - 4), (x - 6, y - 4)]), color, 2, line.dashed),
                Text(x, y, line.name, color=FAINT, halo=True),
            ]
    return Figure(WIDTH, HEIGHT, chart.title, marks)

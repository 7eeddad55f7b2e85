"""Line charts as SVG, for files: no browser is needed to draw them, and they stay sharp in print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

WIDTH, HEIGHT = 640, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 44, 56
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""M. Okabe and K. Ito, "Color universal design", 2008; the yellow, too faint for a line on white, left out."""
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


def line_chart(lines: Sequence[Line], title: str, x_label: str, y_label: str, x_range: tuple[float, float]) -> str:
    """An SVG of lines with y from 0 to 1, on white, with a legend where there are several."""
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: np.ndarray, y: np.ndarray) -> str:
        share = (np.asarray(x, float) - x_range[0]) / (x_range[1] - x_range[0])
        points = zip(LEFT + share * across, TOP + (1 - np.asarray(y, float)) * down, strict=True)
        return " ".join(f"{px:.1f},{py:.1f}" for px, py in points)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="#31333f">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for share in np.linspace(0, 1, TICKS + 1):
        y, x = TOP + (1 - share) * down, LEFT + share * across
        value = x_range[0] + share * (x_range[1] - x_range[0])
        parts += [
            f'<line x1="{LEFT}" x2="{LEFT + across}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e5ea"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.1f}</text>',
            f'<text x="{x:.1f}" y="{TOP + down + 18}" text-anchor="middle">{value:g}</text>',
        ]
    parts += [
        f'<text x="{LEFT + across / 2}" y="{HEIGHT - 14}" text-anchor="middle">{escape(x_label)}</text>',
        f'<text transform="translate(18 {TOP + down / 2}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>',
    ]
    for number, line in enumerate(lines):
        color = "#8a8f98" if line.dashed else COLORS[number % len(COLORS)]
        if line.low is not None and line.high is not None:
            outline = place(np.concatenate([line.x, line.x[::-1]]), np.concatenate([line.low, line.high[::-1]]))
            parts.append(f'<polygon points="{outline}" fill="{color}" fill-opacity="0.15"/>')
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        points = place(line.x, line.y)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"{dash}/>')
        if len(lines) > 1:
            y = TOP + 14 + 18 * number
            parts += [
                f'<line x1="{LEFT + across - 190}" x2="{LEFT + across - 166}" y1="{y - 4}" y2="{y - 4}" '
                f'stroke="{color}" stroke-width="2"{dash}/>',
                f'<text x="{LEFT + across - 160}" y="{y}">{escape(line.name)}</text>',
            ]
    return "\n".join([*parts, "</svg>", ""])

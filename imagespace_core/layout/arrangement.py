"""`Arrangement`, the result of a layout: positions, and the guides that help to read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Arrangement:
    """positions: float32 (n, 2 | 3), y upward, NaN for rows without a place. guides: as JSON takes it, see `guides`."""

    positions: np.ndarray
    guides: dict[str, Any]


def guides(
    name: str,
    title: str,
    positions: np.ndarray,
    *,
    cell: float | None = 1.0,
    notes: list[str] | None = None,
    headings: list[dict[str, Any]] | None = None,
    axes: list[dict[str, Any]] | None = None,
    lines: list[list[list[float]]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The guides of `positions`, in layout units, written as `layouts/<name>.json`.

    cell: side of the square that an image may fill without covering another, None as for maps. notes: plain
    sentences. headings: see `heading`. axes: {"axis": "x" | "y", "title", "ticks": [{"at", "text"}]}. lines: thin ones,
    two positions each. `missing` counts the rows without a position. more: `seamless`, whether images fill their cells
    to the edge, as tiles of one map do.
    """
    return {
        "name": name,
        "title": title,
        "dims": positions.shape[1],
        "cell": cell,
        "missing": int(np.isnan(positions).any(1).sum()),
        "notes": notes or [],
        "headings": headings or [],
        "axes": axes or [],
        "lines": lines or [],
        **more,
    }


def heading(
    text: str, count: int, at: tuple[float, ...], align: str = "start", level: int = 0, width: float | None = None
) -> dict[str, Any]:
    """`text` over `count` images, its lower edge at `at`, which is its `align`: "start", "center" or "end".

    width: layout units that it may take.
    """
    room = {} if width is None else {"width": round(float(width), 4)}
    position = [round(float(x), 4) for x in at]
    return {"text": text, "count": int(count), "at": position, "align": align, "level": level, **room}


def scattered(arrangement: Arrangement, rows: np.ndarray, n: int) -> Arrangement:
    """The arrangement of some rows, int (m,), as one of all n rows: the others have no place and are not counted."""
    positions = np.full((n, arrangement.positions.shape[1]), np.nan, np.float32)
    positions[rows] = arrangement.positions
    return replace(arrangement, positions=positions)

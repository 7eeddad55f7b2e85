"""The layout without overlap: a 2D map whose images do not cover each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagespace_core.layout.arrangement import Arrangement, guides
from imagespace_core.layout.lattice import Blocks, into_cells
from imagespace_core.layout.windows import exchanged
from imagespace_core.neighbors import Tick
from imagespace_core.words import plural

FURTHEST = 0.05

FULLEST = 0.9
"""Share of the lattice's cells that images may take."""

SHRINK = 0.9
"""Factor from one size that is tried to the next."""

NARROWEST = 0.01
"""A map's longer side counts as at least this share of its largest coordinate: float32 has no room for less."""

TINIEST = 1e-30
"""A smaller side counts as none: its cells would be smaller than the numbers that float32 keeps distinct."""

EXCHANGED_UP_TO = 50_000
"""Rows. Above, exchanging cells takes longer than placing; without it cells come out about a fourth smaller."""

ROUNDING = 4 * float(np.finfo(np.float32).eps)
"""Of positions as float32, relative to the largest: by so much two neighbors may come nearer."""


@dataclass(frozen=True)
class Apart:
    """Every image goes to a cell of a lattice over the map, most of whose cells stay empty; none is used twice.

    The cells are as large as they can be, in steps of SHRINK, while no image moves further than `furthest`, a share of
    the map's longer side. Images go to the cell they lie on while it is free, and where they crowd to cells around, by
    bisection (`lattice.into_cells`), then by exchange in small windows (`windows.exchanged`). That there is a lattice
    with empty cells is the idea of DGrid (Hilasaca et al., 2019). Deterministic.
    """

    furthest: float = FURTHEST

    def __call__(self, positions: np.ndarray, name: str, title: str, tick: Tick | None = None) -> Arrangement:
        """float (n, 2), rows with NaN stay so -> Arrangement of `<name>-apart`.

        guides["cell"] is the side that images may have; guides["apart"] has the furthest and the median move, in
        cells, and the share of images that another one of that side overlaps, before and after.
        """
        placed = np.flatnonzero(np.isfinite(positions).all(1))
        origin = positions[placed].astype(np.float64)
        made = np.full((len(positions), 2), np.nan, np.float32)
        spacing = 1.0
        if len(placed):
            made[placed], spacing = self._spread(origin, tick or (lambda share: None))
        cell = spacing - ROUNDING * float(np.abs(made[placed]).max(initial=0))
        moves = np.hypot(*(made[placed] - origin).T) / cell
        moved = {
            "map": name,
            "cell": cell,
            "moved_most": round(float(moves.max(initial=0)), 3),
            "moved_median": round(float(np.median(moves)), 3) if len(moves) else 0.0,
            "overlapping_before": overlapping(origin, cell),
            "overlapping_after": overlapping(made[placed].astype(np.float64), cell),
        }
        notes = [
            f"No image covers another; {moved['overlapping_before']:.0%} did before. Images moved by "
            f"{moved['moved_median']:.1f} of their width, at most by {moved['moved_most']:.1f}."
        ]
        if missing := len(positions) - len(placed):
            notes.append(plural(missing, "image has", "images have") + " no place on the map.")
        made_guides = guides(f"{name}-apart", title, made, cell=cell, notes=notes, apart=moved)
        return Arrangement(made, made_guides)

    def _spread(self, origin: np.ndarray, tick: Tick) -> tuple[np.ndarray, float]:
        """float64 (n, 2), n >= 1 -> new ones, and the side of a cell."""
        low, sides = origin.min(0), np.ptp(origin, axis=0)
        bound = self.furthest * extent(origin)
        low, sides = low - bound, sides + 2 * bound
        cell = min(_no_larger_than(origin, bound), float(np.sqrt(FULLEST * sides.prod() / len(origin))))
        tries = 0
        while True:
            columns, rows = (int(count) for count in np.maximum(1, sides // cell))
            if columns * rows >= len(origin):
                points = (origin - low) / cell
                cells = into_cells(points, Blocks(*(np.array([x]) for x in (columns, rows, columns * rows))))
                if len(origin) <= EXCHANGED_UP_TO:
                    cells = exchanged(points - 0.5, cells, columns, rows)
                if np.hypot(*(cells + 0.5 - points).T).max() * cell <= bound:
                    return low + (cells + 0.5) * cell, cell
            cell *= SHRINK
            tries += 1
            tick(1 - 0.8**tries)


def _no_larger_than(points: np.ndarray, bound: float) -> float:
    """A side that no cell can exceed: what lies in a square must fit into that square grown by the furthest move."""
    sizes = []
    for side in bound * np.array([0.25, 0.5, 1, 2, 4]):
        column, row = np.floor((points - points.min(0)) / side).astype(np.int64).T
        fullest = np.unique(column * (int(row.max()) + 1) + row, return_counts=True)[1].max()
        # Cells at the border of that square may stick out by half.
        sizes.append((side + 2 * bound) / (np.sqrt(fullest) - 1) if fullest > 1 else np.inf)
    return float(min(sizes))


def extent(origin: np.ndarray) -> float:
    """float64 (n, 2), n >= 1 -> the side that `Apart.furthest` is a share of; 1 where it would be below TINIEST."""
    side = max(float(np.ptp(origin, axis=0).max()), NARROWEST * float(np.abs(origin).max()))
    return side if side > TINIEST else 1.0


def overlapping(positions: np.ndarray, cell: float) -> float:
    """Share of squares with this side, centered at float64 (n, 2), that another one overlaps."""
    from scipy.spatial import KDTree

    if len(positions) == 0:
        return 0.0
    # Equal positions go first: a tree of them would be searched from end to end.
    different, of, count = np.unique(positions, axis=0, return_inverse=True, return_counts=True)
    touched = count > 1
    if len(different) > 1:
        touched |= KDTree(different).query(different, 2, p=np.inf, workers=-1)[0][:, 1] < cell
    return float(touched[of].mean())

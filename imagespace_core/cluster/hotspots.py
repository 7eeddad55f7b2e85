"""One line about each cluster: what stands for it, and where its name goes on each map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Hotspot:
    """label: the cluster. size: its images. central: the row that stands for it. strength: its members' mean,
    0 to 1.

    positions: for each map, where its name should sit, in the map's units.
    """

    label: int
    size: int
    central: int
    strength: float
    positions: dict[str, tuple[float, ...]]

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self) | {"positions": {name: list(place) for name, place in self.positions.items()}}


def hotspots(
    labels: np.ndarray, vectors: np.ndarray, positions: Mapping[str, np.ndarray], strength: np.ndarray
) -> list[Hotspot]:
    """labels int32 (n,), vectors float32 (n, d) of unit length, positions float32 (n, 2 | 3) by map, strength
    (n,) -> a Hotspot for each cluster, the lowest label first; none for noise.

    `central` is the medoid by cosine: the member with the highest mean cosine to all members, which is the
    one nearest to the direction of their sum, found in O(n d). A name sits on the member nearest to the
    median of the cluster's positions: in the thick of it, and on an image even where a map tears or bends the
    cluster.
    """
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(labels.max(initial=-1) + 2))
    return [
        _hotspot(label, order[starts[label] : starts[label + 1]], vectors, positions, strength)
        for label in range(len(starts) - 1)
        if starts[label] < starts[label + 1]
    ]


def _hotspot(
    label: int,
    members: np.ndarray,
    vectors: np.ndarray,
    positions: Mapping[str, np.ndarray],
    strength: np.ndarray,
) -> Hotspot:
    own = vectors[members]
    central = members[np.argmax(own @ own.sum(0, dtype=np.float64).astype(np.float32))]
    places = {}
    for name, layout in positions.items():
        here = layout[members].astype(np.float64)
        middle = np.square(here - np.median(here, axis=0)).sum(1).argmin()
        places[name] = tuple(float(x) for x in here[middle])
    return Hotspot(label, len(members), int(central), float(np.mean(strength[members])), places)

"""Summaries of clusters: label, size, central row, and the anchor of the name on each map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ClusterSummary:
    """label: the cluster. size: its images. central: the row that stands for it. strength: its members' mean,
    0 to 1.

    anchors: by map, e.g. `tsne-2d`, where its name should stand, (2 | 3,) in the map's units.
    """

    label: int
    size: int
    central: int
    strength: float = 1.0
    anchors: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """As the manifest has it."""
        return {
            "label": self.label,
            "size": self.size,
            "central": self.central,
            "strength": self.strength,
            "positions": {name: list(anchor) for name, anchor in self.anchors.items()},
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> ClusterSummary:
        """What `record` gave."""
        known = {name: record[name] for name in ("label", "size", "central", "strength") if name in record}
        return cls(**known, anchors=record.get("positions", {}))


def summaries(
    labels: np.ndarray, vectors: np.ndarray, positions: Mapping[str, np.ndarray], strength: np.ndarray
) -> list[ClusterSummary]:
    """labels int32 (n,), vectors float32 (n, d) of unit length, positions float32 (n, 2 | 3) by map, strength
    (n,) -> a summary of each cluster, the lowest label first; none of noise.

    `central` is the medoid by cosine: the member with the highest mean cosine to all members, which is the
    one nearest to the direction of their sum, found in O(n d). A name stands on the member nearest to the
    median of the cluster's positions: in the thick of it, and on an image even where a map tears or bends the
    cluster.
    """
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(labels.max(initial=-1) + 2))
    return [
        _summary(label, order[starts[label] : starts[label + 1]], vectors, positions, strength)
        for label in range(len(starts) - 1)
        if starts[label] < starts[label + 1]
    ]


def _summary(
    label: int, members: np.ndarray, vectors: np.ndarray, positions: Mapping[str, np.ndarray], strength: np.ndarray
) -> ClusterSummary:
    own = vectors[members]
    central = members[np.argmax(own @ own.sum(0, dtype=np.float64).astype(np.float32))]
    anchors = {}
    for name, layout in positions.items():
        here = layout[members].astype(np.float64)
        middle = np.square(here - np.median(here, axis=0)).sum(1).argmin()
        anchors[name] = tuple(float(x) for x in here[middle])
    return ClusterSummary(label, len(members), int(central), float(np.mean(strength[members])), anchors)

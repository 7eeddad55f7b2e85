"""What the tests of layouts share: material of any size, and a way to tell whether squares cover each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import KDTree

from imagespace_core.layout import Arrangement, Material

DAY = 86_400.0


def material(n: int, seed: int = 0, **changed: Any) -> Material:
    """n rows with everything a layout may use, and about a fifth of each kind missing."""
    random = np.random.default_rng(seed)

    def some(values: np.ndarray) -> np.ndarray:
        gone = random.random(n) < 0.2
        return np.where(gone if values.ndim == 1 else gone[:, None], np.nan, values)

    made: dict[str, Any] = {
        "map2d": some(random.normal(size=(n, 2))).astype(np.float32),
        "labels": random.integers(-1, 4, n).astype(np.int32),
        "group_names": ("apples", "pears", "plums", "figs"),
        "hue": some(random.uniform(0, 360, n)),
        "saturation": random.random(n),
        "lightness": some(random.random(n)),
        "taken": some(random.uniform(0, 900 * DAY, n)),
        "longitude": some(random.uniform(-180, 180, n)),
        "latitude": some(random.uniform(-90, 90, n)),
    }
    return Material(**(made | changed))


def placed(arrangement: Arrangement) -> np.ndarray:
    """float64 (m, 2 | 3): the positions of the rows that have a place."""
    positions = arrangement.positions.astype(np.float64)
    return positions[np.isfinite(positions).all(1)]


def nearest(positions: np.ndarray, p: float = np.inf) -> float:
    """The least distance between two of (m, d), by default of squares: below a side they cover each other."""
    return float(KDTree(positions).query(positions, 2, p=p)[0][:, 1].min()) if len(positions) > 1 else np.inf


def texts(arrangement: Arrangement) -> dict[str, int]:
    """Headings and their counts, in order."""
    return {heading["text"]: heading["count"] for heading in arrangement.guides["headings"]}

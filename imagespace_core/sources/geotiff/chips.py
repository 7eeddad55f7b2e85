"""Chips of one scene: their keys, windows and outlines, and what is known of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagespace_core.sources.geotiff import outlines
from imagespace_core.sources.geotiff.annotations import Annotations
from imagespace_core.sources.geotiff.files import Found
from imagespace_core.sources.geotiff.scene import Scene, Window
from imagespace_core.sources.tables.metadata import RESERVED

OWN_COLUMNS = ("longitude", "latitude", "area_m2", "scene", "annotations")


@dataclass(frozen=True)
class Chips:
    """Chips of one scene, from one layer of annotations or a grid; row-aligned.

    keys: unique. windows: int64 (n, 4), left, top, width, height in px. shapes: shapely objects (n,) in px; None means
    the window itself. columns: plain values by name, each a list of n. stamp: of the annotations.
    """

    scene: Scene
    keys: list[str]
    windows: np.ndarray
    shapes: np.ndarray
    columns: dict[str, list[Any]]
    stamp: str

    def window(self, row: int) -> Window:
        left, top, width, height = self.windows[row].tolist()
        return left, top, width, height


def of_annotations(
    annotations: Annotations, prefix: str, scene: Scene, rows: np.ndarray, windows: np.ndarray, shapes: np.ndarray
) -> Chips:
    """Those of some rows of annotations in a scene. prefix: what stands for their file in keys. windows, shapes: of
    these rows, in px."""
    import shapely

    layer = prefix + annotations.name.rpartition("/")[2] if "/" in annotations.name else prefix.rstrip("/")
    numbers = Counter(annotations.ids.tolist())
    ids = annotations.ids[rows].tolist() if len(numbers) == len(annotations) else rows.tolist()
    keys = [f"{scene.name}#{layer}/{number}" for number in ids]
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    columns = _own_columns(scene, middle, outlines.area_m2(shapes, scene))
    columns["annotations"] = [annotations.file] * len(rows)
    taken = {*RESERVED, *OWN_COLUMNS}
    for name, values in annotations.columns.items():
        free = _free(f"{name}_annotation" if name in taken else name, {*columns, *taken})
        columns[free] = [values[row] for row in rows.tolist()]
    return Chips(scene, keys, windows, shapes, columns, annotations.stamp)


def of_grid(scene: Scene, size: int) -> Chips:
    """A grid of squares, size px a side."""
    import shapely

    windows = outlines.grid(scene, size)
    left, top, width, height = windows.T
    shapes = shapely.box(left, top, left + width, top + height)
    keys = [f"{scene.name}#{x},{y}" for x, y in windows[:, :2].tolist()]
    columns: dict[str, list[Any]] = {"scene": [scene.name] * len(keys)}
    if scene.georeferenced:
        middle = np.column_stack([left + width / 2, top + height / 2])
        columns = _own_columns(scene, middle, outlines.area_m2(shapes, scene))
    return Chips(scene, keys, windows, shapes, columns, "")


def _own_columns(scene: Scene, middle: np.ndarray, areas: np.ndarray) -> dict[str, list[Any]]:
    lng, lat = scene.lnglat(middle[:, 0], middle[:, 1])
    columns = {"longitude": _plain(lng.round(7)), "latitude": _plain(lat.round(7)), "area_m2": _plain(areas.round(2))}
    if all(value is None for value in columns["area_m2"]):
        del columns["area_m2"]  # points have none
    return {**columns, "scene": [scene.name] * len(middle)}


def _plain(values: np.ndarray) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]


def distinct(files: Sequence[Found]) -> list[str]:
    """What stands for each file in keys: its name without suffix, or with it where two have the same."""
    bare = [found.name.rpartition(".")[0] or found.name for found in files]
    return [f"{found.name if bare.count(name) > 1 else name}/" for found, name in zip(files, bare, strict=True)]


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free

"""`Material`: what layouts arrange by, one array for each kind."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np


@dataclass(frozen=True)
class Material:
    """Row-aligned arrays of n rows; None where there is none.

    map2d: float32 (n, 2), NaN where a row has no place. labels: int32 (n,), the group of each row, an index into
    `group_names`; -1 is none, called `rest`. hue: degrees, NaN for gray; saturation, lightness: 0 to 1 (HSL). taken:
    float64 Unix seconds, those of the column `taken_from`. longitude, latitude: float64 degrees. NaN is missing
    everywhere.
    """

    map2d: np.ndarray | None = None
    labels: np.ndarray | None = None
    group_names: tuple[str, ...] = ()
    rest: str = "noise"
    hue: np.ndarray | None = None
    saturation: np.ndarray | None = None
    lightness: np.ndarray | None = None
    taken: np.ndarray | None = None
    taken_from: str = "taken_at"
    longitude: np.ndarray | None = None
    latitude: np.ndarray | None = None

    def __post_init__(self) -> None:
        shapes = {name: array.shape for name, array in self._arrays().items()}
        if len({shape[0] for shape in shapes.values()}) > 1:
            raise ValueError(f"arrays of a Material should have the same number of rows; their shapes are {shapes}")

    @property
    def rows(self) -> int:
        return next((len(array) for array in self._arrays().values()), 0)

    def _arrays(self) -> dict[str, np.ndarray]:
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}


def subset(material: Material, rows: np.ndarray) -> Material:
    """The material of some rows, int (m,) or bool (n,), in their order."""
    return replace(material, **{name: array[rows] for name, array in material._arrays().items()})

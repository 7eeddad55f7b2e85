"""Layouts: positions from what people know, as grid, color, timeline and map do, and maps without overlap."""

from __future__ import annotations

from typing import ClassVar, Protocol

from imagespace_core.layout.arrangement import Arrangement, scattered
from imagespace_core.layout.carousel import Carousel
from imagespace_core.layout.clusters import Clusters
from imagespace_core.layout.color import Color
from imagespace_core.layout.geography import Geography
from imagespace_core.layout.grid import Grid
from imagespace_core.layout.material import Material, subset
from imagespace_core.layout.timeline import Timeline
from imagespace_core.neighbors import Tick

__all__ = ["APART", "LAYOUTS", "TITLES", "Arrangement", "Layout", "Material", "scattered", "subset"]


class Layout(Protocol):
    """A frozen dataclass whose fields are its parameters. `dims` is 2 or 3; `title` is what people call it."""

    dims: ClassVar[int]
    title: ClassVar[str]

    def lacks(self, material: Material) -> str | None:
        """Why it cannot be made of this material, e.g. "no image has a date"; None where it can."""
        ...

    def __call__(self, material: Material, tick: Tick | None = None) -> Arrangement:
        """Where each row goes. Any number of rows, also none; a row without a place is NaN and counted.

        Call it only where `lacks` is None. `tick` gets the share done in [0, 1].
        """
        ...


LAYOUTS: dict[str, type[Layout]] = {
    "grid": Grid,
    "clusters": Clusters,
    "color": Color,
    "carousel": Carousel,
    "timeline": Timeline,
    "map": Geography,
}
"""By the name used in files and options. Importing these is cheap: the libraries load inside the calls."""

APART = "apart"
"""What options call the maps in 2D without overlap, see `layout.apart`; each is a layout `<map>-apart`."""

TITLES = {name: layout.title for name, layout in LAYOUTS.items()}

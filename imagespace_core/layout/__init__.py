"""Layouts: positions from what people know, as grid, color, timeline and map do, and maps without overlap."""

from __future__ import annotations

from imagespace_core.layout.arrangement import Arrangement, scattered
from imagespace_core.layout.carousel import Carousel
from imagespace_core.layout.clusters import Clusters
from imagespace_core.layout.color import Color
from imagespace_core.layout.geography import Geography
from imagespace_core.layout.grid import Grid
from imagespace_core.layout.layout import Layout
from imagespace_core.layout.material import Material, subset
from imagespace_core.layout.timeline import Timeline

__all__ = ["APART", "LAYOUTS", "TITLES", "Arrangement", "Layout", "Material", "scattered", "subset"]


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

"""The map: the widgets that choose what it shows, and its drawing. Used by every page that has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from imagespace_core.app import mount, state
from imagespace_core.app.routes import base_url
from imagespace_core.reduce import TITLES
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.names import PREFERRED_MAPS

NO_COLOR = "none"


@dataclass(frozen=True)
class View:
    """What the map shows: layout name, dimensions, slug of the color column, size factor and opacity of the points."""

    layout: str
    dims: int
    color: str | None
    point_size: float = 1.0
    opacity: float = 0.8


def controls(opened: Workspace) -> View:
    """Draw the choice of map, dimensions and color in one row, and say what is chosen."""
    maps = opened.manifest.projections()
    offered = [name for name in TITLES if name in maps] + [name for name in maps if name not in TITLES]
    if not offered:
        st.info("This workspace has no maps. Make some: `precompute.py IMAGES --relayout`", icon=":material/info:")
        st.stop()
    default = next((name for name in PREFERRED_MAPS if name in offered), offered[0])
    titles = [TITLES.get(name, name) for name in offered]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        state.keep_valid("map", titles)
        title = st.segmented_control(
            "Map", titles, default=TITLES.get(default, default), key="map", bind="query-params", required=True
        )
        layout = offered[titles.index(title)] if title else default
        dimensions = [f"{d}D" for d in sorted(maps[layout])]
        state.keep_valid("dims", dimensions)
        dims = st.segmented_control(
            "Dimensions", dimensions, default=dimensions[0], key="dims", bind="query-params", required=True
        )
        color = _color(opened)
    return View(layout, int((dims or dimensions[0])[0]), color)


def appearance() -> tuple[float, float]:
    """Draw the sliders for point size (a factor) and opacity, and return them."""
    size = st.slider("Point size", 0.25, 4.0, 1.0, 0.25, key="size", bind="query-params", format="%.2f ×")
    opacity = st.slider("Opacity", 0.05, 1.0, 0.8, 0.05, key="opacity", bind="query-params")
    return size, opacity


def _color(opened: Workspace) -> str | None:
    columns = {c["name"]: c["slug"] for c in state.usable_columns(opened) if c["kind"] != "text"}
    names = [*columns, NO_COLOR]
    state.keep_valid("color", names)
    default = names.index("cluster") if "cluster" in names else 0
    name = st.selectbox("Color by", names, default, key="color", bind="query-params", width=220)
    return columns.get(name)


def draw(
    opened: Workspace, view: View, on_click: Callable[[int | None], None], *, selected: int | None = None,
    visible: np.ndarray | None = None, query: Sequence[int] = (), results: Sequence[int] = (), hotspots: bool = True,
    camera: bool = False, height_px: int = 640,
) -> None:  # fmt: skip
    """Draw the map. visible: bool (n,). query, results: rows to light up. camera: whether the URL keeps it."""
    spots = opened.manifest.measured("hotspots", "hotspots", []) if hotspots else []
    config = {
        "base": base_url(opened),
        "rows": opened.rows,
        "layout": view.layout,
        "dims": view.dims,
        "color": view.color,
        "pointSize": view.point_size,
        "opacity": view.opacity,
        "mask": mount.bitmask(visible),
        "selected": selected,
        "query": [int(row) for row in query],
        "results": [int(row) for row in results],
        "hotspots": [
            {
                "label": spot["label"],
                "title": f"Cluster {spot['label']}",
                "size": spot["size"],
                "row": spot["central"],
            }
            for spot in spots
        ],
        "fly": state.flight(),
        "cameraParam": "camera" if camera else None,
        "height": height_px,
        "label": f"{TITLES.get(view.layout, view.layout)} map of {opened.rows:,} images in {view.dims}D",
    }
    mount.module("index", config, "viewer", lambda event: on_click(None if event["row"] is None else int(event["row"])))

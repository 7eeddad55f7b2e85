"""The map: the widgets that choose what it shows, and its drawing. Used by every page that has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from imagespace_core.app.components import layers, mount
from imagespace_core.app.server.routes import base_url
from imagespace_core.app.session import arrangements, cluster_names, url
from imagespace_core.app.session.palettes import palette
from imagespace_core.app.text.markdown import literal
from imagespace_core.app.text.messages import sentence
from imagespace_core.collection import positions
from imagespace_core.selection import Selection
from imagespace_core.workspace import Workspace, names

NO_COLOR = "none"
HEIGHT_PX = 640


@dataclass(frozen=True)
class Look:
    """Size factor and opacity of the points; CSS colors for categories, None for the viewer's own."""

    point_size: float = 1.0
    opacity: float = 0.8
    palette: tuple[str, ...] | None = None


@dataclass(frozen=True)
class View:
    """What the map shows: name of the map or layout, dimensions, slug of the color column, look of the points.

    positions, guides: paths below the base URL where they are not those of a map.
    """

    layout: str
    dims: int
    color: str | None
    look: Look
    positions: str | None = None
    guides: str | None = None


def appearance() -> Look:
    """Draw the choice of point size, opacity and category colors."""
    size = st.slider("Point size", 0.25, 4.0, 1.0, 0.25, key="size", bind="query-params", format="%.2f ×")
    opacity = st.slider("Opacity", 0.05, 1.0, 0.8, 0.05, key="opacity", bind="query-params")
    return Look(size, opacity, palette())


def controls(opened: Workspace, look: Look, visible: np.ndarray | None = None) -> View:
    """Draw the choice of map or layout, dimensions and color in one row, and what belongs to it below.

    visible: bool (n,), what the filters leave; None where nothing is filtered.
    """
    maps, layouts = opened.manifest.projections(), opened.manifest.layouts()
    titles = positions.titles(opened.manifest)
    if not titles:
        st.info("This workspace has no maps. Make some: `precompute.py IMAGES --relayout`", icon=":material/info:")
        st.stop()
    default = positions.first(opened)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="controls"):
        url.keep_valid("map", list(titles))
        title = st.segmented_control(
            "Arrangement",
            list(titles),
            default=positions.title(default),
            key="map",
            bind="query-params",
            required=True,
            format_func=literal,
            help=_absent(opened),
        )
        chosen = titles[title] if title else default
        dims = _dimensions(maps[chosen]) if chosen in maps else layouts[chosen]
        color = _color(opened)
    view = View(chosen, dims, color, look)
    return _apart(opened, view) if chosen in maps else _arranged(opened, view, visible)


def _absent(opened: Workspace) -> str | None:
    """Which layouts there are not, and why."""
    reasons = opened.manifest.layouts_without()
    lines = [f"{literal(positions.title(name))}: {sentence(reason)}" for name, reason in reasons.items()]
    return "Not offered here\n\n" + "\n".join(f"- {line}" for line in lines) if lines else None


def _dimensions(offered: Sequence[int]) -> int:
    """Draw the choice of 2D and 3D where there is one."""
    options = [f"{dims}D" for dims in sorted(offered)]
    url.keep_valid("dims", options)
    if len(options) == 1:
        return int(options[0][0])
    chosen = st.segmented_control(
        "Dimensions", options, default=options[0], key="dims", bind="query-params", required=True
    )
    return int((chosen or options[0])[0])


def _color(opened: Workspace) -> str | None:
    columns = {c["name"]: c["slug"] for c in url.usable_columns(opened) if c["kind"] != "text"}
    offered = [*columns, NO_COLOR]
    url.keep_valid("color", offered)
    default = offered.index("cluster") if "cluster" in offered else 0
    name = st.selectbox("Color by", offered, default, key="color", bind="query-params", width=220)
    return columns.get(name)


def _apart(opened: Workspace, view: View) -> View:
    """Draw the switch that keeps the images of a 2D map from covering each other, and how far they moved."""
    if view.dims != 2 or view.layout not in opened.manifest.apart():
        return view
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if not st.toggle("Keep images apart", key="apart", bind="query-params"):
            return view
        made = arrangements.apart(opened, view.layout)
        st.caption(literal(" ".join(made.guides["notes"])), width="content")
    return replace(view, positions=made.file, guides=made.guides_file)


def _arranged(opened: Workspace, view: View, visible: np.ndarray | None) -> View:
    """Draw what a layout can be told: by which column it groups, and whether only what the filters leave takes part."""
    groups = arrangements.groups(opened) if view.layout in arrangements.GROUPED else {}
    by, only = None, False
    if len(groups) > 1 or visible is not None:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            if len(groups) > 1:
                url.keep_valid("group", list(groups))
                by = groups[st.selectbox("Group by", list(groups), key="group", bind="query-params", width=220)]
            if visible is not None:
                only = st.toggle("Arrange only what the filters leave", key="only", bind="query-params")
    made = arrangements.arranged(opened, view.layout, by, visible if only else None)
    if made.without:
        st.info(f"Not arranged anew: {sentence(made.without)}.", icon=":material/info:")
        made = arrangements.arranged(opened, view.layout)
    return replace(view, positions=made.file, guides=made.guides_file)


def draw(
    opened: Workspace, view: View, on_click: Callable[[int | None], None], *, chosen: int | None = None,
    visible: np.ndarray | None = None, selection: Selection | None = None,
    on_select: Callable[[Any], None] | None = None, query: Sequence[int] = (), results: Sequence[int] = (),
    labels: bool = True, camera: bool = False, height_px: int = HEIGHT_PX,
) -> None:  # fmt: skip
    """Draw the map. visible: bool (n,). chosen: the open image. query, results: rows to light up. on_select: takes
    the viewer's `select` events, see `events`. camera: whether the URL keeps it."""
    kind = "map" if view.layout in opened.manifest.projections() else "layout"
    config = {
        "base": base_url(opened),
        "rows": opened.rows,
        "layout": view.layout,
        "dims": view.dims,
        "positions": view.positions,
        "guides": view.guides,
        "centrality": names.CENTRALITY if "centrality" in opened.manifest.steps else None,
        "color": view.color,
        "palette": view.look.palette,
        "pointSize": view.look.point_size,
        "opacity": view.look.opacity,
        "mask": mount.mask_path(opened, visible),
        "selection": mount.selection_path(opened, selection),
        "select": on_select is not None,
        "selected": chosen,
        "query": [int(row) for row in query],
        "results": [int(row) for row in results],
        "cardLayer": layers.telling(opened),
        "clusters": cluster_names.anchored(opened)
        if labels and view.layout not in (*arrangements.GROUPED, "map")
        else [],
        "names": {str(label): name for label, name in cluster_names.given(opened).names.items()},
        "stillMap": _still(opened, view, visible),
        "fly": url.flight(),
        "cameraParam": "camera" if camera else None,
        "height": height_px,
        "label": f"{positions.title(view.layout)} {kind} of {opened.rows:,} images in {view.dims}D",
    }
    listeners: dict[str, Callable[[Any], None]] = {"click": lambda event: on_click(_row(opened, event))}
    if on_select is not None:
        listeners["select"] = on_select
    mount.module("index", config, "viewer", listeners)


def _still(opened: Workspace, view: View, visible: np.ndarray | None) -> str:
    """Where a picture of this view is, for a browser without WebGL2."""
    asked = {
        "positions": view.positions or names.projection(view.layout, view.dims),
        "color": view.color,
        "mask": mount.mask_path(opened, visible),
        "palette": ",".join(view.look.palette or ()),
    }
    return f"picture/{view.layout}.png?{urlencode({name: value for name, value in asked.items() if value})}"


def _row(opened: Workspace, event: Any) -> int | None:
    row = event.get("row") if isinstance(event, dict) else None
    return row if isinstance(row, int) and 0 <= row < opened.rows else None

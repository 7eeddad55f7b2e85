"""Draws the map: the viewer's configuration, and what its events call. Used by every page that has a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np

from imagespace_core.app.components import layers, mount
from imagespace_core.app.components.map_controls import View
from imagespace_core.app.server import still_map
from imagespace_core.app.server.routes import base_url
from imagespace_core.app.session import arrangements, cluster_names, url
from imagespace_core.app.session.addresses import CAMERA
from imagespace_core.collection import positions
from imagespace_core.selection import Selection
from imagespace_core.viewer.contract.configurations import MapConfig
from imagespace_core.viewer.contract.events import Select
from imagespace_core.workspace import Workspace, names

HEIGHT_PX = 640


def draw(
    opened: Workspace, view: View, on_click: Callable[[int | None], None], *, chosen: int | None = None,
    visible: np.ndarray | None = None, selection: Selection | None = None,
    on_select: Callable[[Select], None] | None = None, query_rows: Sequence[int] = (), result_rows: Sequence[int] = (),
    labels: bool = True, camera: bool = False, height_px: int = HEIGHT_PX,
) -> None:  # fmt: skip
    """Draw the map. visible: bool (n,). chosen: the open image. query_rows, result_rows: rows to highlight. on_select:
    takes the viewer's `select` events, see `session.select_events`. camera: whether the URL keeps it."""
    kind = "map" if view.layout in opened.manifest.projections() else "layout"
    config = MapConfig(
        base=base_url(opened),
        rows=opened.rows,
        layout=view.layout,
        dims=2 if view.dims == 2 else 3,
        positions=view.positions,
        guides=view.guides,
        centrality=names.CENTRALITY if "centrality" in opened.manifest.steps else None,
        color=view.color,
        palette=None if view.look.palette is None else list(view.look.palette),
        point_size=view.look.point_size,
        opacity=view.look.opacity,
        mask=mount.mask_path(opened, visible),
        selection=mount.selection_path(opened, selection),
        select=on_select is not None,
        selected=chosen,
        query=[int(row) for row in query_rows],
        results=[int(row) for row in result_rows],
        card_layer=layers.telling(opened),
        clusters=cluster_names.anchored(opened, f"{view.layout}-{view.dims}d")
        if labels and view.layout not in (*arrangements.GROUPED, "map")
        else [],
        names={str(label): name for label, name in cluster_names.given(opened).names.items()},
        still_map=_still(opened, view, visible),
        fly=url.flight(),
        camera_param=CAMERA if camera else None,
        height=height_px,
        label=f"{positions.title(view.layout)} {kind} of {opened.rows:,} images in {view.dims}D",
    )
    taking: dict[str, Callable[[Any], None]] = {"click": mount.opens(opened, on_click)}
    if on_select is not None:
        taking["select"] = on_select
    mount.mount(config, "viewer", taking)


def _still(opened: Workspace, view: View, visible: np.ndarray | None) -> str:
    """The address of this view as a still map, for a browser without WebGL2."""
    params = {
        "positions": view.positions or names.projection(view.layout, view.dims),
        "color": view.color,
        "mask": mount.mask_path(opened, visible),
        "palette": ",".join(view.look.palette or ()),
    }
    return f"{still_map.PREFIX}/{view.layout}.png?{urlencode({name: value for name, value in params.items() if value})}"

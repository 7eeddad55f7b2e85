"""The strip of clusters below the map: to fly to, to select, and to name."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from imagespace_core.app.components import mount
from imagespace_core.app.server.routes import base_url
from imagespace_core.app.session import cluster_names
from imagespace_core.viewer.contract.configurations import ClusterStripConfig
from imagespace_core.viewer.contract.events import Select
from imagespace_core.workspace import Workspace

MOST_TILES = 200
"""Clusters side by side: more would make every message to the browser long, and nobody scrolls that far."""


def strip(
    opened: Workspace, row: int | None, on_click: Callable[[int], None], on_select: Callable[[Select], None]
) -> None:
    """Draw a tile per cluster, the largest first. row: the open image, whose cluster is marked."""
    found = cluster_names.clusters(opened)
    noise = int(opened.manifest.measured("clusters", "noise", 0))
    if not found:
        st.caption(
            "No clusters were found: no group of images is denser than the rest. "
            "A smaller --min-cluster-size may find some."
        )
        return
    config = ClusterStripConfig(
        base=base_url(opened),
        slug=next(column["slug"] for column in opened.columns() if column["kind"] == "cluster"),
        clusters=found[:MOST_TILES],
        noise=noise,
        current=None if row is None else int(opened.clusters()[0][row]),
    )
    taking = {
        "click": mount.opens(opened, on_click),
        "select": on_select,
        "rename": lambda event: cluster_names.renamed(opened, event),
    }
    mount.mount(config, "strip", taking)
    notes = []
    if len(found) > MOST_TILES:
        notes.append(f"The {MOST_TILES} largest of {len(found):,} clusters; the legend finds the others.")
    if aside := cluster_names.given(opened).aside:
        notes.append(
            f"{aside:,} name{'s' if aside > 1 else ''} given to earlier clusters of this workspace "
            f"{'are' if aside > 1 else 'is'} kept, and not shown for these."
        )
    if notes:
        st.caption(" ".join(notes))

"""What clusters are called: by the names that people gave them, else by their numbers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from imagespace_core.app import state
from imagespace_core.errors import ImageSpaceError
from imagespace_core.workspace import Workspace, cluster_names
from imagespace_core.workspace.cluster_names import ClusterNames


def key(opened: Workspace) -> str:
    """The key of the step that made the clusters: names belong to exactly these clusters."""
    return opened.manifest.steps.get("clusters", {}).get("key", "")


def given(opened: Workspace) -> ClusterNames:
    """The names as they are now, whoever gave them; a broken file of names counts as none, see `say_broken`."""
    try:
        return cluster_names.read(opened.root, key(opened))
    except ImageSpaceError:
        return ClusterNames()


def say_broken(opened: Workspace) -> None:
    """Say so if the names cannot be read."""
    try:
        cluster_names.read(opened.root, key(opened))
    except ImageSpaceError as error:
        st.warning(state.escaped(str(error)), icon=":material/label_off:")


def titles(opened: Workspace, head: dict[str, Any]) -> list[str]:
    """What the values of a column of categories or clusters are called, by code, each once."""
    values = head["values"]
    return given(opened).titles(len(values)) if head["kind"] == "cluster" else list(values)


def spots(opened: Workspace) -> list[dict[str, Any]]:
    """The clusters, the largest first: label, size, central row, title as it is now."""
    names = given(opened)
    found = opened.manifest.measured("hotspots", "hotspots", [])
    spots = [{**{name: spot[name] for name in ("label", "size")}, "row": spot["central"]} for spot in found]
    titled = [{**spot, "title": names.title(spot["label"])} for spot in spots]
    return sorted(titled, key=lambda spot: -spot["size"])


def anchored(opened: Workspace) -> list[dict[str, Any]]:
    """The clusters as the map takes them: also `anchors`, where each name stands, by map, in the map's units.

    All maps at once, so that names keep to their places while one map glides into another; five digits are enough.
    """
    found = {spot["label"]: spot.get("positions", {}) for spot in opened.manifest.measured("hotspots", "hotspots", [])}
    return [
        spot | {"anchors": {name: [float(f"{at:.5g}") for at in place] for name, place in found[spot["label"]].items()}}
        for spot in spots(opened)
    ]


def renamed(opened: Workspace, event: Any) -> None:
    """Carry out a `rename` event: {label, name}. What cannot be is said at the next drawing."""
    label, name = (event.get("label"), event.get("name")) if isinstance(event, dict) else (None, None)
    labels = {spot["label"] for spot in opened.manifest.measured("hotspots", "hotspots", [])}
    if not isinstance(label, int) or label not in labels or not isinstance(name, str):
        state.refuse(f"The name was not saved: there is no cluster {label!r:.40} in this workspace.")
        return
    try:
        cluster_names.rename(opened.root, key(opened), label, name)
    except ImageSpaceError as error:
        state.refuse(str(error))

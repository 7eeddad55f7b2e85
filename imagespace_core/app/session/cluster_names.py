"""The names of clusters in this session: read for every rerun, and changed by the viewer's `rename` events."""

from __future__ import annotations

from typing import Any

from imagespace_core.app.session import url
from imagespace_core.collection.clusters import clusters_of, names_of, rename, value_names
from imagespace_core.errors import ImageSpaceError
from imagespace_core.viewer.contract.configurations import MapCluster
from imagespace_core.viewer.contract.events import Rename
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.cluster_names import ClusterNames


def given(opened: Workspace) -> ClusterNames:
    """The names as they are now, whoever gave them; a broken file of names counts as none, see `components.notices`."""
    try:
        return names_of(opened)
    except ImageSpaceError:
        return ClusterNames()


def titles(opened: Workspace, head: dict[str, Any]) -> list[str]:
    """What the values of a column of categories or clusters are called, by code, each once."""
    return value_names(head, given(opened))


def clusters(opened: Workspace) -> list[MapCluster]:
    """The clusters as the viewer takes them, the largest first, with their titles as they are now."""
    names = given(opened)
    found = [
        MapCluster(label=one.label, size=one.size, row=one.central, title=names.title(one.label))
        for one in clusters_of(opened)
    ]
    return sorted(found, key=lambda one: -one.size)


def anchored(opened: Workspace, shown: str) -> list[MapCluster]:
    """The clusters as the map takes them: also where the name of each stands on the map `shown`, such as "tsne-2d".

    Of that map alone, since this is sent at every rerun; the viewer keeps those of maps before. Five digits are enough.
    """
    anchors = {one.label: one.anchors[shown] for one in clusters_of(opened) if shown in one.anchors}
    return [
        one.model_copy(update={"anchors": {shown: [float(f"{at:.5g}") for at in anchors[one.label]]}})
        if one.label in anchors
        else one
        for one in clusters(opened)
    ]


def renamed(opened: Workspace, event: Rename) -> None:
    """Carry out a `rename` event. What cannot be is shown at the next drawing."""
    if event.label not in {one.label for one in clusters_of(opened)}:
        url.refuse(f"The name was not saved: there is no cluster {event.label} in this workspace.")
        return
    try:
        rename(opened, event.label, event.name)
    except ImageSpaceError as error:
        url.refuse(str(error))

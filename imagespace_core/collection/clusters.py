"""The clusters of a workspace: what they hold, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.workspace import cluster_names
from imagespace_core.workspace.cluster_names import ClusterNames

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.workspace import Workspace


@dataclass(frozen=True)
class Cluster:
    """label: its number. size: of its images. central: the row that stands for it.

    anchors: by map, e.g. `tsne-2d`, where its name should stand, (2 | 3,) in the map's units.
    """

    label: int
    size: int
    central: int
    anchors: Mapping[str, Sequence[float]]


def clusters_of(workspace: Workspace) -> list[Cluster]:
    """The clusters by label; none where nothing was found, or nothing was looked for."""
    found = workspace.manifest.measured("hotspots", "hotspots", [])
    return [Cluster(one["label"], int(one["size"]), one["central"], one.get("positions", {})) for one in found]


def names_of(workspace: Workspace) -> ClusterNames:
    """The names that people gave to the clusters, as they are now. Raises WorkspaceError if their file is broken."""
    return cluster_names.read(workspace.root, _key(workspace))


def rename(workspace: Workspace, label: int, name: str) -> ClusterNames:
    """Save the name of one cluster; an empty one gives it its number back. Raises WorkspaceError if it cannot be."""
    return cluster_names.rename(workspace.root, _key(workspace), label, name)


def value_names(head: Mapping[str, Any], names: ClusterNames) -> list[str]:
    """What the values of a column of categories or clusters are called, by code, each once."""
    values = list(head.get("values", []))
    return names.titles(len(values)) if head["kind"] == "cluster" else values


def labeled(workspace: Workspace) -> pd.DataFrame:
    """The table, and with it the column `cluster`: the names of the clusters, and noise. A column of that name in the
    metadata outranks it."""
    import pandas as pd

    items = workspace.items
    if "clusters" not in workspace.manifest.steps or "cluster" in items:
        return items
    labels = workspace.clusters()[0]
    titles = np.array([*names_of(workspace).titles(int(labels.max(initial=-1)) + 1), "noise"], object)
    return items.assign(cluster=pd.Series(titles[labels], items.index, "string"))


def _key(workspace: Workspace) -> str:
    """The key of the step that made the clusters: names belong to exactly these clusters."""
    return workspace.manifest.steps.get("clusters", {}).get("key", "")

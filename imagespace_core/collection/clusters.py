"""The clusters of a workspace: what they hold, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.cluster.summaries import ClusterSummary
from imagespace_core.workspace import cluster_names
from imagespace_core.workspace.cluster_names import ClusterNames

if TYPE_CHECKING:
    import pandas as pd

    from imagespace_core.workspace import Workspace


def clusters_of(workspace: Workspace) -> list[ClusterSummary]:
    """The clusters by label; none where nothing was found, or nothing was looked for."""
    return [ClusterSummary.of(record) for record in workspace.manifest.measured("hotspots", "hotspots", [])]


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

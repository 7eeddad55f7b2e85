"""A map as a still figure: collects its points, colors, key, names of clusters and notes for `drawing.map_figure`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.collection.clusters import clusters_of, names_of, value_names
from imagespace_core.collection.columns import Colored, colored
from imagespace_core.collection.positions import first, guides, positions, title
from imagespace_core.drawing.key import key_of
from imagespace_core.drawing.map_figure import Label, Subject
from imagespace_core.errors import InputError

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace

NEIGHBORHOODS = (
    "A map shows neighborhoods, not distances: who is near whom means something; the size of a group, the gap between "
    "two and the axes do not."
)


def subject(
    workspace: Workspace, name: str | None = None, dims: int | None = None, color: str | None = None
) -> Subject:
    """What the figure of a map or layout shows. name: by default what is shown first. color: column by name or slug,
    None for gray.

    Raises InputError where there is no such map, or no such column that could color points.
    """
    name = name or first(workspace)
    drawn, found = positions(workspace, name, dims), colored(workspace, color)
    dims, reading = drawn.shape[1], guides(workspace, name)
    key, by = None, ""
    if color is not None:
        if found.head["kind"] == "text":
            raise InputError(f"the column {color} holds texts, nearly all different, and cannot color points")
        key = key_of(found.head, found.values, value_names(found.head, names_of(workspace)))
        by = f", by {found.head['name']}"
    central = "centrality" in workspace.manifest.steps
    return Subject(
        title=f"{workspace.name}: {title(name)}{by}",
        positions=np.array(drawn),
        colors=found.colors,
        key=key,
        labels=_labels(workspace, f"{name}-{dims}d"),
        guides=reading,
        central=np.argsort(-workspace.centrality(), kind="stable") if central else None,
        sprite=workspace.sprite,
        notes=[
            _counts(workspace, drawn, found),
            *reading.get("notes", []),
            _meaning(workspace, name, drawn.shape[1]),
        ],
    )


def default_color(workspace: Workspace) -> str | None:
    """The clusters, where there are any."""
    return next((column["slug"] for column in workspace.columns() if column["name"] == "cluster"), None)


def _labels(workspace: Workspace, map_name: str) -> list[Label]:
    """The clusters' names where they stand on the map."""
    names = names_of(workspace)
    return [
        Label(names.title(cluster.label), cluster.anchors[map_name], cluster.size)
        for cluster in clusters_of(workspace)
        if map_name in cluster.anchors
    ]


def _counts(workspace: Workspace, drawn: np.ndarray, found: Colored) -> str:
    """How many images there are, how many are not seen, and what made the map."""
    manifest, head = workspace.manifest, found.head
    counts = [f"{workspace.rows:,} images"]
    if without := int((~np.isfinite(drawn).all(axis=1)).sum()):
        counts.append(f"{without:,} without a place here")
    if head.get("missing"):
        what = "in no cluster" if head["kind"] == "cluster" else f"without {head['name']}"
        counts.append(f"{head['missing']:,} {what}")
    if head["kind"] == "list":
        counts.append(f"an image with several {head['name']} has the color of the one that most images have")
    made = f"Model {manifest.model}; built {manifest.created[:10]} by ImageSpace {manifest.version}."
    return f"{', '.join(counts)}. {made}"


def _meaning(workspace: Workspace, name: str, dims: int) -> str:
    """What may be read out of the map, and what not."""
    manifest = workspace.manifest
    if name == "map":
        return "Places are longitude and latitude, in an equirectangular projection."
    if name == "pca":
        kept: Any = manifest.measured(f"pca-{dims}d", "explained_variance", [])[:dims]
        return (
            f"A map shows neighborhoods, not distances: of the differences between the images {sum(kept):.0%} are on "
            f"these {dims} components, all others are not."
        )
    if name in manifest.layouts():
        return "An arrangement by one property; beyond that, who is near whom means nothing, and distances never do."
    return NEIGHBORHOODS

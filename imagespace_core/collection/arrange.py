"""Layouts made on demand: of some rows, or of other groups than the clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.collection.columns import column_named
from imagespace_core.collection.material import material_of
from imagespace_core.drawing.colors import CODED
from imagespace_core.errors import InputError
from imagespace_core.layout import LAYOUTS, Arrangement, scattered, subset
from imagespace_core.workspace.cluster_names import ClusterNames

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace

GROUPED = ("clusters", "carousel")
"""Layouts that put rows into groups: by cluster, or by any other column of categories."""


class NotArrangedError(InputError):
    """These rows cannot be arranged so; the message is the reason, e.g. "no image has a date"."""


def arrange(workspace: Workspace, layout: str, rows: np.ndarray | None = None, by: str | None = None) -> Arrangement:
    """A layout by the rules of the build: of all rows it has the positions and guides of the file.

    rows: int (m,) or bool (n,), the only rows to have a place; all unless given. by: name or slug of a column of
    categories that groups in place of the clusters, where the layout is one of GROUPED. Where rows have several values
    each stands with the one that most rows have, and a note says so.
    Returns positions float32 (n, 2 | 3), NaN for rows without a place.
    Raises InputError for a layout or column that there is not, NotArrangedError where the rows lack what it is made of.
    """
    if layout not in LAYOUTS:
        raise InputError(f"there is no layout {layout!r}; choose one of {', '.join(LAYOUTS)}")
    notes = []
    if by is not None:
        head = column_named(workspace, by)
        if layout not in GROUPED or head["kind"] not in CODED:
            raise InputError(
                f"{layout} cannot be grouped by {by}: {', '.join(GROUPED)} can, by a column of categories or clusters"
            )
        if head["kind"] == "list":
            notes.append(f"An image with several {head['name']} stands with the one that most images have.")
        by = None if head["kind"] == "cluster" else head["slug"]
    stage, found = LAYOUTS[layout](), material_of(workspace, by)
    if rows is None:
        chosen = np.arange(workspace.rows)
    else:
        rows = np.asarray(rows)
        chosen = np.flatnonzero(rows) if rows.dtype == bool else np.unique(rows)
    own = subset(found, chosen)
    if reason := stage.lacks(own):
        raise NotArrangedError(reason)
    made = scattered(stage(own), chosen, workspace.rows)
    return replace(made, guides={**made.guides, "notes": [*made.guides["notes"], *notes]})


def with_names(guides: Mapping[str, Any], names: ClusterNames) -> dict[str, Any]:
    """Guides of a layout grouped by cluster, with the names that people gave to clusters in the headings."""
    given = {ClusterNames().title(label): name for label, name in names.names.items()}
    headings = [{**heading, "text": given.get(heading["text"], heading["text"])} for heading in guides["headings"]]
    return {**guides, "headings": headings}

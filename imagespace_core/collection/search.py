"""The nearest images to examples: rows of the collection, images from elsewhere, sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.search import METRICS, Exact, Index, Metric, open_index
from imagespace_core.search.by_rows import ANNOY_METRIC
from imagespace_core.search.query import Query

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace


def metrics(workspace: Workspace) -> list[Metric]:
    """The metrics that the workspace was built for; for microscopy its preset comes first."""
    preset = ANNOY_METRIC if workspace.manifest.source.get("kind") == "microscopy" else None
    built: list[Metric] = [metric for metric in METRICS if f"index-{metric}" in workspace.manifest.steps]
    return sorted(built, key=lambda metric: metric != preset)


def index_of(workspace: Workspace, metric: Metric, quality: float | None = 1.0) -> Index:
    """What answers for `metric`: exact below `search.EXACT_BELOW` rows, else Annoy with its measured search_k.

    quality: a factor on that search_k; None searches exactly. Raises WorkspaceError where the index is missing.
    """
    if quality is None:
        exact = Exact(metric)
        exact.build(workspace.vectors())
        return exact
    measured = int(workspace.manifest.measured(f"index-{metric}", "search_k", -1))
    search_k = measured if measured < 0 else max(1, round(measured * quality))
    vectors = workspace.vectors()
    return workspace.index(metric, lambda path: open_index(metric, vectors, path, search_k))


def query_of_rows(workspace: Workspace, positive: Sequence[int], negative: Sequence[int] = ()) -> Query:
    """What is like these rows and unlike those; none of them is an answer."""
    vectors = workspace.vectors()
    wanted, unwanted = (np.asarray(rows, np.int64) for rows in (positive, negative))
    return Query(
        np.array(vectors[wanted], np.float32),
        np.array(vectors[unwanted], np.float32),
        np.concatenate([wanted, unwanted]),
    )

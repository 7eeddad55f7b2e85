"""A t-SNE map of its own for some images, those of chosen groups, or for the means of the groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.collection.clusters import labeled
from imagespace_core.errors import InputError
from imagespace_core.evaluate.leakage import groups_of
from imagespace_core.evaluate.subgroups import group_means, in_groups, sample_evenly, structure_names

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace

LEAST_POINTS, MOST_POINTS = 5, 4_000


@dataclass(frozen=True)
class SubgroupSettings:
    """column, groups: the groups to look at. structures: columns of yes and no that name the kinds; without any, kinds
    are the groups. means: a point is the mean of a kind in a group, else an image. most: images of each kind."""

    column: str
    groups: tuple[str, ...]
    structures: tuple[str, ...] = ()
    means: bool = False
    most: int = 100
    seed: int = 0


@dataclass(frozen=True)
class Subgroups:
    """positions: float32 (m, 2), by t-SNE. kinds: object (m,), what colors the points. names: what each point is."""

    positions: np.ndarray
    kinds: np.ndarray
    names: list[str]


def subgroups(workspace: Workspace, settings: SubgroupSettings) -> Subgroups:
    """Raises InputError where there is no such column or group, or too few or too many points."""
    from imagespace_core.neighbors.graph import NeighborGraph
    from imagespace_core.reduce.tsne import TSNE

    table: Any = labeled(workspace)
    groups = groups_of(table, settings.column)
    rows = in_groups(groups, settings.groups)
    kinds = groups
    if settings.structures:
        kinds = structure_names({name: table[name].fillna(False).to_numpy(bool) for name in settings.structures})
    vectors: Any = workspace.vectors()
    if settings.means:
        made = group_means(vectors, groups, kinds, rows)
        vectors, kinds, names = made.vectors, made.kinds, made.names
    else:
        rows = sample_evenly(kinds, settings.most, settings.seed, rows)
        names = [workspace.ids[row] for row in rows]
        vectors, kinds = np.array(vectors[rows], np.float32), kinds[rows]
    if not LEAST_POINTS <= len(names) <= MOST_POINTS:
        raise InputError(
            f"{len(names):,} points; a map of {LEAST_POINTS} to {MOST_POINTS:,} can be made here. Choose "
            + ("more groups" if len(names) < LEAST_POINTS else "fewer groups, or fewer images of each kind")
        )
    stage = TSNE(perplexity=min(30.0, max(1.0, (len(names) - 1) / 3)), seed=settings.seed)
    graph = NeighborGraph(k=stage.neighbors_needed, seed=settings.seed)(vectors)
    return Subgroups(stage(vectors, graph), kinds, names)

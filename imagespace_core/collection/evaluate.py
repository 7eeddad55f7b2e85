"""Evaluates searching by examples against a labeled column, from `EvaluationSettings`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.collection.clusters import labeled
from imagespace_core.errors import InputError
from imagespace_core.evaluate.experiment import Evaluation, Experiment
from imagespace_core.evaluate.leakage import groups_of, parent_column
from imagespace_core.evaluate.least_overlap import DEFAULT, LeastOverlap, proposed_overlap
from imagespace_core.evaluate.relevance import judge, overlap_judged
from imagespace_core.search import Metric
from imagespace_core.search.by_rows import ANNOY_METRIC, ByRows, by_rows

if TYPE_CHECKING:
    from imagespace_core.workspace import Workspace

PARENT = "<parent>"
"""For `EvaluationSettings.exclude_by`: the column that says what image each was cut from, if there is one."""


@dataclass(frozen=True)
class EvaluationSettings:
    """What should be found, and how that is measured.

    label, value, min_overlap: which rows, see `evaluate.relevance.judge` and `least_overlap`. exclude_by: a column; all
    rows that share its value with an example are left out, so that nothing counts as found for showing the same pixels;
    None leaves out the examples alone. metric, trees: of the search, see `search.by_rows`. positives, negatives: rows
    that are the examples of the one search; without them examples are drawn at random, as `experiment` sets.
    """

    label: str
    value: str | None = None
    min_overlap: float | None = None
    exclude_by: str | None = PARENT
    metric: Metric = ANNOY_METRIC
    trees: int = 0
    experiment: Experiment = Experiment()
    positives: tuple[int, ...] = ()
    negatives: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.negatives and not self.positives:
            raise InputError("negative examples need positive ones; without both, examples are drawn at random")
        if both := set(self.positives) & set(self.negatives):
            raise InputError(f"row {min(both)} is among the positive and the negative examples; leave it out of one")
        if self.positives:
            own = replace(self.experiment, trials=1, positives=len(self.positives), negatives=len(self.negatives))
            object.__setattr__(self, "experiment", own)

    def resolved(self, workspace: Workspace) -> EvaluationSettings:
        """The same with the column that PARENT stands for in this workspace, None where there is none.

        And with the least overlap that is proposed, where one is and none was given.
        """
        settings = self
        if self.min_overlap is None and self.value is None:
            proposed = least_overlap(workspace, self.label)
            if proposed and proposed.why:
                settings = replace(settings, min_overlap=proposed.value)
        if self.exclude_by != PARENT:
            return settings
        examples = self.experiment.positives + self.experiment.negatives
        return replace(settings, exclude_by=parent_column(labeled(workspace), examples))

    def record(self, workspace: Workspace) -> dict[str, object]:
        """What was measured with, by name, for tables."""
        manifest, experiment = workspace.manifest, self.experiment
        return {
            "workspace": workspace.name, "build": manifest.build, "model": manifest.model, "metric": self.metric,
            "trees": self.trees, "positives": experiment.positives, "negatives": experiment.negatives,
            "apart": self.exclude_by or "", "seed": experiment.seed,
        }  # fmt: skip


def least_overlap(workspace: Workspace, label: str) -> LeastOverlap | None:
    """What `label` is decided by where nobody says, see `proposed_overlap`: what people chose when they built the
    workspace stays. None for a label that no overlap decides."""
    overlap = overlap_judged(labeled(workspace), label)
    if overlap is None:
        return None
    built_with = float(workspace.manifest.source.get("parameters", {}).get("min_overlap", DEFAULT))
    return proposed_overlap(overlap) if built_with == DEFAULT else LeastOverlap(built_with)


def evaluate(workspace: Workspace, settings: EvaluationSettings, search: ByRows | None = None) -> Evaluation:
    """Search by examples and measure what is found.

    search: made of the workspace's vectors with the settings' metric and trees, where it is there already.
    Raises InputError where the settings do not fit the workspace, or nothing would be left to find.
    """
    settings = settings.resolved(workspace)
    table = labeled(workspace)
    relevance = judge(table, settings.label, settings.value, settings.min_overlap)
    groups = None if settings.exclude_by is None else groups_of(table, settings.exclude_by)
    search = search or by_rows(workspace.vectors(), settings.metric, settings.trees)
    if not settings.positives:
        return settings.experiment(relevance, search, groups)
    positives, negatives = np.array(settings.positives), np.array(settings.negatives, np.int64)
    return Evaluation(relevance, (settings.experiment.one(relevance, search, positives, negatives, groups),))

"""The plan of a build: for every step whether it is done again, kept or skipped. Made once, before any step runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from imagespace_core.errors import InputError
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.steps import Step, carried
from imagespace_core.workspace import Draft

PIXEL_STEPS = ("images", "embed", "source", "atlas", "previews")
"""Those that need the source."""
# Cheap, and wrong as soon as what they are made from has changed: never carried over.
DERIVED_STEPS = ("hotspots", "columns", "centrality", "layout", "apart")

Decision = Literal["redo", "keep", "skip"]
"""To be done, there already, or no part of the workspace afterwards."""


@dataclass(frozen=True)
class Planned:
    """A row of the plan. why: one phrase for people. key: what the step's record has afterwards; "" if skipped."""

    step: Step
    decision: Decision
    why: str
    key: str = ""


@dataclass(frozen=True)
class Plan:
    """All steps in the order in which they run."""

    rows: Sequence[Planned]

    def names(self, decision: Decision) -> list[str]:
        return [row.step.name for row in self.rows if row.decision == decision]


@dataclass(frozen=True)
class Selection:
    """What --relayout, --only and --force say of a step."""

    options: Options

    def named(self, name: str) -> bool:
        """Whether --only names this step: `tsne` names tsne-2d and tsne-3d, `index` every index."""
        return _matches(name, self.options.only)

    def forced(self, name: str) -> bool:
        """Whether it is done again whatever its key says."""
        return self.options.force or self.named(name)

    def carries(self, name: str) -> bool:
        """Whether it is taken over from the published build whatever its key says."""
        if self.options.only:
            return not self.named(name) and not any(_matches(name, step) for step in DERIVED_STEPS)
        return self.options.relayout and (name in PIXEL_STEPS or (name == "table" and self.options.metadata is None))

    def carries_pixels(self) -> bool:
        """Whether nothing has to be read from the source."""
        return all(self.carries(name) for name in PIXEL_STEPS)


def make_plan(steps: Sequence[Step], options: Options, draft: Draft) -> Plan:
    """Decide for each of the steps, which are in the order of their inputs, and for what else the workspace has.

    Raises InputError where --only names none of them.
    """
    selection = Selection(options)
    if options.only and not any(selection.named(step.name) for step in steps):
        raise InputError(
            f"--only {options.only}: there is no such step. There are: {', '.join(step.name for step in steps)}; "
            "a map must also be named by --projections and --dims, an index by --metrics"
        )
    keys: dict[str, str] = {}
    rows = []
    for step in steps:
        row = _decided(step, selection, draft, keys)
        rows.append(row)
        if row.key:
            keys[step.name] = row.key
    return Plan([*rows, *_others(steps, options, draft)])


def _decided(step: Step, selection: Selection, draft: Draft, keys: dict[str, str]) -> Planned:
    """keys: of the steps before."""
    record = draft.record(step.name)
    if step.over or selection.carries(step.name):
        if record is None:
            return Planned(step, "skip", "this workspace has none")
        return Planned(step, "keep", "taken over as it is", record["key"])
    if record is None and selection.options.only and not selection.named(step.name):
        return Planned(step, "skip", "this workspace has none, and it is not named by --only")
    key = step.key(keys)
    if selection.forced(step.name):
        return Planned(step, "redo", "asked for", key)
    if record is None:
        return Planned(step, "redo", "not made yet", key)
    if record["key"] != key:
        return Planned(step, "redo", "its options or what it is made from have changed", key)
    # A model of the same content under another name has the same key, and files of other names.
    if set(record["files"]) - set(step.files):
        return Planned(step, "redo", "its files have other names now", key)
    if not draft.has(step.name, key):
        return Planned(step, "redo", "files of it are missing", key)
    return Planned(step, "keep", "nothing of it has changed", key)


def _others(steps: Sequence[Step], options: Options, draft: Draft) -> Iterator[Planned]:
    """Steps of the published build that are not among the steps: kept with --only, else given up."""
    known = {step.name for step in steps}
    for name, record in (draft.published.steps if draft.published else {}).items():
        if name not in known and options.only:
            yield Planned(carried(name), "keep", "taken over as it is", record["key"])
        elif name not in known:
            yield Planned(carried(name), "skip", "not asked for any more: it is taken out of the workspace")


def _matches(name: str, only: str | None) -> bool:
    """Whether the name is this, or one of its kind.

    >>> _matches("tsne-2d", "tsne"), _matches("table", "tsne")
    (True, False)
    """
    return only is not None and (name == only or name.startswith(f"{only}-"))

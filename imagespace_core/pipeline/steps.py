"""Steps of a build: what makes their cache key, and the loop that skips those whose key is unchanged."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from imagespace_core.workspace import Draft

Record = dict[str, Any]


class Task(Protocol):
    """Something that takes a while, as a person watches it."""

    def advance(self, count: int) -> None:
        """So many more of the task's total are done."""
        ...

    def share(self, done: float) -> None:
        """The share in [0, 1] that is done, for tasks that cannot count."""
        ...


class Report(Protocol):
    """Where a build says what it is doing: bars on a terminal, lines elsewhere."""

    def task(self, title: str, total: int | None = None) -> AbstractContextManager[Task]: ...

    def note(self, line: str) -> None:
        """One line that the user should read; also kept in the manifest."""
        ...


@dataclass(frozen=True)
class Step:
    """One step: `run(draft, report)` stages `files` and returns what it measured, as JSON values.

    The key is a hash of the name, the parameters, the keys of `inputs` and the versions of `packages`. What is not in
    it must not change the result: a step whose key is unchanged is skipped. over: it is taken over from the published
    build, whatever its key.
    """

    name: str
    run: Callable[[Draft, Report], Record]
    files: Sequence[str] = ()
    parameters: Record = field(default_factory=dict)
    inputs: Sequence[str] = ()
    packages: Sequence[str] = ()
    over: bool = False

    def key(self, keys: dict[str, str]) -> str:
        inputs = [keys.get(name, "") for name in self.inputs]
        text = json.dumps([self.name, self.parameters, inputs, self.versions()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def versions(self) -> dict[str, str]:
        return {package: _version(package) for package in self.packages}


def carried(name: str) -> Step:
    """A step that is taken over from the published build as it is."""

    def run(draft: Draft, report: Report) -> Record:
        raise AssertionError(f"{name} is carried over and never run")

    return Step(name, run, over=True)


@dataclass(frozen=True)
class Choice:
    """Which steps to redo whatever their key says, and which to take over from the published build as they are."""

    forced: Callable[[str], bool]
    carried: Callable[[str], bool]

    def stale(self, step: Step, key: str, draft: Draft) -> bool:
        # A model of the same content under another name has the same key, and files of other names.
        elsewhere = set((draft.record(step.name) or {}).get("files", [])) - set(step.files)
        return self.forced(step.name) or not draft.has(step.name, key) or bool(elsewhere)


def parameters_of(stage: object) -> Record:
    """The fields of a frozen dataclass that can change its result; `metadata={"key": False}` marks the others."""
    if not dataclasses.is_dataclass(stage):
        raise TypeError(f"{stage!r} is not a dataclass")
    return {f.name: getattr(stage, f.name) for f in dataclasses.fields(stage) if f.metadata.get("key", True)}


def run_steps(
    steps: Sequence[Step], draft: Draft, report: Report, choice: Choice
) -> tuple[dict[str, Record], list[str]]:
    """Run the steps in order; return the record of each by name, and the names of those that really ran.

    A carried step that was never built stays absent.
    """
    records: dict[str, Record] = {}
    ran: list[str] = []
    keys: dict[str, str] = {}
    for step in steps:
        record = draft.record(step.name)
        if step.over or choice.carried(step.name):
            if record is None:
                continue
            keys[step.name] = record["key"]
        else:
            key = keys[step.name] = step.key(keys)
            if record is None or choice.stale(step, key, draft):
                record = _run(step, key, draft, report)
                ran.append(step.name)
        records[step.name] = record
    return records, ran


def _run(step: Step, key: str, draft: Draft, report: Report) -> Record:
    draft.forget(step.name, step.files)
    started = time.perf_counter()
    measured = step.run(draft, report)
    record = {
        "key": key,
        "parameters": step.parameters,
        "versions": step.versions(),
        "seconds": round(time.perf_counter() - started, 3),
        "files": list(step.files),
        **measured,
    }
    draft.note(step.name, record)
    return record


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"

"""What a step of a build is: what makes its key, and how it is run."""

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
    it must not change the result: a step whose key is unchanged is kept. over: it is taken over from the published
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


def parameters_of(stage: object) -> Record:
    """The fields of a frozen dataclass that can change its result; `metadata={"key": False}` marks the others."""
    if not dataclasses.is_dataclass(stage):
        raise TypeError(f"{stage!r} is not a dataclass")
    return {f.name: getattr(stage, f.name) for f in dataclasses.fields(stage) if f.metadata.get("key", True)}


def run_step(step: Step, key: str, draft: Draft, report: Report) -> Record:
    """Run one step, note it in the draft as done under this key, and return its record."""
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

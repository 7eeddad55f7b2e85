"""The manifest: what a workspace holds and every parameter, version and key that made it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from imagespace_core.errors import NewerFormatError, WorkspaceError
from imagespace_core.workspace import names

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """`manifest.json`, written last by a build.

    build: changes whenever any file of the workspace does; part of every URL, so browsers may cache for ever.
    steps: by name, in the order they ran: key, parameters, versions, seconds, files, and what the step measured.
    """

    build: str
    created: str
    version: str
    source: dict[str, Any]
    counts: dict[str, int]
    model: str
    steps: dict[str, dict[str, Any]]
    notes: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return self.counts["items"]

    @property
    def clusterer(self) -> str:
        """Name of the method that found the clusters."""
        return self.measured("clusters", "clusterer", "hdbscan")

    def projections(self) -> dict[str, list[int]]:
        """Names of the maps in build order, each with its dimensions, e.g. {"tsne": [2, 3]}."""
        found: dict[str, list[int]] = {}
        for step in self.steps.values():
            if "projection" in step:
                found.setdefault(step["projection"], []).append(step["dims"])
        return found

    def layouts(self) -> dict[str, int]:
        """Names of the layouts with their dimensions, e.g. {"grid": 2, "carousel": 3}; maps without overlap apart."""
        return {step["layout"]: step["dims"] for step in self.steps.values() if "layout" in step and "dims" in step}

    def layouts_without(self) -> dict[str, str]:
        """Layouts that could not be made and why, e.g. {"map": "no longitude and latitude columns"}."""
        return {step["layout"]: step["without"] for step in self.steps.values() if step.get("without")}

    def apart(self) -> list[str]:
        """Names of the maps that there are without overlap as well, as layout `<map>-apart`."""
        return [step["apart"] for step in self.steps.values() if step.get("apart")]

    def measured(self, step: str, name: str, default: Any = None) -> Any:
        """What `step` measured under `name`, e.g. `measured("index-angular", "recall")`."""
        return self.steps.get(step, {}).get(name, default)

    def _is_whole(self) -> bool:
        """Whether everything is of its type and every file lies in the workspace: it may come from anywhere."""
        texts = (self.build, self.created, self.version, self.model, self.source.get("kind", ""))
        return (
            all(isinstance(text, str) for text in texts)
            and re.fullmatch(r"[\w-]{1,64}", self.build) is not None
            and isinstance(self.format, int)
            and isinstance(self.counts["items"], int)
            and all(isinstance(note, str) for note in self.notes)
            and is_record_of_steps(self.steps)
        )

    def dumps(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False)

    @classmethod
    def read(cls, root: Path) -> Manifest:
        """Raises WorkspaceError if there is none or it is broken, NewerFormatError if it is ahead of this program."""
        path = root / names.MANIFEST
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            raise WorkspaceError(
                f"{root} is not a workspace: it has no {names.MANIFEST}. Build one with: precompute.py IMAGES -o {root}"
            ) from None
        except (OSError, ValueError) as error:
            raise WorkspaceError(
                f"{path} cannot be read ({error}). Rebuild it: precompute.py IMAGES -o {root}"
            ) from error
        return cls.loads(text, root)

    @classmethod
    def loads(cls, text: str, root: Path) -> Manifest:
        """What `dumps` wrote, of the workspace at `root`. Raises WorkspaceError, NewerFormatError."""
        try:
            record = json.loads(text)
        except ValueError as error:
            raise WorkspaceError(
                f"{root / names.MANIFEST} cannot be read ({error}). Rebuild it: precompute.py IMAGES -o {root}"
            ) from error
        return cls.parse(record, root)

    @classmethod
    def parse(cls, record: Any, root: Path) -> Manifest:
        found = record.get("format") if isinstance(record, dict) else None
        if isinstance(found, int) and found > FORMAT:
            raise NewerFormatError(
                f"{root} has format {found}; this ImageSpace reads up to {FORMAT}. "
                "Update ImageSpace, or rebuild the workspace with this version."
            )
        known = {f.name for f in fields(cls)}
        try:
            manifest = cls(**{name: value for name, value in record.items() if name in known})
            complete = manifest._is_whole()
        except (AttributeError, TypeError, KeyError) as error:
            raise WorkspaceError(
                f"{root / names.MANIFEST} is incomplete ({error}). Rebuild: precompute.py IMAGES -o {root}"
            ) from error
        if not complete:
            raise WorkspaceError(f"{root / names.MANIFEST} is incomplete. Rebuild: precompute.py IMAGES -o {root}")
        return manifest


def is_record_of_steps(steps: Any) -> bool:
    """Whether steps by name each have a key and files that lie in the workspace; and what they made has a name."""
    return isinstance(steps, dict) and all(
        isinstance(step, dict)
        and isinstance(step.get("key"), str)
        and isinstance(step.get("files"), list)
        and all(names.is_inside(name) for name in step["files"])
        and all(isinstance(step.get(made) or "", str) for made in ("projection", "layout", "apart", "without"))
        for step in steps.values()
    )

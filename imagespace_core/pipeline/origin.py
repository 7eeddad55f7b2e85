"""Where a build's items come from: which source, with which options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagespace_core.errors import InputError
from imagespace_core.images.decode import Decode
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.steps import Record, Report
from imagespace_core.sources import Source
from imagespace_core.sources.parameters import parameters, recorded
from imagespace_core.sources.registry import SOURCES, recognized
from imagespace_core.workspace import Manifest


@dataclass(frozen=True)
class Origin:
    """kind: the source's name in the registry. root: where its items lie."""

    kind: str
    root: Path
    source: Source

    def record(self, digest: str) -> Record:
        """What the manifest keeps, so that the app can make the source again. digest: of its items."""
        return {
            "kind": self.kind, "root": str(self.root.resolve()), "parameters": recorded(self.source), "digest": digest,
        }  # fmt: skip


def refuse_unread(options: Options, published: Manifest) -> None:
    """Raises InputError where options ask for another reading of the images, which is not done in this run."""
    before = published.source.get("parameters", {})
    wanted = parameters(published.source["kind"], options.parameters)
    changed = [f"--{name.replace('_', '-')}" for name, value in wanted.items() if _plain(value) != before.get(name)]
    if changed:
        run = "--relayout" if options.relayout else f"--only {options.only}"
        raise InputError(
            f"{' and '.join(changed)} change what is read from the images, which {run} leaves as it is. "
            f"Run the same command without {run}; only what has changed is made again"
        )


def _plain(value: object) -> object:
    """As JSON gives it back."""
    return list(value) if isinstance(value, tuple) else value


def find_origin(options: Options, published: Manifest | None, report: Report) -> Origin:
    """What the options name; what has to be guessed is said. With `only` the published source keeps its options.

    Raises InputError where nothing is named, the path looks like nothing known, or the source does not take an option.
    """
    root = options.origin()
    if root is None:
        raise InputError("nothing to read: give the folder of images")
    before = published.source if options.only and published else {}
    kind = options.source or before.get("kind") or ("vectors" if options.images is None else None)
    if kind is None:
        kind = recognized(root)
        if kind != "folder":
            report.note(f"{root} looks like {SOURCES[kind].about} and is read so; anything else is named by --source")
    kept = before.get("parameters", {}) if before.get("kind") == kind else {}
    chosen = {**kept, **parameters(kind, options.parameters)}
    return Origin(kind, root, SOURCES[kind].make(root, Decode(strict=options.strict), options.limit, **chosen))

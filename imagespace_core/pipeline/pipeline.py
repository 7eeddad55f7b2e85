"""The build: images in, a workspace out. Which steps there are and in what order; each one works elsewhere."""

from __future__ import annotations

import datetime
import hashlib
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import imagespace_core
from imagespace_core.errors import InputError, VanishedError
from imagespace_core.pipeline import layout_steps, origin, table_steps, vector_steps
from imagespace_core.pipeline.image_steps import OtherRowsError
from imagespace_core.pipeline.intake import FIRST, LAST, carried_over, take_in
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.steps import Choice, Report, Step, Task, carried, run_steps
from imagespace_core.pipeline.vector_steps import Ready
from imagespace_core.workspace import Draft, Manifest, names
from imagespace_core.workspace.confirmed import confirm, is_confirmed, notes_file

__all__ = ["Options", "Report", "Summary", "Task", "build"]

PIXEL_STEPS = FIRST + LAST
# Cheap, and wrong as soon as what they are made from has changed: never carried over.
DERIVED_STEPS = ("hotspots", "columns", "centrality", "layout", "apart")


@dataclass(frozen=True)
class Summary:
    """What a build did. `ran` names the steps that were not up to date."""

    root: Path
    manifest: Manifest
    ran: list[str]


def build(options: Options, report: Report) -> Summary:
    """Build or update the workspace that `options` names.

    Raises InputError for what the user can mend, ModelError for a model that cannot be used, LockedError if another
    build is at work. Unless this returns, the published workspace is what it was.
    """
    if options.images and options.workspace().resolve() == options.images.resolve():
        raise InputError(
            f"the workspace cannot be {options.images} itself, the folder of images. Choose another with -o"
        )
    if options.metadata and not options.metadata.exists():
        raise InputError(
            f"--metadata {options.metadata} does not exist; expected a CSV, TSV, Parquet or JSON Lines file"
        )
    with Draft.open(options.workspace()) as draft:
        # What is carried over from a workspace that came from elsewhere is no word of who runs this.
        before = draft.published
        own = not (options.relayout or options.only) or (before is not None and is_confirmed(draft.root, before))
        summary = _whole(options, draft, report)
        if own:
            _confirm(summary, report)
        return summary


def _whole(options: Options, draft: Draft, report: Report) -> Summary:
    """The build, again where images had to be left out of it for their vectors.

    Raises InputError where images vanished meanwhile: nothing is published then.
    """
    try:
        try:
            return _build(options, draft, _Noting(report))
        except OtherRowsError:
            return _build(options, draft, _Noting(report), of_model=True)
    except VanishedError as error:
        root = options.origin()
        gone = error.path if root is None or root.exists() else root
        raise InputError(
            f"{gone} could be listed, and now cannot be read ({error.reason}). Nothing was published. Bring it "
            "back (plug in the disk, mount the folder) and run the same command; without what was deleted, too"
        ) from error


def _confirm(summary: Summary, report: Report) -> None:
    try:
        confirm(summary.root, summary.manifest)
    except OSError as error:
        report.note(
            f"{notes_file()} cannot be written ({error.strerror}): the app will show kept copies in place of the "
            "originals. Let it be written and run the same command, or set IMAGESPACE_TRUST_ROOTS=1 for the app"
        )


def _build(options: Options, draft: Draft, report: _Noting, of_model: bool = False) -> Summary:
    choice = _choice(options)
    published = draft.published
    if options.relayout or options.only:
        draft.discard()
        if published is None:
            raise InputError(
                f"{draft.root} holds no workspace yet; --relayout and --only change one. Build it first without them"
            )
    if published and all(choice.carried(name) for name in PIXEL_STEPS):
        origin.refuse_unread(options, published)
        source, taken = published.source, carried_over(published)
    else:
        taken, source = take_in(options, draft, report, choice, of_model)
    joined, columns, there = table_steps.plan(options.metadata, taken.told)
    if not choice.carried(joined.name):
        vector_steps.check(options, there)
    steps = [
        *taken.first,
        joined,
        *vector_steps.plan(options, taken.model, draft, taken.ready, source["kind"]),
        *taken.last,
        columns,
    ]
    steps += layout_steps.plan(options, _flat_maps(options, published, taken.ready))
    if options.only:
        steps = _only(steps, options.only, published)
    records, ran = run_steps(steps, draft, report, choice)
    if published and not ran and list(records) == list(published.steps) and source == published.source:
        draft.discard()
        return Summary(draft.root, published, ran)
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    manifest = Manifest(
        build=_digest([created, *(record["key"] for record in records.values())])[:16],
        created=created,
        version=imagespace_core.__version__,
        source=source,
        counts={"items": records["images"]["items"], "failures": records["images"]["failures"]},
        model=taken.model,
        steps=records,
        notes=report.notes
        if "images" in ran or not published
        else list(dict.fromkeys([*published.notes, *report.notes])),
    )
    draft.publish(manifest)
    return Summary(draft.root, manifest, ran)


def _choice(options: Options) -> Choice:
    def forced(name: str) -> bool:
        return options.force or _matches(name, options.only)

    def carried(name: str) -> bool:
        if options.only:
            derived = any(_matches(name, step) for step in DERIVED_STEPS)
            return not _matches(name, options.only) and not derived
        return options.relayout and (name in PIXEL_STEPS or (name == "table" and options.metadata is None))

    return Choice(forced, carried)


def _only(steps: list[Step], only: str, published: Manifest | None) -> list[Step]:
    """The steps with --only: those it names, and of the others just those that the workspace has."""
    if not any(_matches(step.name, only) for step in steps):
        raise InputError(
            f"--only {only}: there is no such step. There are: {', '.join(step.name for step in steps)}; "
            "a map must also be named by --projections and --dims, an index by --metrics"
        )
    have = published.steps if published else {}
    kept = [carried(name) for name in have if published and name not in {step.name for step in steps}]
    return [step for step in steps if step.name in have or _matches(step.name, only)] + kept


def _flat_maps(options: Options, published: Manifest | None, ready: Ready) -> list[str]:
    """The maps in 2D that there are once the build is done."""
    made = options.reducers() if 2 in options.dimensions() and not ready.alone else []
    made = [*([names.GIVEN] if 2 in ready.maps else []), *made]
    if not options.only:
        return made
    have = [name for name, dims in (published.projections() if published else {}).items() if 2 in dims]
    return have + [name for name in made if name not in have and _matches(f"{name}-2d", options.only)]


def _matches(name: str, only: str | None) -> bool:
    """Whether --only names this step: `tsne` names tsne-2d and tsne-3d, `index` every index.

    >>> _matches("tsne-2d", "tsne"), _matches("table", "tsne")
    (True, False)
    """
    return only is not None and (name == only or name.startswith(f"{only}-"))


class _Noting:
    """A report that remembers its notes, for the manifest."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.notes: list[str] = []

    def task(self, title: str, total: int | None = None) -> AbstractContextManager[Task]:
        return self._report.task(title, total)

    def note(self, line: str) -> None:
        self.notes.append(line)
        self._report.note(line)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()

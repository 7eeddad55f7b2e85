"""The build: images in, a workspace out. Which steps there are and in what order; each one works elsewhere."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import imagespace_core
from imagespace_core.errors import InputError, VanishedError
from imagespace_core.images import embedded
from imagespace_core.pipeline import layout_steps, origin, table_steps, vector_steps
from imagespace_core.pipeline.image_steps import OtherRowsError
from imagespace_core.pipeline.intake import Intake, carried_over, take_in
from imagespace_core.pipeline.metadata_choice import found_metadata, named_metadata
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.plan import Plan, Selection, make_plan
from imagespace_core.pipeline.steps import Record, Report, Task, run_step
from imagespace_core.pipeline.vector_steps import Ready
from imagespace_core.workspace import Draft, Manifest, names
from imagespace_core.workspace.confirmed import confirm, is_confirmed, notes_file

__all__ = ["Options", "Plan", "Report", "Summary", "Task", "build", "plan"]


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
    _check(options)
    with Draft.open(options.workspace()) as draft:
        # What is carried over from a workspace that came from elsewhere is no word of who runs this.
        before = draft.published
        own = not (options.relayout or options.only) or (before is not None and is_confirmed(draft.root, before))
        if options.relayout or options.only:
            draft.discard()
        notes = _Notes(report)
        with _nothing_vanishes(options):
            try:
                summary = _run(_prepared(options, draft, notes), draft, notes)
            except OtherRowsError:
                notes.begin_again()
                summary = _run(_prepared(options, draft, notes, of_model=True), draft, notes)
        if own:
            _confirm(summary, report)
        return summary


def plan(options: Options, report: Report) -> Plan:
    """What `build` would do with these options, step by step. Computes nothing, and leaves the workspace alone.

    It lists the items and opens the model, since keys depend on both. Which images a model refuses is only known once
    it has seen them: then more is made anew than this says.
    Raises what `build` raises before its first step, and no LockedError.
    """
    _check(options)
    draft = Draft.look(options.workspace(), fresh=options.relayout or options.only is not None)
    with _nothing_vanishes(options):
        return _prepared(options, draft, _Notes(report)).plan


def _check(options: Options) -> None:
    """Raises InputError for paths that cannot be meant."""
    if options.images and options.workspace().resolve() == options.images.resolve():
        raise InputError(
            f"the workspace cannot be {options.images} itself, the folder of images. Choose another with -o"
        )
    if options.metadata and not options.metadata.exists():
        raise InputError(
            f"--metadata {options.metadata} does not exist; expected a table: CSV, Excel, .ods, Parquet or JSON"
        )


@contextmanager
def _nothing_vanishes(options: Options) -> Iterator[None]:
    """Raises InputError where images vanish meanwhile: nothing is published then."""
    try:
        yield
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


@dataclass(frozen=True)
class _Prepared:
    """All that is known before the first step runs. source: as the manifest records it. model: see `Manifest`."""

    plan: Plan
    source: Record
    model: str


def _prepared(options: Options, draft: Draft, report: Report, of_model: bool = False) -> _Prepared:
    """of_model: see `Pixels`."""
    selection, published = Selection(options), draft.published
    if published is None and (options.relayout or options.only):
        raise InputError(
            f"{draft.root} holds no workspace yet; --relayout and --only change one. Build it first without them"
        )
    metadata = named_metadata(options)
    if published and selection.carries_pixels():
        origin.refuse_unread(options, published)
        source, taken = published.source, carried_over(published)
    else:
        taken, source = take_in(options, draft, report, of_model)
    if metadata is None:
        metadata = found_metadata(options, source, report)
    table, columns, known = table_steps.plan(options, metadata, taken.columns)
    if not selection.carries(table.name):
        vector_steps.check(options, known, _possible(taken, options, published))
    steps = [
        *taken.first,
        table,
        *vector_steps.plan(options, taken.model, draft, taken.ready, source["kind"]),
        *taken.last,
        columns,
        *layout_steps.plan(options, _flat_maps(options, published, taken.ready)),
    ]
    made = make_plan(steps, options, draft)
    if taken.pixels:
        taken.pixels.plan = made
    return _Prepared(made, source, taken.model)


def _possible(taken: Intake, options: Options, published: Manifest | None) -> set[str]:
    """Names of columns that pictures may bring: those of EXIF, those they brought before, and with sidecars any."""
    before = published.measured("columns", "columns", []) if published else []
    named = taken.pixels is not None and taken.pixels.scan.described
    return {*embedded.COLUMNS, *(c["name"] for c in before), *(options.cluster_column_names() if named else ())}


def _run(prepared: _Prepared, draft: Draft, notes: _Notes) -> Summary:
    """Run what the plan says and publish the result; nothing is published where nothing changes."""
    records: dict[str, Record] = {}
    for row in prepared.plan.rows:
        if row.decision == "redo":
            records[row.step.name] = run_step(row.step, row.key, draft, notes)
        elif row.decision == "keep" and (record := draft.record(row.step.name)):
            records[row.step.name] = record
    published, ran = draft.published, prepared.plan.names("redo")
    if published and not ran and list(records) == list(published.steps) and prepared.source == published.source:
        draft.discard()
        return Summary(draft.root, published, ran)
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    lines = notes.lines if "images" in ran or not published else dict.fromkeys([*published.notes, *notes.lines])
    manifest = Manifest(
        build=_digest([created, *(record["key"] for record in records.values())])[:16],
        created=created,
        version=imagespace_core.__version__,
        source=prepared.source,
        counts={"items": records["images"]["items"], "failures": records["images"]["failures"]},
        model=prepared.model,
        steps=records,
        notes=list(lines),
    )
    draft.publish(manifest)
    return Summary(draft.root, manifest, ran)


def _flat_maps(options: Options, published: Manifest | None, ready: Ready) -> list[str]:
    """The maps in 2D that there are once the build is done."""
    made = options.reducers() if 2 in options.dimensions() and not ready.alone else []
    made = [*([names.GIVEN] if 2 in ready.maps else []), *made]
    if not options.only:
        return made
    have = [name for name, dims in (published.projections() if published else {}).items() if 2 in dims]
    return have + [name for name in made if name not in have and Selection(options).named(f"{name}-2d")]


class _Notes:
    """A report that keeps its notes for the manifest."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._before: list[str] = []
        self.lines: list[str] = []

    def begin_again(self) -> None:
        """What is noted from here on replaces what was; what people have read is not said twice."""
        self._before += self.lines
        self.lines = []

    def task(self, title: str, total: int | None = None) -> AbstractContextManager[Task]:
        return self._report.task(title, total)

    def note(self, line: str) -> None:
        self.lines.append(line)
        if line not in self._before:
            self._report.note(line)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()

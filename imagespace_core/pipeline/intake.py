"""What a build begins with: the items of a source, and vectors, by a model or brought by a file."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError, ModelError
from imagespace_core.pipeline import image_steps
from imagespace_core.pipeline.given_vectors import Brought, bring, of_table
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.origin import find_origin
from imagespace_core.pipeline.source_columns import Told
from imagespace_core.pipeline.steps import Choice, Record, Report, Step, carried
from imagespace_core.pipeline.vector_steps import Ready
from imagespace_core.sources.vectors.source import VectorTable
from imagespace_core.workspace import Draft, Manifest, names

if TYPE_CHECKING:
    from imagespace_core.embed import Embedder

FIRST, LAST = ("images", "embed", "source"), ("atlas", "previews")
"""The steps that need the source, before the maps and after."""


@dataclass(frozen=True)
class Intake:
    """model: name of what made the vectors. told: the source's columns. ready: what need not be computed. first, last:
    the steps before the maps and after."""

    model: str
    told: list[str]
    ready: Ready
    first: list[Step]
    last: list[Step]


def carried_over(published: Manifest) -> Intake:
    """All that needs the images, carried over."""
    flat = [dims for dims in (2, 3) if f"{names.GIVEN}-{dims}d" in published.steps]
    ready = Ready(
        carried("neighbors") if "brought" in published.measured("neighbors", "parameters", {}) else None,
        {dims: carried(f"{names.GIVEN}-{dims}d") for dims in flat},
        published.measured("embed", "alone", False),
    )
    first, last = ([carried(name) for name in some] for some in (FIRST, LAST))
    return Intake(published.model, published.measured("source", "columns", []), ready, first, last)


def take_in(
    options: Options, draft: Draft, report: Report, choice: Choice, of_model: bool = False
) -> tuple[Intake, Record]:
    """What is planned for the images that the options name, and the manifest's record of where they come from.

    of_model: see `Pixels`.
    """
    published = draft.published
    origin = find_origin(options, published, report)
    found = image_steps.scan(origin.source(), report)
    again = published if published and published.source.get("kind") == origin.kind else None
    brought, found = _brought(options, again, found, report)
    embedder, used = None, {}
    if brought is None or not brought.embeds:
        embedder, used = _embedder(options, published, report)
    decode = image_steps.decoder(embedder, options)
    # The same source, which remembers what it listed, and not another one like it.
    reader = copy(found.source)
    object.__setattr__(reader, "decode", decode)
    found = image_steps.Scan(reader, found.items, found.skipped)
    if options.only and published and published.source.get("digest") != found.digest:
        raise InputError("the images have changed since this workspace was built. Build again without --only")
    made = image_steps.Pixels(found, embedder, used, decode, options, draft, choice, of_model)
    told = Told(found.items)
    first = made.reading_steps()
    if brought and brought.embeds:
        first.append(brought.embed_step())
    ready = brought.ready() if brought else Ready()
    model = embedder.name if embedder else brought.name if brought else ""
    planned = Intake(model, list(told.columns.values()), ready, [*first, *told.steps()], made.sprite_steps())
    return planned, origin.record(found.digest)


def _brought(
    options: Options, published: Manifest | None, found: image_steps.Scan, report: Report
) -> tuple[Brought | None, image_steps.Scan]:
    """What a file brings in place of a model, if one does, and the scan without the items that it has nothing for.

    published: of the same kind of source.
    """
    file = options.vectors
    if isinstance(found.source, VectorTable):
        if options.images and file:
            raise InputError(f"{options.images} and --vectors {file} are two tables of vectors; join them in one")
        brought = of_table(found.source)
    else:
        before = published.measured("embed", "brought") if published else None
        if file is None and before and options.model is None and options.model_dir is None:
            file = Path(before)  # what made the workspace goes on making it
            if not file.exists():
                raise InputError(f"the vectors of this workspace, {file}, are gone. Name them by --vectors, or --model")
        if file is None:
            return None, found
        brought, found = bring(file, found, report)
    if brought.given.vectors is not None and options.model is not None:
        raise InputError(f"--model {options.model} has nothing to do: {brought.given.file} has vectors. Leave it out")
    for line in brought.notes():
        report.note(line)
    return brought, found


def _embedder(options: Options, published: Manifest | None, report: Report) -> tuple[Embedder, Record]:
    """The model, and how the manifest names it."""
    from imagespace_core.embed import catalog

    model, model_dir = options.model, options.model_dir
    if model is None and model_dir is None and published:
        # What made the workspace goes on making it: another model would be another set of vectors and maps.
        model, model_dir = published.measured("embed", "model"), published.measured("embed", "model_dir")
        model_dir = Path(model_dir) if model_dir else None
    with report.task("Loading the model"):
        # One thread, because `reading` runs it in as many threads as may be used.
        try:
            embedder, note = catalog.resolve(model, model_dir=model_dir, device=options.device, threads=1)
        except ModelError as error:
            if model == options.model:
                raise
            raise ModelError(
                f"this workspace was made with {model}, which fails: {error} Or name one by --model"
            ) from error
    if note:
        report.note(note)
    if model is None or note:
        model = embedder.name
    used: Record = {
        # A path must still be right when the app runs elsewhere.
        "model": str(Path(model).resolve()) if model.endswith(".onnx") else model,
        "model_dir": str(model_dir.resolve()) if model_dir else None,
    }
    return embedder, used

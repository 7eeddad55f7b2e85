"""What a build begins with: the items of a source, and vectors, by a model or given by a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from imagespace_core.errors import InputError, ModelError
from imagespace_core.pipeline.given_vectors import GivenVectors, beside_images, match_given, of_table
from imagespace_core.pipeline.image_steps import Pixels
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.origin import find_origin
from imagespace_core.pipeline.source_columns import SourceColumns
from imagespace_core.pipeline.steps import Record, Report, Step, carried
from imagespace_core.pipeline.vector_steps import Ready
from imagespace_core.sources import Scan, Source
from imagespace_core.sources.image_cells.source import ImageCells
from imagespace_core.sources.vectors.source import VectorTable
from imagespace_core.words import plural
from imagespace_core.workspace import Draft, Manifest, names

if TYPE_CHECKING:
    from imagespace_core.embed import Embedder


@dataclass(frozen=True)
class Intake:
    """What a build has to begin with.

    model: name of what made the vectors. columns: the source's columns. ready: what need not be computed. first, last:
    the steps before the maps and after. pixels: what those steps share; None where they are taken over.
    """

    model: str
    columns: list[str]
    ready: Ready
    first: list[Step]
    last: list[Step]
    pixels: Pixels | None = None


def carried_over(published: Manifest) -> Intake:
    """All that needs the images, carried over."""
    flat = [dims for dims in (2, 3) if f"{names.GIVEN}-{dims}d" in published.steps]
    ready = Ready(
        carried("neighbors") if "brought" in published.measured("neighbors", "parameters", {}) else None,
        {dims: carried(f"{names.GIVEN}-{dims}d") for dims in flat},
        published.measured("embed", "alone", False),
    )
    first, last = ([carried(name) for name in some] for some in (("images", "embed", "source"), ("atlas", "previews")))
    return Intake(published.model, published.measured("source", "columns", []), ready, first, last)


def take_in(options: Options, draft: Draft, report: Report, of_model: bool = False) -> tuple[Intake, Record]:
    """What is planned for the images that the options name, and the manifest's record of where they come from.

    of_model: see `Pixels`.
    """
    published = draft.published
    origin = find_origin(options, published, report)
    scan = _look(origin.source, report)
    origin = replace(origin, source=scan.reads or origin.source)
    again = published if published and published.source.get("kind") == origin.kind else None
    given, scan = _given(options, again, origin.source, scan, report)
    embedder, used = None, {}
    if given is None or not given.embeds:
        embedder, used = _embedder(options, published, report)
    if options.only and published and published.source.get("digest") != scan.digest:
        raise InputError("the images have changed since this workspace was built. Build again without --only")
    pixels = Pixels(origin.source, scan, embedder, used, options, draft, of_model)
    columns = SourceColumns(scan.items)
    first = pixels.reading_steps()
    if given and given.embeds:
        first.append(given.embed_step())
    ready = given.ready() if given else Ready()
    model = embedder.name if embedder else given.name if given else ""
    first += columns.steps()
    taken = Intake(model, list(columns.columns.values()), ready, first, pixels.sprite_steps(), pixels)
    return taken, origin.record(scan.digest)


def _look(source: Source, report: Report) -> Scan:
    """The items, with notes on them and on which other files there are. Raises InputError if there are no items."""
    with report.task("Looking for images") as task:
        scan = source.scan(task.advance)
    for line in scan.notes:
        report.note(line)
    if scan.left_out:
        kinds = ", ".join(f"{count:,} {suffix or 'without suffix'}" for suffix, count in scan.left_out.items())
        files = plural(sum(scan.left_out.values()), "file is not an image and was", "files are not images and were")
        report.note(f"{files} left out: {kinds}")
    return scan


def _given(
    options: Options, published: Manifest | None, source: Source, scan: Scan, report: Report
) -> tuple[GivenVectors | None, Scan]:
    """What a file gives in place of a model, if one does, and the scan without the items that it has nothing for.

    published: of the same kind of source.
    """
    file = options.vectors
    if isinstance(source, VectorTable):
        if options.images and file:
            raise InputError(f"{options.images} and --vectors {file} are two tables of vectors; join them in one")
        given = of_table(source, scan)
    elif isinstance(source, ImageCells) and _takes_own(source, options, published, report):
        given, scan = beside_images(source, scan)
        for line in given.given.lines():
            report.note(line)
    else:
        before = published.measured("embed", "brought") if published else None
        if file is None and before and options.model is None and options.model_dir is None:
            file = Path(before)  # what made the workspace goes on making it
            if not file.exists():
                raise InputError(f"the vectors of this workspace, {file}, are gone. Name them by --vectors, or --model")
        if file is None:
            return None, scan
        given, scan = match_given(file, scan, report, options.limit)
    if given.given.vectors is not None and options.model is not None:
        raise InputError(f"--model {options.model} has nothing to do: {given.given.file} has vectors. Leave it out")
    for line in given.notes():
        report.note(line)
    return given, scan


def _takes_own(source: ImageCells, options: Options, published: Manifest | None, report: Report) -> bool:
    """Whether a table of images has vectors as well, and they are taken; which was done, and the other way, is said."""
    column, table = source.vector_column, source.root
    if column is None:
        return False
    own = str(table.resolve())
    if options.vectors is not None:
        takes = str(options.vectors.resolve()) == own
    elif options.model is not None or options.model_dir is not None:
        takes = False
    else:  # what made the workspace goes on making it
        before = (published.measured("embed", "brought") or published.measured("embed", "model")) if published else None
        takes = before in (None, own)
    if takes:
        report.note(
            f"{table.name}: its column {column} gives the vectors, and no model runs; --model NAME makes others"
        )
    else:
        report.note(f"{table.name}: its column {column} of vectors is not used; --vectors {table.name} takes it")
    return takes


def _embedder(options: Options, published: Manifest | None, report: Report) -> tuple[Embedder, Record]:
    """The model, and how the manifest names it."""
    from imagespace_core.embed import catalog

    model, model_dir = options.model, options.model_dir
    if model is None and model_dir is None and published:
        # What made the workspace goes on making it: another model would be another set of vectors and maps.
        model, model_dir = published.measured("embed", "model"), published.measured("embed", "model_dir")
        model_dir = Path(model_dir) if model_dir else None
    with report.task("Loading the model"):
        # One thread, because `image_pass` runs it in as many threads as may be used.
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

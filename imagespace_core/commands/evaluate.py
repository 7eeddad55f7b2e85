"""`imagespace evaluate`: how well searching by examples finds what is labeled."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from imagespace_core.commands.flags import single
from imagespace_core.errors import ImageSpaceError, InputError
from imagespace_core.evaluate.experiment import SIZES, Evaluation, Experiment
from imagespace_core.search import METRICS, Metric
from imagespace_core.search.by_rows import ANNOY_METRIC, ANNOY_TREES, ByRows, by_rows

if TYPE_CHECKING:
    from imagespace_core.sources import Contextual
    from imagespace_core.workspace import Workspace


def evaluate_command(
    workspace: Annotated[Path, typer.Argument(help="The workspace folder.", show_default=False)],
    label: Annotated[str, typer.Option(help="Column that says what should be found: yes or no, or a share.")],
    value: Annotated[str | None, typer.Option(help="With a column of texts: the one that should be found.")] = None,
    min_overlap: Annotated[
        float | None, typer.Option(help="Least overlap with the structure to count, instead of the column's own.")
    ] = None,
    positives: Annotated[
        str | None,
        typer.Option(help="Examples of what is wanted: ids or row numbers, separated by spaces. One search."),
    ] = None,
    negatives: Annotated[str | None, typer.Option(help="Examples of what is not wanted, as --positives.")] = None,
    searches: Annotated[
        int, typer.Option(help="Searches with random examples, without --positives.")
    ] = Experiment.trials,
    examples: Annotated[int, typer.Option(help="Positive examples of each search.")] = Experiment.positives,
    counterexamples: Annotated[int, typer.Option(help="Negative examples of each search.")] = Experiment.negatives,
    batches: Annotated[str, typer.Option(help="How many results to look at.")] = ",".join(map(str, SIZES)),
    apart: Annotated[
        str | None,
        typer.Option(
            help="Column: leave out all rows that share it with an example; none for the examples alone.  "
            "[default: slice or scene, where there are enough]"
        ),
    ] = None,
    metric: Annotated[str, typer.Option(help=f"Distance: {', '.join(METRICS)}.")] = ANNOY_METRIC,
    trees: Annotated[
        int, typer.Option(help=f"Search by Annoy with so many trees ({ANNOY_TREES} are good); 0: exact.")
    ] = 0,
    maps: Annotated[int, typer.Option(help="Slices to paint the first search's similarity over.")] = 4,
    seed: Annotated[int, typer.Option(help="Draws other examples.")] = Experiment.seed,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for the results.  [default: evaluation/WORKSPACE-LABEL]"),
    ] = None,
) -> None:
    """Search by examples and measure what is found: precision, recall, average precision, overlap, retrieval maps."""
    try:
        experiment = Experiment(searches, examples, counterexamples, _sizes(batches), False, seed)
        if metric not in METRICS:
            raise InputError(f"--metric {metric!r}: expected one of {', '.join(METRICS)}")
        _evaluate(
            workspace, label, value, min_overlap, positives, negatives, experiment, apart, metric, trees, maps, output
        )
    except ImageSpaceError as error:
        typer.echo(f"evaluate: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"evaluate: cannot write {error.filename}: {error.strerror}. Choose a folder with -o", err=True)
        raise typer.Exit(1) from None


def _evaluate(
    root: Path, label: str, value: str | None, min_overlap: float | None, positives: str | None, negatives: str | None,
    experiment: Experiment, apart: str | None, metric: Metric, trees: int, maps: int, output: Path | None,
) -> None:  # fmt: skip
    from imagespace_core.evaluate.leakage import apart_column, groups_of
    from imagespace_core.evaluate.relevance import judge
    from imagespace_core.evaluate.report import write_report
    from imagespace_core.workspace import Workspace

    opened = Workspace.open(root)
    table = opened.labeled()
    relevance = judge(table, label, value, min_overlap)
    wanted, unwanted = (_rows(opened.ids, text or "") for text in (positives, negatives))
    count = experiment.positives + experiment.negatives if positives is None else len(wanted) + len(unwanted)
    apart = apart_column(table, count) if apart is None else None if apart == "none" else apart
    groups = None if apart is None else groups_of(table, apart)
    experiment = replace(experiment, apart=apart is not None)
    search = by_rows(opened.vectors(), metric, trees)
    if positives is None:
        if negatives is not None:
            raise InputError("--negatives needs --positives; without both, examples are drawn at random")
        evaluation = experiment(relevance, search, groups)
    else:
        if not len(wanted):
            raise InputError("--positives names no image; give ids or row numbers, separated by spaces")
        if len(both := np.intersect1d(wanted, unwanted)):
            raise InputError(f"{opened.ids[both[0]]!r} is among --positives and --negatives; leave it out of one")
        experiment = replace(experiment, trials=1, positives=len(wanted), negatives=len(unwanted))
        evaluation = Evaluation(relevance, (experiment.one(relevance, search, wanted, unwanted, groups),))
    folder = output or Path("evaluation") / re.sub(r"[^\w.-]+", "-", f"{opened.name}-{label}")
    settings = {
        "workspace": opened.name, "build": opened.manifest.build, "model": opened.manifest.model, "metric": metric,
        "trees": trees, "positives": experiment.positives, "negatives": experiment.negatives,
        "apart": apart or "", "seed": experiment.seed,
    }  # fmt: skip
    files = write_report(folder, evaluation, opened.ids, settings)
    files += _maps(opened, search, evaluation, maps, folder)
    _say(evaluation, apart, folder, files)


def _maps(opened: Workspace, search: ByRows, evaluation: Evaluation, count: int, folder: Path) -> list[Path]:
    """The similarity to the first search's examples, painted over `count` slices, those with most to find first."""
    from PIL import Image

    from imagespace_core.evaluate.retrieval_map import Places, limits, painted

    source = _contextual(opened) if count > 0 else None
    if source is None:
        return []
    places = Places.of([source.context(key) for key in opened.ids])
    trial = evaluation.trials[0]
    scores = search.scores(trial.positive, trial.negative)
    files = []
    for parent in places.ordered(evaluation.relevance.relevant)[:count]:
        map_ = places.map_of(parent, scores)
        name = f"map-{re.sub(r'[^A-Za-z0-9._-]+', '-', str(parent))}"
        np.save(folder / f"{name}.npy", map_)
        image = painted(source.region(parent, None, max(map_.shape)), map_, *limits(scores))
        Image.fromarray(image).save(folder / f"{name}.png")
        files += [folder / f"{name}.npy", folder / f"{name}.png"]
    return files


def _contextual(opened: Workspace) -> Contextual | None:
    """The source, if its items lie in larger images and it is still where it was; else None, and why is said."""
    from imagespace_core.sources import Contextual, registry

    try:
        source = registry.opened(opened.manifest.source)
        if not isinstance(source, Contextual):
            typer.echo("note: no retrieval maps: these images were not cut from larger ones")
            return None
        source.context(opened.ids[0])
    except (ImageSpaceError, KeyError) as error:
        typer.echo(f"note: no retrieval maps: {error}")
        return None
    return source


def _rows(ids: list[str], text: str) -> np.ndarray:
    """Ids or row numbers -> int64 rows, each once."""
    known = {key: row for row, key in enumerate(ids)}
    rows = []
    for word in text.split():
        if word in known:
            rows.append(known[word])
        elif word.isdecimal() and int(word) < len(ids):
            rows.append(int(word))
        else:
            raise InputError(f"{word!r} is neither an id nor a row below {len(ids)}; ids are like {ids[0]!r}")
    return np.unique(np.array(rows, np.int64))


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise InputError(f"--batches {text!r}: expected whole numbers, separated by commas") from None


def _say(evaluation: Evaluation, apart: str | None, folder: Path, files: list[Path]) -> None:
    relevance = evaluation.relevance
    known, relevant, count = int(relevance.known.sum()), int(relevance.relevant.sum()), len(evaluation.trials)
    typer.echo(f"{relevant:,} of {known:,} rows are {relevance.name}; {count} search{'es' if count > 1 else ''}")
    typer.echo(
        f"left out of every search: its examples{'' if apart is None else f', and all that share their {apart}'}"
    )
    typer.echo(f"mean average precision {evaluation.mean_average_precision:.3f} (chance {evaluation.chance:.3f})")
    typer.echo("results   precision   recall   average precision   overlap")
    columns = [evaluation.measured(name).mean(0) for name in ("precision", "recall", "average_precision", "overlap")]
    for k, *row in zip(evaluation.sizes, *columns, strict=True):
        shown = ["" if np.isnan(number) else f"{number:.3f}" for number in row]
        typer.echo(f"{k:7}   {shown[0]:>9}   {shown[1]:>6}   {shown[2]:>17}   {shown[3]:>7}")
    typer.echo(f"{len(files)} files in {folder}")


app = single(evaluate_command)

"""`imagespace evaluate`: measures how well searching by examples finds what is labeled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from imagespace_core.collection.evaluate import PARENT, EvaluationSettings, evaluate, least_overlap
from imagespace_core.collection.retrieval_map import parent_boxes, retrieval_map
from imagespace_core.commands.flags import single
from imagespace_core.errors import ImageSpaceError, InputError
from imagespace_core.evaluate.experiment import SIZES, Evaluation, Experiment
from imagespace_core.search import METRICS, Metric
from imagespace_core.search.by_rows import ANNOY_METRIC, ANNOY_TREES, by_rows
from imagespace_core.workspace import Workspace


def evaluate_command(
    workspace: Annotated[Path, typer.Argument(help="The workspace folder.", show_default=False)],
    label: Annotated[str, typer.Option(help="Column that says what should be found: yes or no, or a share.")],
    value: Annotated[str | None, typer.Option(help="With a column of texts: the one that should be found.")] = None,
    min_overlap: Annotated[
        float | None,
        typer.Option(
            help="Least overlap with the structure to count.  [default: the column's own, less where too few have it]"
        ),
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
        experiment = Experiment(searches, examples, counterexamples, _sizes(batches), seed)
        if negatives is not None and positives is None:
            raise InputError("--negatives needs --positives; without both, examples are drawn at random")
        exclude_by = PARENT if apart is None else None if apart == "none" else apart
        opened = Workspace.open(workspace)
        settings = EvaluationSettings(
            label,
            value,
            min_overlap,
            exclude_by,
            _metric(metric),
            trees,
            experiment,
            *_examples(opened, positives, negatives),
        ).resolved(opened)
        folder = output or Path("evaluation") / re.sub(r"[^\w.-]+", "-", f"{opened.name}-{label}")
        if settings.min_overlap != min_overlap and (proposed := least_overlap(opened, label)):
            typer.echo(f"note: {proposed.why}. --min-overlap sets another")
        _evaluate(opened, settings, maps, folder)
    except ImageSpaceError as error:
        typer.echo(f"evaluate: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"evaluate: cannot write {error.filename}: {error.strerror}. Choose a folder with -o", err=True)
        raise typer.Exit(1) from None


def _evaluate(opened: Workspace, settings: EvaluationSettings, maps: int, folder: Path) -> None:
    from imagespace_core.evaluate.tables import write_files

    search = by_rows(opened.vectors(), settings.metric, settings.trees)
    evaluation = evaluate(opened, settings, search)
    files = write_files(folder, evaluation, opened.ids, settings.record(opened))
    if maps > 0:
        trial = evaluation.trials[0]
        scores = search.scores(trial.positive, trial.negative)
        files += _write_maps(opened, scores, evaluation.relevance.relevant, maps, folder)
    _print(evaluation, settings.exclude_by, folder, files)


def _write_maps(opened: Workspace, scores: np.ndarray, relevant: np.ndarray, count: int, folder: Path) -> list[Path]:
    """The similarity to the first search's examples, painted over `count` slices, those with most to find first."""
    from PIL import Image

    from imagespace_core.sources import registry

    try:
        source = registry.opened(opened.manifest.source)
        boxes = parent_boxes(opened, source)
    except (ImageSpaceError, KeyError) as error:
        typer.echo(f"note: no retrieval maps: {error}")
        return []
    files = []
    for parent in boxes.ordered(relevant)[:count]:
        made = retrieval_map(source, boxes, parent, scores)
        name = f"map-{re.sub(r'[^A-Za-z0-9._-]+', '-', str(parent))}"
        np.save(folder / f"{name}.npy", made.values)
        Image.fromarray(made.image).save(folder / f"{name}.png")
        files += [folder / f"{name}.npy", folder / f"{name}.png"]
    return files


def _examples(opened: Workspace, positives: str | None, negatives: str | None) -> tuple[tuple[int, ...], ...]:
    wanted, unwanted = (_rows(opened.ids, text or "") for text in (positives, negatives))
    if positives is not None and not wanted:
        raise InputError("--positives names no image; give ids or row numbers, separated by spaces")
    return wanted, unwanted


def _rows(ids: list[str], text: str) -> tuple[int, ...]:
    """Ids or row numbers -> rows, each once."""
    known = {key: row for row, key in enumerate(ids)}
    rows = []
    for word in text.split():
        if word in known:
            rows.append(known[word])
        elif word.isdecimal() and int(word) < len(ids):
            rows.append(int(word))
        else:
            raise InputError(f"{word!r} is neither an id nor a row below {len(ids)}; ids are like {ids[0]!r}")
    return tuple(sorted(set(rows)))


def _metric(text: str) -> Metric:
    for metric in METRICS:
        if metric == text:
            return metric
    raise InputError(f"--metric {text!r}: expected one of {', '.join(METRICS)}")


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise InputError(f"--batches {text!r}: expected whole numbers, separated by commas") from None


def _print(evaluation: Evaluation, exclude_by: str | None, folder: Path, files: list[Path]) -> None:
    relevance = evaluation.relevance
    known, relevant, count = int(relevance.known.sum()), int(relevance.relevant.sum()), len(evaluation.trials)
    typer.echo(f"{relevant:,} of {known:,} rows are {relevance.name}; {count} search{'es' if count > 1 else ''}")
    also = "" if exclude_by is None else f", and all that share their {exclude_by}"
    typer.echo(f"left out of every search: its examples{also}")
    typer.echo(f"mean average precision {evaluation.mean_average_precision:.3f} (chance {evaluation.chance:.3f})")
    typer.echo("results   precision   recall   average precision   overlap")
    columns = [evaluation.measured(name).mean(0) for name in ("precision", "recall", "average_precision", "overlap")]
    for k, *row in zip(evaluation.sizes, *columns, strict=True):
        shown = ["" if np.isnan(number) else f"{number:.3f}" for number in row]
        typer.echo(f"{k:7}   {shown[0]:>9}   {shown[1]:>6}   {shown[2]:>17}   {shown[3]:>7}")
    typer.echo(f"{len(files)} files in {folder}")


app = single(evaluate_command)

"""An evaluation as tables and figures in a folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.evaluate.experiment import RECALLS, Evaluation
from imagespace_core.evaluate.figures import Line, line_chart

MEASURES = ("precision", "recall", "average_precision", "overlap")
QUARTILES = (25, 75)


def write_report(folder: Path, evaluation: Evaluation, ids: Sequence[str], settings: dict[str, object]) -> list[Path]:
    """summary, batches, trials, curve and found as CSV; precision-recall and by-batch-size as SVG. Returns the files.

    ids: of all rows. settings: what the evaluation was made with, by name; goes into the summary.
    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "summary.csv": summary(evaluation, settings),
        "batches.csv": batch_table(evaluation),
        "curve.csv": curve_table(evaluation),
        "trials.csv": trial_table(evaluation, ids),
        "found.csv": found_table(evaluation, ids),
    }
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    figures = {
        "precision-recall.svg": precision_recall_figure(evaluation),
        "by-batch-size.svg": batch_figure(evaluation),
    }
    for name, svg in figures.items():
        (folder / name).write_text(svg, "utf-8")
    return [folder / name for name in [*files, *figures]]


def summary(evaluation: Evaluation, settings: dict[str, object]) -> list[tuple[object, ...]]:
    """(name, value) rows: the settings, then what came out."""
    relevance = evaluation.relevance
    measured = {
        "relevant": relevance.name,
        "rows_known": int(relevance.known.sum()),
        "rows_relevant": int(relevance.relevant.sum()),
        "trials": len(evaluation.trials),
        "mean_average_precision": _rounded(evaluation.mean_average_precision),
        "standard_deviation": _rounded(evaluation.average_precisions.std()),
        "chance": _rounded(evaluation.chance),
    }
    return [("name", "value"), *settings.items(), *measured.items()]


def batch_table(evaluation: Evaluation) -> list[tuple[object, ...]]:
    """For every batch size the mean and the standard deviation over trials of each measure."""
    header = ["k", *(f"{name}{suffix}" for name in MEASURES for suffix in ("", "_std"))]
    rows: list[tuple[object, ...]] = [tuple(header)]
    measured = {name: evaluation.measured(name) for name in MEASURES}
    for at, k in enumerate(evaluation.sizes):
        columns = (measured[name][:, at] for name in MEASURES)
        rows.append((k, *(_rounded(value) for column in columns for value in (column.mean(), column.std()))))
    return rows


def curve_table(evaluation: Evaluation) -> list[tuple[object, ...]]:
    """Interpolated precision by recall: mean and quartiles over trials."""
    curves = evaluation.curves()
    low, high = np.percentile(curves, QUARTILES, axis=0)
    columns = zip(RECALLS, curves.mean(0), low, high, strict=True)
    return [("recall", "precision", "precision_q25", "precision_q75"), *(tuple(map(_rounded, row)) for row in columns)]


def trial_table(evaluation: Evaluation, ids: Sequence[str]) -> list[tuple[object, ...]]:
    """Every search: its examples, its average precision, and its precision in every batch."""
    header = ("trial", "positive", "negative", "candidates", "relevant", "average_precision")
    rows: list[tuple[object, ...]] = [(*header, *(f"precision_{k}" for k in evaluation.sizes))]
    for number, trial in enumerate(evaluation.trials):
        precision = (_rounded(batch.precision) for batch in trial.batches)
        examples = (_joined(ids, trial.positive), _joined(ids, trial.negative))
        found = (trial.candidates, trial.relevant, _rounded(trial.curve.average_precision))
        rows.append((number, *examples, *found, *precision))
    return rows


def found_table(evaluation: Evaluation, ids: Sequence[str]) -> list[tuple[object, ...]]:
    """What every search found, in order."""
    relevance = evaluation.relevance
    rows: list[tuple[object, ...]] = [("trial", "rank", "row", "id", "relevant", "overlap")]
    for number, trial in enumerate(evaluation.trials):
        for rank, row in enumerate(trial.ranking.tolist(), start=1):
            overlap = "" if relevance.overlap is None else _rounded(relevance.overlap[row])
            rows.append((number, rank, row, ids[row], int(relevance.relevant[row]), overlap))
    return rows


def precision_recall_figure(evaluation: Evaluation) -> str:
    """SVG: mean curve over trials, the quartiles behind it, and chance."""
    curves = evaluation.curves()
    low, high = np.percentile(curves, QUARTILES, axis=0)
    mean = Line("mean of searches, quartiles", RECALLS, curves.mean(0), low, high)
    chance = Line("chance", np.array([0.0, 1.0]), np.full(2, evaluation.chance), dashed=True)
    title = f"{evaluation.relevance.name}: mean average precision {evaluation.mean_average_precision:.3f}"
    return line_chart([mean, chance], title, "recall", "precision (interpolated)", (0, 1))


def batch_figure(evaluation: Evaluation) -> str:
    """SVG: precision, average precision and overlap by batch size."""
    sizes = np.array(evaluation.sizes, float)
    lines = []
    for name, title in (("precision", "precision"), ("average_precision", "average precision"), ("overlap", "overlap")):
        measured = evaluation.measured(name)
        if np.isfinite(measured).all():
            lines.append(Line(title, sizes, measured.mean(0), *np.percentile(measured, QUARTILES, axis=0)))
    lines.append(Line("chance", sizes, np.full(len(sizes), evaluation.chance), dashed=True))
    return line_chart(lines, f"{evaluation.relevance.name}: by batch size", "results looked at", "mean of searches",
                      (0, float(sizes[-1])))  # fmt: skip


def _joined(ids: Sequence[str], rows: Iterable[int]) -> str:
    return " ".join(ids[row] for row in rows)


def _rounded(value: Any) -> float:
    return round(float(value), 6)

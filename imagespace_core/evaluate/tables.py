"""Writes an evaluation as CSV tables and figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.drawing.png import png
from imagespace_core.drawing.svg import svg
from imagespace_core.evaluate.experiment import RECALLS, Evaluation
from imagespace_core.evaluate.figures import Chart, Line, drawn

MEASURES = ("precision", "recall", "average_precision", "overlap")
QUARTILES = (25, 75)
PNG_SCALE = 2


def write_files(folder: Path, evaluation: Evaluation, ids: Sequence[str], settings: dict[str, object]) -> list[Path]:
    """The files of `files_of` into a folder. Returns them. Raises OSError where it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = files_of(evaluation, ids, settings)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def files_of(evaluation: Evaluation, ids: Sequence[str], settings: dict[str, object]) -> dict[str, bytes]:
    """By file name: summary, batches, trials, curve, found as CSV; precision-recall, by-batch-size as SVG and PNG.

    ids: of all rows. settings: what the evaluation was made with, by name; goes into the summary.
    """
    tables = {
        "summary": summary(evaluation, settings),
        "batches": batch_table(evaluation),
        "curve": curve_table(evaluation),
        "trials": trial_table(evaluation, ids),
        "found": found_table(evaluation, ids),
    }
    files = {f"{name}.csv": as_csv(rows) for name, rows in tables.items()}
    charts = {"precision-recall": precision_recall_chart(evaluation), "by-batch-size": batch_chart(evaluation)}
    for name, chart in charts.items():
        drawing = drawn(chart)
        files |= {f"{name}.svg": svg(drawing).encode(), f"{name}.png": png(drawing, PNG_SCALE)}
    return files


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


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
        precision = (_rounded(batch.precision) for batch in trial.batches[: len(evaluation.sizes)])
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


def precision_recall_chart(evaluation: Evaluation) -> Chart:
    """Mean curve over trials, the quartiles behind it, and chance."""
    curves = evaluation.curves()
    low, high = np.percentile(curves, QUARTILES, axis=0)
    mean = Line("mean of searches, quartiles", RECALLS, curves.mean(0), low, high)
    chance = Line("chance", np.array([0.0, 1.0]), np.full(2, evaluation.chance), dashed=True)
    title = f"{evaluation.relevance.name}: mean average precision {evaluation.mean_average_precision:.3f}"
    return Chart([mean, chance], title, "recall", "precision (interpolated)", (0, 1))


def batch_chart(evaluation: Evaluation) -> Chart:
    """Precision, recall, average precision and overlap by batch size."""
    sizes = np.array(evaluation.sizes, float)
    lines = []
    for name in MEASURES:
        measured = evaluation.measured(name)
        if np.isfinite(measured).all():
            lines.append(
                Line(name.replace("_", " "), sizes, measured.mean(0), *np.percentile(measured, QUARTILES, axis=0))
            )
    lines.append(Line("chance", sizes, np.full(len(sizes), evaluation.chance), dashed=True))
    title = f"{evaluation.relevance.name}: by batch size"
    return Chart(lines, title, "results looked at", "mean of searches", (0, float(sizes[-1])))


def _joined(ids: Sequence[str], rows: Iterable[int]) -> str:
    return " ".join(ids[row] for row in rows)


def _rounded(value: Any) -> float:
    return round(float(value), 6)

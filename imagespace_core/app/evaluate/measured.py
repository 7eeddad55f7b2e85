"""The section “Search by examples” of the Evaluate page: the numbers, figures, retrieval maps and files to download."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import streamlit as st

from imagespace_core.app.components import charts, gallery, retrieval_map
from imagespace_core.app.evaluate import settings_form
from imagespace_core.app.session import examples, resources, url
from imagespace_core.app.text import messages
from imagespace_core.app.text.markdown import literal
from imagespace_core.collection.evaluate import EvaluationSettings, evaluate
from imagespace_core.drawing.png import png
from imagespace_core.drawing.svg import svg
from imagespace_core.errors import ImageSpaceError
from imagespace_core.evaluate import tables
from imagespace_core.evaluate.experiment import Evaluation
from imagespace_core.evaluate.figures import Chart, drawn
from imagespace_core.evaluate.leakage import PARENTS
from imagespace_core.search.by_rows import ByRows, by_rows
from imagespace_core.workspace import Workspace

AT_ONCE = 200_000
"""Rows up to which a change is measured at once; more take so long that a button starts them."""
SHOWN = 12


def page(opened: Workspace) -> None:
    """Draw the section."""
    st.caption(
        "Searches are run with examples drawn at random from what is labeled, and what they find is compared with the "
        "labels. It says how well these vectors find this label by examples; nothing else about the model."
    )
    settings = settings_form.settings_form(opened)
    if settings is None:
        return
    if opened.rows > AT_ONCE and not _wanted(opened, settings):
        return
    try:
        evaluation = _evaluated(str(opened.root), opened.manifest.build, repr(settings), settings)
    except ImageSpaceError as error:
        messages.error_box(error)
        return
    _numbers(opened, settings, evaluation)
    _drawn(opened, settings, evaluation)
    _one_search(opened, settings, evaluation)


def _wanted(opened: Workspace, settings: EvaluationSettings) -> bool:
    if st.button(f"Measure on {opened.rows:,} images", type="primary"):
        st.session_state["_measured"] = settings
    return st.session_state.get("_measured") == settings


@st.cache_resource(max_entries=8, show_spinner="Searching and counting")
def _evaluated(path: str, build: str, about: str, _settings: EvaluationSettings) -> Evaluation:
    search = _search(path, build, _settings.metric, _settings.trees)
    return evaluate(resources.workspace(Path(path)), _settings, search)


@st.cache_resource(max_entries=4, show_spinner="Building the search index")
def _search(path: str, build: str, metric: str, trees: int) -> ByRows:
    return by_rows(resources.workspace(Path(path)).vectors(), metric, trees)  # pyright: ignore[reportArgumentType]


def _numbers(opened: Workspace, settings: EvaluationSettings, evaluation: Evaluation) -> None:
    """The numbers, and in words what they are of."""
    relevance, experiment = evaluation.relevance, settings.experiment
    found, known = int(relevance.relevant.sum()), int(relevance.known.sum())
    first = evaluation.sizes[0]
    at_first = float(evaluation.measured("precision")[:, 0].mean())
    with st.container(horizontal=True, gap="medium"):
        st.metric("Mean average precision", f"{evaluation.mean_average_precision:.3f}", border=True)
        st.metric("By chance", f"{evaluation.chance:.3f}", border=True)
        st.metric(f"Precision of the first {first}", f"{at_first:.0%}", border=True)
        st.metric("Labeled so", f"{found:,} of {known:,}", border=True)
    left_out = "Only the examples themselves are left out." if settings.exclude_by is None else (
        f"The examples and everything that shares their {literal(settings.exclude_by)} are left out, so that "
        "nothing counts as found for showing the same pixels."
    )  # fmt: skip
    unknown = opened.rows - known
    sentences = [
        f"{len(evaluation.trials)} searches for **{literal(relevance.name)}**, each with {experiment.positives} "
        f"positive and {experiment.negatives} negative examples.",
        left_out,
        f"A search that ranks at random gets about {evaluation.chance:.3f}.",
        f"{unknown:,} images without a label count neither way." if unknown else "",
        _warning(opened, settings),
        "The bands in the figures are the middle half of the searches, not an error of the mean. A wrong or missing "
        "label counts as a wrong result.",
    ]
    st.markdown(" ".join(filter(None, sentences)))


def _warning(opened: Workspace, settings: EvaluationSettings) -> str:
    """What makes this label a bad judge, if anything does."""
    if settings.label == "cluster" and settings.label not in opened.items:
        return (
            "Clusters were made from the same vectors that are searched: this says how tight a cluster is, not whether "
            "it is right."
        )
    if settings.exclude_by is None and settings.label not in PARENTS and "slice" in opened.items:
        return "**Neighboring patches overlap the examples and are counted here: expect numbers that are too good.**"
    return ""


def _drawn(opened: Workspace, settings: EvaluationSettings, evaluation: Evaluation) -> None:
    """The two figures, the table, and the files."""
    made = {
        "precision-recall": ("Precision and recall", tables.precision_recall_chart(evaluation)),
        "by-batch-size": ("Of the first results", tables.batch_chart(evaluation)),
    }
    for side, (name, (title, chart)) in zip(st.columns(2, gap="medium"), made.items(), strict=True):
        with side:
            st.subheader(title, anchor=False)
            st.plotly_chart(charts.lines(chart), key=f"chart-{name}")
            _figure_files(chart, f"{opened.name}-{name}")
    rows = tables.batch_table(evaluation)
    st.subheader("By batch size", anchor=False)
    st.caption("Means over the searches; std is their standard deviation. Overlap: how much the structure covers.")
    st.dataframe(charts.batches(rows), hide_index=True)
    with st.container(horizontal=True):
        _download("Table as CSV", tables.as_csv(rows), f"{opened.name}-batches.csv", "text/csv")
        st.download_button(
            "Everything as ZIP", lambda: _zipped(opened, settings, evaluation), f"{opened.name}-evaluation.zip",
            "application/zip", icon=":material/folder_zip:", on_click="ignore",
            help="Summary, batches, curve, searches and what each found as CSV; the figures as SVG and PNG.",
        )  # fmt: skip


def _figure_files(chart: Chart, name: str) -> None:
    drawing = drawn(chart)
    with st.container(horizontal=True):
        _download("SVG", svg(drawing).encode(), f"{name}.svg", "image/svg+xml")
        st.download_button(
            "PNG", lambda: png(drawing, tables.PNG_SCALE), f"{name}.png", "image/png", icon=":material/download:",
            on_click="ignore", key=f"png-{name}",
        )  # fmt: skip


def _download(label: str, data: bytes, name: str, kind: str) -> None:
    st.download_button(label, data, name, kind, icon=":material/download:", on_click="ignore", key=f"file-{name}")


def _zipped(opened: Workspace, settings: EvaluationSettings, evaluation: Evaluation) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tables.files_of(evaluation, opened.ids, settings.record(opened)).items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _one_search(opened: Workspace, settings: EvaluationSettings, evaluation: Evaluation) -> None:
    """One of the searches: its examples, what it found, and where."""
    st.subheader("One of the searches", anchor=False)
    scores = evaluation.average_precisions
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            "Search", range(len(scores)), key="trial", width=260,
            format_func=lambda number: f"{number + 1}: average precision {scores[number]:.3f}",
        )  # fmt: skip
        trial = evaluation.trials[min(int(number), len(scores) - 1)]
        positive, negative = trial.positive.tolist(), trial.negative.tolist()
        if st.button("Search with its examples", icon=":material/image_search:"):
            examples.search_with(opened, positive, negative)
    relevant = evaluation.relevance.relevant
    left, right = st.columns([2, 3], gap="medium")
    with left:
        notes = ["wanted"] * len(positive) + ["not wanted"] * len(negative)
        st.caption("Its examples. Click an image to open it on the map.")
        _gallery(opened, "examples", [*positive, *negative], notes)
    with right:
        found = trial.ranking[:SHOWN].tolist()
        right_ones = int(relevant[found].sum())
        st.caption(f"The first {len(found)} it found, {right_ones} of them right.")
        _gallery(opened, "found", found, ["right" if relevant[row] else "wrong" for row in found])
    search = _search(str(opened.root), opened.manifest.build, settings.metric, settings.trees)
    weights = relevant & ~np.isin(np.arange(opened.rows), [*positive, *negative])
    retrieval_map.slices(opened, search.scores(trial.positive, trial.negative), weights, settings.label)


def _gallery(opened: Workspace, name: str, rows: list[int], notes: list[str]) -> None:
    gallery.gallery(
        opened, name, rows, lambda row: url.explore(opened, row), notes=notes, action="Open on the map", size_px=96
    )

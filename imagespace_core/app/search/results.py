"""The results of the Search page: the nearest images, and the choice of distance, number and search quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from imagespace_core.app.components import retrieval_map
from imagespace_core.app.search.query_form import SearchForm
from imagespace_core.app.session import resources
from imagespace_core.collection.search import metrics
from imagespace_core.search import EXACT_BELOW, Metric
from imagespace_core.search.by_rows import similarities
from imagespace_core.search.coordinate import written_distance
from imagespace_core.search.query import run
from imagespace_core.workspace import Workspace

NAMES: dict[str, str] = {
    "angular": "angle",
    "euclidean": "Euclidean",
    "manhattan": "Manhattan",
    "dot": "dot product",
}
# Search quality as a factor on the measured search_k; None searches exactly.
QUALITIES: dict[str, float | None] = {"fast": 0.25, "as measured": 1.0, "careful": 4.0, "exact": None}


@dataclass(frozen=True)
class Settings:
    metric: Metric
    count: int
    quality: str


def settings(opened: Workspace) -> Settings:
    """Draw the choice of metric, number of results and search quality."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        metric = st.selectbox(
            "Distance",
            metrics(opened),
            key="metric",
            bind="query-params",
            width=160,
            format_func=lambda name: NAMES[name],
        )
        count = st.slider("Results", 6, 96, 24, 6, key="count", bind="query-params", width=220)
        if opened.rows < EXACT_BELOW:
            st.caption(f"Every one of the {opened.rows:,} images is compared: the answer is exact.", width=260)
            return Settings(metric, count, "exact")
        quality = st.select_slider(
            "Search quality", list(QUALITIES), "as measured", key="quality", bind="query-params", width=260
        )
    measured = opened.manifest.steps.get(f"index-{metric}", {})
    if quality == "as measured":
        st.caption(
            f"This index finds {measured.get('recall', 0):.1%} of the true 10 nearest (measured when it was built)."
        )
    return Settings(metric, count, quality)


@dataclass(frozen=True)
class Answer:
    rows: list[int]
    notes: list[str]


def answer(opened: Workspace, form: SearchForm, chosen: Settings) -> Answer:
    """The nearest images, nearest first; the images that were searched with are not among them."""
    index = resources.index(opened, chosen.metric, QUALITIES[chosen.quality])
    found = run(form.query, index, chosen.count)
    rows = [int(row) for row in found.rows[0]]
    if chosen.metric == "dot":
        notes = [f"dot product {-distance:.3f}" for distance in found.distances[0]]
    else:
        notes = [f"distance {distance:.3f}" for distance in found.distances[0]]
    return Answer(rows, [f"{note}{_away(form, row)}" for note, row in zip(notes, rows, strict=True)])


def _away(form: SearchForm, row: int) -> str:
    """How far an image lies from the coordinate that was searched with, if one was."""
    if form.distances_m is None or np.isnan(form.distances_m[row]):
        return ""
    return f", {written_distance(form.distances_m[row])} away"


def where(opened: Workspace, form: SearchForm, chosen: Settings) -> None:
    """Draw where in the slices the answer lies; nothing for images that were not cut from larger ones."""
    if retrieval_map.has_slices(opened):
        scores = similarities(form.query, opened.vectors(), chosen.metric)
        weights = np.zeros(opened.rows)
        weights[np.argsort(-scores)[: chosen.count]] = 1
        retrieval_map.slices(opened, scores, weights)

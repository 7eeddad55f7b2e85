"""The form of the Evaluate page, which gives `EvaluationSettings`: the label to find, and how that is measured."""

from __future__ import annotations

from typing import Any

import streamlit as st

from imagespace_core.app.search.results import NAMES
from imagespace_core.app.session import url
from imagespace_core.app.text.markdown import literal
from imagespace_core.collection.clusters import labeled
from imagespace_core.collection.evaluate import EvaluationSettings, least_overlap
from imagespace_core.drawing.colors import CODED
from imagespace_core.evaluate.experiment import SIZES, Experiment
from imagespace_core.evaluate.leakage import parent_column
from imagespace_core.evaluate.relevance import values_of
from imagespace_core.search import METRICS, Metric
from imagespace_core.search.by_rows import ANNOY_METRIC, ANNOY_TREES
from imagespace_core.workspace import Workspace, names

NOTHING_ELSE = "the examples alone"
MOST_VALUES = 2_000
INDICES = {"exact": 0, f"Annoy, {ANNOY_TREES} trees": ANNOY_TREES}


def labels(opened: Workspace) -> list[str]:
    """Columns that can label what should be found: yes or no first, then shares covered, then values and clusters."""
    table = opened.items
    several = []
    for column in url.usable_columns(opened):
        if column["kind"] in CODED:
            values = opened.distinct(column)
            if 1 <= values <= MOST_VALUES and (values > 1 or column["missing"]):
                several.append(column["name"])
    answers = [name for name in several if is_yes_no(table, name)]
    shares = [str(name) for name in table.columns if str(name).split("_")[0] == "overlap"]
    return [*answers, *shares, *(name for name in several if name not in answers)]


def settings_form(opened: Workspace) -> EvaluationSettings | None:
    """Draw the settings; None where the workspace has nothing to judge by."""
    offered = labels(opened)
    if not offered:
        st.info(
            "This workspace has no column that says what should be found: none of yes and no, of categories or of "
            "clusters. Give one: `precompute.py IMAGES --metadata FILE`, or label images of microscopy slices.",
            icon=":material/label_off:",
        )
        return None
    table = labeled(opened)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="label-settings"):
        url.keep_valid("label", offered)
        label = st.selectbox("What should be found", offered, key="label", bind="query-params", width=240)
        value = least = None
        why = ""
        is_overlap = label in table and str(label).split("_")[0] == "overlap"
        if is_overlap or (label in opened.items and is_yes_no(opened.items, label)):
            proposed = least_overlap(opened, label)
            least, why = (_least(label, proposed.value), proposed.why) if proposed else (None, "")
        else:
            value = _value(opened, label)
    if why:
        st.caption(literal(why[0].upper() + why[1:] + "."))
    with st.expander("How it is measured", icon=":material/tune:"):
        experiment, exclude_by, (metric, trees) = _experiment(opened)
    return EvaluationSettings(label, value, least, exclude_by, metric, trees, experiment)


def _value(opened: Workspace, label: str) -> str:
    values = values_of(labeled(opened)[label])
    key = f"is-{names.slug(label)}"
    url.keep_valid(key, values)
    return st.selectbox("Value", values, key=key, bind="query-params", width=240)


def _least(label: str, start: float) -> float:
    """start: what is proposed for this label; for another label another is, so that what was set is not kept for it."""
    if st.session_state.get("_overlap-of", label) != label:
        st.session_state.pop("overlap", None)
    st.session_state["_overlap-of"] = label
    return st.slider(
        "Least overlap to count", 0.05, 1.0, start, 0.05, key="overlap", bind="query-params", width=240,
        help="A patch counts as showing the structure when the structure covers at least this share of it.",
    )  # fmt: skip


def _experiment(opened: Workspace) -> tuple[Experiment, str | None, tuple[Metric, int]]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        trials = st.slider("Searches", 1, 100, Experiment.trials, key="searches", bind="query-params", width=200)
        wanted = st.number_input(
            "Positive examples of each", 1, 50, Experiment.positives, key="wanted", bind="query-params", width=190
        )
        unwanted = st.number_input(
            "Negative examples of each", 0, 50, Experiment.negatives, key="unwanted", bind="query-params", width=190
        )
        first, last = st.slider(
            "Batch sizes: results looked at",
            SIZES[0],
            SIZES[-1],
            (SIZES[0], SIZES[-1]),
            10,
            key="batches",
            bind="query-params",
            width=260,
        )
    named = url.named_columns(opened, NOTHING_ELSE)
    columns = [name for name, column in named.items() if column["kind"] == "category"]
    best = parent_column(opened.items, int(wanted) + int(unwanted))
    offered = [NOTHING_ELSE, *([best] if best else []), *(name for name in columns if name != best)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        url.keep_valid("left-out", offered)
        exclude_by = st.selectbox(
            "Left out with the examples", offered, 1 if best else 0, key="left-out", bind="query-params", width=240,
            format_func=lambda name: name if name == NOTHING_ELSE else f"all of their {name}",
            help="Patches that overlap an example look like it because they show the same pixels. Counting them as "
            "found would flatter the model, so the example's whole slice is left out.",
        )  # fmt: skip
        metric: Any = st.selectbox(
            "Distance",
            METRICS,
            METRICS.index(ANNOY_METRIC),
            key="by",
            bind="query-params",
            format_func=lambda name: NAMES[name],
            width=160,
        )
        index = st.selectbox("Search", list(INDICES), key="index", bind="query-params", width=180)
        seed = st.number_input("Seed", 0, 9999, Experiment.seed, key="seed", bind="query-params", width=120)
    sizes = tuple(size for size in SIZES if first <= size <= last)
    experiment = Experiment(int(trials), int(wanted), int(unwanted), sizes, int(seed))
    column = named[exclude_by]["name"] if exclude_by in named else exclude_by
    return experiment, None if exclude_by == NOTHING_ELSE else column, (metric, INDICES[index])


def is_yes_no(table: Any, name: str) -> bool:
    """Whether a column of the table is yes or no in every row that has a value."""
    import pandas as pd

    return name in table and pd.api.types.is_bool_dtype(table[name].dropna().infer_objects())

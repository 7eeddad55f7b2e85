"""The filters of the Explore page: one widget for each column that is filtered by, and the rows that pass them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from imagespace_core.app.explore import slider_steps
from imagespace_core.app.explore.slider_steps import SliderSteps
from imagespace_core.app.session import cluster_names, url
from imagespace_core.app.session.url import keep_offered
from imagespace_core.app.text.markdown import literal
from imagespace_core.collection.select import having
from imagespace_core.drawing import words
from imagespace_core.selection import within
from imagespace_core.workspace import Workspace, columns

NAME = "file name"
ANY, ALL = "any of these", "all of these"
MOST_OPTIONS = 1_000
"""Values offered in a list: all of them go to the browser. Of more, a part is written."""


def filters(opened: Workspace) -> np.ndarray | None:
    """Draw the filter widgets; bool (n,) of the rows that pass them all, or None where nothing is filtered.

    A row without a value does not pass a filter on that column.
    """
    found = url.named_columns(opened, NAME)
    offered = [NAME, *found]  # first: a long list holds only what is in view
    keep_offered("filters", offered)
    chosen = st.multiselect("Filter by", offered, key="filters", bind="query-params", placeholder="Choose columns")
    visible: np.ndarray | None = None
    for name in chosen:
        passed = _by_text(NAME, opened.ids, "file") if name == NAME else _by_column(opened, found[name])
        if passed is not None:
            visible = passed if visible is None else visible & passed
    return visible


def _by_column(opened: Workspace, column: dict[str, Any]) -> np.ndarray | None:
    head, values = opened.column(column["slug"])
    key = f"f-{column['slug']}"
    if values is None or head["kind"] == "color":
        return _by_text(head["name"], opened.items[head["name"]].astype("string").fillna("").tolist(), key)
    match head["kind"]:
        case "category":
            return _by_category(head["name"], cluster_names.titles(opened, head), values, key)
        case "cluster":
            return _by_category(
                head["name"],
                [*cluster_names.titles(opened, head), "noise"],
                np.where(values < 0, len(head["values"]), values),
                key,
            )
        case "list":
            return _by_list(opened, head, key)
        case "date":
            return _by_date(opened, head, values, key)
        case _:
            return _by_number(opened, head, values, key)


def _by_category(name: str, labels: Sequence[str], codes: np.ndarray, key: str) -> np.ndarray | None:
    if len(labels) > MOST_OPTIONS:
        return _by_part(name, labels, codes, key)
    keep_offered(key, labels)
    chosen = st.multiselect(literal(name), labels, key=key, bind="query-params", placeholder="All")
    return np.isin(codes, [labels.index(value) for value in chosen]) if chosen else None


def _by_list(opened: Workspace, head: dict[str, Any], key: str) -> np.ndarray | None:
    """Rows have several values: any or all of those chosen must be among them."""
    labels = head["values"]
    if len(labels) > MOST_OPTIONS:
        codes = _codes_of_part(head["name"], labels, key)
        return None if codes is None else having(opened, head, codes)
    keep_offered(key, labels)
    chosen = st.multiselect(literal(head["name"]), labels, key=key, bind="query-params", placeholder="All")
    if not chosen:
        return None
    match = f"match-{head['slug']}"
    every = len(chosen) > 1 and st.segmented_control(
        f"{literal(head['name'])}: images with", [ANY, ALL], default=ANY, key=match, bind="query-params", required=True,
        label_visibility="collapsed",
    ) == ALL  # fmt: skip
    return having(opened, head, [labels.index(value) for value in chosen], every)


def _by_part(name: str, labels: Sequence[str], codes: np.ndarray, key: str) -> np.ndarray | None:
    found = _codes_of_part(name, labels, key)
    return None if found is None else np.isin(codes, found)


def _codes_of_part(name: str, labels: Sequence[str], key: str) -> list[int] | None:
    """For more values than a list can offer: those that contain a text."""
    text = st.text_input(
        f"{literal(name)} contains", key=key, bind="query-params", placeholder=f"one of {len(labels):,} values"
    )
    part = text.strip().lower()
    if not part:
        return None
    found = [code for code, label in enumerate(labels) if part in label.lower()]
    st.caption(f"{len(found):,} of {len(labels):,} values contain this.")
    return found


def _by_text(name: str, values: Sequence[str], key: str) -> np.ndarray | None:
    text = (
        st.text_input(f"{literal(name[:1].upper() + name[1:])} contains", key=key, bind="query-params").strip().lower()
    )
    return np.array([text in value.lower() for value in values]) if text else None


def _by_number(opened: Workspace, head: dict[str, Any], values: np.ndarray, key: str) -> np.ndarray | None:
    low, high = head["min"], head["max"]
    if low is None or low == high:
        st.caption(f"{literal(head['name'])}: {'no values' if low is None else f'{words.number(low)} everywhere'}")
        return None
    whole = head["whole"] if head.get("whole") is not None else columns.is_whole(values)  # older ones do not say
    if whole and high - low <= slider_steps.MOST_STEPS:
        url.keep_between(key, int(low), int(high))
        chosen = st.slider(
            literal(head["name"]), int(low), int(high), (int(low), int(high)), key=key, bind="query-params"
        )
        return None if tuple(chosen) == (low, high) else within(values, *chosen)
    return _by_steps(_number_steps(str(opened.root), opened.manifest.build, key, values, whole), head, values, key)


def _by_date(opened: Workspace, head: dict[str, Any], values: np.ndarray, key: str) -> np.ndarray | None:
    if head["min"] is None:
        st.caption(f"{literal(head['name'])}: no values")
        return None
    first, last = words.day(head["min"]), words.day(head["max"])
    if first == last:
        st.caption(f"{literal(head['name'])}: {first} everywhere")
        return None
    return _by_steps(_date_steps(str(opened.root), opened.manifest.build, key, values), head, values, key)


def _by_steps(found: SliderSteps, head: dict[str, Any], values: np.ndarray, key: str) -> np.ndarray | None:
    found = found.also(url.ends(key))
    low, high = st.select_slider(
        literal(head["name"]), found.texts, (found.texts[0], found.texts[-1]), key=key, bind="query-params"
    )
    limits = found.range(low, high)
    return None if limits is None else within(values, *limits)


@st.cache_resource(max_entries=64, show_spinner=False)
def _number_steps(path: str, build: str, key: str, _values: np.ndarray, whole: bool) -> SliderSteps:
    return slider_steps.number_steps(_values, whole)


@st.cache_resource(max_entries=64, show_spinner=False)
def _date_steps(path: str, build: str, key: str, _values: np.ndarray) -> SliderSteps:
    return slider_steps.date_steps(_values)


def show_count(opened: Workspace, visible: np.ndarray | None, row: int | None) -> None:
    """Show how many images the filters leave, and whether the selected one is among them."""
    if visible is None:
        return
    count = int(visible.sum())
    line = f"{count:,} of {opened.rows:,} images pass the filters."
    if count == 0:
        line = "No image passes the filters; loosen or remove one in the side bar."
    elif row is not None and not visible[row]:
        line += " The selected image is not among them."
    st.caption(line)

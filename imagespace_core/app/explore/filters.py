"""The filters of the Explore page: one widget for each column that is filtered by, and the rows that pass them all."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from imagespace_core.app.session import cluster_names
from imagespace_core.app.session.url import keep_offered, usable_columns
from imagespace_core.app.text.markdown import literal
from imagespace_core.selection import within
from imagespace_core.workspace import Workspace

NAME = "file name"
MOST_OPTIONS = 1_000
"""Values offered in a list: all of them go to the browser. Of more, a part is written."""


def filters(opened: Workspace) -> np.ndarray | None:
    """Draw the filter widgets; bool (n,) of the rows that pass them all, or None where nothing is filtered.

    A row without a value does not pass a filter on that column.
    """
    columns = {column["name"]: column for column in usable_columns(opened)}
    offered = [*(name for name in columns if name != NAME), NAME]
    keep_offered("filters", offered)
    chosen = st.multiselect("Filter by", offered, key="filters", bind="query-params", placeholder="Choose columns")
    visible: np.ndarray | None = None
    for name in chosen:
        passed = _by_text(NAME, opened.ids, "file") if name == NAME else _by_column(opened, columns[name])
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
        case "date":
            return _by_date(head, values, key)
        case _:
            return _by_number(head, values, key)


def _by_category(name: str, labels: Sequence[str], codes: np.ndarray, key: str) -> np.ndarray | None:
    if len(labels) > MOST_OPTIONS:
        return _by_part(name, labels, codes, key)
    keep_offered(key, labels)
    chosen = st.multiselect(literal(name), labels, key=key, bind="query-params", placeholder="All")
    return np.isin(codes, [labels.index(value) for value in chosen]) if chosen else None


def _by_part(name: str, labels: Sequence[str], codes: np.ndarray, key: str) -> np.ndarray | None:
    """For more values than a list can offer: those that contain a text."""
    text = st.text_input(
        f"{literal(name)} contains", key=key, bind="query-params", placeholder=f"one of {len(labels):,} values"
    )
    part = text.strip().lower()
    if not part:
        return None
    found = [code for code, label in enumerate(labels) if part in label.lower()]
    st.caption(f"{len(found):,} of {len(labels):,} values contain this.")
    return np.isin(codes, found)


def _by_text(name: str, values: Sequence[str], key: str) -> np.ndarray | None:
    text = (
        st.text_input(f"{literal(name[:1].upper() + name[1:])} contains", key=key, bind="query-params").strip().lower()
    )
    return np.array([text in value.lower() for value in values]) if text else None


def _by_number(head: dict[str, Any], values: np.ndarray, key: str) -> np.ndarray | None:
    low, high = head["min"], head["max"]
    if low is None or low == high:
        st.caption(f"{literal(head['name'])}: {'no values' if low is None else f'{low:g} everywhere'}")
        return None
    whole = float(low).is_integer() and float(high).is_integer() and high - low >= 10
    step = 1.0 if whole else (high - low) / 200
    # The ends are widened to a multiple of the step, so that the full range always holds the extremes.
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    chosen = st.slider(
        literal(head["name"]), float(low), float(high), (float(low), float(high)), step, key=key, bind="query-params"
    )
    if tuple(chosen) == (low, high):
        return None
    return within(values, *chosen)


def _by_date(head: dict[str, Any], values: np.ndarray, key: str) -> np.ndarray | None:
    if head["min"] is None:
        st.caption(f"{literal(head['name'])}: no values")
        return None
    first, last = (datetime.datetime.fromtimestamp(head[end], datetime.UTC).date() for end in ("min", "max"))
    if first == last:
        st.caption(f"{literal(head['name'])}: {first} everywhere")
        return None
    chosen = st.slider(literal(head["name"]), first, last, (first, last), key=key, bind="query-params")
    if tuple(chosen) == (first, last):
        return None
    start, end = (datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp() for day in chosen)
    return (values >= start) & (values < end + 86_400)


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

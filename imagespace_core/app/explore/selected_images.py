"""Below the map: the bar with the number of selected images and what can be done with them, and their gallery."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from imagespace_core.app.components import detail, gallery, mount
from imagespace_core.app.explore import filters, gallery_order
from imagespace_core.app.session import cluster_names, selection_history, url
from imagespace_core.app.text.markdown import literal
from imagespace_core.collection.order import NAME, Ordered
from imagespace_core.drawing.colors import CODED
from imagespace_core.selection import Mode, Selection
from imagespace_core.viewer.contract.configurations import SelectionBarConfig
from imagespace_core.viewer.contract.events import Select, SelectCodes
from imagespace_core.workspace import Workspace

MOST_SHOWN = 5
VERBS: dict[str, Mode] = {"Select only": "replace", "Add": "add", "Remove": "remove"}


def bar(opened: Workspace, visible: np.ndarray | None, on_select: Callable[[Select], None]) -> None:
    """Draw the line with the count and the verbs. visible: bool (n,), what the filters leave."""
    history = selection_history.history(opened)
    hidden = 0 if visible is None else int(np.count_nonzero(history.now.mask() & ~visible))
    config = SelectionBarConfig(count=history.now.count, hidden=hidden, undo=history.can_undo, redo=history.can_redo)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        mount.mount(config, "bar", {"select": on_select})
        _by_value(opened, on_select)


def _by_value(opened: Workspace, on_select: Callable[[Select], None]) -> None:
    """Draw the choice of a column and one of its values, whose images are then selected, added or removed."""
    columns = {c["name"]: c for c in url.usable_columns(opened) if c["kind"] in CODED}
    if not columns:
        return
    with st.popover("Select by value", icon=":material/category_search:"):
        offered = sorted(columns, key=lambda name: columns[name]["kind"] != "cluster")
        url.keep_valid("value-column", offered)
        column = columns[st.selectbox("Column", offered, key="value-column")]
        codes = _values(opened, column)
        verb = st.segmented_control("What to do", list(VERBS), default="Select only", key="value-verb", required=True)
        mode = VERBS[verb or "Select only"]
        event = SelectCodes(mode=mode, color=column["slug"], codes=codes)
        st.button("Apply", disabled=not codes, on_click=lambda: on_select(event), key="value-apply")


def _values(opened: Workspace, column: dict[str, Any]) -> list[int]:
    """The codes that are chosen: from a list, or of so many values by a part of their names."""
    head, _ = opened.column(column["slug"])
    labels = dict(enumerate(cluster_names.titles(opened, head)))
    if head["missing"]:
        labels[-1] = "noise" if head["kind"] == "cluster" else "missing"
    if len(labels) <= filters.MOST_OPTIONS:
        code = st.selectbox(
            "Value", list(labels), key=f"value-{column['slug']}", format_func=lambda code: labels.get(code, "")
        )
        return [code]
    text = st.text_input("Value contains", key=f"value-{column['slug']}", placeholder=f"one of {len(labels):,} values")
    found = [code for code, label in labels.items() if text.strip().lower() in label.lower()] if text.strip() else []
    if text.strip():
        some = ", ".join(labels[code] for code in found[:MOST_SHOWN])
        more = f" and {len(found) - MOST_SHOWN:,} more" if len(found) > MOST_SHOWN else ""
        st.caption(literal(f"{some}{more}") if found else "No value contains this.")
    return found


def selected_gallery(opened: Workspace, selection: Selection, row: int | None, on_click: Callable[[int], None]) -> None:
    """Draw the selected images, a page of them. row: the open image, which distances are measured from."""
    if not selection.count:
        st.caption(
            "Click an image to open it. To select some, draw around them with the box or the lasso at the map's side, "
            "Shift-click single ones, or point at a cluster above and press its arrow. They are then shown here."
        )
        return
    offered = gallery_order.orders(opened)
    url.keep_valid("sort", offered)
    start = "the open image" if row is not None else "the middle of the selection"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="sorting"):
        order = st.selectbox(
            "Sort by", offered, key="sort", bind="query-params", width=200, help=f"Distance is measured from {start}."
        )
        turned = st.segmented_control(
            "Order", ["Ascending", "Descending"], default="Ascending", key="order", bind="query-params", required=True
        )
        size = st.selectbox("A page", gallery.PAGE_SIZES, key="per-page", bind="query-params", width=90)
        found = gallery_order.in_order(opened, selection, order, turned == "Descending", row)
        near = row if order == gallery_order.DISTANCE else None
        about = hashlib.sha256(repr((selection.stream, order, turned, near)).encode()).hexdigest()[:16]
        page = gallery.paged(range(selection.count), "selection-page", size, about)
    rows = found.rows[page.start : page.stop].tolist()
    notes = [_note(opened, found, order, number) for number in page]
    gallery.gallery(opened, "selection", rows, on_click, notes=notes, current=row, action="Go to")


def _note(opened: Workspace, found: Ordered, order: str, number: int) -> str:
    """The value that a tile was sorted by. number: of the tile in the order."""
    if found.distances is not None:
        return f"distance {found.distances[number]:.3f}"
    if order == NAME:
        return ""
    return f"{order} {detail.value_of(opened, int(found.rows[number]), gallery_order.column(opened, order))}"

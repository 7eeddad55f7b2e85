"""The state of a page that its URL keeps: the open image and the workspace, so that a link reopens what was seen.

Widgets keep themselves in the URL (`bind="query-params"`); what is not a widget is kept here. The image is named by
its id, not its row: a link stays right when the workspace is rebuilt with more images.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from imagespace_core.app.pages import page
from imagespace_core.app.session.addresses import CAMERA, IMAGE, WORKSPACE
from imagespace_core.viewer.contract.configurations import Flight
from imagespace_core.workspace import Workspace


def selected_row(opened: Workspace) -> int | None:
    """The row of the image that the URL names, or None."""
    name = st.query_params.get(IMAGE)
    return None if name is None else row_of(opened, name)


def select(opened: Workspace, row: int | None) -> None:
    """Select an image, or none; the URL follows."""
    if row is None:
        st.query_params.pop(IMAGE, None)
    else:
        st.query_params[IMAGE] = opened.ids[row]


def usable_columns(opened: Workspace) -> list[dict[str, Any]]:
    """The columns that have a value anywhere, those of the metadata first."""
    own = opened.manifest.measured("table", "metadata_columns", [])
    some = [column for column in opened.columns() if column["missing"] < opened.rows or column["kind"] == "cluster"]
    return sorted(some, key=lambda column: column["name"] not in own)


def named_columns(opened: Workspace, *ours: str) -> dict[str, dict[str, Any]]:
    """The usable columns by the words that a choice offers them under: their names. One that has the name of something
    else there, `ours`, is told from it."""
    named: dict[str, dict[str, Any]] = {}
    for column in usable_columns(opened):
        name = column["name"]
        while name in ours or name in named:
            name = f"{name} (column)"
        named[name] = column
    return named


def search_with(opened: Workspace, row: int) -> None:
    """Go to the Search page with this image as the query."""
    st.switch_page(page("search"), query_params={IMAGE: opened.ids[row]})


def explore(opened: Workspace, row: int) -> None:
    """From a callback: go to the Explore page with this image selected, when the page next calls `follow`."""
    st.session_state["_explore"] = {IMAGE: opened.ids[row]}


def follow() -> None:
    """Go where `explore` leads; a callback itself cannot leave its page."""
    if params := st.session_state.pop("_explore", None):
        st.switch_page(page("explore"), query_params=params)


def refuse(reason: str) -> None:
    """Keep for the next drawing why an action was not carried out."""
    st.session_state["_refused"] = reason


def take_refusal() -> str | None:
    """The reason that `refuse` kept, once; None where nothing was refused."""
    return st.session_state.pop("_refused", None)


def leave() -> None:
    """Drop from the URL what belongs to the workspace that is left."""
    for name in (IMAGE, CAMERA, WORKSPACE):
        st.query_params.pop(name, None)


def row_of(opened: Workspace, name: str) -> int | None:
    return _rows(str(opened.root), opened.manifest.build, opened).get(name)


@st.cache_resource(max_entries=4, show_spinner=False)
def _rows(path: str, build: str, _opened: Workspace) -> dict[str, int]:
    return {name: row for row, name in enumerate(_opened.ids)}


def fly_to(row: int) -> None:
    """Let the map glide to a row at its next drawing."""
    last = flight()
    st.session_state["_fly"] = Flight(row=row, nonce=last.nonce + 1 if last else 1)


def flight() -> Flight | None:
    return st.session_state.get("_fly")


def keep_valid(key: str, options: list[str]) -> None:
    """Drop a widget's value that is not offered any more, as after a change of workspace; else Streamlit raises."""
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]


def keep_between(key: str, low: int, high: int) -> None:
    """The same for a slider of whole numbers: drop a range that does not lie within its ends any more."""
    chosen = st.session_state.get(key)
    if chosen is not None and not all(isinstance(end, int) and low <= end <= high for end in chosen):
        del st.session_state[key]


def ends(key: str) -> list[str]:
    """Both ends of a slider over texts, as it is or as the address has them."""
    chosen = st.session_state.get(key)
    if chosen is None:
        return st.query_params.get_all(key)
    if all(isinstance(end, str) for end in chosen):
        return list(chosen)
    del st.session_state[key]  # of a slider over numbers in the workspace before
    return []


def keep_offered(key: str, options: Sequence[str]) -> None:
    """The same for a widget that holds several values: drop those that are not offered any more."""
    chosen = st.session_state.get(key)
    if chosen is not None and (kept := [value for value in chosen if value in options]) != chosen:
        st.session_state[key] = kept

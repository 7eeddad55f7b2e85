"""The choice of an order for the gallery of selected images: by distance, by name, or by any column."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import streamlit as st

from imagespace_core.app.session import resources
from imagespace_core.app.session.url import usable_columns
from imagespace_core.collection.order import NAME, Ordered, by_distance, keys_of
from imagespace_core.selection import Selection
from imagespace_core.selection.order import sequence
from imagespace_core.workspace import Workspace

DISTANCE = "distance"


def orders(opened: Workspace) -> list[str]:
    """What a gallery can be sorted by."""
    columns = [column["name"] for column in usable_columns(opened)]
    return [DISTANCE, NAME, *(name for name in columns if name not in (DISTANCE, NAME))]


def in_order(opened: Workspace, selection: Selection, order: str, descending: bool, image: int | None) -> Ordered:
    """order: one of `orders`. Distance is measured from the row `image`, or from the mean of the selection."""
    digest = hashlib.sha256(selection.stream).hexdigest()
    near = image if order == DISTANCE else None
    return _in_order(str(opened.root), opened.manifest.build, digest, order, descending, near, selection)


@st.cache_resource(max_entries=8, show_spinner="Sorting the selection")
def _in_order(
    path: str, build: str, digest: str, order: str, descending: bool, image: int | None, _selection: Selection
) -> Ordered:
    rows = np.flatnonzero(_selection.mask())
    if order != DISTANCE:
        return Ordered(rows[sequence(_keys(path, build, order)[rows], descending)])
    return by_distance(resources.workspace(Path(path)), rows, image, descending)


@st.cache_resource(max_entries=4, show_spinner="Sorting the column")
def _keys(path: str, build: str, name: str) -> np.ndarray:
    return keys_of(resources.workspace(Path(path)), name)

"""The choice of an order for the gallery of selected images: by distance, by name, or by any column."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import streamlit as st

from imagespace_core.app.session import resources
from imagespace_core.app.session.url import named_columns
from imagespace_core.collection.order import NAME, Ordered, by_distance, keys_of, name_keys
from imagespace_core.selection import Selection
from imagespace_core.selection.order import sequence
from imagespace_core.workspace import Workspace

DISTANCE = "distance"


def orders(opened: Workspace) -> list[str]:
    """What a gallery can be sorted by."""
    return [DISTANCE, NAME, *named_columns(opened, DISTANCE, NAME)]


def column(opened: Workspace, order: str) -> str:
    """The name of the column that one of `orders` stands for."""
    return named_columns(opened, DISTANCE, NAME)[order]["name"]


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
    opened = resources.workspace(Path(path))
    return name_keys(opened) if name == NAME else keys_of(opened, named_columns(opened, DISTANCE, NAME)[name]["slug"])

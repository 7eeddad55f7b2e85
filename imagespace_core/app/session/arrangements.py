"""Layouts made while the app runs, for filtered rows or other groups, and the addresses where the viewer finds them."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from imagespace_core.app.session import blobs, cluster_names, resources
from imagespace_core.collection.arrange import GROUPED, NotArrangedError, arrange, with_names
from imagespace_core.drawing.colors import CODED
from imagespace_core.workspace import Workspace, names

CLUSTER = "cluster"
MOST_GROUPS = 2_000


@dataclass(frozen=True)
class Arranged:
    """file, guides_file: paths below the base URL. guides: see `layout.arrangement`. without: why there is no such
    layout."""

    file: str
    guides_file: str
    guides: Mapping[str, Any]
    without: str | None = None


def without_overlap(opened: Workspace, layout: str) -> Arranged:
    """The 2D map `layout` without overlap."""
    return _built(opened, f"{layout}-apart")


def arranged(opened: Workspace, layout: str, by: str | None = None, visible: np.ndarray | None = None) -> Arranged:
    """A layout. by: slug of the column that groups it. visible: bool (n,), the only rows to have a place."""
    by = None if by == CLUSTER else by
    made = _built(opened, layout) if by is None and visible is None else _made(opened, layout, by, visible)
    if made.without or layout not in GROUPED or by is not None:
        return made
    return _with_names(opened, made)


def _built(opened: Workspace, name: str) -> Arranged:
    return Arranged(names.layout(name), names.guides(name), opened.layout(name)[1])


def _made(opened: Workspace, layout: str, by: str | None, visible: np.ndarray | None) -> Arranged:
    digest = "" if visible is None else hashlib.sha256(np.packbits(visible).tobytes()).hexdigest()
    made = _computed(str(opened.root), opened.manifest.build, layout, by, digest, visible)
    if isinstance(made, str):
        return Arranged("", "", {}, made)
    data, guides = made
    return Arranged(blobs.offer(opened.root, data, "npy"), _offer(opened, guides), guides)


@st.cache_resource(max_entries=4, show_spinner="Arranging the images")
def _computed(
    path: str, build: str, layout: str, by: str | None, digest: str, _visible: np.ndarray | None
) -> tuple[bytes, dict[str, Any]] | str:
    """The .npy and the guides of a layout of some rows, or why it cannot be made of them."""
    try:
        made = arrange(resources.workspace(Path(path)), layout, _visible, by)
    except NotArrangedError as error:
        return str(error)
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(made.positions, np.float32))
    return buffer.getvalue(), made.guides


def _with_names(opened: Workspace, made: Arranged) -> Arranged:
    """The same with the names that people gave to clusters in its headings."""
    given = cluster_names.given(opened)
    if not given.names:
        return made
    guides = with_names(made.guides, given)
    return Arranged(made.file, _offer(opened, guides), guides)


def _offer(opened: Workspace, guides: Mapping[str, Any]) -> str:
    return blobs.offer(opened.root, json.dumps(guides, ensure_ascii=False).encode(), "json")


def groups(opened: Workspace) -> dict[str, str]:
    """Names and slugs of the columns that can group a layout: clusters first."""
    return {
        column["name"]: column["slug"]
        for column in sorted(opened.columns(), key=lambda column: column["kind"] != "cluster")
        if column["kind"] == "cluster" or (column["kind"] in CODED and opened.distinct(column) <= MOST_GROUPS)
    }

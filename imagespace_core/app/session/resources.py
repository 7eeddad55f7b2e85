"""Workspaces, models and indices that are open, shared by all sessions and kept between reruns."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from imagespace_core.app.session import trust
from imagespace_core.collection.embedder import embedder_of
from imagespace_core.collection.search import index_of
from imagespace_core.search import Index, Metric
from imagespace_core.workspace import Found, Workspace, find

if TYPE_CHECKING:
    from imagespace_core.embed import Embedder

NEAREST = 12


def root() -> Path:
    """What IMAGESPACE_WORKSPACE names, a workspace or a folder of them, else ./workspaces."""
    return Path(os.environ.get("IMAGESPACE_WORKSPACE") or "workspaces")


def found() -> list[Found]:
    """Every workspace there is, looked at anew when one of them changes."""
    return _found(str(root().resolve()), _stamp(root()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _found(path: str, stamp: tuple[tuple[str, int], ...]) -> list[Found]:
    return find(Path(path))


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    """Changes when a build is started, published or removed anywhere below `folder`."""
    folders = [folder, *(sorted(folder.iterdir()) if folder.is_dir() else [])]
    return tuple(
        (str(file), file.stat().st_mtime_ns) for p in folders for file in (p, p / "manifest.json") if file.exists()
    )


def workspace(path: Path) -> Workspace:
    """The workspace at `path` as it is now; a rebuild is noticed. The same one for all sessions and routes.

    Raises WorkspaceError.
    """
    resolved = path.resolve()
    opened = _workspace(resolved)
    if opened.stale():
        _workspace.cache_clear()
        opened = _workspace(resolved)
    return opened


# Not one of Streamlit's caches: the routes use it as well, outside of any script run.
@lru_cache(maxsize=8)
def _workspace(path: Path) -> Workspace:
    opened = Workspace.open(path)
    return replace(opened, follow_links=trust.unconfirmed(opened) is None)


@st.cache_resource(max_entries=2, show_spinner="Loading the model")
def _embedder(spec: str, model_dir: Path | None) -> Embedder:
    from imagespace_core.embed import catalog

    return catalog.load(spec, model_dir=model_dir)


def embedder(opened: Workspace) -> Embedder:
    """The model that made the workspace's vectors. Raises ModelError if it cannot be had here, or is another by now."""
    made = opened.manifest.steps["embed"]
    if made.get("model_dir") or (made["model"] or "").endswith(".onnx"):
        trust.require_confirmed(opened)
    return embedder_of(opened, _embedder)


def index(opened: Workspace, metric: Metric, quality: float | None = 1.0) -> Index:
    """See `collection.search.index_of`."""
    return _index(str(opened.root), opened.manifest.build, metric, quality)


@st.cache_resource(max_entries=8, show_spinner="Opening the search index")
def _index(path: str, build: str, metric: Metric, quality: float | None) -> Index:
    return index_of(workspace(Path(path)), metric, quality)


def nearest(opened: Workspace, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The NEAREST images of a row in the neighbor graph, nearest first: rows int32 (k,), distances float32 (k,)."""
    rows, distances = _nearest(str(opened.root), opened.manifest.build)
    return rows[row], distances[row]


@st.cache_resource(max_entries=4, show_spinner="Opening the neighbor graph")
def _nearest(path: str, build: str) -> tuple[np.ndarray, np.ndarray]:
    # Only what is shown: the whole graph of a million images is 720 MB, and it cannot be memory-mapped.
    rows, distances = workspace(Path(path)).graph()
    return rows[:, :NEAREST].copy(), distances[:, :NEAREST].copy()

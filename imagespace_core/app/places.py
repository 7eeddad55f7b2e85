"""Where a workspace's images lie: on Earth, and as tiles of a map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from imagespace_core.app import load, state
from imagespace_core.layout.geography import coordinate_columns
from imagespace_core.sources.tiles_coordinates import numbers_of
from imagespace_core.workspace import Workspace


@dataclass(frozen=True)
class Places:
    """longitude, latitude: float64 (n,) in degrees, NaN where an image has none."""

    longitude: np.ndarray
    latitude: np.ndarray


def columns(opened: Workspace) -> tuple[str, str] | None:
    """The names of the columns with longitude and latitude, if there are any."""
    return coordinate_columns(column["name"] for column in state.usable_columns(opened))


def places(opened: Workspace) -> Places:
    """Of a workspace that has `columns`."""
    return _places(str(opened.root), opened.manifest.build)


def tiles(opened: Workspace) -> np.ndarray | None:
    """int64 (n, 3): z, x and y of every image; None where not all are tiles."""
    return _tiles(str(opened.root), opened.manifest.build)


@st.cache_resource(max_entries=4, show_spinner=False)
def _places(path: str, build: str) -> Places:
    import pandas as pd

    opened = load.workspace(Path(path))
    names = columns(opened)
    assert names is not None
    longitude, latitude = (np.asarray(pd.to_numeric(opened.items[name], errors="coerce"), np.float64) for name in names)
    return Places(longitude, latitude)


@st.cache_resource(max_entries=4, show_spinner=False)
def _tiles(path: str, build: str) -> np.ndarray | None:
    return numbers_of(load.workspace(Path(path)).ids)

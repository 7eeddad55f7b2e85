"""Where the viewer finds a layout: in the workspace, or made here for what filters leave or for other groups."""

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

from imagespace_core.app import load, naming, offered
from imagespace_core.layout import LAYOUTS, Material, scattered, subset
from imagespace_core.layout.geography import coordinate_columns
from imagespace_core.workspace import Workspace, names
from imagespace_core.workspace.names import PREFERRED_MAPS

GROUPED = ("clusters", "carousel")
"""Layouts that put rows into groups: by cluster, or by any other column of categories."""
CLUSTER = "cluster"
MOST_GROUPS = 2_000


@dataclass(frozen=True)
class Placed:
    """positions, guides: paths below the base URL. told: the guides, or why there is no such layout: `without`."""

    positions: str
    guides: str
    told: Mapping[str, Any]
    without: str | None = None


def apart(opened: Workspace, layout: str) -> Placed:
    """The 2D map `layout` without overlap."""
    return _built(opened, f"{layout}-apart")


def arranged(opened: Workspace, layout: str, by: str | None = None, visible: np.ndarray | None = None) -> Placed:
    """A layout. by: slug of the column that groups it. visible: bool (n,), the only rows to have a place."""
    own = visible is not None or by not in (None, CLUSTER)
    placed = _made(opened, layout, by, visible) if own else _built(opened, layout)
    if placed.without or layout not in GROUPED or by not in (None, CLUSTER):
        return placed
    return _renamed(opened, placed)


def _built(opened: Workspace, name: str) -> Placed:
    return Placed(names.layout(name), names.guides(name), opened.layout(name)[1])


def _made(opened: Workspace, layout: str, by: str | None, visible: np.ndarray | None) -> Placed:
    digest = "" if visible is None else hashlib.sha256(np.packbits(visible).tobytes()).hexdigest()
    made = _computed(str(opened.root), opened.manifest.build, layout, by, digest, visible)
    if isinstance(made, str):
        return Placed("", "", {}, made)
    data, told = made
    return Placed(offered.offer(opened.root, data, "npy"), _offer(opened, told), told)


@st.cache_resource(max_entries=4, show_spinner="Arranging the images")
def _computed(
    path: str, build: str, layout: str, by: str | None, digest: str, _visible: np.ndarray | None
) -> tuple[bytes, dict[str, Any]] | str:
    """The .npy and the guides of a layout of some rows, or why it cannot be made of them."""
    opened = load.workspace(Path(path))
    stage, material = LAYOUTS[layout](), _material(opened, by)
    rows = np.arange(opened.rows) if _visible is None else np.flatnonzero(_visible)
    own = subset(material, rows)
    if reason := stage.lacks(own):
        return reason
    made = scattered(stage(own), rows, opened.rows)
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(made.positions, np.float32))
    return buffer.getvalue(), made.guides


def _material(opened: Workspace, by: str | None) -> Material:
    """What the workspace has to arrange by. by: slug of the column of the groups."""
    import pandas as pd

    found: dict[str, Any] = {}
    maps = opened.manifest.projections()
    default = next((name for name in PREFERRED_MAPS if 2 in maps.get(name, [])), None)
    if default is not None:
        found["map2d"] = np.array(opened.positions(default, 2))
    if by not in (None, CLUSTER):
        head, codes = opened.column(str(by))
        found |= {"labels": np.array(codes), "group_names": tuple(head["values"]), "rest": "missing"}
    elif "clusters" in opened.manifest.steps:
        labels = np.array(opened.clusters()[0])
        count = int(labels.max(initial=-1)) + 1
        found |= {"labels": labels, "group_names": tuple(f"Cluster {label}" for label in range(count))}
    columns = {column["name"]: column["slug"] for column in opened.columns()}
    for name in ("hue", "saturation", "lightness"):
        if name in columns:
            found[name] = np.asarray(opened.column(columns[name])[1], np.float64)
    if "taken_at" in columns:
        found["taken"] = np.array(opened.column(columns["taken_at"])[1])
    if places := coordinate_columns(columns):
        for name, column in zip(("longitude", "latitude"), places, strict=True):
            found[name] = np.asarray(pd.to_numeric(opened.items[column], errors="coerce"), np.float64)
    return Material(**found)


def _renamed(opened: Workspace, placed: Placed) -> Placed:
    """The same with the names that people gave to clusters in its headings."""
    given = {f"Cluster {label}": name for label, name in naming.given(opened).names.items()}
    if not given:
        return placed
    headings = [{**heading, "text": given.get(heading["text"], heading["text"])} for heading in placed.told["headings"]]
    told = {**placed.told, "headings": headings}
    return Placed(placed.positions, _offer(opened, told), told)


def _offer(opened: Workspace, told: Mapping[str, Any]) -> str:
    return offered.offer(opened.root, json.dumps(told, ensure_ascii=False).encode(), "json")


def groups(opened: Workspace) -> dict[str, str]:
    """Names and slugs of the columns that can group a layout: clusters first."""
    found = {}
    for column in sorted(opened.columns(), key=lambda column: column["kind"] != "cluster"):
        several = column["kind"] == "cluster" or (
            column["kind"] == "category" and len(opened.column(column["slug"])[0]["values"]) <= MOST_GROUPS
        )
        if several:
            found[column["name"]] = column["slug"]
    return found

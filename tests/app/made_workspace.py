"""A workspace of 60 rows with maps, layouts, clusters and a column of each kind, written without images or models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from imagespace_core.pipeline.table_steps import _write_column
from imagespace_core.workspace import Draft, Workspace, names
from imagespace_core.workspace.columns import encode_clusters, unique_slugs
from imagespace_core.workspace.tables import write_table
from tests.makers.workspaces import manifest, record

ROWS = 60
LABELS = np.repeat([0, 1, 2, -1], 15).astype(np.int32)
VALUE = np.where(np.arange(ROWS) % 10 == 9, np.nan, np.arange(ROWS) / 4)
"""Missing in each tenth row."""
MAP = np.stack([np.arange(ROWS) % 10, np.arange(ROWS) // 10], axis=1).astype(np.float32)
"""Row i at column i % 10 and line i // 10."""
CLUSTERS_KEY = "clusters-key"


def table() -> pd.DataFrame:
    rows = np.arange(ROWS)
    found = pd.DataFrame({"id": [f"{i:03d}.jpg" for i in rows]})
    found["taken_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rows[::-1], unit="D")
    found["value"] = VALUE
    found["size"] = [("large", "small", "*odd*", None)[i % 4] for i in rows]
    found["mixed"] = [str(i) if i % 3 else ("ten" if i % 2 else None) for i in rows % 13]
    found["tint"] = [f"#{4 * i:02x}{4 * i:02x}00" for i in rows]
    return found


def write_made_workspace(root: Path, more: pd.DataFrame | None = None) -> Workspace:
    """The layout `grid` gives every fourth row no place. more: further columns, ROWS long."""
    with Draft.open(root) as draft:
        found = pd.concat([table(), *([] if more is None else [more])], axis=1)
        write_table(found, draft.stage(names.ITEMS))
        angle = np.arange(ROWS) ** 1.3 / 200
        vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
        np.save(draft.stage(names.vectors("tiny")), vectors)
        np.save(draft.stage(names.projection("pca", 2)), MAP)
        np.save(draft.stage(names.projection("pca", 3)), np.column_stack([MAP, -MAP[:, 0]]))
        grid = MAP.copy()
        grid[::4] = np.nan
        np.save(draft.stage(names.layout("grid")), grid)
        draft.stage(names.guides("grid")).write_text(json.dumps({"name": "grid", "notes": [], "headings": []}))
        clusters = [names.clusters("hdbscan"), names.nearest_clusters("hdbscan"), names.cluster_strength("hdbscan")]
        for file, array in zip(clusters, (LABELS, np.maximum(LABELS, 0), np.ones(ROWS, np.float32)), strict=True):
            np.save(draft.stage(file), array)
        heads = []
        slugs = unique_slugs(["cluster", *found.columns[1:]])
        for name, series in found.drop(columns="id").items():
            heads.append(_write_column(draft, series, slugs[str(name)]))
        heads.append(_column(draft, *encode_clusters(LABELS)))
        spots = [{"label": label, "size": 15, "central": 15 * label + 7} for label in range(3)]
        steps = {
            "table": record([names.ITEMS], metadata_columns=["size", "mixed"]),
            "embed": record([names.vectors("tiny")], model="tiny", size=2),
            "pca-2d": record([names.projection("pca", 2)], projection="pca", dims=2),
            "pca-3d": record([names.projection("pca", 3)], projection="pca", dims=3),
            "layout-grid": record([names.layout("grid"), names.guides("grid")], layout="grid", dims=2),
            "layout-timeline": record([], layout="timeline", without="no image has a *date*"),
            "clusters": record(clusters, key=CLUSTERS_KEY, clusters=3, noise=15),
            "hotspots": record([], hotspots=spots),
            "columns": record([names.COLUMNS], columns=heads),
        }
        for name, step in steps.items():
            draft.note(name, step)
        draft.publish(manifest(ROWS, steps))
    return Workspace.open(root)


def _column(draft: Draft, head: dict, array: np.ndarray | None) -> dict:
    draft.stage(f"{names.COLUMNS}/{head['slug']}.json").write_text(json.dumps(head))
    if array is not None:
        np.save(draft.stage(f"{names.COLUMNS}/{head['slug']}.npy"), array)
    return {name: head[name] for name in ("name", "slug", "kind", "missing")}

"""A workspace whose every text wants to be more than text: an image on another host, a color, an emoji, markup."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imagespace_core.images.atlas import Atlas
from imagespace_core.workspace import Draft, Manifest, Workspace, cluster_names, names
from imagespace_core.workspace.columns import encode, encode_clusters
from tests.makers.workspaces import manifest, record

ROWS = 60
HOST = "leak.invalid"
NAME = f"![x](http&colon;&sol;&sol;{HOST}&sol;a.png) *b* :red[c] $d$ :smile: `e` www.{HOST} <b>f"
"""For folders and files, which cannot have a slash in their names: Markdown reads an address all the same."""
PAYLOAD = (
    f"![x](http://{HOST}/a.png) <img src=//{HOST}/b.png> *b* :red[c] $d$ :smile: :material/home: `e` <b>f http://{HOST}"
)
CLUSTER = f"![x](//{HOST}/c.png) <b>f"
LONG = "a_question_whose_whole_wording_names_the_column"
"""47 letters without a space."""
KEY = "clusters-key"


def write_hostile(folder: Path) -> Workspace:
    """In `folder`, with the name NAME. Its source was never here."""
    root = folder / NAME
    with Draft.open(root) as draft:
        draft.publish(_staged(draft))
    cluster_names.rename(root, KEY, 1, CLUSTER)
    cluster_names.rename(root, "earlier", 1, CLUSTER)
    return Workspace.open(root)


def _table() -> pd.DataFrame:
    rows = np.arange(ROWS)
    found = pd.DataFrame({"id": [f"{i:03d} {NAME}.jpg" for i in rows]})
    found["path"] = found["id"]
    found["width"], found["height"] = 40 + rows % 3, 30
    found["taken_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rows, unit="D")
    found[f"{PAYLOAD} number"] = np.where(rows % 10 == 9, np.nan, rows / 4)
    found[f"{PAYLOAD} constant"] = 1.5
    found[f"{PAYLOAD} day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rows % 7, unit="D")
    found[f"{PAYLOAD} one day"] = pd.Timestamp("2024-01-01")
    found[f"{PAYLOAD} kind"] = [f"{PAYLOAD} {i % 3}" for i in rows]
    found[f"{PAYLOAD} group"] = [f"{PAYLOAD} {i % 10}" for i in rows]
    found[f"{PAYLOAD} answer"] = rows % 4 == 0
    found[LONG] = [f"value {i % 5}" for i in rows]
    found[f"{PAYLOAD} text"] = [f"{PAYLOAD} {i}" for i in rows]
    return found


def _staged(draft: Draft) -> Manifest:
    table = _table()
    table.to_parquet(draft.stage(names.ITEMS))
    angle = np.arange(ROWS) ** 1.3 / 200
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    places = np.stack([np.arange(ROWS) % 10, np.arange(ROWS) // 10], axis=1).astype(np.float32)
    np.save(draft.stage(names.vectors("tiny")), vectors)
    # A map and a layout that no program knows by name; a manifest may list any.
    np.save(draft.stage(names.projection("pca", 2)), places)
    np.save(draft.stage(names.projection(NAME, 2)), places)
    guides = {"notes": [PAYLOAD], "headings": [{"text": PAYLOAD, "row": 0, "position": [0, 0], "level": 0, "size": 1}]}
    for name in ("grid", "pca-apart"):
        np.save(draft.stage(names.layout(name)), places)
        draft.stage(names.guides(name)).write_text(json.dumps({"name": name, **guides, "headings": []}))
    near = np.stack([np.roll(np.arange(ROWS), shift) for shift in range(1, 6)], axis=1)
    np.savez(draft.stage(names.neighbors("tiny")), rows=near.astype(np.int32), distances=np.full(near.shape, 0.5, "f4"))
    labels = np.repeat([0, 1, 2, -1], ROWS // 4).astype(np.int32)
    clusters = [names.clusters("hdbscan"), names.nearest_clusters("hdbscan"), names.cluster_strength("hdbscan")]
    for file, array in zip(clusters, (labels, np.maximum(labels, 0), np.ones(ROWS, np.float32)), strict=True):
        np.save(draft.stage(file), array)
    with draft.stage(names.FAILURES).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("path", "stage", "reason"), (NAME, PAYLOAD, f"/srv/secret/{PAYLOAD}")])
    sprites = Atlas(cell=32, page=256)
    sprites.write(draft.stage(names.ATLAS).parent, np.arange(ROWS), lambda row: np.full((24, 32, 3), 4 * row, np.uint8))
    draft.stage(f"{names.NAMES}/0.json").write_text(json.dumps(table["id"].tolist()))
    heads = [_column(draft, *encode(pd.Series(table[name]), f"column-{i}")) for i, name in enumerate(table.columns[2:])]
    heads.append(_column(draft, *encode_clusters(labels)))
    own = [str(name) for name in table.columns[5:]]
    spots = [{"label": label, "size": 15, "central": 15 * label + 7} for label in range(3)]
    steps = {
        "table": record([names.ITEMS], metadata_columns=own, metadata_notes=[f"/srv/secret/meta.csv: {PAYLOAD}"]),
        "embed": record([names.vectors("tiny")], model=f"/srv/secret/{NAME}.onnx", size=2),
        "neighbors": record([names.neighbors("tiny")]),
        "pca-2d": record([names.projection("pca", 2)], projection="pca", dims=2),
        f"{NAME}-2d": record([names.projection(NAME, 2)], projection=NAME, dims=2),
        "layout-grid": record([names.layout("grid"), names.guides("grid")], layout="grid", dims=2),
        f"layout-{NAME}": record([], layout=NAME, without=PAYLOAD),
        "apart-pca": record([names.layout("pca-apart"), names.guides("pca-apart")], apart="pca"),
        "clusters": record(clusters, key=KEY, clusters=3, noise=15),
        "hotspots": record([], hotspots=spots),
        "columns": record([names.COLUMNS, names.NAMES], columns=heads),
        "atlas": record([names.ATLAS, names.ATLAS_PAGES]),
        "index-angular": record([], metric="angular", recall=1.0, search_k=9, latency_ms=1.0, exact_latency_ms=1.0),
        "images": record([names.FAILURES]),
    }
    steps["embed"]["parameters"] = {PAYLOAD: f"/srv/secret/{PAYLOAD}"}
    for name, step in steps.items():
        draft.note(name, step)
    return manifest(
        ROWS, steps, source={"kind": "folder", "root": f"/srv/secret/{NAME}"}, counts={"items": ROWS, "failures": 1},
        notes=[PAYLOAD, f"/srv/secret/photos looks like {PAYLOAD}"], created=PAYLOAD, version=PAYLOAD, model="tiny",
    )  # fmt: skip


def _column(draft: Draft, head: dict[str, Any], array: np.ndarray | None) -> dict[str, Any]:
    draft.stage(f"{names.COLUMNS}/{head['slug']}.json").write_text(json.dumps(head))
    if array is not None:
        np.save(draft.stage(f"{names.COLUMNS}/{head['slug']}.npy"), array)
    return {name: head[name] for name in ("name", "slug", "kind", "missing")}

"""A workspace of microscopy patches, written without a model: a vector says how much of its patch the label covers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from imagespace_core.sources.microscopy.source import Microscopy
from imagespace_core.workspace import Draft, Workspace, names
from imagespace_core.workspace.columns import encode
from imagespace_core.workspace.confirmed import confirm
from tests.makers.slices import write_slices
from tests.makers.workspaces import manifest, record

SIDE = 32


def write_patches(root: Path, data: Path, slices: int = 24, covered: float = 1.0) -> Workspace:
    """Patches of 32 px without overlap, 6 a slice; the left third of each slice is labeled, so 2 of them are.

    covered: how much of these two the label covers.
    """
    write_slices(data, slices)
    source = Microscopy(data, patch_size=(SIDE,), stride=SIDE)
    items = source.scan().items
    table = pd.DataFrame([{"id": item.key, "path": item.path, **item.columns} for item in items])
    table["overlap"] *= covered
    table["structure"] = table["overlap"] >= source.min_overlap
    overlap = table["overlap"].to_numpy(float)
    vectors = np.column_stack([np.cos(overlap), np.sin(overlap)]).astype(np.float32)
    with Draft.open(root) as draft:
        table.to_parquet(draft.stage(names.ITEMS))
        np.save(draft.stage(names.vectors("tiny")), vectors)
        np.save(draft.stage(names.projection("pca", 2)), vectors)
        heads = []
        for name, series in table[["slice", "overlap", "structure"]].items():
            head, array = encode(series, names.slug(str(name)))
            assert array is not None
            draft.stage(f"{names.COLUMNS}/{head['slug']}.json").write_text(json.dumps(head))
            np.save(draft.stage(f"{names.COLUMNS}/{head['slug']}.npy"), array)
            heads.append({key: head[key] for key in ("name", "slug", "kind", "missing")})
        steps = {
            "table": record([names.ITEMS]),
            "embed": record([names.vectors("tiny")], model="tiny", size=2),
            "pca-2d": record([names.projection("pca", 2)], projection="pca", dims=2),
            "index-angular": record([], metric="angular"),
            "index-euclidean": record([], metric="euclidean"),
            "columns": record([names.COLUMNS], columns=heads),
        }
        parameters = {"patch_size": [SIDE], "stride": SIDE}
        for name, step in steps.items():
            draft.note(name, step)
        made = manifest(
            len(items), steps, source={"kind": "microscopy", "root": str(data), "parameters": parameters, "digest": ""}
        )
        draft.publish(made)
    confirm(root, made)
    return Workspace.open(root)

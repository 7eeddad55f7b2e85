"""Small workspaces written through `Draft`, without images or models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imagespace_core.workspace import Draft, Manifest, names


def record(files: Sequence[str], key: str = "key", **measured: Any) -> dict[str, Any]:
    return {"key": key, "parameters": {}, "versions": {}, "seconds": 0.1, "files": list(files), **measured}


def manifest(rows: int, steps: dict[str, dict[str, Any]], build: str = "b1", **changed: Any) -> Manifest:
    known: dict[str, Any] = {
        "build": build,
        "created": "2026-01-01T00:00:00+00:00",
        "version": "0",
        "source": {"kind": "folder", "root": "/nowhere"},
        "counts": {"items": rows, "failures": 0},
        "model": "tiny",
        "steps": steps,
    }
    return Manifest(**{**known, **changed})


def write_workspace(root: Path, rows: int = 6, build: str = "b1", scale: float = 1.0) -> Manifest:
    """A workspace with a table, vectors, a neighbor graph and one map; row i has the value i * scale everywhere."""
    with Draft.open(root) as draft:
        table = pd.DataFrame({"id": [f"{i}.jpg" for i in range(rows)], "path": [f"{i}.jpg" for i in range(rows)]})
        table["value"] = np.arange(rows) * scale
        table.to_parquet(draft.stage(names.ITEMS))
        column = np.repeat(np.arange(rows, dtype=np.float32)[:, None] * scale, 2, axis=1)
        np.save(draft.stage(names.vectors("tiny")), column)
        np.save(draft.stage(names.projection("pca", 2)), column)
        steps = {
            "table": record([names.ITEMS]),
            "embed": record([names.vectors("tiny")], model="tiny", size=2),
            "pca-2d": record([names.projection("pca", 2)], projection="pca", dims=2),
        }
        for name, step in steps.items():
            draft.note(name, step)
        made = manifest(rows, steps, build)
        draft.publish(made)
    return made

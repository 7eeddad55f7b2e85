"""A workspace of random clusters: what a build of a million images leaves on disk, without the build.

python benchmarks/synthetic.py FOLDER [--rows N]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

from imagespace_core.cluster.summaries import summaries
from imagespace_core.images.atlas import Atlas
from imagespace_core.workspace import Draft, Manifest, columns, names
from tests.makers.workspaces import manifest, record

MODEL = "synthetic"
GROUPS = 40
PAGES = 16
"""Different sprite pages; the other pages are links to them, so that a million sprites fit the disk."""
NEIGHBORS = 12
SIZE = 8
"""Dimensions of the vectors: the viewer does not read them, the gallery's sorting by distance does."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the workspace")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_clusters(given.folder, given.rows, given.seed)
    print(f"{given.rows:,} images in {GROUPS} clusters: {given.folder}")


def write_clusters(root: Path, rows: int, seed: int = 0) -> Manifest:
    """Two maps in 2D and 3D of `rows` images in GROUPS normal clusters, their table, vectors and sprites."""
    random = np.random.default_rng(seed)
    group = random.integers(0, GROUPS, rows).astype(np.int32)
    with Draft.open(root) as draft:
        steps = {
            "table": _table(draft, group, random),
            "embed": _vectors(draft, group, random),
            "neighbors": _neighbors(draft, group),
            "atlas": _sprites(draft, rows, random),
            "clusters": _clusters(draft, group),
        }
        maps = {}
        for projection in ("tsne", "umap"):
            for dims in (2, 3):
                file = names.projection(projection, dims)
                maps[f"{projection}-{dims}d"] = _positions(group, dims, random)
                np.save(draft.stage(file), maps[f"{projection}-{dims}d"])
                steps[f"{projection}-{dims}d"] = record([file], projection=projection, dims=dims)
        vectors = np.load(draft.path(names.vectors(MODEL)), mmap_mode="r")
        found = summaries(group, vectors, maps, np.ones(rows, np.float32))
        steps["hotspots"] = record([], hotspots=[summary.record() for summary in found])
        steps["columns"] = _columns(draft, group, random)
        made = manifest(rows, steps, build=f"synthetic{rows}-{seed}", model=MODEL)
        for step, about in steps.items():
            draft.note(step, about)
        draft.publish(made)
    return made


def _positions(group: np.ndarray, dims: int, random: np.random.Generator) -> np.ndarray:
    centers = random.uniform(-20, 20, (GROUPS, dims))
    spread = random.uniform(0.5, 2.5, (GROUPS, 1))
    noise = random.standard_normal((len(group), dims), np.float32)
    return (centers[group] + noise * spread[group]).astype(np.float32)


def _table(draft: Draft, group: np.ndarray, random: np.random.Generator) -> dict:
    rows = len(group)
    ids = [f"{row:07}.jpg" for row in range(rows)]
    table = pd.DataFrame({"id": ids, "path": ids, "price": random.lognormal(3, 0.5, rows).astype(np.float32)})
    table.to_parquet(draft.stage(names.ITEMS))
    return record([names.ITEMS])


def _vectors(draft: Draft, group: np.ndarray, random: np.random.Generator) -> dict:
    centers = random.standard_normal((GROUPS, SIZE), np.float32)
    vectors = centers[group] + 0.3 * random.standard_normal((len(group), SIZE), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.save(draft.stage(names.vectors(MODEL)), vectors)
    return record([names.vectors(MODEL)], model=MODEL, size=SIZE)


def _clusters(draft: Draft, group: np.ndarray) -> dict:
    files = [names.clusters("hdbscan"), names.nearest_clusters("hdbscan"), names.cluster_strength("hdbscan")]
    for file, array in zip(files, (group, group, np.ones(len(group), np.float32)), strict=True):
        np.save(draft.stage(file), array)
    return record(files, clusters=GROUPS, noise=0)


def _columns(draft: Draft, group: np.ndarray, random: np.random.Generator) -> dict:
    """Columns as the viewer reads them, and the pages of names."""
    price = pd.Series(random.lognormal(3, 0.5, len(group)), name="price")
    heads = []
    for head, values in (columns.encode_clusters(group), columns.encode(price, "price")):
        draft.stage(f"{names.COLUMNS}/{head['slug']}.json").write_text(json.dumps(head), "utf-8")
        assert values is not None
        np.save(draft.stage(f"{names.COLUMNS}/{head['slug']}.npy"), values)
        heads.append({key: head[key] for key in ("name", "slug", "kind", "missing")})
    size = names.NAMES_PER_PAGE
    for page in range(-(-len(group) // size)):
        rows = range(page * size, min(len(group), (page + 1) * size))
        file = draft.stage(f"{names.NAMES}/{page}.json")
        file.write_text(json.dumps([f"{row:07}.jpg" for row in rows]), "utf-8")
    return record([names.COLUMNS, names.NAMES], columns=heads)


def _sprites(draft: Draft, rows: int, random: np.random.Generator) -> dict:
    from PIL import Image

    made = Atlas()
    for page in range(made.pages(rows)):
        path = draft.stage(f"{names.ATLAS_PAGES}/{page:04d}.webp")
        if page < PAGES:
            colors = random.integers(40, 220, (made.columns, made.columns, 3), np.uint8)
            Image.fromarray(colors).resize((made.page, made.page), Image.Resampling.NEAREST).save(path, quality=70)
        else:
            path.hardlink_to(draft.stage(f"{names.ATLAS_PAGES}/{page % PAGES:04d}.webp"))
    np.save(draft.stage(f"{names.ATLAS_PAGES}/cells.npy"), np.arange(rows, dtype=np.int32))
    np.save(draft.stage(f"{names.ATLAS_PAGES}/sizes.npy"), np.full((rows, 2), made.cell, np.uint8))
    about = {"cell": made.cell, "page": made.page, "columns": made.columns, "per_page": made.per_page}
    about |= {"pages": made.pages(rows), "rows": rows}
    draft.stage(names.ATLAS).write_text(json.dumps(about), "utf-8")
    return record([names.ATLAS, names.ATLAS_PAGES])


def _neighbors(draft: Draft, group: np.ndarray) -> dict:
    """Any images of the same cluster: the detail panel wants some, and nothing here measures how near they are."""
    order = np.argsort(group, kind="stable")
    rows = np.empty((len(group), NEIGHBORS), np.int32)
    for k in range(NEIGHBORS):
        rows[order, k] = np.roll(order, -1 - k)
    np.savez(draft.stage(names.neighbors(MODEL)), rows=rows, distances=np.zeros(rows.shape, np.float32))
    return record([names.neighbors(MODEL)], neighbors=NEIGHBORS)


if __name__ == "__main__":
    main()

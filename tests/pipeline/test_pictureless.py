"""Rows of a table without pictures: one placeholder stands for all, made once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imagespace_core.images.placeholder import GRAY
from imagespace_core.pipeline import image_parts
from imagespace_core.pipeline.options import Options
from imagespace_core.sources.vectors.source import VectorTable
from imagespace_core.workspace import Workspace
from tests.makers.photos import write_photos
from tests.pipeline.building import quick, run

ROWS = 500


def test_no_row_without_a_picture_is_drawn_and_all_share_a_sprite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted where each row would be decoded and drawn; every one of them is decoded when the guard is gone."""
    numbers = np.random.default_rng(0).normal(size=(ROWS, 6))
    pd.DataFrame({"id": [f"{row}" for row in range(ROWS)], "emb": numbers.tolist()}).to_parquet(tmp_path / "v.parquet")
    drawn: list[str] = []
    read = VectorTable.read
    monkeypatch.setattr(VectorTable, "read", lambda self, key, *side: (drawn.append(key), read(self, key, *side))[1])
    options = quick(tmp_path / "v.parquet", tmp_path / "w", None, layouts="grid", previews=48)
    run(options)
    assert drawn == []
    workspace = Workspace.open(tmp_path / "w")
    workspace.check()
    assert len(set(np.load(tmp_path / "w/atlas/cells.npy").tolist())) == 1
    assert [path.name for path in (tmp_path / "w/atlas").glob("*.webp")] == ["0000.webp"]
    for row in (0, ROWS - 1):
        assert np.abs(workspace.sprite(row).astype(int) - GRAY).max() < 4
        assert workspace.preview(row)
    assert workspace.items["width"].tolist() == [96] * ROWS
    assert np.unique(workspace.items["brightness"]).size == 1
    assert run(options).ran == []


def test_among_rows_with_pictures_the_others_get_the_placeholder_and_its_vector(
    tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_parts, "PART", 16)
    photos = [name for name in write_photos(tmp_path / "photos", 20) if name.endswith((".jpg", ".png"))][:6]
    paths = ["" if row % 5 else f"photos/{photos[row // 5]}" for row in range(30)]
    places = np.random.default_rng(1).normal(size=(30, 2))
    file = tmp_path / "places.csv"
    pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "id": range(30), "image": paths}).to_csv(file, index=False)
    options = quick(file, tmp_path / "w", model, layouts="grid")
    run(options)
    workspace = Workspace.open(tmp_path / "w")
    workspace.check()
    cells = np.load(tmp_path / "w/atlas/cells.npy")
    blank = np.array([not path for path in paths])
    assert set(cells[blank].tolist()) == {6}
    assert sorted(cells[~blank].tolist()) == list(range(6))
    vectors = workspace.vectors()
    np.testing.assert_array_equal(vectors[blank], np.tile(vectors[1], (24, 1)))
    assert len(np.unique(vectors[~blank], axis=0)) == 6
    for row in np.flatnonzero(~blank).tolist():
        assert np.ptp(workspace.sprite(row)) > 50


def test_a_picture_that_comes_later_is_read(tmp_path: Path, model: str) -> None:
    (tmp_path / "places.csv").write_text("x,y,image\n0,1,a.png\n1,0,b.png\n2,2,c.png\n")
    options: Options = quick(tmp_path / "places.csv", tmp_path / "w", None, layouts="grid")
    run(options)
    photos = [name for name in write_photos(tmp_path / "photos", 8) if name.endswith((".jpg", ".png"))]
    (tmp_path / "photos" / photos[0]).rename(tmp_path / "b.png")
    run(replace(options, model=model))
    workspace = Workspace.open(tmp_path / "w")
    assert np.ptp(workspace.sprite(1)) > 50
    assert np.ptp(workspace.sprite(0)) < 8

"""Archives and tables of images become workspaces: rows, columns, failures, originals, and vectors beside images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from imagespace_core.app.session import pictures
from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Workspace
from tests.makers.archives import jpeg, jpegs, write_shards, write_tar, write_zip
from tests.makers.image_cells import IMAGE, cells, labeled, table, vectors, write
from tests.makers.photos import png_of_size
from tests.pipeline.building import Listening, quick, run


def built(options: Options) -> tuple[Workspace, list[str]]:
    report = Listening()
    run(options, report)
    assert options.output is not None
    workspace = Workspace.open(options.output)
    workspace.check()
    return workspace, report.notes


def test_an_archive_becomes_a_workspace_with_every_member_a_row_or_a_reason(tmp_path: Path, model: str) -> None:
    members = {
        **jpegs(3, "cat/"), **jpegs(3, "dog/"), "bomb.png": png_of_size(40_000, 40_000), "../out.jpg": jpeg(1),
        "inner.zip": b"PK\x03\x04", "cat/000.txt": b"a cat",
    }  # fmt: skip
    root = write_zip(tmp_path / "photos.zip", members)
    workspace, notes = built(quick(root, tmp_path / "w", model))
    assert f"{root} looks like an archive of images and is read so; anything else is named by --source" in notes
    assert workspace.items["id"].tolist() == [f"{kind}/{i:03}.jpg" for kind in ("cat", "dog") for i in range(3)]
    assert workspace.items["folder"].tolist() == ["cat"] * 3 + ["dog"] * 3
    assert workspace.items["caption"].tolist()[0] == "a cat"
    assert {(f["path"], f["stage"]) for f in workspace.failures()} == {
        ("bomb.png", "read"), ("../out.jpg", "scan"), ("inner.zip", "scan"),
    }  # fmt: skip
    assert pictures.has_original(workspace, 4)
    assert pictures.picture(workspace, 4, 60).shape == (45, 60, 3)
    root.unlink()
    assert not pictures.has_original(workspace, 4)
    assert max(pictures.picture(workspace, 4, 60).shape) == 32, "the sprite is what is left"


def test_a_webdataset_becomes_a_workspace_with_its_columns(tmp_path: Path, model: str) -> None:
    workspace, notes = built(quick(write_shards(tmp_path / "data", 2, 5), tmp_path / "w", model))
    assert workspace.items["cls"].tolist() == [i % 3 for i in range(10)]
    assert workspace.items["caption"].tolist() == [f"photo {i}" for i in range(10)]
    assert workspace.items["weight"].tolist() == [i / 2 for i in range(10)]
    assert workspace.items["maker"].tolist() == ["m0", "m1"] * 5
    assert workspace.items["shard"].unique().tolist() == ["shard-0000.tar", "shard-0001.tar"]
    assert "files beside images say more of them: 10 .cls, 10 .json, 10 .txt" in notes


def test_an_archive_that_changed_is_read_again_and_one_that_did_not_is_not(tmp_path: Path, model: str) -> None:
    options = quick(write_tar(tmp_path / "a.tar", jpegs(4)), tmp_path / "w", model)
    first, _ = built(options)
    report = Listening()
    assert not run(options, report).ran
    write_tar(tmp_path / "a.tar", jpegs(5))
    second, _ = built(options)
    assert (first.manifest.rows, second.manifest.rows) == (4, 5)


def test_a_table_of_images_becomes_a_workspace_with_labels_by_name(tmp_path: Path, model: str) -> None:
    images = pa.array([*cells(5).to_pylist(), None, {"bytes": None, "path": "http://x.org/1.jpg"}], IMAGE)
    root = write(tmp_path / "t.parquet", table({"image": images, "price": [1, 2, None, 4, 5, 6, 7]}))
    workspace, notes = built(quick(root, tmp_path / "w", model))
    assert f"{root} looks like a table of images and is read so; anything else is named by --source" in notes
    assert workspace.items["id"].tolist() == [f"t.parquet#{row}" for row in range(5)]
    assert workspace.items["price"].tolist()[:2] == [1, 2]
    assert [failure["reason"].split(":")[0] for failure in workspace.failures()] == [
        "no image in its row", "an address (http",
    ]  # fmt: skip
    assert pictures.has_original(workspace, 3)
    assert pictures.picture(workspace, 3, 60).shape == (45, 60, 3)
    labels, _ = built(quick(write(tmp_path / "l.arrow", labeled(6)), tmp_path / "l", model))
    assert labels.items["label"].tolist() == ["cat", "dog", "owl"] * 2


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """Five images with vectors of which that of row 2 is missing."""
    given = [*vectors(2), None, *vectors(2, 3)]
    return write(tmp_path / "both.parquet", table({"image": cells(5), "emb": given, "n": range(5)}))


def test_vectors_beside_images_are_taken_and_how_to_have_others_is_said(both: Path, tmp_path: Path) -> None:
    options = Options(
        images=both, output=tmp_path / "w", projections="pca", dims="2", metrics="angular", layouts="none"
    )
    workspace, notes = built(options)
    assert "both.parquet: its column emb gives the vectors, and no model runs; --model NAME makes others" in notes
    assert workspace.items["id"].tolist() == ["000.jpg", "001.jpg", "003.jpg", "004.jpg"]
    assert workspace.items["n"].tolist() == [0, 1, 3, 4]
    expected = np.array(vectors(5))[[0, 1, 3, 4]]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(workspace.vectors(), expected, atol=1e-3)
    assert workspace.failures() == [{"path": "002.jpg", "stage": "scan", "reason": "no vector"}]
    assert not run(options, Listening()).ran, "what made the workspace goes on making it"


def test_a_model_makes_other_vectors_and_the_columns_are_taken_again_by_name(
    both: Path, tmp_path: Path, model: str
) -> None:
    options = quick(both, tmp_path / "w", model)
    workspace, notes = built(options)
    assert "both.parquet: its column emb of vectors is not used; --vectors both.parquet takes it" in notes
    assert len(workspace.items) == 5
    assert "emb" not in workspace.items
    assert not run(replace(options, model=None), Listening()).ran, "what made the workspace goes on making it"
    workspace, notes = built(replace(options, model=None, vectors=both))
    assert "both.parquet: its column emb gives the vectors, and no model runs; --model NAME makes others" in notes
    assert len(workspace.items) == 4


def test_a_changed_folder_of_tables_makes_its_vectors_anew(tmp_path: Path) -> None:
    root = tmp_path / "tables"
    options = quick(root, tmp_path / "w", None)
    for seed in (0, 9):
        write(root / "0.parquet", table({"image": cells(5), "emb": vectors(5, seed), "n": range(5)}))
        workspace, _ = built(options)
        expected = np.array(vectors(5, seed))
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(workspace.vectors(), expected, atol=1e-3)

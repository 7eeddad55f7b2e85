"""Vectors, coordinates and neighbors that people have already: each row to its image, the rest said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imagespace_core.app.session import pictures, resources
from imagespace_core.errors import InputError, ModelError
from imagespace_core.pipeline.given_vectors import lifted
from imagespace_core.pipeline.options import Options
from imagespace_core.sources.vectors.given import ids_file
from imagespace_core.workspace import Workspace
from tests.pipeline.building import Listening, quick, run


def units(array: np.ndarray) -> np.ndarray:
    return array / np.linalg.norm(array, axis=1, keepdims=True)


@pytest.fixture
def numbers() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(23, 6)).astype(np.float32)


@pytest.fixture
def mine(tmp_path: Path, numbers: np.ndarray) -> Path:
    """Vectors of the 23 photos, the last image first, with the names of the images as ids."""
    np.save(tmp_path / "mine.npy", numbers[::-1])
    ids_file(tmp_path / "mine.npy").write_text("\n".join(f"{i:03d}" for i in reversed(range(23))))
    return tmp_path / "mine.npy"


def opened(options: Options) -> Workspace:
    assert options.output is not None
    workspace = Workspace.open(options.output)
    workspace.check()
    return workspace


def with_vectors(images: Path | None, output: Path, vectors: Path, **changed: Any) -> Options:
    return quick(images, output, None, vectors=vectors, **{"layouts": "grid", **changed})


def table(file: Path, **columns: Any) -> Path:
    pd.DataFrame(columns).to_parquet(file)
    return file


def test_each_vector_goes_to_the_image_of_its_id(photos: Path, mine: Path, numbers: np.ndarray, tmp_path: Path) -> None:
    report = Listening()
    options = with_vectors(photos, tmp_path / "w", mine)
    run(options, report)
    workspace = opened(options)
    assert workspace.items["path"].tolist() == [f"{i:03d}.png" for i in range(23)]
    np.testing.assert_allclose(workspace.vectors(), units(numbers), atol=1e-6)
    assert workspace.manifest.model == "mine"
    assert "Loading the model" not in report.counts
    assert "mine.npy: rows for 23 of 23 images (23 by name without suffix)" in report.notes
    rows, distances = workspace.graph()
    np.testing.assert_allclose(
        distances[4, 0], np.linalg.norm(units(numbers)[rows[4, 0]] - units(numbers)[4]), atol=1e-4
    )
    assert run(options).ran == []
    with pytest.raises(ModelError, match=r"were brought in \(.*mine.npy\); no model here makes others like them"):
        resources.embedder(workspace)


def test_a_rerun_without_the_file_keeps_it_and_a_model_replaces_it(
    photos: Path, mine: Path, tmp_path: Path, model: str
) -> None:
    options = with_vectors(photos, tmp_path / "w", mine)
    run(options)
    assert run(replace(options, vectors=None)).ran == []
    ran = run(replace(options, vectors=None, model=model)).ran
    assert "embed" in ran
    assert opened(options).manifest.model == "tiny"
    run(options)
    mine.unlink()
    with pytest.raises(InputError, match=r"the vectors of this workspace, .*mine.npy, are gone. Name them"):
        run(replace(options, vectors=None))


def test_changed_vectors_redo_the_maps_and_read_no_image(
    photos: Path, mine: Path, numbers: np.ndarray, tmp_path: Path
) -> None:
    options = with_vectors(photos, tmp_path / "w", mine)
    run(options)
    np.save(mine, numbers)
    ran = run(options).ran
    assert {"embed", "neighbors", "pca-2d"} <= set(ran)
    assert not {"images", "atlas"} & set(ran)
    np.testing.assert_allclose(opened(options).vectors(), units(numbers[::-1]), atol=1e-6)


def test_images_without_a_vector_and_rows_that_cannot_be_used_are_left_out_and_counted(
    photos: Path, numbers: np.ndarray, tmp_path: Path
) -> None:
    ids = [f"{i:03d}.png" for i in range(20)] + ["004.png", "nobody.png", "021.png"]
    vectors = numbers.astype(float)
    vectors[7, 2] = np.nan
    (photos / "003.png").write_bytes(b"broken")
    report = Listening()
    file = table(tmp_path / "v.parquet", uuid=ids, emb=vectors.tolist(), species=[f"s{i}" for i in range(23)])
    options = with_vectors(photos, tmp_path / "w", file)
    run(options, report)
    workspace = opened(options)
    kept = [i for i in [*range(20), 21] if i not in (3, 7)]
    assert workspace.items["path"].tolist() == [f"{i:03d}.png" for i in kept]
    expected = units(vectors[[i if i < 20 else 22 for i in kept]])
    np.testing.assert_allclose(workspace.vectors(), expected, atol=1e-6)
    assert workspace.items["species"].tolist() == [f"s{i if i < 20 else 22}" for i in kept]
    reasons = {f["path"]: f["reason"] for f in workspace.failures()}
    assert reasons.keys() == {"003.png", "007.png", "020.png", "022.png", "v.parquet: 004.png"}
    assert reasons["020.png"] == "v.parquet has no row for it"
    assert reasons["007.png"].startswith("v.parquet: its vector holds values that are not finite")
    assert "its id is that of an earlier row" in reasons["v.parquet: 004.png"]
    assert any("1 rows match no image and are not used, e.g. 'nobody.png'" in line for line in report.notes)


def test_rows_of_images_that_a_limit_leaves_out_are_no_fault(
    photos: Path, mine: Path, numbers: np.ndarray, tmp_path: Path
) -> None:
    report = Listening()
    run(replace(with_vectors(photos, tmp_path / "w", mine), limit=5), report)
    assert "mine.npy: rows for 5 of 5 images (5 by name without suffix)" in report.notes
    assert "mine.npy: 18 rows are of images that --limit leaves out, or of none" in report.notes
    assert not any("match no image" in note for note in report.notes)
    ids = [f"{i:03d}" for i in range(22)] + ["?"]
    all_taken = with_vectors(photos, tmp_path / "w2", table(tmp_path / "v.parquet", id=ids, emb=numbers.tolist()))
    run(replace(all_taken, limit=500), report := Listening())
    assert "v.parquet: 1 rows match no image and are not used, e.g. '?'" in report.notes


def test_metadata_rows_of_images_that_a_limit_leaves_out_are_no_fault(photos: Path, mine: Path, tmp_path: Path) -> None:
    lines = [f"{i:03d}.png,{i}" for i in range(23)]
    (tmp_path / "m.csv").write_text("\n".join(["filename,n", *lines]))
    report = Listening()
    options = with_vectors(photos, tmp_path / "w", mine, metadata=tmp_path / "m.csv")
    run(replace(options, limit=5), report)
    assert "rows of images that --limit leaves out, or of none: 18" in report.notes
    run(options, report := Listening())
    assert not any("--limit" in note for note in report.notes)


def test_rows_that_go_by_order_are_said_and_so_is_the_nearest_image_of_a_stray_one(
    photos: Path, numbers: np.ndarray, tmp_path: Path
) -> None:
    np.save(tmp_path / "v.npy", numbers)
    report = Listening()
    run(with_vectors(photos, tmp_path / "w", tmp_path / "v.npy"), report)
    assert "v.npy: rows for 23 of 23 images (23 by order)" in report.notes
    assert "v.npy: it names no images, so its rows belong to them in the order of their paths" in report.notes
    ids = [f"{i:03d}.png" for i in range(22)] + ["O22.png"]
    report = Listening()
    run(with_vectors(photos, tmp_path / "w2", table(tmp_path / "v.parquet", id=ids, emb=numbers.tolist())), report)
    stray = "v.parquet: 1 rows match no image and are not used, e.g. 'O22.png' (nearest: '022.png')"
    assert stray in report.notes


def test_coordinates_beside_a_model_are_one_more_map(photos: Path, tmp_path: Path, model: str) -> None:
    places = np.random.default_rng(1).normal(size=(23, 2)).astype(np.float32)
    file = table(
        tmp_path / "p.parquet", id=[f"{i:03d}.png" for i in range(23)], projection_x=places[:, 0],
        projection_y=places[:, 1], width=np.arange(23),
    )  # fmt: skip
    options = replace(with_vectors(photos, tmp_path / "w", file), model=model, layouts="grid,apart")
    run(options)
    workspace = opened(options)
    assert workspace.manifest.projections() == {"given": [2], "pca": [2]}
    np.testing.assert_array_equal(workspace.positions("given", 2), places)
    assert workspace.manifest.model == "tiny"
    assert workspace.manifest.apart() == ["given", "pca"]
    assert workspace.items["width"].tolist() == list(range(20, 43))
    assert workspace.items["width_source"].tolist() == list(range(23))
    run(replace(options, images=None, vectors=None, model=None, relayout=True))
    np.testing.assert_array_equal(opened(options).positions("given", 2), places)


@pytest.mark.parametrize("dims", [2, 3])
def test_a_table_of_ready_coordinates_with_images(dims: int, photos: Path, tmp_path: Path, model: str) -> None:
    rows = [
        f"{i * 0.5},{-i}{f',{i % 3}' if dims == 3 else ''},photos/{i:03d}.png,{'even' if i % 2 == 0 else 'odd'}"
        for i in range(22, -1, -1)
    ]
    header = f"x,y,{'z,' if dims == 3 else ''}image_path,label"
    (tmp_path / "places.csv").write_text("\n".join([header, *rows]))
    options = quick(tmp_path / "places.csv", tmp_path / "w", model, layouts="grid")
    run(options)
    workspace = opened(options)
    assert workspace.manifest.source["kind"] == "vectors"
    assert workspace.items["path"].tolist() == [f"photos/{i:03d}.png" for i in range(22, -1, -1)]
    assert workspace.items["width"].tolist() == list(range(42, 19, -1))
    assert workspace.items["label"].tolist() == ["even" if i % 2 == 0 else "odd" for i in range(22, -1, -1)]
    np.testing.assert_array_equal(workspace.positions("given", dims)[:, 0], np.arange(22, -1, -1) * 0.5)
    assert workspace.vectors().shape == (23, 3)
    assert pictures.has_original(workspace, 0)
    assert pictures.picture(workspace, 0, 100).shape == (16, 42, 3)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    photos.rename(moved / "photos")
    report = Listening()
    run(replace(options, parameters={"image_root": str(moved)}), report)
    assert not any("not found" in line for line in report.notes)


def test_vectors_without_images_are_a_workspace_of_their_own(tmp_path: Path, numbers: np.ndarray) -> None:
    file = table(tmp_path / "birds.parquet", uuid=[f"id {i}" for i in range(23)], emb=numbers.tolist(), n=range(23))
    for options in (with_vectors(None, tmp_path / "w", file), quick(file, tmp_path / "w", None, layouts="grid")):
        run(options)
        workspace = opened(options)
        assert workspace.items["id"].tolist() == [f"id {i}" for i in range(23)]
        assert workspace.items["n"].tolist() == list(range(23))
        np.testing.assert_allclose(workspace.vectors(), units(numbers), atol=1e-6)
        assert workspace.manifest.model == "birds"
        assert pictures.has_original(workspace, 2), "it never had an image"
    assert Options(vectors=file).workspace() == Path("workspaces/birds")


def test_coordinates_alone_are_their_own_vectors_and_the_only_map(tmp_path: Path) -> None:
    places = np.random.default_rng(2).normal(size=(40, 2)) * 50 + [5e5, 5.2e6]
    near = [{"ids": [row, (row + 1) % 40, (row + 2) % 40], "distances": [0.0, 0.5, 0.75]} for row in range(40)]
    file = table(tmp_path / "a.parquet", projection_x=places[:, 0], projection_y=places[:, 1], neighbors=near)
    options = replace(with_vectors(None, tmp_path / "w", file), projections="pca,umap")
    run(options)
    workspace = opened(options)
    assert workspace.manifest.model == "coordinates"
    assert workspace.manifest.projections() == {"given": [2]}
    rows, distances = workspace.graph()
    np.testing.assert_array_equal(rows, [[(row + 1) % 40, (row + 2) % 40] for row in range(40)])
    np.testing.assert_allclose(distances, np.tile([0.5, 0.75], (40, 1)))
    assert not {"neighbors", "given-2d", "embed"} & set(run(replace(options, vectors=None, relayout=True, seed=3)).ran)
    np.testing.assert_array_equal(opened(options).graph()[0], rows)
    file = table(tmp_path / "b.parquet", x=places[:, 0], y=places[:, 1])
    run(with_vectors(None, tmp_path / "w2", file))
    rows, _ = opened(with_vectors(None, tmp_path / "w2", file)).graph()
    centered = (places - places.mean(0)).astype(np.float32)
    distance = np.linalg.norm(centered[:, None] - centered, axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (rows[:, 0] == distance.argmin(1)).mean() > 0.9, "who is near on the map is near by angle"


def test_positions_seen_from_above_keep_their_distances_and_one_place_is_one_direction() -> None:
    places = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    seen = lifted(places)
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-6)
    centered = places - places.mean(0)
    ratio = np.linalg.norm(seen[1:] - seen[0], axis=1) / np.linalg.norm(centered[1:] - centered[0], axis=1)
    assert ratio.max() / ratio.min() < 1.2
    assert len(np.unique(lifted(np.full((4, 2), 7, np.float32)), axis=0)) == 1


def test_neighbors_beside_vectors_are_found_anew_and_that_is_said(tmp_path: Path, numbers: np.ndarray) -> None:
    near = [{"ids": [(row + 1) % 23], "distances": [0.5]} for row in range(23)]
    file = table(tmp_path / "a.parquet", id=[str(i) for i in range(23)], vector=numbers.tolist(), neighbors=near)
    report = Listening()
    run(with_vectors(None, tmp_path / "w", file), report)
    assert "a.parquet: its neighbors are not used; they are found anew from the vectors" in report.notes


def test_vectors_for_chips_go_by_their_ids(tmp_path: Path, numbers: np.ndarray) -> None:
    from tests.makers.tiles import write_tiles

    keys = [f"17/{68989 + x}/{45981 + y}" for x in range(4) for y in range(4)]
    file = table(tmp_path / "t.parquet", id=keys, vector=numbers[:16].tolist(), content_roads=np.arange(16))
    options = with_vectors(write_tiles(tmp_path / "map"), tmp_path / "w", file)
    run(options)
    workspace = opened(options)
    np.testing.assert_allclose(workspace.vectors(), units(numbers[:16]), atol=1e-6)
    assert workspace.items["content_roads"].tolist() == [0.5] * 16
    assert workspace.items["content_roads_given"].tolist() == list(range(16))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": ["x"], "vector": [[1.0, 2.0]]}, r"no row of .*v.parquet belongs to an image: its ids are like 'x'"),
        (
            {"id": ["000.png"], "vector": [[np.nan, 1.0]]},
            "no row that can be used; the first: its vector holds",
        ),
        ({"vector": [[1.0, 2.0]] * 5}, r"has 5 rows and no ids; there are 23 images"),
        ({"id": ["000.png"], "name": ["a"]}, "neither vectors nor coordinates"),
    ],
)
def test_files_that_cannot_serve_are_refused_and_leave_nothing(
    columns: dict[str, Any], message: str, photos: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        run(with_vectors(photos, tmp_path / "w", table(tmp_path / "v.parquet", **columns)))
    assert not (tmp_path / "w").exists()


def test_the_same_vectors_under_another_name_are_stored_under_it(photos: Path, mine: Path, tmp_path: Path) -> None:
    options = with_vectors(photos, tmp_path / "w", mine)
    run(options)
    mine.rename(tmp_path / "yours.npy")
    ids_file(mine).rename(tmp_path / "yours.ids.txt")
    run(replace(options, vectors=tmp_path / "yours.npy"))
    workspace = opened(options)
    assert workspace.manifest.model == "yours"
    assert workspace.vectors().shape == (23, 6)
    assert [path.name for path in (tmp_path / "w/vectors").iterdir()] == ["yours.npy"]


def test_a_model_beside_vectors_and_two_tables_are_refused(
    photos: Path, mine: Path, tmp_path: Path, model: str
) -> None:
    with pytest.raises(InputError, match=r"--model .*tiny.onnx has nothing to do: .*mine.npy has vectors"):
        run(replace(with_vectors(photos, tmp_path / "w", mine), model=model))
    with pytest.raises(InputError, match="are two tables of vectors; join them in one"):
        run(with_vectors(table(tmp_path / "a.parquet", x=[1.0], y=[1.0]), tmp_path / "w", mine))

"""A second run does what has changed, and nothing else."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.errors import InputError
from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Manifest, Workspace
from tests.pipeline.building import Listening, arrays, check_rows, color_of, quick, run, write_model


def _root(options: Options) -> Path:
    assert options.output is not None
    return options.output


def _images(options: Options) -> Path:
    assert options.images is not None
    return options.images


def test_a_second_run_does_nothing_and_keeps_the_manifest_byte_for_byte(full: Options) -> None:
    before = (_root(full) / "manifest.json").read_bytes()
    report = Listening()
    assert run(full, report).ran == []
    assert (_root(full) / "manifest.json").read_bytes() == before
    assert not (_root(full) / ".build").exists()
    assert "Reading and embedding images" not in report.counts


def test_a_lower_perplexity_redoes_only_tsne_and_what_is_placed_on_it(full: Options) -> None:
    before = arrays(_root(full))
    placed = ["layout-grid", "layout-clusters", "layout-carousel", "apart-tsne"]
    assert run(replace(full, perplexity=4)).ran == ["tsne-2d", "tsne-3d", "hotspots", *placed]
    after = arrays(_root(full))
    changed = {name for name in after if after[name] != before[name]}
    assert changed >= {"projections/tsne-2d.npy", "projections/tsne-3d.npy"}
    assert {name.rpartition("/")[0] for name in changed} <= {"projections", "layouts"}


@pytest.mark.parametrize(
    ("changed", "ran"),
    [
        ({"min_dist": 0.4}, ["umap-2d", "umap-3d", "hotspots", "apart-umap"]),
        ({"trees": 3}, ["index-angular", "index-euclidean", "index-manhattan", "index-dot"]),
        ({"min_cluster_size": 7}, ["clusters", "hotspots", "columns", "layout-clusters", "layout-carousel"]),
        ({"metadata": None}, ["table", "columns", "layout-timeline", "layout-map"]),
        ({"jobs": 1, "device": "cpu"}, []),
    ],
)
def test_a_changed_parameter_redoes_its_step(full: Options, changed: dict, ran: list[str]) -> None:
    assert run(replace(full, **changed)).ran == ran
    Workspace.open(_root(full)).check()


def test_fewer_maps_and_metrics_remove_their_files(full: Options) -> None:
    run(replace(full, projections="pca", dims="2", metrics="dot"))
    assert [p.name for p in (_root(full) / "projections").iterdir()] == ["pca-2d.npy"]
    assert [p.name for p in (_root(full) / "indices").iterdir()] == ["tiny-dot.ann"]
    Workspace.open(_root(full)).check()


def test_an_added_image_redoes_the_build_and_shifts_the_rows_behind_it(built: Options) -> None:
    Image.new("RGB", (45, 16), color_of(50)).save(_images(built) / "004b.png")
    summary = run(built)
    assert {"images", "embed", "atlas", "pca-2d", "table", "columns"} <= set(summary.ran)
    assert check_rows(_root(built), _images(built)).items["path"].tolist()[4:6] == ["004.png", "004b.png"]


def test_a_removed_image_and_one_replaced_in_place_are_noticed(built: Options) -> None:
    (_images(built) / "003.png").unlink()
    Image.new("RGB", (23, 16), color_of(60)).save(_images(built) / "009.png")
    run(built)
    assert check_rows(_root(built), _images(built)).rows == 22


def test_changed_metadata_redo_only_the_table_and_its_columns(full: Options) -> None:
    assert full.metadata is not None
    lines = full.metadata.read_text("utf-8").splitlines()
    full.metadata.write_text("\n".join([lines[0] + ",extra", *(f"{line},{i}" for i, line in enumerate(lines[1:]))]))
    assert run(full).ran == ["table", "columns", "layout-timeline", "layout-map"]
    assert "extra" in Workspace.open(_root(full)).items


def test_a_changed_quality_redoes_the_atlas_with_the_same_rows(built: Options) -> None:
    before = arrays(_root(built))
    assert run(replace(built, quality=40)).ran == ["atlas"]
    check_rows(_root(built), _images(built))
    after = arrays(_root(built))
    assert {name for name in after if after[name] != before[name]} <= {
        name for name in after if name.startswith("atlas/") and name.endswith(".webp")
    }
    assert after["atlas/cells.npy"] == before["atlas/cells.npy"]


def test_another_sprite_size_within_what_is_decoded_redoes_the_atlas_only(photos: Path, tmp_path: Path) -> None:
    large = write_model(tmp_path, "large.onnx", shape=("n", 3, 64, 64))
    options = quick(photos, tmp_path / "w", large)
    run(options)
    assert run(replace(options, thumb_size=48)).ran == ["atlas"]
    assert check_rows(tmp_path / "w", photos).sprite(3).shape[1] == 48


def test_another_model_redoes_the_vectors_and_all_that_follows_and_removes_the_old(
    built: Options, tmp_path: Path
) -> None:
    other = write_model(tmp_path / "other", "other.onnx", shape=("n", 3, 16, 16))
    ran = run(replace(built, model=other)).ran
    assert "images" not in ran
    assert {"embed", "neighbors", "pca-2d", "index-angular"} <= set(ran)
    assert check_rows(_root(built), _images(built)).manifest.model == "other"
    assert [p.name for p in (_root(built) / "vectors").iterdir()] == ["other.npy"]


def test_a_rerun_without_a_model_keeps_the_one_used_before(built: Options) -> None:
    assert run(replace(built, model=None)).ran == []


def test_relayout_needs_no_originals(full: Options) -> None:
    shutil.rmtree(_images(full))
    before = arrays(_root(full))
    summary = run(replace(full, images=None, metadata=None, model=None, relayout=True, seed=5))
    assert {"neighbors", "tsne-2d", "tsne-3d", "umap-2d", "umap-3d", "clusters"} <= set(summary.ran)
    assert not {"images", "embed", "atlas", "table"} & set(summary.ran)
    after = arrays(_root(full))
    assert after["projections/umap-2d.npy"] != before["projections/umap-2d.npy"]
    assert all(after[name] == before[name] for name in after if name.startswith(("vectors", "atlas", "items")))
    Workspace.open(_root(full)).check()


def test_relayout_needs_a_workspace(tmp_path: Path, photos: Path, model: str) -> None:
    with pytest.raises(InputError, match="Build it first"):
        run(quick(photos, tmp_path / "none", model, relayout=True))


@pytest.mark.parametrize(
    ("only", "ran"),
    [
        ("tsne", {"tsne-2d", "tsne-3d", "hotspots"}),
        ("umap-3d", {"umap-3d", "hotspots"}),
        ("atlas", {"atlas"}),
        ("table", {"table", "columns"}),
        ("index", {"index-angular", "index-euclidean", "index-manhattan", "index-dot"}),
        ("clusters", {"clusters", "hotspots", "columns"}),
    ],
)
def test_only_redoes_the_step_it_names_with_the_same_result(full: Options, only: str, ran: set[str]) -> None:
    before = arrays(_root(full))
    found = set(run(replace(full, only=only)).ran)
    # Cheap; redone where what they are made from was.
    derived = {name for name in found if name.startswith(("hotspots", "columns", "layout-", "apart-"))}
    assert found - derived == ran - {"hotspots", "columns"}
    Workspace.open(_root(full)).check()
    after = arrays(_root(full))
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == set()


def test_only_with_an_unknown_step_names_those_there_are(full: Options) -> None:
    before = (_root(full) / "manifest.json").read_bytes()
    with pytest.raises(InputError, match=r"--only tnse: there is no such step.*table.*tsne-2d.*atlas"):
        run(replace(full, only="tnse"))
    assert (_root(full) / "manifest.json").read_bytes() == before


def test_only_atlas_refuses_images_that_have_changed(built: Options) -> None:
    Image.new("RGB", (90, 16)).save(_images(built) / "004b.png")
    with pytest.raises(InputError, match="changed since this workspace was built"):
        run(replace(built, only="atlas"))
    Workspace.open(_root(built)).check()


def test_force_redoes_everything_with_the_same_result(built: Options) -> None:
    before = arrays(_root(built))
    summary = run(replace(built, force=True))
    assert set(summary.ran) == set(summary.manifest.steps)
    assert arrays(_root(built)) == before


def test_limit_takes_the_first_in_path_order(photos: Path, tmp_path: Path, model: str) -> None:
    run(quick(photos, tmp_path / "w", model, limit=6))
    paths = check_rows(tmp_path / "w", photos).items["path"].tolist()
    assert paths == [f"{i:03d}.png" for i in range(6)]
    run(quick(photos, tmp_path / "w", model))
    assert check_rows(tmp_path / "w", photos).rows == 23


def test_a_lost_file_is_made_again(built: Options) -> None:
    (_root(built) / "projections/pca-2d.npy").unlink()
    (_root(built) / "vectors/tiny.npy").unlink()
    summary = run(built)
    assert "embed" in summary.ran
    assert "pca-2d" in summary.ran
    check_rows(_root(built), _images(built))


def test_a_broken_manifest_is_repaired_by_building_again(built: Options) -> None:
    (_root(built) / "manifest.json").write_text("{")
    run(built)
    check_rows(_root(built), _images(built))


def test_the_vectors_made_later_are_those_made_with_the_table(built: Options, tmp_path: Path, model: str) -> None:
    """Also where a broken image lies between: the model's batches must be the same."""
    (_images(built) / "002.png").write_bytes(b"broken")
    run(built)
    together = np.array(Workspace.open(_root(built)).vectors())
    run(replace(built, only="embed"))
    assert np.array_equal(Workspace.open(_root(built)).vectors(), together)


def test_an_image_that_broke_since_is_named_and_the_workspace_stays(built: Options) -> None:
    path = _images(built) / "007.png"
    status = path.stat()
    path.write_bytes(path.read_bytes()[:20].ljust(status.st_size, b"\0"))  # same size and time: not noticed by the scan
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(InputError, match=r"007\.png could be read when the table was made"):
        run(replace(built, only="atlas"))
    Workspace.open(_root(built)).check()


def test_the_manifest_records_parameters_versions_times_and_source(full_options: Options) -> None:
    manifest = Manifest.read(_root(full_options))
    assert manifest.steps["tsne-2d"]["parameters"]["perplexity"] == 5
    assert "jobs" not in manifest.steps["tsne-2d"]["parameters"]
    assert manifest.steps["tsne-2d"]["versions"].keys() == {"openTSNE"}
    assert all(step["seconds"] >= 0 for step in manifest.steps.values())
    assert manifest.source["root"] == str(_images(full_options).resolve())
    assert manifest.steps["images"]["images_read"] == 48
    assert manifest.steps["images"]["model_seconds"] > 0


@pytest.mark.parametrize("limit", [30, None])
def test_sprites_lie_along_no_map_that_is_made_no_more(full: Options, limit: int | None) -> None:
    """The t-SNE map of the build before has other rows."""
    if limit is None:
        run(replace(full, limit=30))
    run(replace(full, projections="pca", limit=limit))
    opened = Workspace.open(_root(full))
    opened.check()
    assert len(np.load(_root(full) / "atlas/cells.npy")) == opened.rows
    assert "tsne" not in opened.manifest.projections()

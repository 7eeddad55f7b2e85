"""Row i is the same image in every file, whatever lies in the folder."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.pipeline import image_parts
from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Workspace
from tests.makers.photos import write_not_utf8_name, write_rubbish
from tests.pipeline.building import Listening, check_rows, color_of, quick, run, write_solid, write_solid_weird


def test_every_file_has_the_same_image_in_a_row(built: Options) -> None:
    assert built.images is not None
    assert built.output is not None
    workspace = check_rows(built.output, built.images)
    assert workspace.items["path"].tolist() == [f"{i:03d}.png" for i in range(23)]
    assert workspace.items["width"].tolist() == list(range(20, 43))
    assert not (built.output / ".build").exists()


@pytest.mark.parametrize("part", [1, 7, 23, 100])
def test_rows_hold_over_any_number_of_parts_and_failures_between_them(
    photos: Path, tmp_path: Path, model: str, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_parts, "PART", part)
    for at in (0, 5, 6, 7, 13, 22):
        (photos / f"{at:03d}.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    summary = run(quick(photos, tmp_path / "w", model, previews=40))
    workspace = check_rows(tmp_path / "w", photos)
    assert summary.manifest.counts == {"items": 17, "failures": 6}
    assert [f["path"] for f in workspace.failures()] == [f"{at:03d}.png" for at in (0, 5, 6, 7, 13, 22)]
    assert {f["stage"] for f in workspace.failures()} == {"read"}
    assert all(workspace.preview(row) for row in range(17))


def test_the_number_of_parts_changes_no_file(photos: Path, tmp_path: Path, model: str) -> None:
    run(quick(photos, tmp_path / "one", model))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image_parts, "PART", 8)
        run(quick(photos, tmp_path / "many", model))
    one, many = Workspace.open(tmp_path / "one"), Workspace.open(tmp_path / "many")
    assert np.array_equal(one.vectors(), many.vectors())
    assert one.items.equals(many.items)


def test_every_unreadable_file_is_listed_with_its_reason_and_the_others_keep_their_rows(
    photos: Path, tmp_path: Path, model: str
) -> None:
    reasons = write_rubbish(photos / "middle")
    hidden = write_not_utf8_name(photos)
    workspace_of = run(quick(photos, tmp_path / "w", model)).root
    workspace = check_rows(workspace_of, photos)
    assert workspace.rows == 23
    found = {f["path"]: f for f in workspace.failures()}
    assert found.keys() == {f"middle/{name}" for name in reasons} | {hidden}
    assert all(reason in found[f"middle/{name}"]["reason"] for name, reason in reasons.items())
    assert found[hidden]["stage"] == "scan"


def test_odd_names_are_stored_as_they_are(tmp_path: Path, model: str) -> None:
    written = write_solid_weird(tmp_path / "photos")
    run(quick(tmp_path / "photos", tmp_path / "w", model))
    workspace = check_rows(tmp_path / "w", tmp_path / "photos")
    assert sorted(workspace.items["path"]) == sorted(written)


def test_metadata_lands_in_the_row_of_its_file(photos: Path, tmp_path: Path, model: str) -> None:
    (photos / "004.png").write_bytes(b"broken")
    order = [7, 3, 22, 4, 0, 11]
    lines = ["filename,number,label", *(f"{i:03d}.png,{i * 1.5},name {i}" for i in order), "gone.png,9,ghost"]
    (tmp_path / "m.csv").write_text("\n".join(lines), "utf-8")
    report = Listening()
    run(quick(photos, tmp_path / "w", model, metadata=tmp_path / "m.csv"), report)
    items = check_rows(tmp_path / "w", photos).items
    for path, number, label in zip(items["path"], items["number"], items["label"], strict=True):
        i = int(path[:3])
        assert (number == i * 1.5 and label == f"name {i}") if i in order else number != number
    assert any("2 rows" in line or "2 of" in line or "gone.png" in line for line in report.notes), report.notes


def test_a_column_written_for_the_viewer_has_the_values_of_the_table(full: Options) -> None:
    assert full.output is not None
    workspace = Workspace.open(full.output)
    items = workspace.items
    head, codes = workspace.column("shape")
    assert codes is not None
    assert [head["values"][code] for code in codes] == items["shape"].tolist()
    head, weights = workspace.column("weight")
    assert weights is not None
    np.testing.assert_allclose(weights, items["weight"].to_numpy(np.float32), rtol=1e-6, equal_nan=True)
    labels, nearest, strength = workspace.clusters()
    head, cluster = workspace.column("cluster")
    assert cluster is not None
    assert np.array_equal(cluster, labels)
    assert head["kind"] == "cluster"
    assert len(nearest) == len(strength) == workspace.rows == 48


def test_a_full_build_has_every_map_index_and_hotspot(full_options: Options) -> None:
    assert full_options.output is not None
    workspace = Workspace.open(full_options.output)
    workspace.check()
    manifest = workspace.manifest
    assert manifest.projections() == {"pca": [2, 3], "tsne": [2, 3], "umap": [2, 3]}
    for name, dims in manifest.projections().items():
        for d in dims:
            assert workspace.positions(name, d).shape == (48, d)
            assert np.isfinite(workspace.positions(name, d)).all()
    for metric in ("angular", "euclidean", "manhattan", "dot"):
        assert workspace.index(metric, Path.is_file)
        assert manifest.measured(f"index-{metric}", "recall") >= 0.95
    clusters = manifest.measured("clusters", "clusters")
    hotspots = manifest.measured("hotspots", "hotspots")
    assert len(hotspots) == clusters
    labels = workspace.clusters()[0]
    assert [spot["size"] for spot in hotspots] == np.bincount(labels[labels >= 0], minlength=clusters).tolist()
    assert 0.99 < sum(manifest.measured("pca-2d", "explained_variance")) <= 1.0001  # three numbers a vector


def test_gray_pictures_have_a_hue_column_without_values(tmp_path: Path, model: str) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    for i in range(6):
        Image.new("L", (20, 16), 40 * i + 10).save(tmp_path / f"photos/{i}.png")
    run(quick(tmp_path / "photos", tmp_path / "w", model))
    items = Workspace.open(tmp_path / "w").items
    assert items["hue"].isna().tolist() == [True] * 6
    columns = items.columns.tolist()
    assert columns.index("hue") < columns.index("edge_density")


def test_two_images_of_one_color_stay_two_rows(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 5)
    write_solid(tmp_path / "photos/again", 5)
    run(quick(tmp_path / "photos", tmp_path / "w", model))
    assert check_rows(tmp_path / "w", tmp_path / "photos").rows == 10


def test_previews_are_of_their_row_and_of_the_size_asked_for(built: Options) -> None:
    from PIL import Image

    assert built.images is not None
    assert built.output is not None
    Image.new("RGB", (400, 300), color_of(40)).save(built.images / "000a.png")
    options = replace(built, previews=100)
    run(options)
    workspace = check_rows(built.output, built.images)
    preview = workspace.preview(1)
    assert preview is not None
    with Image.open(io.BytesIO(preview)) as image:
        assert image.size == (100, 75)
    run(replace(built, previews=0))
    assert Workspace.open(built.output).preview(0) is None
    assert json.loads((built.output / "manifest.json").read_text())["steps"].keys() & {"previews"} == set()

"""Odd, empty and wrong input: a clear message, or a workspace that is right."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.errors import InputError, ModelError
from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Workspace
from tests.makers.photos import write_rubbish
from tests.makers.tiny_clip import write_tiny_clip
from tests.pipeline.building import Listening, check_rows, color_of, quick, run, write_model, write_solid


def test_an_empty_folder_is_refused(tmp_path: Path, model: str) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(InputError, match="has no images: it is empty"):
        run(quick(tmp_path / "photos", tmp_path / "w", model))


def test_a_folder_without_images_is_refused_and_what_it_holds_is_named(tmp_path: Path, model: str) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.txt").write_text("x")
    with pytest.raises(InputError, match=r"1 other files \(1 \.txt\)"):
        run(quick(tmp_path / "photos", tmp_path / "w", model))


def test_a_folder_of_broken_files_is_refused_with_the_first_reason_and_keeps_the_old_workspace(
    tmp_path: Path, built: Options
) -> None:
    assert built.output is not None
    reasons = write_rubbish(tmp_path / "broken")
    with pytest.raises(InputError, match=f"none of the {len(reasons)} images could be read"):
        run(quick(tmp_path / "broken", built.output, built.model))
    workspace = Workspace.open(built.output)
    workspace.check()
    assert workspace.rows == 23


def test_a_missing_folder_and_a_file_in_its_place_are_refused(tmp_path: Path, model: str) -> None:
    with pytest.raises(InputError, match="no such folder"):
        run(quick(tmp_path / "gone", tmp_path / "w", model))
    (tmp_path / "file.png").write_bytes(b"")
    with pytest.raises(InputError, match="is a file of no known kind; give the path of a folder of images"):
        run(quick(tmp_path / "file.png", tmp_path / "w", model))


@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_few_images_make_a_whole_workspace(n: int, tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", n)
    options = Options(images=tmp_path / "photos", output=tmp_path / "w", model=model, trees=2, jobs=2)
    run(options)
    workspace = check_rows(tmp_path / "w", tmp_path / "photos")
    assert workspace.rows == n
    for name, dims in workspace.manifest.projections().items():
        for d in dims:
            positions = workspace.positions(name, d)
            assert positions.shape == (n, d)
            assert np.isfinite(positions).all()
    assert workspace.manifest.projections() == {"pca": [2, 3], "tsne": [2, 3], "umap": [2, 3]}
    assert (workspace.clusters()[0] == -1).all()
    assert run(options).ran == []


def test_three_identical_images_are_three_rows_at_one_place(tmp_path: Path, model: str) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    for name in "abc":
        Image.new("RGB", (30, 30), color_of(3)).save(tmp_path / f"photos/{name}.png")
    run(Options(images=tmp_path / "photos", output=tmp_path / "w", model=model, trees=2))
    workspace = check_rows(tmp_path / "w", tmp_path / "photos")
    assert workspace.rows == 3
    assert (workspace.positions("tsne", 2) == 0).all()


def _with_metadata(photos: Path, tmp_path: Path, model: str, data: bytes) -> tuple[Workspace, list[str]]:
    (tmp_path / "m.csv").write_bytes(data)
    report = Listening()
    run(quick(photos, tmp_path / "w", model, metadata=tmp_path / "m.csv"), report)
    return check_rows(tmp_path / "w", photos), report.notes


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_metadata_of_any_line_end_and_encoding_reach_their_rows(
    end: str, encoding: str, photos: Path, tmp_path: Path, model: str
) -> None:
    lines = ["filename,ort", *(f"{i:03d}.png,Köln {i}" for i in range(23))]
    workspace, _ = _with_metadata(photos, tmp_path, model, (end.join(lines) + end).encode(encoding))
    assert workspace.items["ort"].tolist() == [f"Köln {i}" for i in range(23)]


def test_metadata_without_a_filename_column_are_refused(photos: Path, tmp_path: Path, model: str) -> None:
    with pytest.raises(InputError, match="filename"):
        _with_metadata(photos, tmp_path, model, b"value,x\n7,1\n")


@pytest.mark.parametrize(("data", "message"), [(None, "m.csv"), ("filename,ort\n000.png,Köln", "byte 0xf6 in line 2")])
def test_missing_and_wrongly_encoded_metadata_are_refused_before_the_images_are_read(
    data: str | None, message: str, photos: Path, tmp_path: Path, model: str
) -> None:
    if data is not None:
        (tmp_path / "m.csv").write_bytes(data.encode("cp1252"))
    report = Listening()
    with pytest.raises(InputError, match=message):
        run(quick(photos, tmp_path / "w", model, metadata=tmp_path / "m.csv"), report)
    assert "Reading and embedding images" not in report.counts


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dims": "4"}, "--dims '4': expected one or more of 2, 3"),
        ({"dims": ""}, "--dims ''"),
        ({"metrics": "foo"}, "--metrics 'foo': expected one or more of angular, euclidean, manhattan, dot"),
        ({"projections": "pca,sne"}, "--projections 'pca,sne': expected one or more of pca, tsne, umap"),
        ({"thumb_size": 200, "atlas_size": 100}, "--atlas-size 100 is smaller than --thumb-size 200"),
        ({"relayout": True, "only": "tsne"}, "--relayout and --only exclude each other"),
    ],
)
def test_options_that_cannot_be_meant_are_refused_before_anything_is_read(wrong: dict, message: str) -> None:
    with pytest.raises(InputError) as caught:
        Options(**wrong)
    assert message in str(caught.value)


def test_options_in_lists_may_repeat_and_have_spaces() -> None:
    options = Options(dims=" 3, 2,3", metrics="dot,", projections="umap , pca")
    assert (options.dimensions(), options.metric_names(), options.reducers()) == ([3, 2], ["dot"], ["umap", "pca"])


def test_a_missing_or_broken_model_file_is_refused(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx is not there"):
        run(quick(photos, tmp_path / "w", str(tmp_path / "gone.onnx")))
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="cannot be opened as an ONNX model"):
        run(quick(photos, tmp_path / "w", str(tmp_path / "broken.onnx")))
    with pytest.raises(ModelError, match="Unknown model 'resnet'"):
        run(quick(photos, tmp_path / "w", "resnet"))


def test_a_model_that_fails_midway_ends_the_build_and_keeps_the_old_workspace(built: Options, tmp_path: Path) -> None:
    assert built.output is not None
    bad = write_model(tmp_path / "bad", "bad.onnx", answer="nan")
    with pytest.raises(ModelError, match="not finite"):
        run(quick(built.images, built.output, bad))
    assert Workspace.open(built.output).manifest.model == "tiny"
    Workspace.open(built.output).check()


def test_clip_from_a_folder_is_opened_once_and_used(photos: Path, tmp_path: Path) -> None:
    from imagespace_core.embed import towers

    write_tiny_clip(tmp_path / "clip")
    opened = []
    real = towers.OnnxEmbedder

    def counted(*arguments: Any, **named: Any) -> object:
        opened.append(arguments)
        return real(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(towers, "OnnxEmbedder", counted)
        run(quick(photos, tmp_path / "w", "clip-vit-b32", model_dir=tmp_path / "clip", jobs=8))
    assert len(opened) == 1
    workspace = Workspace.open(tmp_path / "w")
    assert workspace.vectors().shape == (23, 512)
    assert workspace.manifest.measured("embed", "model") == "clip-vit-b32"
    assert workspace.manifest.measured("embed", "model_dir") == str(tmp_path / "clip")


def test_a_workspace_among_the_images_is_not_taken_for_images(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 6)
    options = quick(tmp_path / "photos", tmp_path / "photos/inside", model, previews=32)
    run(options)
    again = run(options)
    assert again.ran == []
    assert Workspace.open(tmp_path / "photos/inside").rows == 6


def test_the_folder_of_images_is_refused_as_its_own_workspace(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 6)
    with pytest.raises(InputError, match="cannot be .* itself"):
        run(quick(tmp_path / "photos", tmp_path / "photos", model))
    assert not (tmp_path / "photos/.build").exists()

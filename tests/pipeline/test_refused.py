"""Images without a usable vector are left out by name, from every file alike; too many are the model's fault."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imagespace_core.errors import InputError, ModelError
from imagespace_core.pipeline import image_parts
from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Workspace
from tests.pipeline.building import Listening, arrays, check_rows, quick, run, write_model


@pytest.fixture
def logarithm(tmp_path: Path) -> str:
    """A model that takes neither black nor white images; `model` takes white ones."""
    return write_model(tmp_path / "log", "log.onnx", answer="log")


@pytest.fixture
def options(photos: Path, tmp_path: Path, model: str) -> Options:
    """23 colors, a white image first and a black one among them; with previews, and two parts of the pass."""
    Image.new("RGB", (40, 30), "white").save(photos / "000 white.png")
    Image.new("RGB", (40, 30), "black").save(photos / "010 black.png")
    return quick(photos, tmp_path / "w", model, previews=40, layouts="grid")


def failures(root: Path) -> list[tuple[str, str]]:
    return [(failure["path"], failure["stage"]) for failure in Workspace.open(root).failures()]


def test_an_image_without_a_usable_vector_is_a_recorded_failure_and_every_file_is_without_it(
    options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_parts, "PART", 7)
    assert options.images is not None
    (options.images / "005 broken.png").write_bytes(b"rubbish")
    manifest = run(options).manifest
    assert manifest.counts == {"items": 24, "failures": 2}
    assert failures(tmp_path / "w") == [("005 broken.png", "read"), ("010 black.png", "embed")]
    assert "not finite, or only zeros" in Workspace.open(tmp_path / "w").failures()[1]["reason"]
    assert "010 black.png" not in check_rows(tmp_path / "w", options.images).ids
    assert run(options).ran == []


def test_another_model_refuses_other_images_and_the_table_follows(
    options: Options, logarithm: str, tmp_path: Path
) -> None:
    run(options)
    for model, left_out in ((logarithm, ["000 white.png", "010 black.png"]), (options.model, ["010 black.png"])):
        now = replace(options, model=model)
        run(now)
        assert failures(tmp_path / "w") == [(path, "embed") for path in left_out]
        workspace = Workspace.open(tmp_path / "w")
        assert workspace.rows == 25 - len(left_out)
        assert np.isfinite(workspace.vectors()).all()
        fresh = tmp_path / f"fresh {len(left_out)}"
        run(replace(now, output=fresh))
        assert arrays(tmp_path / "w") == arrays(fresh)
        assert run(now).ran == []


def test_a_model_that_refuses_the_first_images_makes_the_table_anew(
    photos: Path, logarithm: str, tmp_path: Path, model: str
) -> None:
    Image.new("RGB", (40, 30), "white").save(photos / "000 white.png")
    run(quick(photos, tmp_path / "w", model))
    assert failures(tmp_path / "w") == []
    run(quick(photos, tmp_path / "w", logarithm))
    assert failures(tmp_path / "w") == [("000 white.png", "embed")]
    run(quick(photos, tmp_path / "fresh", logarithm))
    assert arrays(tmp_path / "w") == arrays(tmp_path / "fresh")


def test_a_build_that_begins_again_says_each_thing_once(
    photos: Path, logarithm: str, tmp_path: Path, model: str
) -> None:
    Image.new("RGB", (40, 30), "white").save(photos / "000 white.png")
    (photos / "notes.txt").write_text("no image")
    run(quick(photos, tmp_path / "w", model))
    report = Listening()
    summary = run(quick(photos, tmp_path / "w", logarithm), report)
    assert "images" in summary.ran, "it did not begin again"
    assert report.notes == summary.manifest.notes == ["1 file is not an image and was left out: 1 .txt"]


def test_vectors_from_a_file_bring_back_what_a_model_refused(options: Options, tmp_path: Path) -> None:
    run(options)
    assert options.images is not None
    names = sorted(path.name for path in options.images.iterdir())
    vectors = np.random.default_rng(1).normal(size=(25, 4)).tolist()
    pd.DataFrame({"id": names, "vector": vectors}).to_parquet(tmp_path / "v.parquet")
    assert run(replace(options, model=None, vectors=tmp_path / "v.parquet")).manifest.counts["items"] == 25
    Workspace.open(tmp_path / "w").check()


def test_an_interrupted_build_leaves_the_same_images_out(options: Options, logarithm: str, tmp_path: Path) -> None:
    options = replace(options, model=logarithm)

    def interrupt(title: str, done: int) -> None:
        if title == "Packing the sprite atlas":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(options, Listening(interrupt))
    run(options)
    run(replace(options, output=tmp_path / "undisturbed"))
    assert arrays(tmp_path / "w") == arrays(tmp_path / "undisturbed")


def test_a_table_that_has_to_stay_is_no_place_to_leave_images_out(options: Options, logarithm: str) -> None:
    run(options)
    with pytest.raises(InputError, match="Build again without --only"):
        run(replace(options, model=logarithm, only="embed"))


def test_many_images_without_a_usable_vector_are_the_models_fault(options: Options, tmp_path: Path) -> None:
    run(options)
    old = arrays(tmp_path / "w")
    assert options.images is not None
    for i in range(4):
        Image.new("RGB", (40, 30 + i), "black").save(options.images / f"black {i}.png")
    with pytest.raises(
        ModelError, match=r"for 5 of 29 images \(17%\), the first '010 black.png'. So many are the model's"
    ):
        run(options)
    assert arrays(tmp_path / "w") == old


def test_a_model_that_refuses_most_is_stopped_at_the_first_part(
    options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_parts, "PART", 7)
    nothing = write_model(tmp_path / "nothing", "nothing.onnx", answer="zeros")
    report = Listening()
    with pytest.raises(ModelError, match=r"for 7 of 7 images \(100%\)"):
        run(replace(options, model=nothing), report)
    assert report.counts["Reading and embedding images"] == 7

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from imagespace_core.embed import catalog, pretrained
from imagespace_core.embed.hub import HubFile
from imagespace_core.embed.onnx import file_digest
from imagespace_core.embed.pretrained import DINOV2_SMALL, RESNET50, SATDINO, without_classifier
from imagespace_core.errors import HubUnreachableError, ModelError
from tests.makers.tiny_models import projection


def direction(size: int, preprocess, color: tuple[int, int, int]) -> np.ndarray:
    """What the tiny models give for an image of one color."""
    normalized = (np.array(color) / 255 - preprocess.mean) / preprocess.std
    vector = normalized @ projection(size)[:3] + 5 * projection(size)[3]
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("model", [RESNET50, DINOV2_SMALL, SATDINO], ids=lambda model: model.name)
def test_each_sees_colors_as_its_own_preprocessing_says(
    model: pretrained.Pretrained, tiny_models: dict[str, Path], cache: Path
) -> None:
    """ResNet-50 before its classifier, and of DINOv2's tokens the first."""
    color = (200, 100, 50)
    (vector,) = catalog.load(model.name, model_dir=tiny_models[model.name])([np.full((300, 260, 3), color, np.uint8)])
    np.testing.assert_allclose(vector, direction(model.size, model.preprocess, color), atol=1e-5)


def test_a_folder_may_be_given_or_the_file_in_it(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine.onnx"
    shutil.copy(tiny_models["satdino"] / "model.onnx", mine)
    by_file, by_folder = (catalog.load("satdino", model_dir=path) for path in (mine, tiny_models["satdino"]))
    assert by_file.fingerprint == by_folder.fingerprint
    assert by_file.name == "satdino"


def test_the_classifier_is_cut_off_once_and_its_weights_with_it(
    tiny_models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGESPACE_CACHE", str(tmp_path))
    source = tiny_models["resnet-50"] / "model.onnx"
    before = file_digest(source)
    cut = without_classifier(source, 2048)
    stamp = cut.stat().st_mtime_ns
    assert without_classifier(source, 2048) == cut
    assert cut.stat().st_mtime_ns == stamp
    assert [weight.name for weight in onnx.load(cut).graph.initializer] == ["weight", "bias"]
    assert file_digest(source) == before
    assert list(tmp_path.iterdir()) == [cut]


def test_a_file_that_gives_features_already_is_taken_as_it_is(tiny_models: dict[str, Path], cache: Path) -> None:
    """Its last layer is a matrix too, and not a classifier."""
    cut = without_classifier(tiny_models["resnet-50"] / "model.onnx", 2048)
    model = onnx.load(cut)
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 2048
    onnx.save(model, cut.with_name("whole.onnx"))
    assert without_classifier(cut.with_name("whole.onnx"), 2048) == cut.with_name("whole.onnx")


@pytest.mark.parametrize("name", ["resnet-50", "dinov2-small", "satdino"])
def test_another_models_file_is_refused(name: str, tiny_models: dict[str, Path], cache: Path) -> None:
    other = "satdino" if name == "resnet-50" else "resnet-50"
    with pytest.raises(ModelError, match=rf"into \d+ numbers; {name} has 224 and \d+. Give its own file"):
        catalog.load(name, model_dir=tiny_models[other])


def test_a_folder_without_the_file_and_a_file_that_is_no_model_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model.onnx is not there; --model-dir needs model.onnx"):
        catalog.load("dinov2-small", model_dir=tmp_path)
    (tmp_path / "model.onnx").write_text("no model")
    for name in ("resnet-50", "dinov2-small"):
        with pytest.raises(ModelError, match="cannot be opened as an ONNX model"):
            catalog.load(name, model_dir=tmp_path)


def test_a_model_that_nobody_publishes_says_what_to_export() -> None:
    with pytest.raises(ModelError, match=r"publishes satdino as ONNX. Export .* from \(n, 3, 224, 224\) to \(n, 384\)"):
        catalog.load("satdino")


def test_a_model_is_read_from_the_hubs_cache_without_a_network(
    tiny_models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    file = DINOV2_SMALL.file
    assert isinstance(file, HubFile)
    assert not catalog.MODELS["dinov2-small"].is_here()
    with pytest.raises(HubUnreachableError, match="Use --model-dir DIR with model.onnx"):
        catalog.load("dinov2-small")
    target = tmp_path / f"models--{file.repository.replace('/', '--')}/snapshots/{file.revision}/{file.path}"
    target.parent.mkdir(parents=True)
    shutil.copy(tiny_models["dinov2-small"] / "model.onnx", target)
    assert catalog.MODELS["dinov2-small"].is_here()
    with pytest.raises(ModelError, match="expected f22797ea"):
        catalog.load("dinov2-small")
    honest = replace(DINOV2_SMALL, file=replace(file, sha256=file_digest(target)))
    assert honest.load(None, "cpu", 1).size == 384

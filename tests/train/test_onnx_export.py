"""An exported encoder is taken by a build as it is, and answers as PyTorch does."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")
from torch import Tensor, nn  # noqa: E402

from imagespace_core.embed import custom  # noqa: E402
from imagespace_core.embed.preprocess import Preprocess  # noqa: E402
from imagespace_core.errors import ModelError  # noqa: E402
from imagespace_core.train import autoencoder, loc2vec, onnx_export  # noqa: E402
from imagespace_core.train.onnx_export import export  # noqa: E402

GRAY = Preprocess(side=64, channels=1, mean=(0.4,), std=(0.2,))
TWELVE = Preprocess(side=32, channels=12, mean=(0.9,) * 12, std=(0.1,) * 12)
TWO = Preprocess(side=40, channels=2, mean=(0.2, 0.8), std=(0.1, 0.3))
ENCODERS = {
    "loc2vec, 12 layers": lambda: (loc2vec.Encoder(12, 128), TWELVE),
    "loc2vec, 2 layers": lambda: (loc2vec.Encoder(2, 16), TWO),
    "autoencoder": lambda: (autoencoder.Autoencoder(32).encoder, GRAY),
    "VAE": lambda: (autoencoder.Autoencoder(8, True).encoder, GRAY),
}


@pytest.mark.parametrize("which", ENCODERS)
def test_a_build_gets_the_vectors_that_torch_computes(which: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    encoder, preprocess = ENCODERS[which]()
    difference = export(encoder, tmp_path / "encoder.onnx", preprocess, {"kind": "test"})
    assert difference <= 1e-4
    embedder = custom.load(tmp_path / "encoder.onnx", device="cpu")
    pixels = np.random.default_rng(0).integers(0, 256, (7, 80, 80, preprocess.channels), np.uint8)
    prepared = np.stack([embedder.prepare(each) for each in pixels])
    assert prepared.shape == (7, preprocess.side, preprocess.side, preprocess.channels)
    normalized = loc2vec.normalized(torch.from_numpy(prepared.transpose(0, 3, 1, 2).copy()), preprocess)
    with torch.no_grad():
        expected = nn.functional.normalize(encoder(normalized)).numpy()
    assert np.abs(embedder.embed(prepared) - expected).max() < 1e-4
    assert np.abs(embedder.embed(prepared[:1]) - expected[:1]).max() < 1e-4


def test_a_color_image_becomes_gray_for_a_gray_encoder(tmp_path: Path) -> None:
    encoder, preprocess = ENCODERS["autoencoder"]()
    export(encoder, tmp_path / "encoder.onnx", preprocess, {})
    embedder = custom.load(tmp_path / "encoder.onnx", device="cpu")
    gray = np.random.default_rng(0).integers(0, 256, (64, 64, 1), np.uint8)
    assert np.array_equal(embedder.prepare(np.repeat(gray, 3, axis=2)), gray)
    with pytest.raises(ModelError, match="12 channels; the model takes 1"):
        embedder.prepare(np.zeros((64, 64, 12), np.uint8))


def test_the_file_says_where_it_comes_from(tmp_path: Path) -> None:
    encoder, preprocess = ENCODERS["loc2vec, 2 layers"]()
    about = {"kind": "loc2vec", "architecture": {"layers": ["roads", "water"]}}
    export(encoder, tmp_path / "encoder.onnx", preprocess, about)
    model = onnx.load(tmp_path / "encoder.onnx")
    assert (model.producer_name, {entry.key: json.loads(entry.value) for entry in model.metadata_props}) == (
        "ImageSpace",
        {"imagespace": about},
    )
    wishes = json.loads((tmp_path / "encoder.json").read_text())
    assert (wishes["input_size"], wishes["channels"], wishes["mean"], wishes["std"]) == (40, 2, [0.2, 0.8], [0.1, 0.3])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder.json", "encoder.onnx"]


def test_an_export_that_differs_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "_difference", lambda *_: 0.5)
    encoder, preprocess = ENCODERS["loc2vec, 2 layers"]()
    with pytest.raises(ModelError, match="differs from PyTorch's by up to 0.5; expected at most 0.0001. Nothing was"):
        export(encoder, tmp_path / "encoder.onnx", preprocess, {})
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_depends_on_its_batch_is_found_out(tmp_path: Path) -> None:
    class Centered(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return images.mean(dim=(2, 3)) * float(images.shape[0])  # traced as the number 2

    with pytest.raises(ModelError, match="differs from PyTorch's"):
        export(Centered(), tmp_path / "encoder.onnx", Preprocess(side=8), {})

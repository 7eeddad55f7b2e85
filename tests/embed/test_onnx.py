from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from imagespace_core.embed import catalog
from imagespace_core.embed.onnx import OnnxEmbedder, unit_rows
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import ModelError

Write = Callable[..., Path]
COLOR = (200, 100, 50)


@pytest.fixture
def picture() -> np.ndarray:
    return np.full((20, 30, 3), COLOR, np.uint8)


def unit(*values: float) -> np.ndarray:
    return np.array(values) / np.linalg.norm(values)


@pytest.mark.parametrize(
    "shape",
    [
        ("n", 3, 8, 8),
        (1, 3, 8, 8),
        (4, 3, 8, 8),
        ("n", 8, 8, 3),
        ("n", "c", "h", "w"),
        ("n", 3, "h", "w"),
        ("n", "c", 32, 32),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
@pytest.mark.parametrize("answer", ["mean", "map"])
def test_models_of_every_shape_and_type_see_the_picture(
    write_tiny_onnx: Write, tmp_path: Path, picture: np.ndarray, shape, dtype, answer
) -> None:
    embedder = OnnxEmbedder(write_tiny_onnx(tmp_path / "m.onnx", shape=shape, dtype=dtype, answer=answer))
    vectors = embedder([picture] * 5)
    assert vectors.shape == (5, 3)
    assert embedder.size == 3
    np.testing.assert_allclose(vectors, np.tile(unit(*COLOR), (5, 1)), atol=1e-3)


def test_size_comes_from_the_model_and_else_is_224(write_tiny_onnx: Write, tmp_path: Path) -> None:
    fixed = OnnxEmbedder(write_tiny_onnx(tmp_path / "a.onnx", shape=("n", 3, 96, 96)))
    free = OnnxEmbedder(write_tiny_onnx(tmp_path / "b.onnx", shape=("n", 3, "h", "w")))
    assert (fixed.min_side, free.min_side) == (96, 224)


def test_models_of_one_channel_and_of_twelve_take_such_images(write_tiny_onnx: Write, tmp_path: Path) -> None:
    for channels in (1, 12):
        model = OnnxEmbedder(write_tiny_onnx(tmp_path / f"{channels}.onnx", shape=("n", channels, 8, 8)))
        image = np.tile(np.arange(1, channels + 1, dtype=np.uint8), (9, 9, 1))
        np.testing.assert_allclose(model([image])[0], unit(*range(1, channels + 1)), atol=1e-6)


def test_of_tokens_the_first_is_taken(write_tiny_onnx: Write, tmp_path: Path) -> None:
    """The tiny model's tokens are its channels: the first is the red plane, 64 equal values."""
    embedder = OnnxEmbedder(write_tiny_onnx(tmp_path / "m.onnx", answer="tokens"))
    np.testing.assert_allclose(embedder([np.full((9, 9, 3), COLOR, np.uint8)])[0], np.full(64, 1 / 8), atol=1e-6)


def test_an_output_can_be_chosen_by_name(write_tiny_onnx: Write, tmp_path: Path, picture: np.ndarray) -> None:
    path = write_tiny_onnx(tmp_path / "m.onnx", answer="tokens")
    assert OnnxEmbedder(path).size == 64
    assert OnnxEmbedder(path, output_name="mean").size == 3


def test_fingerprint_follows_model_preprocessing_and_output(write_tiny_onnx: Write, tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "m.onnx", answer="tokens")
    twin = tmp_path / "twin.onnx"
    twin.write_bytes(path.read_bytes())
    prints = [
        OnnxEmbedder(path).fingerprint,
        OnnxEmbedder(path, Preprocess(mean=(0.5,))).fingerprint,
        OnnxEmbedder(path, Preprocess(interpolation="bilinear")).fingerprint,
        OnnxEmbedder(path, output_name="mean").fingerprint,
        OnnxEmbedder(write_tiny_onnx(tmp_path / "m2.onnx", answer="map")).fingerprint,
    ]
    assert len(set(prints)) == len(prints)
    assert OnnxEmbedder(twin).fingerprint == prints[0]


def test_fingerprint_covers_weights_kept_in_a_file_beside(write_tiny_onnx: Write, tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "m.onnx")
    before = OnnxEmbedder(path).fingerprint
    (tmp_path / "m.onnx.data").write_bytes(b"weights")
    assert OnnxEmbedder(path).fingerprint != before


def test_names_are_made_safe_for_files(write_tiny_onnx: Write, tmp_path: Path) -> None:
    assert OnnxEmbedder(write_tiny_onnx(tmp_path / "my model ü (2).onnx")).name == "my-model-2"
    assert OnnxEmbedder(write_tiny_onnx(tmp_path / "模型.onnx")).name == "model"


def test_preparing_in_many_threads_gives_what_one_gives(write_tiny_onnx: Write, tmp_path: Path) -> None:
    embedder = OnnxEmbedder(write_tiny_onnx(tmp_path / "m.onnx"))
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (40 + i, 60, 3), np.uint8) for i in range(60)]
    with ThreadPoolExecutor(8) as executor:
        together = list(executor.map(embedder.prepare, images))
    np.testing.assert_array_equal(together, [embedder.prepare(image) for image in images])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"answer": "zeros"}, "only zeros for image 1 of 2"),
        ({"answer": "nan"}, "not finite .* for image 1 of 2"),
        ({"answer": "integers"}, "int64 .* expected floats"),
        ({"answer": "batch_mean"}, r"\(1, 3\) for 2 images; expected floats"),
        ({"inputs": 2}, r"takes 2 inputs \(image, more1\); expected one"),
        ({"shape": ("n", 3, 8, 9)}, "9 x 8 pixels; expected a square"),
        ({"shape": ("n", 3, 8, 8, 8)}, r"image .* \['n', 3, 8, 8, 8\]; expected float32"),
    ],
)
def test_models_that_cannot_serve_are_refused_in_one_sentence(
    write_tiny_onnx: Write, tmp_path: Path, picture: np.ndarray, options, message
) -> None:
    path = write_tiny_onnx(tmp_path / "m.onnx", **options)
    with pytest.raises(ModelError, match=message):
        OnnxEmbedder(path)([picture, picture])


@pytest.mark.parametrize("content", [b"", b"I am no model, I am text.\n", b"\x08\x07\x12\x04tiny" * 9])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.onnx cannot be opened as an ONNX model .* again"):
        OnnxEmbedder(path)


def test_a_truncated_model_is_named(write_tiny_onnx: Write, tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "cut.onnx")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError, match=r"cut\.onnx cannot be opened"):
        OnnxEmbedder(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "folder.onnx").mkdir()
    for name in ("none.onnx", "folder.onnx"):
        with pytest.raises(ModelError, match=f"{name} is not there"):
            OnnxEmbedder(tmp_path / name)


def test_a_wrong_output_name_lists_the_right_ones(write_tiny_onnx: Write, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no output 'pooled'; it has vector, mean"):
        OnnxEmbedder(write_tiny_onnx(tmp_path / "m.onnx"), output_name="pooled")


def test_uint8_models_with_mean_and_std_are_a_contradiction(write_tiny_onnx: Write, tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "m.onnx", dtype="uint8")
    with pytest.raises(ModelError, match="Remove mean and std"):
        OnnxEmbedder(path, Preprocess(mean=(0.5,)))


def test_asking_for_cuda_without_its_provider_names_the_package(write_tiny_onnx: Write, tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "m.onnx")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        assert OnnxEmbedder(path, device="cuda").size == 3
    else:
        with pytest.raises(ModelError, match="pip install onnxruntime-gpu"):
            OnnxEmbedder(path, device="cuda")
    with pytest.raises(ModelError, match="expected auto, cpu or cuda"):
        OnnxEmbedder(path, device="tpu")


def test_unprepared_batches_are_a_programming_error(write_tiny_onnx: Write, tmp_path: Path) -> None:
    embedder = OnnxEmbedder(write_tiny_onnx(tmp_path / "m.onnx"))
    with pytest.raises(ValueError, match=r"expected prepared uint8 \(n, 8, 8, 3\)"):
        embedder.embed(np.zeros((1, 9, 9, 3), np.uint8))


def test_unit_rows_survive_values_too_large_or_small_for_float32_lengths() -> None:
    rows = np.array([[3e30, 4e30], [3e-30, 4e-30], [-3, 4]], np.float32)
    np.testing.assert_allclose(unit_rows(rows, model="m"), [[0.6, 0.8], [0.6, 0.8], [-0.6, 0.8]], rtol=1e-6)


def test_a_path_in_the_catalog_is_loaded_as_a_custom_model(write_tiny_onnx: Write, tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "Mine.ONNX")
    assert catalog.load(str(path)).name == "Mine"

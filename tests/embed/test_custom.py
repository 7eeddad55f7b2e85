import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.embed import custom
from imagespace_core.errors import ModelError

Write = Callable[..., Path]


@pytest.fixture
def model(write_tiny_onnx: Write, tmp_path: Path) -> Path:
    return write_tiny_onnx(tmp_path / "mine.onnx", shape=("n", 3, "h", "w"))


def describe(model: Path, wishes: Any) -> Path:
    model.with_suffix(".json").write_text(json.dumps(wishes))
    return model


def test_a_model_without_json_gets_pixels_from_0_to_1_at_224(model: Path) -> None:
    embedder = custom.load(model)
    assert embedder.preprocess.side == 224
    white = np.full((1, 224, 224, 3), 255, np.uint8)
    np.testing.assert_allclose(embedder.preprocess.normalize(white), 1)


def test_every_key_of_the_json_reaches_the_preprocessing(model: Path) -> None:
    describe(
        model,
        {
            "input_size": 64,
            "resize_size": 72,
            "crop": "center",
            "interpolation": "bilinear",
            "mean": [0.1, 0.2, 0.3],
            "std": 0.5,
            "scale": 0.01,
            "channels": 3,
            "channel_order": "bgr",
            "layout": "nchw",
            "output_name": "mean",
        },
    )
    assert set(json.loads(model.with_suffix(".json").read_text())) == set(custom.KEYS)
    found = custom.load(model).preprocess
    assert (found.side, found.min_side, found.interpolation, found.mean) == (
        64,
        72,
        "bilinear",
        (0.1, 0.2, 0.3),
    )
    assert (found.std, found.scale, found.channel_order) == ((0.5,), 0.01, "bgr")


def test_channel_order_and_mean_show_in_the_vector(model: Path) -> None:
    describe(model, {"channel_order": "bgr", "mean": [0.5, 0.5, 0.0], "input_size": 16})
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 255
    np.testing.assert_allclose(custom.load(model)([red])[0], np.array([-1, -1, 2]) / np.sqrt(6), atol=1e-6)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"input-size": 224}, "unknown key 'input-size'; known are input_size, resize_size"),
        ({"input_size": "224"}, "input_size '224'; expected a whole number"),
        ({"input_size": 0}, "expected a whole number from 1 to 4096"),
        ({"input_size": True}, "input_size True; expected a whole number"),
        ({"mean": ["a"]}, "mean .* expected a number or a list"),
        ({"mean": []}, "expected a number or a list"),
        ({"std": [0.5, 0, 0.5]}, "std .* above 0"),
        ({"mean": [0.5, 0.5]}, "mean has 2 values; .* takes 3 channels"),
        ({"scale": -1}, "scale -1; expected a number above 0"),
        ({"channel_order": "grb"}, "expected one of rgb, bgr"),
        ({"interpolation": ["bicubic"]}, "expected one of nearest, bilinear, bicubic, lanczos"),
        ({"layout": "chwn"}, "expected one of nchw, nhwc"),
        ({"output_name": "pooled"}, "no output 'pooled'"),
        ({"output_name": None}, "expected the name of an output"),
        ({"channels": 4}, "has channels 4, but mine.onnx takes 3. Remove channels"),
        ({"input_size": 64, "resize_size": 32}, "resize_size is 32, less than the 64 px"),
        ([224], "holds a list; expected an object"),
    ],
)
def test_mistakes_in_the_json_are_named(model: Path, wishes: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        custom.load(describe(model, wishes))


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b""])
def test_a_json_file_that_is_none_is_named(model: Path, content: bytes) -> None:
    model.with_suffix(".json").write_bytes(content)
    with pytest.raises(ModelError, match=r"mine\.json cannot be read as JSON"):
        custom.load(model)


def test_a_size_that_the_model_contradicts_is_refused(write_tiny_onnx: Write, tmp_path: Path) -> None:
    path = describe(write_tiny_onnx(tmp_path / "fixed.onnx", shape=("n", 3, 8, 8)), {"input_size": 224})
    with pytest.raises(ModelError, match=r"has input_size 224, but fixed\.onnx takes 8"):
        custom.load(path)


def test_a_model_that_fails_on_the_size_it_is_given_names_the_key_to_set(
    write_tiny_onnx: Write, tmp_path: Path
) -> None:
    path = write_tiny_onnx(tmp_path / "m.onnx", shape=("n", 3, "h", "w"), answer="only_8_px")
    with pytest.raises(ModelError, match=r"failed on images of 224 x 224 pixels .* input_size into m\.json"):
        custom.load(path)
    assert custom.load(describe(path, {"input_size": 8})).size == 64


def test_a_json_with_a_byte_order_mark_is_read(model: Path) -> None:
    model.with_suffix(".json").write_bytes(b"\xef\xbb\xbf" + b'{"input_size": 32}')
    assert custom.load(model).preprocess.side == 32

import json
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from imagespace_core.embed import clip
from imagespace_core.embed.clip import HUB_FILES, Clip
from imagespace_core.errors import ModelError

COLORS = {"red": (220, 30, 20), "green": (10, 200, 40), "blue": (20, 30, 230), "yellow": (240, 230, 10)}


@pytest.fixture
def folder(tiny_clip: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(tiny_clip, tmp_path / "clip"))


def relabel(path: Path, old: str, new: str) -> None:
    model = onnx.load(path)
    for node in model.graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]
    for value in [*model.graph.input, *model.graph.output]:
        value.name = new if value.name == old else value.name
    onnx.save(model, path)


def test_a_sentence_finds_the_image_it_describes(tiny_clip: Path) -> None:
    model = Clip(tiny_clip)
    images = model([np.full((30, 40, 3), color, np.uint8) for color in COLORS.values()])
    sentences = model.embed_text([f"A photo of a {name.upper()} thing!" for name in COLORS])
    assert sentences.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(sentences, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal((sentences @ images.T).argmax(axis=1), range(len(COLORS)))


def test_sentences_do_not_depend_on_each_other(tiny_clip: Path) -> None:
    model = Clip(tiny_clip)
    together = model.embed_text(["red", "a much longer sentence about a green and yellow field", ""])
    np.testing.assert_allclose(model.embed_text(["red"])[0], together[0], atol=1e-6)


def test_no_sentences_give_no_vectors(tiny_clip: Path) -> None:
    assert Clip(tiny_clip).embed_text([]).shape == (0, 512)


def test_a_sentence_of_any_length_becomes_77_tokens_that_begin_and_end_as_clips_do(tiny_clip: Path) -> None:
    model = Clip(tiny_clip)
    tokenizer = model._text.tokenizer
    for sentence in ("", "red", "red " * 500, "日本語 🎉", "<script>", "new\nline\ttab"):
        tokens = tokenizer.encode(sentence).tokens
        assert len(tokens) == 77
        assert tokens[0] == "<|startoftext|>"
        assert tokens[-1] == "<|endoftext|>"
        assert np.isfinite(model.embed_text([sentence])).all()


def test_images_do_not_load_the_text_encoder_nor_sentences_the_image_encoder(folder: Path) -> None:
    for keep, drop in (("vision_model.onnx", "text_model.onnx"), ("text_model.onnx", "vision_model.onnx")):
        hidden = (folder / drop).rename(folder / "hidden")
        model = Clip(folder)
        if keep == "vision_model.onnx":
            assert model([np.zeros((9, 9, 3), np.uint8)]).shape == (1, 512)
        else:
            assert model.embed_text(["red"]).shape == (1, 512)
        hidden.rename(folder / drop)


def test_making_one_opens_no_file() -> None:
    model = Clip(Path("/nowhere"))
    assert (model.name, model.size, model.min_side) == ("clip-vit-b32", 512, 224)
    assert model.prepare(np.zeros((300, 400, 3), np.uint8)).shape == (224, 224, 3)


def test_fingerprint_follows_the_image_encoder_and_not_its_folder(tiny_clip: Path, folder: Path) -> None:
    before = Clip(tiny_clip).fingerprint
    assert Clip(folder).fingerprint == before
    relabel(folder / "vision_model.onnx", "mean", "average")
    assert Clip(folder).fingerprint != before


def test_fingerprint_follows_the_preprocessing(tiny_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    before = Clip(tiny_clip).fingerprint
    monkeypatch.setattr(Clip, "preprocess", replace(clip.PREPROCESS, interpolation="bilinear"))
    assert Clip(tiny_clip).fingerprint != before


@pytest.mark.parametrize("file", list(HUB_FILES))
def test_a_missing_file_is_named_with_the_three_expected(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(
        ModelError, match=rf"{file} is not there; --model-dir needs vision_model.onnx, text_model.onnx, tok"
    ):
        Clip(folder).fetch()


@pytest.mark.parametrize("file", list(HUB_FILES))
def test_a_file_of_text_is_named(folder: Path, file: str) -> None:
    (folder / file).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")
    model = Clip(folder)
    with pytest.raises(ModelError, match=rf"{file} (cannot be opened as an ONNX model|is no tokenizer file)"):
        _ = model([np.zeros((9, 9, 3), np.uint8)]) if file == "vision_model.onnx" else model.embed_text(["red"])


def test_an_image_encoder_without_projection_names_the_output_it_needs(folder: Path) -> None:
    relabel(folder / "vision_model.onnx", "image_embeds", "last_hidden_state")
    with pytest.raises(ModelError, match="no output 'image_embeds'; it has last_hidden_state"):
        Clip(folder)([np.zeros((9, 9, 3), np.uint8)])


def test_an_image_encoder_of_another_clip_is_refused(folder: Path) -> None:
    """ViT-L/14 gives 768 numbers."""
    nodes = [
        helper.make_node("Shape", ["pixel_values"], ["shape"], start=0, end=1),
        helper.make_node("Concat", ["shape", "width"], ["target"], axis=0),
        helper.make_node("Expand", ["one", "target"], ["image_embeds"]),
    ]
    constants = [
        helper.make_tensor("width", TensorProto.INT64, [1], [768]),
        helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0]),
    ]
    takes = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["n", 3, "h", "w"])
    gives = helper.make_tensor_value_info("image_embeds", TensorProto.FLOAT, ["n", 768])
    graph = helper.make_graph(nodes, "large", [takes], [gives], constants)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
        folder / "vision_model.onnx",
    )
    with pytest.raises(ModelError, match=r"into 768 numbers; clip-vit-b32 has 224 and 512"):
        Clip(folder)([np.zeros((9, 9, 3), np.uint8)])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("text_embeds", "pooled", "gives pooled; expected text_embeds"),
        ("input_ids", "tokens", "takes tokens; expected input_ids"),
    ],
)
def test_a_text_encoder_of_another_form_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    relabel(folder / "text_model.onnx", old, new)
    with pytest.raises(ModelError, match=message):
        Clip(folder).embed_text(["red"])


def test_a_tokenizer_of_another_model_is_refused(folder: Path) -> None:
    path = folder / "tokenizer.json"
    path.write_text(json.dumps({"version": "1.0", "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}))
    with pytest.raises(ModelError, match=re.escape("has no token <|endoftext|>; expected CLIP's tokenizer.json")):
        Clip(folder).embed_text(["red"])


def test_an_attention_mask_is_given_to_a_model_that_asks_for_one(folder: Path) -> None:
    """This text model gives its attention mask, filled up with zeros to 512 numbers."""
    nodes = [
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Pad", ["mask", "pads"], ["text_embeds"]),
    ]
    pads = helper.make_tensor("pads", TensorProto.INT64, [4], [0, 0, 0, 512 - 77])
    takes = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", 77]),
        helper.make_tensor_value_info("attention_mask", TensorProto.INT32, ["n", 77]),
    ]
    gives = helper.make_tensor_value_info("text_embeds", TensorProto.FLOAT, ["n", 512])
    graph = helper.make_graph(nodes, "masked", takes, [gives], [pads])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "text_model.onnx")
    vector = Clip(folder).embed_text(["red"])[0]  # start, red, end: three tokens that are no padding
    np.testing.assert_allclose(vector, [1 / np.sqrt(3)] * 3 + [0] * 509, atol=1e-6)


def test_every_hub_file_is_pinned_by_a_commit_and_a_sha256() -> None:
    assert set(HUB_FILES) == {"vision_model.onnx", "text_model.onnx", "tokenizer.json"}
    for name, file in HUB_FILES.items():
        assert Path(file.path).name == name
        assert re.fullmatch("[0-9a-f]{40}", file.revision)
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)

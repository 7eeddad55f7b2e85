"""Writes a model folder with CLIP's three files, of a few kilobytes, that knows colors and nothing else.

Images become their mean color, sentences the sum of the colors they name; both are put into 512 numbers by
the same matrix. So "a red car" is nearest to the reddest image, as with the real model.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

COLORS = {
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "yellow": (1, 1, 0),
    "cyan": (0, 1, 1),
    "magenta": (1, 0, 1),
    "orange": (1, 0.5, 0),
    "purple": (0.5, 0, 0.5),
    "brown": (0.5, 0.25, 0.1),
    "white": (1, 1, 1),
    "gray": (0.5, 0.5, 0.5),
    "black": (0, 0, 0),
}
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
BIAS = 0.2  # keeps black, and a sentence without a color, from having no length
START, END = "<|startoftext|>", "<|endoftext|>"


def write_tiny_clip(folder: Path) -> None:
    """Writes vision_model.onnx, text_model.onnx and tokenizer.json into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    onnx.save(_vision_model(), folder / "vision_model.onnx")
    onnx.save(_text_model(tokenizer), folder / "text_model.onnx")


def _projection() -> np.ndarray:
    """float32 (4, 512), orthonormal rows: red, green, blue and the bias."""
    signs = np.random.default_rng(0).choice([-1.0, 1.0], 128)
    return np.kron(np.eye(4), signs / np.sqrt(128)).astype(np.float32)


def _vision_model() -> onnx.ModelProto:
    matrix = _projection()
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixel_values"], ["mean_map"]),
        helper.make_node("Flatten", ["mean_map"], ["mean"]),
        helper.make_node("Gemm", ["mean", "weight", "bias"], ["image_embeds"]),
    ]
    weight = STD[:, None] * matrix[:3]
    bias = MEAN @ matrix[:3] + BIAS * matrix[3]
    return _model(
        nodes,
        {"weight": weight, "bias": bias},
        helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["n", 3, 224, 224]),
        helper.make_tensor_value_info("image_embeds", TensorProto.FLOAT, ["n", 512]),
    )


def _text_model(tokenizer: Tokenizer) -> onnx.ModelProto:
    table = np.zeros((tokenizer.get_vocab_size(), 4), np.float32)
    for word, color in COLORS.items():
        table[tokenizer.token_to_id(f"{word}</w>"), :3] = color
    table[tokenizer.token_to_id(START), 3] = BIAS
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("ReduceSum", ["words", "axis"], ["color"], keepdims=0),
        helper.make_node("MatMul", ["color", "projection"], ["text_embeds"]),
    ]
    return _model(
        nodes,
        {"table": table, "axis": np.array([1]), "projection": _projection()},
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "tokens"]),
        helper.make_tensor_value_info("text_embeds", TensorProto.FLOAT, ["n", 512]),
    )


def _model(
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    takes: onnx.ValueInfoProto,
    gives: onnx.ValueInfoProto,
) -> onnx.ModelProto:
    initializers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tiny-clip", [takes], [gives], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _tokenizer() -> Tokenizer:
    """Byte pair encoding in CLIP's form: lower case, words end in </w>, wrapped in start and end tokens."""
    tokenizer = Tokenizer(models.BPE(unk_token=END, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(
        Regex(r"\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"), behavior="removed", invert=True
    )
    words = [*COLORS, *"abcdefghijklmnopqrstuvwxyz", "a", "photo", "of"]
    trainer = trainers.BpeTrainer(
        vocab_size=1000,
        min_frequency=1,
        show_progress=False,
        special_tokens=[START, END],
        end_of_word_suffix="</w>",
        initial_alphabet=list("abcdefghijklmnopqrstuvwxyz0123456789"),
    )
    tokenizer.train_from_iterator(words, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (START, END)],
    )
    return tokenizer

"""Writes files in the form of the catalog's models, of a few kilobytes, that know colors and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

COLORS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "yellow": (1, 1, 0)}
BIAS = 0.2
CLASSES = 10


def write_tiny_models(folder: Path) -> dict[str, Path]:
    """A folder for each of the models that come as ONNX files, by name."""
    for name in ("siglip2-base", "dinov2-small", "resnet-50", "satdino"):
        (folder / name).mkdir(parents=True)
    onnx.save(_encoder(768, "pooler_output"), folder / "siglip2-base/vision_model.onnx")
    tokenizer = _tokenizer()
    tokenizer.save(str(folder / "siglip2-base/tokenizer.json"))
    onnx.save(_text(tokenizer), folder / "siglip2-base/text_model.onnx")
    onnx.save(_encoder(384, "last_hidden_state", tokens=True), folder / "dinov2-small/model.onnx")
    onnx.save(_encoder(2048, "logits", classifier=True), folder / "resnet-50/model.onnx")
    onnx.save(_encoder(384, "vector"), folder / "satdino/model.onnx")
    return {path.name: path for path in folder.iterdir()}


def projection(size: int) -> np.ndarray:
    """float32 (4, size): red, green, blue and a bias, each in numbers of its own."""
    return np.kron(np.eye(4), np.full(size // 4, (size // 4) ** -0.5)).astype(np.float32)


def _encoder(size: int, output: str, *, tokens: bool = False, classifier: bool = False) -> onnx.ModelProto:
    """Pixels -> their mean color in `size` numbers; with tokens as the first of two, with a classifier as its input."""
    matrix = projection(size)
    constants = {"weight": matrix[:3], "bias": matrix[3] * 5, "first": np.array([1])}
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixel_values"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["features"]),
    ]
    shape: list[int | str] = ["n", size]
    if tokens:
        nodes += [
            helper.make_node("Unsqueeze", ["features", "first"], ["one"]),
            helper.make_node("Neg", ["one"], ["other"]),
            helper.make_node("Concat", ["one", "other"], [output], axis=1),
        ]
        shape = ["n", 2, size]
    elif classifier:
        constants["head"] = np.ones((CLASSES, size), np.float32)
        nodes.append(helper.make_node("Gemm", ["features", "head"], [output], transB=1))
        shape = ["n", CLASSES]
    else:
        nodes.append(helper.make_node("Identity", ["features"], [output]))
    takes = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["n", 3, 224, 224])
    return _model(nodes, constants, takes, helper.make_tensor_value_info(output, TensorProto.FLOAT, shape))


def _text(tokenizer: Tokenizer) -> onnx.ModelProto:
    table = np.zeros((tokenizer.get_vocab_size(), 4), np.float32)
    for word, color in COLORS.items():
        table[tokenizer.token_to_id(word), :3] = color
    table[tokenizer.token_to_id("<eos>"), 3] = BIAS
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("ReduceSum", ["words", "axis"], ["color"], keepdims=0),
        helper.make_node("MatMul", ["color", "projection"], ["pooler_output"]),
    ]
    constants = {"table": table, "axis": np.array([1]), "projection": projection(768)}
    takes = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "tokens"])
    return _model(
        nodes, constants, takes, helper.make_tensor_value_info("pooler_output", TensorProto.FLOAT, ["n", 768])
    )


def _tokenizer() -> Tokenizer:
    words = ["<pad>", "<eos>", "<bos>", "<unk>", *COLORS, "a", "photo", "of"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def _model(
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    takes: onnx.ValueInfoProto,
    gives: onnx.ValueInfoProto,
) -> onnx.ModelProto:
    initializers = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tiny", [takes], [gives], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

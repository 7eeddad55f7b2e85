"""Writes image models of a few hundred bytes whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "uint8": TensorProto.UINT8}
Answer = Literal["mean", "map", "tokens", "zeros", "nan", "log", "integers", "batch_mean", "only_8_px"]


def write_tiny_onnx(
    path: Path,
    *,
    shape: Sequence[int | str] = ("n", 3, 8, 8),
    dtype: str = "float32",
    answer: Answer = "mean",
    inputs: int = 1,
) -> Path:
    """A model that gives the mean of each channel.

    answer: "mean" (n, c); "map": the pixels themselves, (n, c, h, w) or (n, h, w, c); "tokens" (n, c, h * w);
    "only_8_px" (n, c, 64), which fails on images of another size; "log" of the mean: not finite for a black image, only
    zeros for a white one; the others are what a model must not give.
    """
    nchw = shape[1] in (1, 3, 12, "c")
    axes = np.array([2, 3] if nchw else [1, 2])
    constants = [numpy_helper.from_array(axes, "axes"), numpy_helper.from_array(np.array(0, np.float32), "zero")]
    constants.append(numpy_helper.from_array(np.array([0, 0, -1]), "flat"))
    constants.append(numpy_helper.from_array(np.array([0]), "first_axis"))
    constants.append(numpy_helper.from_array(np.array([0, 3, 64]), "eight_by_eight"))
    nodes = [
        helper.make_node("Cast", ["image"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["x", "axes"], ["mean"], keepdims=0),
    ]
    ends = {
        "mean": [helper.make_node("Identity", ["mean"], ["vector"])],
        "map": [helper.make_node("Identity", ["x"], ["vector"])],
        "tokens": [helper.make_node("Reshape", ["x", "flat"], ["vector"])],
        "zeros": [helper.make_node("Mul", ["mean", "zero"], ["vector"])],
        "nan": [
            helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
            helper.make_node("Div", ["nothing", "nothing"], ["vector"]),
        ],
        "log": [helper.make_node("Log", ["mean"], ["vector"])],
        "integers": [helper.make_node("Cast", ["mean"], ["vector"], to=TensorProto.INT64)],
        "only_8_px": [helper.make_node("Reshape", ["x", "eight_by_eight"], ["vector"])],
        "batch_mean": [helper.make_node("ReduceMean", ["mean", "first_axis"], ["vector"], keepdims=1)],
    }
    kind = TensorProto.INT64 if answer == "integers" else TensorProto.FLOAT
    outputs = [
        helper.make_tensor_value_info("vector", kind, None),
        helper.make_tensor_value_info("mean", TensorProto.FLOAT, None),
    ]
    takes = [helper.make_tensor_value_info("image", TYPES[dtype], list(shape))]
    takes += [helper.make_tensor_value_info(f"more{i}", TensorProto.FLOAT, ["n"]) for i in range(1, inputs)]
    if inputs > 1:
        nodes.append(helper.make_node("Identity", ["more1"], ["unused"]))
        outputs.append(helper.make_tensor_value_info("unused", TensorProto.FLOAT, ["n"]))
    graph = helper.make_graph([*nodes, *ends[answer]], "tiny", takes, outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)
    return path

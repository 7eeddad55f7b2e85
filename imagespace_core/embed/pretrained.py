"""Image encoders in one ONNX file: ResNet-50, DINOv2-small, SatDINO.

K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016. M. Oquab et al., "DINOv2: Learning Robust
Visual Features without Supervision", TMLR 2024. J. Straka, I. Gruber, "SatDINO: A Deep Dive into Self-Supervised
Pretraining for Remote Sensing", 2025. Revisions and sha256 values are those that public projects pin; no machine that
built ImageSpace could download these files to see. For SatDINO no ONNX file is published: export the checkpoint.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagespace_core.cache import cache_folder
from imagespace_core.embed.hub import HubFile
from imagespace_core.embed.onnx import OnnxEmbedder, file_digest, first_line
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import HubUnreachableError, ModelError

MODEL = "model.onnx"
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CUT_VERSION = 1


@dataclass(frozen=True)
class Pretrained:
    """An encoder and how it is fed.

    size: length of its vectors. file: on the hub; None where none is published, and --model-dir has to bring it.
    classifier: the file ends in one; its input, the features, is what is wanted.
    """

    name: str
    size: int
    preprocess: Preprocess
    file: HubFile | None
    classifier: bool = False

    def load(self, model_dir: Path | None, device: str, threads: int | None) -> OnnxEmbedder:
        """From `model.onnx` in that folder, or that file itself, or the hub.

        Raises ModelError where the file is missing or another model's, HubUnreachableError where it cannot be had.
        """
        path = given = self._path(model_dir)
        if self.classifier:
            path = without_classifier(given, self.size)
        embedder = OnnxEmbedder(path, self.preprocess, name=self.name, device=device, threads=threads)
        taken = embedder.preprocess
        if embedder.size != self.size or (taken.side, taken.channels) != (self.preprocess.side, 3):
            raise ModelError(
                f"{given} turns images of {taken.side} pixels into {embedder.size} numbers; {self.name} has "
                f"{self.preprocess.side} and {self.size}. Give its own file, or this one as --model."
            )
        return embedder

    def _path(self, model_dir: Path | None) -> Path:
        if model_dir is not None:
            path = model_dir if model_dir.suffix.lower() == ".onnx" else model_dir / MODEL
            if not path.is_file():
                raise ModelError(f"{path} is not there; --model-dir needs {MODEL}, or is that file itself.")
            return path
        if self.file is None:
            raise ModelError(
                f"Nobody publishes {self.name} as ONNX. Export its checkpoint, from (n, 3, {self.preprocess.side}, "
                f"{self.preprocess.side}) to (n, {self.size}), and give the file: --model-dir {MODEL}"
            )
        try:
            return self.file.fetch()
        except HubUnreachableError as error:
            raise HubUnreachableError(
                f"{error} Use --model-dir DIR with {MODEL}, or --model efficientnet-lite0."
            ) from error


def without_classifier(path: Path, size: int) -> Path:
    """A copy of an ONNX classifier that ends before its last layer, in the cache; the file itself where it gives
    `size` numbers already.

    Raises ModelError where it is no ONNX file, or the cache cannot be written.
    """
    import onnx

    try:
        model: Any = onnx.load(path)
    except Exception as error:  # protobuf's own errors share no base
        raise ModelError(
            f"{path} cannot be opened as an ONNX model ({first_line(error)}). Export or download it again."
        ) from error
    output = model.graph.output[0]
    lengths = [side.dim_value for side in output.type.tensor_type.shape.dim]
    makers = {name: node for node in model.graph.node for name in node.output}
    last = makers.get(output.name)
    while last is not None and last.op_type in ("Softmax", "Identity", "Add"):  # Add: of a bias
        last = next((makers[name] for name in last.input if name in makers), None)
    if lengths[1:] == [size] or last is None or not last.op_type.endswith(("Gemm", "MatMul")):
        return path
    target = cache_folder() / f"features-{file_digest(path)[:16]}-v{CUT_VERSION}.onnx"
    if target.is_file():
        return target
    feature = onnx.helper.make_tensor_value_info(last.input[0], onnx.TensorProto.FLOAT, ["n", None])
    del model.graph.output[:]
    model.graph.output.append(feature)
    _drop_unused(model.graph, last.input[0], makers)
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(model.SerializeToString(deterministic=True))
        partial.replace(target)
    except OSError as error:
        raise ModelError(
            f"The encoder of {path} cannot be written to {target.parent} ({error.strerror or error}). "
            "Set IMAGESPACE_CACHE to a folder that can be written, or free some space."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def _drop_unused(graph: Any, output: str, makers: dict[str, Any]) -> None:
    """Keeps the nodes and weights that `output` is made of."""
    needed, pending = set(), [output]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += makers[name].input if name in makers else []
    nodes = [node for node in graph.node if needed & set(node.output)]
    weights = [weight for weight in graph.initializer if weight.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(weights)


RESNET50 = Pretrained(
    "resnet-50",
    2048,
    Preprocess(side=224, resize_side=256, interpolation="bicubic", mean=IMAGENET_MEAN, std=IMAGENET_STD),
    HubFile(
        "onnx-community/resnet-50-ONNX",
        "b6ef686fe842388c9449c7acb7269d02c69bacfb",
        "onnx/model.onnx",
        "de5d34d98e29c8f436264685f0b0e6a83b0d023516e40df0f96e02d5dd8e4c50",
    ),
    classifier=True,
)
DINOV2_SMALL = Pretrained(
    "dinov2-small",
    384,
    Preprocess(side=224, resize_side=256, interpolation="bicubic", mean=IMAGENET_MEAN, std=IMAGENET_STD),
    HubFile(
        "onnx-community/dinov2-small",
        "8b1f705a3a7f6f062f6bdd21986c1583d3ef105d",
        "onnx/model.onnx",
        "f22797eabf810a75e41de68d378541ebea372122b25c4ce3ef25ff618250c20a",
    ),
)
SATDINO = Pretrained(
    "satdino",
    384,
    # Of its own repository: normalization "fmow", and the transforms of its evaluation.
    Preprocess(
        side=224, resize_side=256, interpolation="bicubic", mean=(0.433, 0.436, 0.407), std=(0.198, 0.193, 0.195)
    ),
    None,
)

"""Exports a trained encoder as `encoder.onnx` with the JSON file beside it, so that `--model encoder.onnx` works."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import imagespace_core
from imagespace_core.embed import custom
from imagespace_core.embed.onnx import open_session
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import ModelError

OPSET = 17
ALLOWED_DIFFERENCE = 1e-4

# The exporter sees one batch size; these are the ones the free dimension is tried with.
TRIED_BATCHES = (1, 5)


def export(encoder: nn.Module, path: Path, preprocess: Preprocess, about: Mapping[str, Any]) -> float:
    """Write the encoder in its finished form, and return the largest difference between PyTorch and ONNX Runtime.

    encoder: float32 (n, channels, side, side) -> (n, d). about: JSON values on where it comes from, kept in the file.
    The files are there only if the difference is at most 1e-4; raises ModelError where it is not.
    """
    encoder = encoder.cpu().eval()
    temporary = path.with_name(f"{path.stem}.tmp.onnx")
    side, channels = preprocess.side, preprocess.channels
    example = torch.zeros(2, channels, side, side)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with warnings.catch_warnings():
            # The exporter without Dynamo is called old; the new one needs the package onnxscript, and writes no better
            # file for a plain convolutional network.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                encoder, (example,), str(temporary), dynamo=False, opset_version=OPSET, input_names=["image"],
                output_names=["vector"], dynamic_axes={"image": {0: "n"}, "vector": {0: "n"}},
            )  # fmt: skip
        _describe(temporary, about)
        difference = _difference(encoder, temporary, example.shape[1:])
        if not difference <= ALLOWED_DIFFERENCE:
            raise ModelError(
                f"the exported encoder differs from PyTorch's by up to {difference:.2g}; expected at most "
                f"{ALLOWED_DIFFERENCE:g}. Nothing was written; report this with your versions of torch and onnxruntime"
            )
        sidecar = path.with_suffix(".json")
        sidecar.write_text(json.dumps(_wishes(preprocess), indent=1), "utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    custom.load(path, device="cpu")  # as a build will
    return difference


def _difference(encoder: nn.Module, path: Path, shape: torch.Size) -> float:
    session = open_session(path, device="cpu")
    generator = torch.Generator().manual_seed(0)
    largest = 0.0
    for count in TRIED_BATCHES:
        images = torch.randn(count, *shape, generator=generator)
        with torch.no_grad():
            expected = encoder(images).numpy()
        (found,) = session.run(None, {"image": images.numpy()})
        largest = max(largest, float(np.abs(found - expected).max()))
    return largest


def _describe(path: Path, about: Mapping[str, Any]) -> None:
    """Metadata in the file itself, where it stays with the weights."""
    import onnx

    model = onnx.load(path)
    model.producer_name = "ImageSpace"
    model.producer_version = imagespace_core.__version__
    onnx.helper.set_model_props(model, {"imagespace": json.dumps(about, sort_keys=True)})
    onnx.save(model, path)


def _wishes(preprocess: Preprocess) -> dict[str, Any]:
    """The keys that `embed.custom` reads."""
    return {
        key: list(value) if isinstance(value := getattr(preprocess, field), tuple) else value
        for key, field in custom.FIELDS.items()
        if getattr(preprocess, field) is not None
    }

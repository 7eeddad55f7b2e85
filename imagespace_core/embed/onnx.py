"""`OnnxEmbedder`: any image model in an ONNX file as an Embedder."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import ModelError, NoDirectionError

INPUT_TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(uint8)": "uint8"}
MOST_CHANNELS = 16


def open_session(path: Path, *, device: str = "auto", threads: int | None = None) -> Any:
    """An `onnxruntime.InferenceSession` on `path`.

    Raises ModelError where the file is missing or is no ONNX model that this runtime can run, and where
    device="cuda" cannot be had.
    """
    import onnxruntime

    if not path.is_file():
        raise ModelError(f"{path} is not there; expected an ONNX model file. Check the path.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or os.cpu_count() or 1
    # Waiting threads sleep: spinning costs 15 to 19 processor ms an image instead of 9 to 10, and saves no time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(path, options, providers=_providers(device))
    except _runtime_errors() as error:
        raise ModelError(
            f"{path} cannot be opened as an ONNX model ({first_line(error)}). "
            "Export or download it again, with any external data file beside it."
        ) from error
    if device == "cuda" and "CUDAExecutionProvider" not in session.get_providers():
        raise ModelError(
            "ONNX Runtime has its CUDA provider but could not start it (driver, CUDA or cuDNN missing?). "
            "Use --device cpu, or install the CUDA version that this onnxruntime-gpu wants."
        )
    return session


def unit_rows(vectors: np.ndarray, *, model: str, subjects: str = "image") -> np.ndarray:
    """(n, d) of any float type -> float32, rows of unit length.

    Raises NoDirectionError where a row is not finite or is zero.
    """
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    with np.errstate(invalid="ignore"):
        unit = (wide / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float32)
    odd = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
    if odd.size:
        row = int(odd[0])
        found = "only zeros" if lengths[row] == 0 else "values that are not finite (NaN or infinite)"
        unit[odd[lengths[odd] != 0]] = np.nan
        raise NoDirectionError(
            f"{model} gave {found} for {subjects} {row + 1} of {len(vectors)}: no direction to compare by. "
            "Check mean, std and scale in the model's JSON file, or choose another --model.",
            unit,
        )
    return unit


def file_digest(path: Path) -> str:
    """sha256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class OnnxEmbedder:
    """An ONNX model with one image input.

    The input is float32, float16 or uint8, NCHW or NHWC, with a fixed or free batch. Its own static shape
    decides side, channels and layout; what it leaves open comes from `preprocess`.
    The output is `output_name`, or the model's first. (n, d) is taken as it is, a feature map
    (n, c, h, w) is averaged over its pixels, and of tokens (n, tokens, d) the first, the class token, is
    taken. A model that wants its tokens averaged needs that as its last node.

    Raises ModelError where the model is not of that form.
    """

    def __init__(
        self,
        path: Path,
        preprocess: Preprocess | None = None,
        *,
        name: str | None = None,
        output_name: str | None = None,
        device: str = "auto",
        threads: int | None = None,
        batch_size: int = 8,
    ) -> None:
        self.path = path
        self.name = name or re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-.") or "model"
        self._session = open_session(path, device=device, threads=threads)
        self._output = self._choose_output(output_name)
        self._input, fixed_batch, self.preprocess = self._fit(preprocess or Preprocess())
        self._fixed_batch = fixed_batch
        self._batch_size = fixed_batch or batch_size
        self.min_side, self.channels = self.preprocess.min_side, self.preprocess.channels
        self.fingerprint = self._fingerprint()
        self.size = self._measure_size()

    def prepare(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 (h, w, c) -> uint8 (side, side, c). Thread-safe."""
        return self.preprocess.prepare(pixels)

    def embed(self, batch: np.ndarray) -> np.ndarray:
        """Prepared uint8 (n, side, side, c) -> float32 (n, size), rows of unit length.

        Raises ModelError where the model fails, NoDirectionError where it gives a vector that is not finite or zero.
        """
        side, channels = self.preprocess.side, self.preprocess.channels
        if batch.dtype != np.uint8 or batch.shape[1:] != (side, side, channels):
            raise ValueError(
                f"expected prepared uint8 (n, {side}, {side}, {channels}), got {batch.dtype} {batch.shape}"
            )
        parts = [self._run(batch[start : start + self._batch_size]) for start in range(0, len(batch), self._batch_size)]
        if not parts:
            return np.empty((0, self.size), np.float32)
        return unit_rows(np.concatenate(parts), model=self.name)

    def __call__(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """uint8 images (h, w, c) of any sizes -> float32 (n, size), rows of unit length."""
        parts = [
            self.embed(np.stack([self.prepare(pixels) for pixels in images[start : start + self._batch_size]]))
            for start in range(0, len(images), self._batch_size)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.size), np.float32)

    def _run(self, batch: np.ndarray) -> np.ndarray:
        """Up to one batch of prepared images -> (n, d) as the model gives it."""
        n = len(batch)
        if self._fixed_batch and n < self._fixed_batch:
            batch = np.concatenate([batch, np.repeat(batch[-1:], self._fixed_batch - n, axis=0)])
        feed = {self._input: self.preprocess.normalize(batch)}
        try:
            found = self._session.run([self._output], feed)[0]
        except _runtime_errors() as error:
            if "allocate memory" in str(error):
                raise MemoryError(first_line(error)) from error
            side = self.preprocess.side
            raise ModelError(
                f"{self.path} failed on images of {side} x {side} pixels ({first_line(error)}). "
                f"If it wants another size, write input_size into {self.path.with_suffix('.json').name}."
            ) from error
        return self._pool(np.asarray(found), len(batch))[:n]

    def _pool(self, found: np.ndarray, n: int) -> np.ndarray:
        if found.dtype.kind == "f" and found.ndim in (2, 3, 4) and len(found) == n and found.size:
            if found.ndim == 4:
                return found.mean(axis=(1, 2) if self.preprocess.layout == "nhwc" else (2, 3), dtype=np.float32)
            return found[:, 0] if found.ndim == 3 else found
        raise ModelError(
            f"Output {self._output} of {self.path} is {found.dtype} {found.shape} for {n} images; expected "
            "floats (n, d), (n, channels, h, w) or (n, tokens, d). Name another one as output_name in "
            f"{self.path.with_suffix('.json').name}."
        )

    def _choose_output(self, wanted: str | None) -> str:
        names = [output.name for output in self._session.get_outputs()]
        if wanted is not None and wanted not in names:
            raise ModelError(f"{self.path} has no output {wanted!r}; it has {', '.join(names)}. Correct output_name.")
        return wanted or names[0]

    def _fit(self, preprocess: Preprocess) -> tuple[str, int | None, Preprocess]:
        """The input's name, its fixed batch size if it has one, and the preprocessing it asks for."""
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            names = ", ".join(node.name for node in inputs)
            raise ModelError(
                f"{self.path} takes {len(inputs)} inputs ({names}); expected one, the image. "
                "Export the image encoder alone."
            )
        node = inputs[0]
        if node.type not in INPUT_TYPES or len(node.shape) != 4:
            raise ModelError(
                f"Input {node.name} of {self.path} is {node.type} {node.shape}; expected float32, "
                "float16 or uint8 (batch, channels, height, width) or (batch, height, width, channels)."
            )
        dtype = INPUT_TYPES[node.type]
        if dtype == "uint8" and (set(preprocess.mean), set(preprocess.std)) != ({0.0}, {1.0}):
            raise ModelError(f"{self.path} takes uint8 pixels, as they are. Remove mean and std from its JSON file.")
        fixed = [length if isinstance(length, int) and length > 0 else None for length in node.shape]
        layout = _layout(fixed) or preprocess.layout
        channels, height, width = (fixed[i] for i in ((1, 2, 3) if layout == "nchw" else (3, 1, 2)))
        if height != width and None not in (height, width):
            raise ModelError(f"{self.path} takes images of {width} x {height} pixels; expected a square input.")
        fitted = replace(
            preprocess,
            side=height or width or preprocess.side,
            channels=channels or preprocess.channels,
            layout=layout,
            dtype=dtype,
        )
        if fitted.min_side < fitted.side:
            raise ModelError(
                f"resize_size is {fitted.min_side}, less than the {fitted.side} px that {self.path} takes. "
                "Give at least that, or leave it out."
            )
        for field, values in (("mean", fitted.mean), ("std", fitted.std)):
            if len(values) not in (1, fitted.channels):
                raise ModelError(
                    f"{field} has {len(values)} values; {self.path} takes {fitted.channels} channels. "
                    f"Give 1 or {fitted.channels} values."
                )
        return node.name, fixed[0], fitted

    def _measure_size(self) -> int:
        shape = next(output.shape for output in self._session.get_outputs() if output.name == self._output)
        if len(shape) == 2 and isinstance(shape[1], int):
            return shape[1]
        side = self.preprocess.side
        probe = np.zeros((self._fixed_batch or 1, side, side, self.preprocess.channels), np.uint8)
        return self._run(probe).shape[1]

    def _fingerprint(self) -> str:
        """sha256 over the model's bytes (external data files too), its preprocessing and its output."""
        digest = hashlib.sha256()
        for part in (self.path, *sorted(self.path.parent.glob(f"{self.path.name}[._]data"))):
            digest.update(file_digest(part).encode())
        digest.update(f"{self.preprocess} {self._output}".encode())
        return digest.hexdigest()


def _layout(fixed: list[int | None]) -> Literal["nchw", "nhwc"] | None:
    """The layout that an input shape (None: free) shows: its two equal sides, else its few channels."""
    _, second, third, fourth = fixed
    if third is not None and (second == third) != (third == fourth):
        return "nchw" if third == fourth else "nhwc"
    if second is not None and second <= MOST_CHANNELS:
        return "nchw"
    return "nhwc" if fourth is not None and fourth <= MOST_CHANNELS else None


def _providers(device: str) -> list[str]:
    import onnxruntime

    if device not in ("auto", "cpu", "cuda"):
        raise ModelError(f"--device is {device!r}; expected auto, cpu or cuda.")
    has_cuda = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    if device == "cuda" and not has_cuda:
        raise ModelError(
            "--device cuda: this ONNX Runtime has no CUDA provider. Run: pip install onnxruntime-gpu "
            "(and pip uninstall onnxruntime), or use --device cpu."
        )
    cuda = ["CUDAExecutionProvider"] if has_cuda and device != "cpu" else []
    return [*cuda, "CPUExecutionProvider"]


def _runtime_errors() -> tuple[type[Exception], ...]:
    """All of ONNX Runtime's own exceptions; they share no base below Exception."""
    state = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    kinds = [kind for kind in vars(state).values() if isinstance(kind, type)]
    return tuple(kind for kind in kinds if issubclass(kind, Exception))


def first_line(error: Exception) -> str:
    """What an exception of a library says, short enough for a message of ours."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]

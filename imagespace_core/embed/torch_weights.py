"""Reads the tensors of a legacy PyTorch file without PyTorch.

The layout (`torch/serialization.py`, `_legacy_save`): four pickles (magic number, protocol, system
information, the state dict), one pickle with the list of storage keys, then for each key its element
count as int64 and its raw elements. Only the five names below are ever looked up, so a file that wants
any other function called is refused.
"""

from __future__ import annotations

import pickle
import sys
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.errors import ModelError

MAGIC = 0x1950A86A20F9469CFC6C
DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8"), "HalfStorage": np.dtype("<f2")}


@dataclass
class _Storage:
    dtype: np.dtype
    count: int
    elements: np.ndarray = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> np.ndarray:
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        if min(self.strides, default=0) < 0 or not 0 <= self.offset <= last < self.storage.count:
            raise pickle.UnpicklingError("a tensor reaches outside its storage")
        flat = self.storage.elements[self.offset :]
        steps = [step * flat.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(flat, self.shape, steps, writeable=False).copy()


def _rebuild_tensor(storage: _Storage, offset: int, shape: tuple, strides: tuple, *_: object) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in DTYPES:
            return DTYPES[name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _device, count, view = pid
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"it refers to a {kind} this reader does not know")
        return self.storages.setdefault(key, _Storage(dtype, count))


def read(path: Path) -> dict[str, np.ndarray]:
    """The state dict of a legacy PyTorch file: name -> array, in the file's order.

    Raises ModelError where the file is damaged, of another format, or asks for code to be run.
    """
    if sys.byteorder != "little":
        raise ModelError(f"{path.name} is little-endian; this machine is not. Use --model FILE.onnx instead.")
    try:
        with path.open("rb") as file:
            magic, _protocol, _system = (_Unpickler(file).load() for _ in range(3))
            if magic != MAGIC:
                raise pickle.UnpicklingError("it does not begin with the magic number of a legacy PyTorch file")
            reader = _Unpickler(file)
            tensors: dict[str, _Tensor] = reader.load()
            for key in _Unpickler(file).load():
                storage = reader.storages[key]
                count = int.from_bytes(file.read(8), "little")
                raw = file.read(count * storage.dtype.itemsize)
                if count != storage.count or len(raw) != count * storage.dtype.itemsize:
                    raise pickle.UnpicklingError("it ends early")
                storage.elements = np.frombuffer(raw, storage.dtype)
            return {name: tensor.array() for name, tensor in tensors.items()}
    except (
        pickle.UnpicklingError,
        EOFError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        IndexError,
    ) as error:
        raise ModelError(
            f"{path} is not a readable PyTorch weights file ({error}). Install its package again."
        ) from error

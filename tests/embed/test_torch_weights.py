import io
import os
import pickle
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from imagespace_core.embed import efficientnet, torch_weights
from imagespace_core.errors import ModelError


class Storage:
    def __init__(self, kind: type, elements: np.ndarray) -> None:
        self.kind, self.elements = kind, elements


class Tensor:
    """Pickles as a torch tensor does: a call of torch._utils._rebuild_tensor_v2 on a stored storage."""

    def __init__(self, kind: type, array: np.ndarray) -> None:
        base = array if array.base is None else array.base
        self.storage = Storage(kind, np.asarray(base).reshape(-1))
        self.shape, self.strides = array.shape, tuple(step // array.itemsize for step in array.strides)

    def __reduce__(self) -> tuple:
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        return rebuild, (self.storage, 0, self.shape, self.strides, False, OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Storage):
            return ("storage", obj.kind, str(id(obj)), "cpu", obj.elements.size, None)
        return None


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Stands in for torch where the file is written; only the names end up in it."""
    module, part = ModuleType("torch"), ModuleType("torch._utils")

    def rebuild() -> None: ...

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    setattr(part, rebuild.__qualname__, rebuild)
    for name in ("FloatStorage", "LongStorage", "HalfStorage", "QInt8Storage"):
        setattr(module, name, type(name, (), {"__module__": "torch"}))
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setitem(sys.modules, "torch._utils", part)
    return module


def legacy(state: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    for head in (torch_weights.MAGIC, 1001, {"little_endian": True}):
        pickle.dump(head, file, protocol=2)
    Pickler(file, protocol=2).dump(OrderedDict(state))
    storages = [tensor.storage for tensor in state.values() if isinstance(tensor, Tensor)]
    pickle.dump([str(id(storage)) for storage in storages], file, protocol=2)
    for storage in storages:
        file.write(storage.elements.size.to_bytes(8, "little") + storage.elements.tobytes())
    return file.getvalue()


def test_tensors_come_back_whatever_their_type_and_strides(torch: Any, tmp_path: Path) -> None:
    plain = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    count = np.array(7, np.int64)
    half = np.array([1.5, -2], np.float16)
    path = tmp_path / "w.pth"
    path.write_bytes(
        legacy(
            {
                "plain": Tensor(torch.FloatStorage, plain),
                "turned": Tensor(torch.FloatStorage, plain.transpose(2, 0, 1)),
                "count": Tensor(torch.LongStorage, count),
                "half": Tensor(torch.HalfStorage, half),
            }
        )
    )
    found = torch_weights.read(path)
    assert list(found) == ["plain", "turned", "count", "half"]
    for name, expected in (
        ("plain", plain),
        ("turned", plain.transpose(2, 0, 1)),
        ("count", count),
        ("half", half),
    ):
        np.testing.assert_array_equal(found[name], expected)
        assert found[name].dtype == expected.dtype


class Attack:
    def __init__(self, call: Any, *arguments: Any) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple:
        return self.call, self.arguments


@pytest.mark.parametrize("call", [os.mkdir, eval, getattr])
def test_a_file_that_calls_anything_else_is_refused_and_nothing_runs(torch: Any, tmp_path: Path, call: Any) -> None:
    proof = tmp_path / "ran"
    arguments = {
        os.mkdir: (str(proof),),
        eval: (f"__import__('os').mkdir({str(proof)!r})",),
        getattr: (1, "real"),
    }
    path = tmp_path / "evil.pth"
    path.write_bytes(legacy({"w": Attack(call, *arguments[call])}))
    with pytest.raises(ModelError, match=r"evil.pth is not a readable PyTorch weights file .it asks for"):
        torch_weights.read(path)
    assert not proof.exists()


def test_unknown_storages_are_refused(torch: Any, tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    path.write_bytes(legacy({"w": Tensor(torch.QInt8Storage, np.zeros(3, np.float32))}))
    with pytest.raises(ModelError, match=r"it asks for torch.QInt8Storage"):
        torch_weights.read(path)


def test_a_tensor_that_reaches_outside_its_storage_is_refused(torch: Any, tmp_path: Path) -> None:
    tensor = Tensor(torch.FloatStorage, np.zeros((2, 2), np.float32))
    tensor.strides = (1000, 1)
    path = tmp_path / "w.pth"
    path.write_bytes(legacy({"w": tensor}))
    with pytest.raises(ModelError, match=r"outside its storage"):
        torch_weights.read(path)


@pytest.mark.parametrize("share", [0, 0.0001, 0.01, 0.5, 0.999])
def test_the_real_file_cut_short_is_refused_wherever_it_ends(tmp_path: Path, share: float) -> None:
    whole = efficientnet._weights_file().read_bytes()
    path = tmp_path / "cut.pth"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match=r"cut.pth is not a readable PyTorch weights file"):
        torch_weights.read(path)


@pytest.mark.parametrize("content", [b"text, not weights", b"PK\x03\x04 a newer PyTorch file", pickle.dumps([1, 2])])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"other.pth is not a readable PyTorch weights file"):
        torch_weights.read(path)


def test_the_real_file_has_the_tensors_of_efficientnet_lite0() -> None:
    weights = torch_weights.read(efficientnet._weights_file())
    assert len(weights) == 296
    assert weights["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert weights["_fc.weight"].shape == (1000, 1280)

"""Real models, all small: efficientnet-lite0 from its package, and files written for the occasion."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from imagespace_core.embed import Embedder, catalog

MAKERS = Path(__file__).parents[1] / "makers"


def maker(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, MAKERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def write_tiny_onnx() -> Callable[..., Path]:
    return maker("tiny_onnx").write_tiny_onnx


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny_clip")
    maker("tiny_clip").write_tiny_clip(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory, tiny_clip: Path) -> dict[str, Path]:
    """By name, a folder with a tiny file in place of each model that comes from the hub."""
    written = maker("tiny_models").write_tiny_models(tmp_path_factory.mktemp("tiny_models"))
    return {"clip-vit-b32": tiny_clip, **written}


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cache(model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One cache of converted models for the whole run, not the user's."""
    monkeypatch.setenv("IMAGESPACE_CACHE", str(model_cache))
    return model_cache


@pytest.fixture(params=[*catalog.MODELS, "custom.onnx"])
def embedder(
    request: pytest.FixtureRequest,
    cache: Path,
    tiny_models: dict[str, Path],
    write_tiny_onnx: Callable[..., Path],
    tmp_path: Path,
) -> Embedder:
    """Every embedder there is; a new entry of the catalog joins by itself."""
    if request.param == "custom.onnx":
        return catalog.load(str(write_tiny_onnx(tmp_path / "custom.onnx")))
    return catalog.load(request.param, model_dir=tiny_models.get(request.param))


@pytest.fixture(scope="session")
def photos() -> list[np.ndarray]:
    """Smooth random pictures, RGB, of all shapes."""
    rng = np.random.default_rng(7)
    sizes = [
        (300, 400),
        (400, 300),
        (64, 64),
        (31, 500),
        (224, 225),
        (1, 1),
        (256, 256),
        (90, 91),
        (230, 700),
    ]
    return [np.kron(rng.integers(0, 256, (2, 2, 3), np.uint8), np.ones((h, w, 1), np.uint8))[:h, :w] for h, w in sizes]

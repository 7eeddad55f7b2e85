"""A workspace of one image, built by the real build with a model of a few kilobytes."""

from pathlib import Path

import pytest

from tests.conftest import precompute
from tests.makers.photos import write_photos
from tests.makers.tiny_onnx import write_tiny_onnx


@pytest.fixture(scope="session")
def one_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of workspaces with the one named "one"."""
    base = tmp_path_factory.mktemp("one")
    write_photos(base / "photos", 1)
    model = write_tiny_onnx(base / "tiny.onnx")
    precompute(base / "photos", "--model", model, "-o", base / "workspaces/one", cwd=base)
    return base / "workspaces"

"""One full build for all tests, and the folders that most of them start from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from imagespace_core.pipeline.options import Options
from tests.makers.photos import write_photos
from tests.pipeline.building import Listening, quick, run, write_model, write_solid


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def full_options(tmp_path_factory: pytest.TempPathFactory, model: str) -> Options:
    """A build with every map, index and metadata, done once; copy it with `full` to change it."""
    base = tmp_path_factory.mktemp("full")
    write_photos(base / "photos", 48)
    (base / "photos/metadata.csv").rename(base / "photos.csv")  # in the folder it would be found without being named
    options = Options(
        images=base / "photos", output=base / "w", metadata=base / "photos.csv", model=model, trees=2,
        perplexity=5, n_neighbors=5, thumb_size=32, atlas_size=128, min_cluster_size=5, jobs=2,
    )  # fmt: skip
    run(options)
    return options


@pytest.fixture
def full(full_options: Options, tmp_path: Path) -> Options:
    """A copy of the full build, whose images are the test's own too."""
    assert full_options.images is not None
    assert full_options.output is not None
    shutil.copytree(full_options.images.parent, tmp_path / "full", copy_function=shutil.copy2)
    options = replace(
        full_options, images=tmp_path / "full/photos", output=tmp_path / "full/w",
        metadata=tmp_path / "full/photos.csv",
    )  # fmt: skip
    run(options)  # the metadata's new path is a change; let it be the state that tests start from
    return options


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """23 solid images."""
    write_solid(tmp_path / "photos", 23)
    return tmp_path / "photos"


@pytest.fixture
def built(photos: Path, tmp_path: Path, model: str) -> Options:
    """A quick build of `photos`."""
    options = quick(photos, tmp_path / "w", model)
    run(options, Listening())
    return options

"""Real photos and their table."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagespace_core.images.decode import Decode
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.tables.metadata import read_metadata


@pytest.fixture
def grocery(real_data: Path) -> Path:
    return real_data / "grocery"


def test_all_grocery_photos_are_found_and_have_their_metadata(grocery: Path) -> None:
    folder = Folder(grocery, Decode(224))
    paths = [item.path for item in folder.scan().items]
    assert len(paths) == 729
    assert folder.scan().skipped == []
    assert folder.scan().left_out == {"": 1}  # the table is metadata
    got = read_metadata(grocery / "metadata.csv").join(paths)
    assert (got.report.by_name, got.report.without, got.report.unmatched) == (729, 0, 0)
    for path, product in zip(paths, got.columns["product"], strict=True):
        assert Path(path).name.startswith(product.replace(" ", "-")), path


def test_grocery_photos_decode_whole(grocery: Path) -> None:
    folder = Folder(grocery, Decode(224), limit=40)
    for item in folder.scan().items:
        picture = folder.read(item.key)
        assert min(picture.pixels.shape[:2]) >= 224
        assert min(picture.width, picture.height) == 348

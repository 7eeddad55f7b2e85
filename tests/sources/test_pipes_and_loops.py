"""Pipes, and links that lead back to themselves, among files of every kind: nothing waits, and the others are read."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.archives.source import Archives
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.geotiff.source import GeoTiff
from imagespace_core.sources.image_cells.source import ImageCells
from imagespace_core.sources.objects.source import Objects
from imagespace_core.sources.registry import recognized
from imagespace_core.sources.tiles.listing import find_layers
from tests.makers.archives import jpeg, jpegs, write_zip
from tests.makers.image_cells import labeled, write
from tests.makers.map_tiles import write_tiles
from tests.makers.objects import write_marked
from tests.makers.photos import write_photos
from tests.makers.scenes import write_scene


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    """Opening a pipe waits for ever, so a test that does is stopped."""

    def stop(*_: object) -> None:
        raise AssertionError("it waits for a pipe")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def _loop(folder: Path, *names: str) -> None:
    """Links each of which leads to the next, and the last to the first."""
    for name, other in zip(names, (*names[1:], names[0]), strict=True):
        os.symlink(other, folder / name)


def test_links_that_lead_to_each_other_are_no_folders_of_tiles_and_no_images(tmp_path: Path) -> None:
    write_photos(tmp_path, 2)
    _loop(tmp_path, "a", "b")
    _loop(tmp_path, "c.jpg", "d.jpg")
    _loop(tmp_path, ".e", ".f")
    assert recognized(tmp_path) == "folder"
    scan = Folder(tmp_path).scan()
    assert len(scan.items) == 2
    assert sorted(path for path, _ in scan.skipped) == ["c.jpg", "d.jpg"]


def test_links_that_lead_to_each_other_among_tiles_are_none(tmp_path: Path) -> None:
    write_tiles(tmp_path, ["roads"])
    zoom = next((tmp_path / "roads").iterdir())
    _loop(tmp_path, "a", "b")
    _loop(zoom, "1", "2")
    (layer,) = find_layers(tmp_path, ()).layers
    assert layer.listed().numbers.size > 0


@pytest.mark.parametrize("name", ["boxes.json", "photo.txt", "photo.xml", "data.yaml", "metadata.csv"])
def test_a_pipe_beside_photos_is_not_opened(name: str, tmp_path: Path) -> None:
    for photo in ("photo.jpg", "other.jpg"):
        (tmp_path / photo).write_bytes(jpeg(0))
    os.mkfifo(tmp_path / name)
    assert recognized(tmp_path) == "folder"
    source = Folder(tmp_path)
    remarks = [source.read(item.key).remarks for item in source.scan().items]
    assert remarks == [(), ("the .txt beside it cannot be read and is left out",) if name == "photo.txt" else ()]


@pytest.mark.parametrize("name", ["boxes.json", "boxes.csv", "boxes.txt", "boxes.xml"])
def test_a_pipe_of_annotations_or_predictions_is_refused(name: str, tmp_path: Path) -> None:
    write_marked(tmp_path / "photos")
    os.mkfifo(pipe := tmp_path / name)
    for source in (
        Objects(tmp_path / "photos", annotations=str(pipe)), Objects(tmp_path / "photos", predictions=str(pipe)),
    ):  # fmt: skip
        with pytest.raises(InputError, match="a pipe"):
            source.scan()


def test_a_pipe_among_scenes_is_refused_and_none_beside_a_photo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.tif")
    assert recognized(tmp_path) == "folder"
    (tmp_path / "scenes").mkdir()
    write_scene(tmp_path / "scenes" / "b.tif")
    os.mkfifo(tmp_path / "scenes" / "notes.json")
    assert recognized(tmp_path / "scenes") == "geotiff"
    os.mkfifo(tmp_path / "scenes" / "a.tif")
    with pytest.raises(InputError, match="a pipe"):
        GeoTiff(tmp_path / "scenes", chip_size=32).scan()


def test_a_pipe_among_archives_is_a_failure(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.zip")
    write_zip(tmp_path / "b.zip", jpegs(2))
    assert recognized(tmp_path) == "archive"
    scan = Archives(tmp_path).scan()
    assert len(scan.items) == 2
    assert [(path, "a pipe" in reason) for path, reason in scan.skipped] == [("a.zip", True)]


def test_a_pipe_among_tables_of_images_is_a_failure(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.parquet")
    write(tmp_path / "b.parquet", labeled(3))
    assert recognized(tmp_path) == "table"
    scan = ImageCells(tmp_path).scan()
    assert len(scan.items) == 3
    assert [(path, "a pipe" in reason) for path, reason in scan.skipped] == [("a.parquet", True)]

"""What goes away while it is read stops the build, and is in no result; once it is back the same command gives all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imagespace_core.errors import InputError, VanishedError
from imagespace_core.pipeline import image_parts
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.geotiff.source import GeoTiff
from imagespace_core.sources.microscopy.source import Microscopy
from imagespace_core.workspace import Workspace
from tests.makers.scenes import box, feature, write_geojson, write_scene
from tests.makers.slices import write_slices
from tests.makers.tiles import write_tiles
from tests.pipeline.building import Listening, arrays, check_rows, quick, run, write_solid


def after(title: str, count: int, act: Callable[[], object]) -> Listening:
    """A report during which something happens once, when so many images were read."""
    done: list[bool] = []

    def watch(now: str, advanced: int) -> None:
        if now == title and advanced >= count and not done:
            done.append(True)
            act()

    return Listening(watch)


@pytest.mark.parametrize("what", ["folder", "file", "subfolder"])
def test_what_vanishes_while_images_are_read_stops_the_build_and_its_return_completes_it(
    what: str, photos: Path, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_parts, "PART", 7)
    write_solid(photos / "z", 12)
    options = quick(photos, tmp_path / "w", model)
    run(replace(options, limit=5))
    old = arrays(tmp_path / "w")
    path = {"folder": photos, "file": photos / "z/011.png", "subfolder": photos / "z"}[what]
    away = tmp_path / "away"
    with pytest.raises(InputError) as caught:
        run(options, after("Reading and embedding images", 7, lambda: path.rename(away)))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path)), message
    assert "Nothing was published. Bring it back" in message
    assert arrays(tmp_path / "w") == old
    away.rename(path)
    run(options)
    assert check_rows(tmp_path / "w", photos).rows == 35
    assert Workspace.open(tmp_path / "w").failures() == []


def test_a_folder_in_the_place_of_a_file_stops_the_build(
    photos: Path, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_parts, "PART", 7)

    def replace_file() -> None:
        (photos / "022.png").unlink()
        (photos / "022.png").mkdir()

    options = quick(photos, tmp_path / "w", model)
    with pytest.raises(InputError, match=r"022\.png could be listed, and now cannot be read"):
        run(options, after("Reading and embedding images", 7, replace_file))
    assert not (tmp_path / "w/manifest.json").exists()


@pytest.mark.parametrize("listed", [20, 23])
def test_a_folder_that_vanishes_while_it_is_listed_is_not_skipped(listed: int, photos: Path, tmp_path: Path) -> None:
    """Between two of its 23 files, and before its subfolder."""
    write_solid(photos / "z", 12)
    found: list[int] = []

    def watch(count: int) -> None:
        found.append(count)
        if len(found) == listed:
            photos.rename(tmp_path / "away")

    with pytest.raises(VanishedError):
        Folder(photos).scan(watch)


def test_a_file_that_is_broken_or_closed_stays_a_recorded_failure(photos: Path, tmp_path: Path, model: str) -> None:
    (photos / "a.png").write_bytes(b"rubbish of another kind")
    assert run(quick(photos, tmp_path / "w", model)).manifest.counts == {"items": 23, "failures": 1}


def _vectors(base: Path) -> Path:
    write_solid(base / "images", 24)
    names = [f"images/{i:03d}.png" for i in range(24)]
    vectors = np.random.default_rng(1).normal(size=(24, 4)).tolist()
    pd.DataFrame({"id": names, "image": names, "vector": vectors}).to_parquet(base / "v.parquet")
    return base / "v.parquet"


def test_images_that_a_table_names_are_not_drawn_gray_when_they_vanish(tmp_path: Path) -> None:
    table = _vectors(tmp_path)
    options = quick(table, tmp_path / "w", None, source="vectors")
    away = tmp_path / "away"
    with pytest.raises(InputError, match=r"000\.png could be listed, and now cannot be read"):
        run(options, after("Reading images", 0, lambda: (tmp_path / "images").rename(away)))
    away.rename(tmp_path / "images")
    run(options)
    assert np.median(Workspace.open(tmp_path / "w").sprite(0), axis=(0, 1)).tolist() != [176, 176, 176]


def _harbor(folder: Path) -> Path:
    write_geojson(folder / "boats.geojson", [feature(box(15 * i, 10, 15 * i + 12, 30)) for i in range(12)])
    return write_scene(folder / "harbor.tif").parent


def test_slices_that_vanish_while_they_are_listed_are_not_skipped(tmp_path: Path) -> None:
    folder = write_slices(tmp_path / "slices")

    def watch(count: int) -> None:
        if folder.exists():
            folder.rename(tmp_path / "away")

    with pytest.raises(VanishedError):
        Microscopy(folder, patch_size=(32,)).scan(watch)


def test_a_scene_that_vanishes_is_not_called_broken(tmp_path: Path) -> None:
    source = GeoTiff(_harbor(tmp_path / "harbor"))
    key = source.scan().items[0].key
    source.root.rename(tmp_path / "away")
    with ThreadPoolExecutor(1) as another, pytest.raises(VanishedError):  # this thread has the scene open
        another.submit(source.read, key).result()


@pytest.mark.parametrize("moment", ["Looking for images", "Reading and embedding images"])
@pytest.mark.parametrize("write", [_harbor, write_slices, write_tiles])
def test_every_kind_of_source_stops_when_its_folder_vanishes(
    write: Callable[[Path], Path], moment: str, tmp_path: Path, model: str
) -> None:
    folder = write(tmp_path / "images")
    sides = {"patch_size": (32,)} if write is write_slices else {}
    options = quick(folder, tmp_path / "w", model, parameters=sides)
    first = run(options).manifest
    away = tmp_path / "away"
    with pytest.raises(InputError, match="Nothing was published") as caught:
        run(
            replace(options, force=True), after(moment, 1 if moment.startswith("L") else 0, lambda: folder.rename(away))
        )
    assert str(folder) in str(caught.value)
    assert Workspace.open(tmp_path / "w").manifest == first
    away.rename(folder)
    assert run(replace(options, force=True)).manifest.counts == first.counts

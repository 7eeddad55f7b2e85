"""What every source promises; a new one joins by one line in SOURCES and one here."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.sources import Scan, Source
from imagespace_core.sources.parameters import recorded
from imagespace_core.sources.registry import SOURCES, opened
from tests.makers.objects import coco, write_coco, write_marked
from tests.makers.photos import write_photos, write_rubbish, write_weird_names
from tests.makers.scenes import box, feature, write_geojson, write_scene
from tests.makers.slices import write_slices
from tests.makers.tiles import write_tiles


def _folder(tmp_path: Path) -> Source:
    write_photos(tmp_path / "photos", 12)
    write_weird_names(tmp_path / "photos")
    write_rubbish(tmp_path / "photos")
    return SOURCES["folder"].make(tmp_path / "photos")


def _geotiff(tmp_path: Path) -> Source:
    labels = [feature(box(15 * i, 10, 15 * i + 12, 30), number=i) for i in range(12)]
    write_geojson(tmp_path / "scenes/labels.geojson", [feature(None), feature(box(900, 0, 910, 9)), *labels])
    write_scene(tmp_path / "scenes/scene.tif")
    return SOURCES["geotiff"].make(tmp_path / "scenes")


def _microscopy(tmp_path: Path) -> Source:
    root = write_slices(tmp_path / "slices")
    (root / "raw/broken.png").write_bytes(b"\x89PNG broken")
    return SOURCES["microscopy"].make(root, patch_size=32)


def _tiles(tmp_path: Path) -> Source:
    root = write_tiles(tmp_path / "map")
    next(root.glob("water/*/*/*.png")).write_bytes(b"\x89PNG broken")
    return SOURCES["tiles"].make(root, preview_layers=("roads", "water"))


def _vectors(tmp_path: Path) -> Source:
    write_photos(tmp_path / "photos", 12)
    names = sorted(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "photos").rglob("*.jpg"))
    rows = [f"{i},{i % 4},{i // 4},{name}" for i, name in enumerate([*names, "photos/gone.jpg", *[""] * 12])]
    (tmp_path / "places.csv").write_text("\n".join(["id,x,y,image_path", *rows]))
    return SOURCES["vectors"].make(tmp_path / "places.csv")


def _objects(tmp_path: Path) -> Source:
    record = coco(write_marked(tmp_path / "photos", 6))
    record["annotations"].append({"image_id": 999, "category_id": 3, "bbox": [1, 1, 5, 5]})
    write_coco(tmp_path / "photos/annotations.json", record)
    (tmp_path / "photos/01.jpg").write_bytes(b"\xff\xd8\xff broken")
    return SOURCES["objects"].make(tmp_path / "photos")


MAKERS: dict[str, Callable[[Path], Source]] = {
    "folder": _folder, "geotiff": _geotiff, "microscopy": _microscopy, "objects": _objects, "tiles": _tiles,
    "vectors": _vectors,
}  # fmt: skip


def test_every_source_is_under_contract() -> None:
    assert set(MAKERS) == set(SOURCES)


@pytest.fixture(params=sorted(MAKERS))
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    return MAKERS[request.param](tmp_path)


def test_items_come_in_a_stable_order_with_unique_keys(source: Source) -> None:
    first, second = source.scan().items, source.scan().items
    assert first == second
    assert len({item.key for item in first}) == len(first) > 0
    for item in first:
        assert item.stamp
        item.key.encode("utf-8")


def test_what_is_skipped_has_a_reason(source: Source) -> None:
    assert all(path and reason for path, reason in source.scan().skipped)


def test_every_item_is_read_or_says_why_not(source: Source) -> None:
    read, reasons = 0, []
    for item in source.scan().items:
        try:
            picture = source.read(item.key)
        except UnreadableImageError as error:
            reasons.append(str(error))
            continue
        read += 1
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.ndim == 3
        assert picture.width >= picture.pixels.shape[1] > 0
        assert picture.height >= picture.pixels.shape[0] > 0
        preview = source.preview(item.key, 40)
        assert preview.dtype == np.uint8
        assert preview.shape[2] == 3
        assert max(preview.shape[:2]) <= 40
        assert np.array_equal(source.read(item.key).pixels, picture.pixels)
    assert read >= 12
    assert all(reasons)


def test_a_key_that_is_not_of_the_source_is_refused(source: Source) -> None:
    for key in ("../outside.jpg", "/etc/passwd", "no such item.jpg"):
        with pytest.raises((UnreadableImageError, VanishedError)):
            source.read(key)
        with suppress(UnreadableImageError):
            assert not source.has(key)


def test_the_items_are_there_and_what_people_should_know_is_in_sentences(source: Source) -> None:
    scan = source.scan()
    assert sum(source.has(item.key) for item in scan.items) >= 12
    assert all(isinstance(line, str) and line for line in scan.notes)


def _content(scan: Scan) -> tuple:
    return list(scan.items), list(scan.skipped), dict(scan.left_out), list(scan.notes)


def test_a_scan_is_whole_says_how_far_it_is_and_is_not_changed_by_the_next(source: Source) -> None:
    counts: list[int] = []
    first = source.scan(counts.append)
    assert sum(counts) == len(first.items)
    before = _content(first)
    second = source.scan()
    assert _content(first) == before == _content(second)
    assert first.digest == second.digest


def test_a_picture_is_read_no_smaller_than_asked_for(source: Source) -> None:
    for item in source.scan().items[:3]:
        try:
            whole, small = source.read(item.key, 0), source.read(item.key, 5)
        except UnreadableImageError:
            continue
        assert min(whole.pixels.shape[:2]) >= min(small.pixels.shape[:2]) >= min(5, *whole.pixels.shape[:2])
        assert (whole.width, whole.height) == (small.width, small.height)


def test_a_source_made_again_from_its_record_gives_the_same(source: Source) -> None:
    kind = next(name for name, kind in SOURCES.items() if type(source) is kind.make)
    items = source.scan().items
    root = getattr(source, "root")  # noqa: B009
    record = {"kind": kind, "root": str(root), "parameters": recorded(source)}
    again = opened(json.loads(json.dumps(record)))
    assert again.scan().items == items
    for item in items[:3]:
        try:
            pixels = source.preview(item.key, 40)
        except UnreadableImageError:
            continue
        np.testing.assert_array_equal(again.preview(item.key, 40), pixels)

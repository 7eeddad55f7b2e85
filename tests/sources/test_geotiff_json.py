""".json beside scenes: GeoJSON and COCO are found by what is in them, and nothing else is taken for either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.errors import InputError
from imagespace_core.images.decode import Decode
from imagespace_core.sources.geotiff.source import GeoTiff, recognizes
from imagespace_core.sources.json_kinds import json_kind
from tests.makers.scenes import box, feature, ramp, write_geojson, write_scene

WHOLE = Decode(min_side=None)


def write_coco(path: Path, entries: list[dict[str, Any]], images: list[dict[str, Any]] | None = None) -> Path:
    images = [{"id": 1, "file_name": "scene.tif", "width": 200, "height": 120}] if images is None else images
    record = {
        "info": {}, "images": images, "categories": [{"id": 3, "name": "ship"}],
        "annotations": [{"image_id": 1, "category_id": 3, **entry} for entry in entries],
    }  # fmt: skip
    path.write_text(json.dumps(record))
    return path


def test_geojson_in_a_json_file_is_found_and_a_stac_item_is_none(tmp_path: Path) -> None:
    write_scene(tmp_path / "scene.tif")
    write_geojson(tmp_path / "labels.json", [feature(box(30, 40, 80, 60))])
    (tmp_path / "settings.json").write_text('{"type": "settings"}')
    (tmp_path / "broken.json").write_text('{"type": ')
    item = feature(box(0, 0, 200, 120)) | {"stac_version": "1.0.0", "id": "scene"}
    (tmp_path / "scene.json").write_text(json.dumps(item))
    scan = GeoTiff(tmp_path, WHOLE).scan()
    assert [item.key for item in scan.items] == ["scene.tif#labels/0"]
    assert scan.left_out == {".json": 3}
    assert [item.key for item in GeoTiff(tmp_path, WHOLE, annotations=str(tmp_path / "labels.json")).scan().items]


def test_a_tiff_with_geojson_in_a_json_file_is_a_scene_and_with_coco_may_be_a_photo(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (9, 9)).save(tmp_path / "photo.tif")
    write_coco(tmp_path / "coco.json", [{"id": 1, "bbox": [1, 2, 3, 4]}])
    assert json_kind(tmp_path / "coco.json") == "coco"
    assert not recognizes(tmp_path)
    write_geojson(tmp_path / "labels.json", [])
    assert recognizes(tmp_path)


def test_coco_is_in_pixels_of_the_scenes_that_it_names(tmp_path: Path) -> None:
    write_scene(tmp_path / "scene.tif")
    triangle = [100, 20, 140, 20, 140, 60]
    entries = [
        {"id": 7, "bbox": [30, 40, 50, 20], "score": 0.5},
        {"id": 8, "segmentation": [triangle], "bbox": [100, 20, 40, 40], "iscrowd": 0, "area": 800.0},
    ]
    write_coco(tmp_path / "coco.json", entries)
    source = GeoTiff(tmp_path, WHOLE)
    scan = source.scan()
    assert ([item.key for item in scan.items], scan.skipped, scan.notes) == (
        ["scene.tif#coco/7", "scene.tif#coco/8"], [], [],
    )  # fmt: skip
    one, other = scan.items
    np.testing.assert_array_equal(source.read(one.key).pixels, np.moveaxis(ramp(), 0, 2)[40:60, 30:80])
    assert [item.columns["category"] for item in scan.items] == ["ship", "ship"]
    assert (one.columns["score"], other.columns["area"]) == (0.5, 800.0)
    assert other.columns["area_m2"] == pytest.approx(800 * 0.25, rel=2e-3)
    assert one.columns["longitude"] == pytest.approx(9.00036, abs=1e-5)
    assert len(source.context(other.key).outline[0]) == 4


def test_what_fits_no_scene_is_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    write_scene(tmp_path / "scene.tif")
    images = [
        {"id": 1, "file_name": "images/scene.png"}, {"id": 2, "file_name": "gone.tif"},
        {"id": 4, "file_name": "scene.tif", "width": 100, "height": 60},
    ]  # fmt: skip
    entries = [
        {"id": 1, "bbox": [30, 40, 50, 20]},
        {"id": 2, "bbox": [190, 100, 50, 50]},  # reaches beyond the scene
        {"id": 3, "bbox": [300, 40, 50, 20]},
        {"id": 4, "bbox": [30, 40, 0, 20]},
        {"id": 5, "bbox": [30, 40, -5, 20]},
        {"id": 6},
        {"id": 7, "segmentation": {"counts": [1, 2], "size": [120, 200]}, "bbox": [0, 0, 9, 9]},
        {"id": 8, "image_id": 2, "bbox": [1, 1, 5, 5]},
        {"id": 9, "image_id": 99, "bbox": [1, 1, 5, 5]},
        {"id": 10, "image_id": 4, "bbox": [1, 1, 5, 5]},
    ]
    write_coco(tmp_path / "coco.json", entries, images)
    source = GeoTiff(tmp_path, WHOLE)
    scan = source.scan()
    assert [item.key for item in scan.items] == [f"scene.tif#coco/{number}" for number in (1, 2, 7)]
    assert source.read("scene.tif#coco/2").width == 10
    assert dict(scan.skipped[:4]) == {
        "coco.json#4": "its outline covers no area",
        "coco.json#5": "it has no geometry that can be read",
        "coco.json#6": "it has no geometry that can be read",
        "coco.json#3": "it lies outside scene.tif",
    }
    assert [reason for _, reason in scan.skipped[4:]] == [
        "1 annotations are of gone.tif, a name that no scene here has",
        "1 annotations are of scene.tif, which has 200 x 120 px and not 100 x 60 as they say",
        "1 annotations are of image 99, a name that no scene here has",
    ]
    assert scan.notes == ["coco.json: masks (RLE) of images/scene.png of which the boxes are taken: 1"]


@pytest.mark.parametrize(
    "text",
    ['{"images": [{"file_name": 3}], "annotations": [], "bbox": 1}', '{"images": "bbox", "annotations": []}',
     '{"images": [], "annotations": [{"bbox": [', '{"annotations": [{"bbox": []}], "images": []}'],
)  # fmt: skip
def test_broken_coco_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    write_scene(tmp_path / "scene.tif")
    (tmp_path / "coco.json").write_text(text)
    with pytest.raises(InputError) as caught:
        GeoTiff(tmp_path).scan()
    assert "are no COCO" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_coco_of_other_pictures_alone_says_so(tmp_path: Path) -> None:
    write_scene(tmp_path / "scene.tif")
    write_coco(tmp_path / "coco.json", [{"id": 1, "bbox": [1, 1, 5, 5]}], [{"id": 1, "file_name": "other.tif"}])
    with pytest.raises(
        InputError, match=r"none of the annotations in coco.json gives a chip: .* are of other.tif, a name"
    ):
        GeoTiff(tmp_path).scan()

"""Broken and hostile annotations: one sentence each, and the good objects go on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.objects.source import Objects
from tests.makers.objects import coco, write_coco, write_marked, write_yolo


@pytest.mark.parametrize(
    "box",
    [
        [0, 0, 10**400, 10],
        [-1e308, -1e308, 1.7e308, 1.7e308],
        [1e308, 1e308, 1e308, 1e308],
        [float("nan"), 0, 5, 5],
    ],
    ids=["400 digits", "area beyond floats", "sum beyond floats", "nan"],
)
def test_a_box_of_numbers_that_no_photo_has_is_a_failure(box: list[float], tmp_path: Path) -> None:
    record = coco(write_marked(tmp_path))
    record["annotations"].append({**record["annotations"][0], "id": 99, "bbox": box, "segmentation": []})
    write_coco(tmp_path / "a.json", record)
    scan = Objects(tmp_path).scan()
    assert len(scan.items) == 10
    assert len(scan.skipped) == 1
    json.dumps([item.columns["area"] for item in scan.items], allow_nan=False)


def test_a_polygon_whose_area_is_beyond_floats_is_a_failure(tmp_path: Path) -> None:
    record = coco(write_marked(tmp_path))
    ring = [-1e200, -1e200, 1e200, -1e200, 1e200, 1e200]
    record["annotations"].append({**record["annotations"][0], "id": 99, "segmentation": [ring]})
    write_coco(tmp_path / "a.json", record)
    scan = Objects(tmp_path).scan()
    assert [reason for _, reason in scan.skipped if "larger than can be counted" in reason]
    json.dumps([dict(item.columns) for item in scan.items], allow_nan=False)


def test_a_list_of_classes_that_repeats_itself_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    write_yolo(tmp_path, write_marked(tmp_path / "images"))
    doubled = "\n".join(
        f"{after}: &{after} [{f'*{name}, ' * 9}]" for name, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for file in tmp_path.rglob("*.yaml"):
        file.write_text(f"a: &a [x, x]\n{doubled}\nnames: *i\n")
    with pytest.raises(InputError, match="repeats parts of itself"):
        Objects(tmp_path).scan()

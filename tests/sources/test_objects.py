"""Objects in photos, from every format of annotations: the same items, cut where they are."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources import Contextual, Scan
from imagespace_core.sources.objects.source import Objects
from imagespace_core.sources.registry import recognized
from tests.makers.objects import COLORS, coco, write_boxes_csv, write_coco, write_marked, write_voc, write_yolo

Marks = dict[str, list[tuple[str, tuple[int, int, int, int]]]]


def _coco(root: Path, objects: Marks) -> Path | None:
    write_coco(root / "annotations.json", coco(objects))
    return None


def _voc(root: Path, objects: Marks) -> Path | None:
    write_voc(root / "Annotations", objects)
    return None


def _yolo(root: Path, objects: Marks) -> Path | None:
    write_yolo(root, objects)
    return None


def _table(root: Path, objects: Marks) -> Path | None:
    return write_boxes_csv(root.parent / "boxes.csv", objects)


FORMATS: dict[str, Callable[[Path, Marks], Path | None]] = {"coco": _coco, "voc": _voc, "yolo": _yolo, "table": _table}


def _notes(scan: Scan) -> str:
    return " | ".join(scan.notes)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_gives_the_same_objects_in_their_own_colors(format: str, tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "photos")
    given = FORMATS[format](tmp_path / "photos", objects)
    source = Objects(tmp_path / "photos", annotations=None if given is None else str(given))
    scan = source.scan()
    marked = [(name, *one) for name, some in objects.items() for one in some]
    assert len(scan.items) == len(marked) == 10
    assert not scan.skipped
    for item, (photo, name, (left, top, width, height)) in zip(scan.items, marked, strict=True):
        assert item.key.startswith(f"{photo}#")
        assert (item.columns["photo"], item.columns["class"]) == (photo, name)
        assert item.columns["area"] == pytest.approx(width * height, abs=0.1)
        picture = source.read(item.key)
        assert (picture.width, picture.height) == (width, height)
        assert np.abs(picture.pixels.mean((0, 1)) - COLORS[name]).max() < 12
        context = source.context(item.key)
        assert (context.parent, context.width, context.height) == (photo, 120, 80)
        xs, ys = zip(*context.outline[0], strict=True)
        assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx((left, top, left + width, top + height), abs=0.01)


def test_a_folder_with_annotations_is_recognized_and_one_without_is_a_folder(tmp_path: Path) -> None:
    for format, write in FORMATS.items():
        root = tmp_path / format / "photos"
        objects = write_marked(root)
        assert recognized(root) == "folder"
        (root / "notes.json").write_text('{"images": 3}')
        (root / "caption.txt").write_text("two boats")
        assert recognized(root) == "folder"
        given = write(root, objects)
        assert recognized(root) == ("folder" if given else "objects")


def test_annotations_beside_the_folder_of_photos_are_found(tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "set/images/train")
    write_yolo(tmp_path / "set", objects)
    (tmp_path / "set/labels/train").mkdir()
    for file in (tmp_path / "set/labels").glob("*.txt"):
        file.rename(tmp_path / "set/labels/train" / file.name)
    assert len(Objects(tmp_path / "set").scan().items) == 10
    assert len(Objects(tmp_path / "set/images").scan().items) == 10
    assert {item.columns["class"] for item in Objects(tmp_path / "set").scan().items} == {"boat", "buoy"}


def test_polygons_are_outlined_and_give_the_area(tmp_path: Path) -> None:
    record = coco(write_marked(tmp_path / "photos"))
    triangle = [10, 10, 30, 10, 10, 30]
    record["annotations"][0] |= {"segmentation": [triangle]}
    del record["annotations"][0]["bbox"]
    write_coco(tmp_path / "photos/a.json", record)
    source = Objects(tmp_path / "photos")
    first = source.scan().items[0]
    assert first.columns["area"] == 200
    assert source.context(first.key).outline == (((10, 10), (30, 10), (10, 30), (10, 10)),)
    assert source.read(first.key).pixels.shape == (20, 20, 3)


def test_the_photo_and_everything_in_it_are_shown(tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "photos")
    write_voc(tmp_path / "photos/Annotations", objects)
    source = Objects(tmp_path / "photos")
    source.scan()
    assert isinstance(source, Contextual)
    assert len(source.outlines("03.jpg")) == 4
    assert source.region("03.jpg", None, 60).shape == (40, 60, 3)
    left, top, width, height = objects["03.jpg"][1][1]
    part = source.region("03.jpg", (left, top, left + width, top + height), 500)
    assert np.abs(part.mean((0, 1)) - COLORS["buoy"]).max() < 12
    with pytest.raises(UnreadableImageError, match="no photo with objects"):
        source.region("../boxes.csv", None, 60)
    with pytest.raises(UnreadableImageError, match="no object in"):
        source.read("03.jpg#99")


def test_a_source_made_anew_reads_without_a_scan(tmp_path: Path) -> None:
    write_coco(tmp_path / "photos/a.json", coco(write_marked(tmp_path / "photos")))
    keys = [item.key for item in Objects(tmp_path / "photos").scan().items]
    again = Objects(tmp_path / "photos")
    assert all(again.has(key) for key in keys)
    assert again.preview(keys[-1], 10).shape[0] == 10


def test_boxes_that_leave_the_photo_have_no_area_or_name_photos_that_are_not_there(tmp_path: Path) -> None:
    record = coco(write_marked(tmp_path / "photos"))
    some = record["annotations"]
    some[0]["bbox"] = [-10, -5, 40, 30]
    some[1]["bbox"] = [10, 10, 0, 20]
    some[2]["bbox"] = [300, 10, 20, 20]
    some[3]["bbox"] = [10, "wide", None, 4]
    some[4]["image_id"] = 999
    record["images"].append({"id": 50, "file_name": "gone.jpg", "width": 9, "height": 9})
    some[5]["image_id"] = 50
    some.append("no object")
    write_coco(tmp_path / "photos/a.json", record)
    source = Objects(tmp_path / "photos")
    scan = source.scan()
    assert len(scan.items) == 10 - 5
    first = source.read(scan.items[0].key)
    assert (first.width, first.height) == (30, 25)
    reasons = dict(scan.skipped)
    assert "no area" in reasons["a.json#2"]
    assert "lies beside 01.jpg, which has 120 x 80" in reasons["01.jpg#3"]
    assert "no box of four numbers" in reasons["a.json#4"]
    assert "image_id 999" in reasons["a.json#5"]
    assert "marks 1 object in it, and it is not there" in reasons["gone.jpg"]
    assert "a JSON str" in reasons["a.json#11"]
    assert "1 object reaches beyond its photo" in _notes(scan)
    assert "1 of 5 photos not there, e.g. 'gone.jpg'" in _notes(scan)


def test_photos_turned_by_their_exif_have_their_boxes_turned_where_these_count_in_stored_px(tmp_path: Path) -> None:
    """Stored 120 x 80 and to be turned by 90 degrees, people see 80 x 120."""
    photos = tmp_path / "photos"
    objects = write_marked(photos, 1)
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(photos / "00.jpg") as image:
        image.load()
        image.save(photos / "00.jpg", quality=95, subsampling=0, exif=exif)
    write_coco(photos / "a.json", coco(objects))
    source = Objects(photos)
    scan = source.scan()
    picture = source.read(scan.items[0].key)
    assert (picture.width, picture.height) == (12, 14)
    assert np.abs(picture.pixels.mean((0, 1)) - COLORS["boat"]).max() < 12
    assert "1 object was marked in its photo as it is stored" in _notes(scan)


def test_photos_of_another_size_than_the_file_says_are_scaled_and_of_another_shape_refused(tmp_path: Path) -> None:
    record = coco(write_marked(tmp_path / "photos", 2))
    for image in record["images"]:
        image |= {"width": 240, "height": 160}
    for one in record["annotations"]:
        one["bbox"] = [2 * value for value in one["bbox"]]
    record["images"][0] |= {"width": 500, "height": 160}
    write_coco(tmp_path / "photos/a.json", record)
    source = Objects(tmp_path / "photos")
    scan = source.scan()
    assert len(scan.items) == 2
    assert source.read(scan.items[0].key).width == 14
    assert "another shape" in dict(scan.skipped)["00.jpg#1"]
    assert "2 objects were marked in a photo of another size, and scaled with it" in _notes(scan)


def test_predictions_stand_beside_the_truth_with_their_outcome(tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "photos")
    record = coco(objects)
    write_coco(tmp_path / "photos/a.json", record)
    numbers = {image["file_name"]: image["id"] for image in record["images"]}
    results = [
        {"image_id": numbers["00.jpg"], "category_id": 3, "bbox": [8, 10, 14, 12], "score": 0.9},
        {"image_id": numbers["00.jpg"], "category_id": 3, "bbox": [9, 10, 14, 12], "score": 0.8},
        {"image_id": numbers["01.jpg"], "category_id": 4, "bbox": [8, 15, 14, 12], "score": 0.7},
    ]
    given = write_coco(tmp_path / "results.json", results)
    scan = Objects(tmp_path / "photos", predictions=str(given)).scan()
    found = {item.key: item.columns for item in scan.items}
    assert len(found) == 13
    assert found["00.jpg#1"]["outcome"] == "found"
    assert dict(found["00.jpg#p1"]) == {
        "photo": "00.jpg", "class": "boat", "area": 168.0, "score": 0.9, "annotated": "prediction",
        "supercategory": "afloat", "outcome": "true positive", "iou": 1.0,
    }  # fmt: skip
    assert (found["00.jpg#p2"]["outcome"], found["00.jpg#p2"]["iou"]) == (
        "false positive",
        pytest.approx(13 / 15, abs=1e-3),
    )
    assert found["01.jpg#p3"]["outcome"] == "false positive"
    assert found["01.jpg#2"]["outcome"] == "missed"
    assert "1 of 3 predictions are right (IoU 0.5 or more); 9 of 10 objects are missed" in _notes(scan)


def test_results_without_the_file_that_numbers_their_photos_are_refused(tmp_path: Path) -> None:
    write_marked(tmp_path / "photos")
    given = write_coco(tmp_path / "results.json", [{"image_id": 1, "category_id": 3, "bbox": [8, 10, 14, 12]}])
    with pytest.raises(InputError, match="is a list of predictions"):
        Objects(tmp_path / "photos", predictions=str(given)).scan()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", "{", "cannot be read as JSON"),
        ("a.json", '{"images": [], "other": 1}', "is no COCO file"),
        ("a.xml", "<annotation><object>", "cannot be read as XML"),
        (
            "a.xml",
            '<!DOCTYPE a [<!ENTITY b "c">]><annotation><filename>&b;</filename></annotation>',
            "EntitiesForbidden",
        ),
        ("a.xml", "<note/>", "is no Pascal VOC"),
        ("a.csv", "filename,weight\n00.jpg,3\n", "has no columns of boxes"),
        ("a.doc", "", "expected COCO"),
    ],
)
def test_a_broken_file_of_annotations_is_refused_in_a_sentence(
    name: str, content: str, reason: str, tmp_path: Path
) -> None:
    write_marked(tmp_path / "photos")
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=reason):
        Objects(tmp_path / "photos", annotations=str(tmp_path / name)).scan()


def test_lines_of_yolo_that_are_no_objects_are_counted_and_the_others_go_on(tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "photos", 2)
    write_yolo(tmp_path / "photos", objects)
    with (tmp_path / "photos/labels/01.txt").open("a") as file:
        file.write("boat 0.5 0.5 0.1 0.1\n0 60 40 10 10\n0 0.5 0.5 0.1\n1 0.2 0.2 0.4 0.2 0.4 0.6 0.2 0.6\n")
    source = Objects(tmp_path / "photos")
    scan = source.scan()
    assert len(scan.items) == 4
    assert source.context(scan.items[-1].key).outline[0][0] == pytest.approx((24, 16))
    assert [reason.split(":")[0] for _, reason in scan.skipped] == [
        "does not begin with the number of a class", "is not in shares of the photo from 0 to 1",
        "has 3 numbers after the class; expected 4, 5, or an even count from 6",
    ]  # fmt: skip


def test_classes_without_a_name_keep_their_number_which_is_said(tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "photos", 2)
    write_yolo(tmp_path / "photos", objects)
    (tmp_path / "photos/data.yaml").unlink()
    scan = Objects(tmp_path / "photos").scan()
    assert {item.columns["class"] for item in scan.items} == {"0", "1"}
    assert "2 classes have no name" in _notes(scan)


def test_the_same_object_twice_is_one_and_photos_without_objects_are_counted(tmp_path: Path) -> None:
    record = coco(write_marked(tmp_path / "photos"))
    record["annotations"] = [one for one in record["annotations"] if one["image_id"] != 8]
    record["annotations"].append({**record["annotations"][0], "id": 77})
    write_coco(tmp_path / "photos/a.json", record)
    scan = Objects(tmp_path / "photos").scan()
    assert len(scan.items) == 8
    assert "1 object was there twice and taken once" in _notes(scan)
    assert "1 of 4 photos without objects, left out" in _notes(scan)


def test_boxes_of_a_table_in_shares_and_as_polygons(tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "photos", 1)
    left, top, width, height = objects["00.jpg"][0][1]
    (tmp_path / "s.csv").write_text(
        "filename;x;y;w;h;label;confidence;blurry\n"
        f"00.jpg;{left / 120};{top / 80};{width / 120};{height / 80};boat;0.5;yes\n"
    )
    source = Objects(tmp_path / "photos", annotations=str(tmp_path / "s.csv"))
    scan = source.scan()
    assert "shares of the photo" in _notes(scan)
    assert source.read(scan.items[0].key).width == width
    assert scan.items[0].columns["score"] == 0.5
    assert scan.items[0].columns["blurry"] == "yes"
    polygons = json.dumps([[10, 10], [30, 10], [10, 30]]).replace('"', "")
    (tmp_path / "p.csv").write_text(f'filename,polygon\n00.jpg,"{polygons}"\n00.jpg,"POLYGON ((1 1, 5 1, 5 5, 1 1))"\n')
    areas = [
        item.columns["area"] for item in Objects(tmp_path / "photos", annotations=str(tmp_path / "p.csv")).scan().items
    ]
    assert areas == [200, 8]


def test_a_limit_and_a_margin(tmp_path: Path) -> None:
    write_coco(tmp_path / "photos/a.json", coco(write_marked(tmp_path / "photos")))
    source = Objects(tmp_path / "photos", limit=3, margin_px=5)
    scan = source.scan()
    assert len(scan.items) == 3
    assert source.read(scan.items[0].key).pixels.shape[:2] == (22, 24)
    with pytest.raises(InputError, match="--margin-px -1"):
        Objects(tmp_path / "photos", margin_px=-1)


def test_objects_know_the_folders_the_date_and_the_place_of_their_photo(tmp_path: Path) -> None:
    for split in ("train", "val"):
        objects = write_marked(tmp_path / "photos" / split, 2)
    exif = Image.Exif()
    exif[0x0132] = "2021:05:06 07:08:09"
    with Image.open(tmp_path / "photos/train/01.jpg") as image:
        image.load()
        image.save(tmp_path / "photos/train/01.jpg", quality=95, subsampling=0, exif=exif)
    record = coco({f"{split}/{name}": some for split in ("train", "val") for name, some in objects.items()})
    write_coco(tmp_path / "photos/a.json", record)
    source = Objects(tmp_path / "photos")
    scan = source.scan()
    assert [item.columns["folder"] for item in scan.items] == ["train"] * 3 + ["val"] * 3
    taken = source.read("train/01.jpg#2").taken_at
    assert taken is not None
    assert taken.year == 2021
    assert not scan.left_out


def test_labels_beside_photos_are_no_captions_and_other_files_are_counted(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    objects = write_marked(photos, 2)
    write_yolo(photos, objects)
    for file in (photos / "labels").iterdir():
        file.rename(photos / file.name)
    (photos / "readme.md").write_text("two photos")
    source = Objects(photos)
    scan = source.scan()
    assert len(scan.items) == 3
    assert "caption" not in source.read(scan.items[0].key).columns
    assert scan.left_out == {".md": 1, ".yaml": 1}


def test_a_large_coco_file_is_recognized_wherever_its_lists_stand(tmp_path: Path) -> None:
    record = coco(write_marked(tmp_path / "photos"))
    far = [{"id": 1000 + n, "file_name": f"{n:060d}.jpg", "width": 9, "height": 9} for n in range(20_000)]
    record["images"] += far
    record = {"info": {}, "images": record["images"], "annotations": record["annotations"], "licenses": far}
    write_coco(tmp_path / "photos/a.json", record)
    assert recognized(tmp_path / "photos") == "objects"
    record["annotations"] = [{"id": 1, "image_id": 1, "caption": "two boats"}]
    write_coco(tmp_path / "photos/a.json", record)
    assert recognized(tmp_path / "photos") == "folder"
    del record["annotations"]
    write_coco(tmp_path / "photos/a.json", record)
    assert recognized(tmp_path / "photos") == "folder"


def test_photos_in_an_archive_beside_their_annotations_are_read_where_they_lie(tmp_path: Path) -> None:
    objects = write_marked(tmp_path / "photos")
    write_coco(tmp_path / "photos/a.json", coco(objects))
    with zipfile.ZipFile(tmp_path / "photos/old.zip", "w") as archive:
        archive.write(tmp_path / "photos/03.jpg", "03.jpg")
    (tmp_path / "photos/03.jpg").unlink()
    source = Objects(tmp_path / "photos")
    items = source.scan().items
    assert len(items) == 10
    packed = [item.key for item in items if item.key.startswith("old.zip/03.jpg#")]
    assert len(packed) == 4
    assert source.has(packed[0])
    name, (_, _, width, height) = objects["03.jpg"][0]
    picture = source.read(packed[0])
    assert (picture.width, picture.height) == (width, height)
    assert np.abs(picture.pixels.mean((0, 1)) - COLORS[name]).max() < 12

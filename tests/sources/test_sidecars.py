"""Files beside images: which belongs to which, and what they say."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from imagespace_core.images.embedded.position import OUT_OF_RANGE
from imagespace_core.images.embedded.text import LONGEST, TOO_LONG
from imagespace_core.sources import Item
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.sidecars import (
    MOST_BYTES,
    MOST_COLUMNS,
    NUMBERS,
    TOO_LARGE,
    TOO_MANY,
    read_sidecar,
    sidecars_of,
    unreadable,
)
from tests.makers.described import exif, gps, phone_exif, xmp, xmp_bomb
from tests.makers.photos import encoded, photo

PHOTO = photo("green", "square", 1)
LONG = "a_name_that_goes_on_and_on_and_on_and_on_and_on"
TAKEOUT = {
    "title": "IMG_1.jpg",
    "description": "On the beach",
    "imageViews": "17",
    "creationTime": {"timestamp": "1600000000", "formatted": "13 Sept 2020, 12:26:40 UTC"},
    "photoTakenTime": {"timestamp": "1562389443", "formatted": "6 Jul 2019, 05:04:03 UTC"},
    "geoData": {"latitude": -33.25, "longitude": 151.5, "altitude": 12.0, "latitudeSpan": 0.0},
    "geoDataExif": {"latitude": 1.0, "longitude": 2.0, "altitude": 3.0},
    "people": [{"name": "Ann"}, {"name": "Bo"}],
    "favorited": True,
}


def columns(name: str, text: str | bytes) -> dict[str, object]:
    sidecar = read_sidecar(name, text if isinstance(text, bytes) else text.encode())
    assert sidecar.remarks == ()
    return dict(sidecar.columns)


def write(root: Path, **files: str | bytes) -> None:
    """Files by name, with a dot for each two underscores."""
    for name, data in files.items():
        (root / name.replace("__", ".")).write_bytes(data if isinstance(data, bytes) else data.encode())


@pytest.mark.parametrize(
    ("image", "sidecar"),
    [
        ("IMG_1.jpg", "IMG_1.json"),
        ("IMG_1.jpg", "IMG_1.jpg.json"),
        ("IMG_1.JPG", "img_1.Xmp"),
        ("IMG_1.jpg", "IMG_1.jpg.xmp"),
        ("0001.png", "0001.txt"),
        ("a.b.jpg", "a.b.txt"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1.jpg", "IMG_1.jpg.suppl.json"),
        ("IMG_1.jpg", "IMG_1.jpg..json"),
        ("IMG_1(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(2).jpg", "IMG_1.jpg.supplemental-metadata(2).json"),
        ("IMG_1-edited.jpg", "IMG_1.jpg.json"),
        (
            "a_name_that_goes_on_and_on_and_on_and_on_and_on_1.jpg",
            "a_name_that_goes_on_and_on_and_on_and_on_and_o.json",
        ),
    ],
)
def test_a_sidecar_belongs_to_the_image_of_its_name(image: str, sidecar: str) -> None:
    assert sidecars_of([image, "other.jpg"], [sidecar]) == {image: (sidecar,)}


@pytest.mark.parametrize("other", ["IMG_10.json", "notes.txt", "IMG_1.csv", "IMG_1.jpg.bak.json", "IMG_1.jpg(1).json"])
def test_other_files_belong_to_no_image(other: str) -> None:
    assert sidecars_of(["IMG_1.jpg"], [other]) == {}


def test_a_copy_and_its_original_have_each_their_own() -> None:
    found = sidecars_of(["a.jpg", "a(1).jpg", "a-edited.jpg"], ["a.jpg.json", "a.jpg(1).json"])
    assert found == {"a.jpg": ("a.jpg.json",), "a(1).jpg": ("a.jpg(1).json",), "a-edited.jpg": ("a.jpg.json",)}


def test_several_sidecars_count_in_one_order() -> None:
    assert sidecars_of(["a.jpg"], ["a.xmp", "a.json", "a.jpg.json", "a.txt"]) == {
        "a.jpg": ("a.txt", "a.json", "a.jpg.json", "a.xmp")
    }


def test_a_text_is_the_caption() -> None:
    assert columns("a.txt", " two dogs, one cat\n") == {"caption": "two dogs, one cat"}
    assert columns("a.txt", "\ufeffÉté".encode()) == {"caption": "Été"}
    assert columns("a.txt", "Été".encode("utf-16")) == {"caption": "Été"}
    assert columns("a.txt", "Été".encode("cp1252")) == {"caption": "Été"}
    assert columns("a.txt", " \n") == {}


def test_boxes_in_a_text_are_no_caption() -> None:
    assert read_sidecar("a.txt", b"0 0.5 0.5 0.25 1e-1\n3 0.1 0.2 0.3 0.4\n").remarks == (NUMBERS,)


def test_an_object_is_columns() -> None:
    record = {
        "class": "dog", "score": 0.5, "n": 3, "good": True, "none": None, "nan": float("nan"), "tags": ["a", "b", "a"],
        "box": [1, 2], "gps": {"lat": 1.5, "fix": {"kind": "3d"}}, " two\nwords ": " x ",
    }  # fmt: skip
    assert columns("a.json", json.dumps(record)) == {
        "class": "dog", "score": 0.5, "n": 3, "good": True, "tags": ["a", "b"], "box": "[1, 2]", "gps.lat": 1.5,
        "gps.fix.kind": "3d", "two words": "x",
    }  # fmt: skip


def test_what_google_takeout_writes_is_understood() -> None:
    sidecar = read_sidecar("IMG_1.jpg.json", json.dumps(TAKEOUT).encode())
    assert sidecar.columns == {
        "longitude": 151.5, "latitude": -33.25, "altitude": 12.0, "caption": "On the beach", "people": ["Ann", "Bo"],
        "favorite": True,
    }  # fmt: skip
    assert (sidecar.taken_at, sidecar.taken_at_utc) == (None, datetime(2019, 7, 6, 5, 4, 3))


def test_takeout_without_a_place_or_a_time_says_nothing_of_them() -> None:
    nowhere = {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0}
    record = TAKEOUT | {"geoData": nowhere, "geoDataExif": nowhere, "photoTakenTime": {"timestamp": "0"}}
    sidecar = read_sidecar("a.json", json.dumps(record).encode())
    assert ("longitude" in sidecar.columns, sidecar.taken_at_utc, sidecar.remarks) == (False, None, ())
    odd = record | {
        "geoData": {"latitude": 999, "longitude": "x"},
        "people": "Ann",
        "photoTakenTime": {"timestamp": "9" * 30},
    }
    assert read_sidecar("a.json", json.dumps(odd).encode()).columns == {"caption": "On the beach", "favorite": True}


@pytest.mark.parametrize(
    ("name", "data", "remark"),
    [
        ("a.json", b'{"a": 1', unreadable(".json")),
        ("a.json", b"[1, 2]", unreadable(".json")),
        ("a.json", b"\xff\xfe\xff", unreadable(".json")),
        ("a.json", b'{"a": ' * 100_000, unreadable(".json")),
        ("a.json", b'{"a": ' + b"9" * 5000 + b"}", unreadable(".json")),
        ("a.txt", b"\xff\xfea", unreadable(".txt")),
        ("a.xmp", b"<x", unreadable(".xmp")),
        ("a.xmp", xmp_bomb(), unreadable(".xmp")),
        ("a.xmp", xmp(exif_GPSLatitude="95,0N", exif_GPSLongitude="5,0E"), f"beside it, {OUT_OF_RANGE}"),
        ("a.json", b'{"a": "' + b"x" * (LONGEST + 1) + b'"}', f"beside it, {TOO_LONG}"),
        ("a.json", json.dumps({str(n): n for n in range(MOST_COLUMNS + 1)}).encode(), TOO_MANY),
        ("a.json", b" " * (MOST_BYTES + 1), TOO_LARGE),
    ],
)
def test_what_is_broken_beside_an_image_is_a_remark(name: str, data: bytes, remark: str) -> None:
    assert read_sidecar(name, data).remarks == (remark,)


def test_an_object_of_very_many_values_gives_the_first() -> None:
    record = {str(number): number for number in range(MOST_COLUMNS + 9)}
    assert list(read_sidecar("a.json", json.dumps(record).encode()).columns.values()) == list(range(MOST_COLUMNS))


def test_a_folder_reads_what_lies_beside_its_images_and_counts_it_among_no_other_files(tmp_path: Path) -> None:
    image = encoded(PHOTO, exif=phone_exif())
    write(tmp_path, a__jpg=image, b__jpg=image, c__jpg=image, d__jpg=image, e__jpg=image)
    write(tmp_path, a__txt="a dog", b__jpg__json=json.dumps(TAKEOUT), readme__txt="x", d__json="{", orphan__json="{}")
    write(tmp_path, c__xmp=xmp(dc_subject=["x"], xmp_Rating=2, exif_DateTimeOriginal="2001-02-03T04:05:06"))
    folder = Folder(tmp_path)
    scan = folder.scan()
    assert [item.path for item in scan.items] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]
    assert scan.left_out == {".txt": 1, ".json": 1}
    assert scan.notes == ["4 images have files beside them that say more of them: 2 .json, 1 .txt, 1 .xmp"]
    read = {item.key: folder.read(item.key) for item in scan.items}
    assert read["a.jpg"].columns == {**read["e.jpg"].columns, "caption": "a dog"}
    assert (read["b.jpg"].columns["longitude"], read["b.jpg"].columns["iso"]) == (151.5, 64)
    assert read["b.jpg"].taken_at == read["e.jpg"].taken_at
    assert (read["c.jpg"].columns["keywords"], read["c.jpg"].taken_at) == (["x"], datetime(2001, 2, 3, 4, 5, 6))
    assert (read["d.jpg"].columns, read["d.jpg"].remarks) == (read["e.jpg"].columns, (unreadable(".json"),))


def test_a_file_without_suffix_has_its_sidecar_and_one_that_is_no_image_has_none(tmp_path: Path) -> None:
    write(tmp_path, a=encoded(PHOTO), b=b"nothing", a__txt="a dog", b__txt="a cat")
    folder = Folder(tmp_path)
    scan = folder.scan()
    assert ([item.path for item in scan.items], scan.left_out) == (["a"], {"": 1, ".txt": 1})
    assert folder.read("a").columns == {"caption": "a dog"}


def test_the_time_of_takeout_counts_where_the_file_has_none_or_another_day(tmp_path: Path) -> None:
    write(tmp_path, a__jpg=encoded(PHOTO), b__jpg=encoded(PHOTO, exif=phone_exif(taken="2019:07:06 14:04:03")))
    write(tmp_path, c__jpg=encoded(PHOTO, exif=phone_exif(taken="2000:01:01 00:00:00")))
    write(tmp_path, **{f"{name}__json": json.dumps(TAKEOUT) for name in "abc"})
    folder = Folder(tmp_path)
    folder.scan()
    taken = [folder.read(f"{name}.jpg").taken_at for name in "abc"]
    utc = datetime(2019, 7, 6, 5, 4, 3)
    assert taken == [utc, datetime(2019, 7, 6, 14, 4, 3), utc]


def test_a_place_beside_an_image_ends_the_remark_on_the_one_inside(tmp_path: Path) -> None:
    write(tmp_path, a__jpg=encoded(PHOTO, exif=exif(position=gps(0, 0))), a__json='{"longitude": 5, "latitude": 6}')
    folder = Folder(tmp_path)
    folder.scan()
    assert (folder.read("a.jpg").columns["longitude"], folder.read("a.jpg").remarks) == (5, ())


def test_the_stamp_of_an_image_changes_with_its_sidecar(tmp_path: Path) -> None:
    write(tmp_path, a__jpg=encoded(PHOTO), b__jpg=encoded(PHOTO))

    def stamps() -> list[str]:
        return [item.stamp for item in Folder(tmp_path).scan().items]

    without = stamps()
    write(tmp_path, a__txt="one")
    one = stamps()
    write(tmp_path, a__txt="three")
    three = stamps()
    assert len({without[0], one[0], three[0]}) == 3
    assert without[1] == one[1] == three[1]


def test_a_sidecar_that_goes_meanwhile_is_a_remark(tmp_path: Path) -> None:
    write(tmp_path, a__jpg=encoded(PHOTO), a__txt="one")
    folder = Folder(tmp_path)
    folder.scan()
    (tmp_path / "a.txt").unlink()
    assert folder.read("a.jpg").remarks == (unreadable(".txt"),)


def test_folders_of_images_are_columns_and_tables_in_them_are_said(tmp_path: Path) -> None:
    for name in ("train/cat", "train/dog", "test/cat", "test/dog"):
        (tmp_path / name).mkdir(parents=True)
        for number in (1, 2):
            (tmp_path / name / f"{number}.jpg").write_bytes(encoded(PHOTO))
    (tmp_path / "metadata.csv").write_text("filename,a\n")
    (tmp_path / "train" / "metadata.csv").write_text("filename,a\n")
    scan = Folder(tmp_path).scan()
    assert [dict(item.columns) for item in scan.items[::2]] == [
        {"folder_1": "test", "folder": "cat"}, {"folder_1": "test", "folder": "dog"},
        {"folder_1": "train", "folder": "cat"}, {"folder_1": "train", "folder": "dog"},
    ]  # fmt: skip
    assert scan.left_out == {}
    assert scan.notes == [
        "tables in subfolders are not read (train/metadata.csv); join them in one, or name one by --metadata"
    ]


def test_images_in_one_folder_have_no_column_and_no_sidecars(tmp_path: Path) -> None:
    write(tmp_path, a__jpg=encoded(PHOTO), b__jpg=encoded(PHOTO))
    scan = Folder(tmp_path).scan()
    assert scan.items == [Item(item.key, item.path, item.stamp) for item in scan.items]
    assert (scan.notes, scan.described) == ([], False)

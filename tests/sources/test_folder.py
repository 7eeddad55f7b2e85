"""Which files of a folder become items, in which order, and what is said of the others."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pillow_jxl  # noqa: F401
import pytest

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images import content
from imagespace_core.images.decode import Decode
from imagespace_core.images.formats import formats
from imagespace_core.sources.folder import Folder
from tests.makers.photos import (
    dated_exif,
    encoded,
    photo,
    turned,
    write_not_utf8_name,
    write_photos,
    write_rubbish,
    write_weird_names,
)
from tests.makers.raw import dng

formats()  # HEIF is Pillow's with them, JXL with its plugin
JPEG = encoded(photo("red", "circle", 0))


def write(root: Path, *paths: str, data: bytes = JPEG) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def paths(folder: Folder) -> list[str]:
    return [item.path for item in folder.scan().items]


def test_every_image_is_found_once_in_an_order_that_does_not_change(tmp_path: Path) -> None:
    write(tmp_path, "b/2.jpg", "b/1.JPEG", "a.png", "b/c/x.webp", "b.tif", "Z.gif", "a b/1.bmp")
    wanted = ["Z.gif", "a.png", "b.tif", "a b/1.bmp", "b/1.JPEG", "b/2.jpg", "b/c/x.webp"]
    assert paths(Folder(tmp_path)) == wanted
    assert Folder(tmp_path).scan().items == Folder(tmp_path).scan().items


def test_other_files_are_counted_hidden_ones_and_leftovers_of_systems_too(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", ".hidden.jpg", ".cache/b.jpg", "__MACOSX/c.jpg", "Thumbs.db", "@eaDir/d.jpg", "._a.jpg")
    write(tmp_path, "notes.txt", "more/notes.TXT", "README", data=b"Read me first.")
    folder = Folder(tmp_path)
    assert paths(folder) == ["a.jpg"]
    assert folder.scan().left_out == {
        "(thumbnails and leftovers of operating systems)": 3,
        "(hidden files)": 2,
        ".txt": 2,
        "(hidden folders, not looked into)": 1,
        "": 1,
    }
    assert folder.scan().skipped == []


def test_files_without_a_suffix_or_with_an_odd_one_go_by_their_first_bytes(tmp_path: Path) -> None:
    for format in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "PPM", "QOI", "JPEG2000", "AVIF", "HEIF", "JXL"):
        write(tmp_path, f"{format}", f"{format}.cache", data=encoded(photo("red", "circle", 0), format))
    write(tmp_path, "RAW", data=dng(photo("red", "circle", 0), None))
    write(tmp_path, "text", "more.xyz", data=b"BMP and P6 are formats, this is none")
    write(tmp_path, "empty", data=b"")
    os.mkfifo(tmp_path / "pipe")
    folder = Folder(tmp_path)
    scan = folder.scan()
    assert len(scan.items) == 25
    assert all(folder.read(item.key).width == 128 for item in scan.items)
    assert scan.left_out == {"": 3, ".xyz": 1}
    assert scan.notes == ["25 files are images by their content, not by name, e.g. 'AVIF', 'AVIF.cache', 'BMP'"]


def test_files_that_can_be_no_images_by_their_suffix_are_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.jpg", "f.unknown")
    write(tmp_path, "b.txt", "c.csv", "d.json", "e.mp4", data=b"no image")
    opened = []
    begins = content.format_of
    monkeypatch.setattr(content, "format_of", lambda start: opened.append(start) or begins(start))
    assert paths(Folder(tmp_path)) == ["a.jpg", "f.unknown"]
    assert opened
    assert b"no image" not in opened


def test_broken_files_are_items_whose_reading_says_why(tmp_path: Path) -> None:
    reasons = write_rubbish(tmp_path)
    folder = Folder(tmp_path)
    assert paths(folder) == sorted(reasons)
    for key, reason in reasons.items():
        with pytest.raises(UnreadableImageError) as caught:
            folder.read(key)
        assert reason in str(caught.value)


def test_odd_names_are_read_like_any_other(tmp_path: Path) -> None:
    names = write_weird_names(tmp_path)
    folder = Folder(tmp_path)
    assert paths(folder) == sorted(names)
    for key in names:
        assert folder.read(key).width == 128
        assert folder.preview(key, 64).shape == (48, 64, 3)


def test_names_that_are_not_utf8_are_skipped_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path, "ok.jpg")
    name = write_not_utf8_name(tmp_path)
    inside = os.path.join(os.fsencode(tmp_path), b"\xff\xfe")
    os.mkdir(inside)
    (Path(os.fsdecode(inside)) / "a.jpg").write_bytes(JPEG)
    folder = Folder(tmp_path)
    assert paths(folder) == ["ok.jpg"]
    assert [path for path, _ in folder.scan().skipped] == [name, "\\xff\\xfe"]
    assert all("not valid UTF-8: rename it" in reason for _, reason in folder.scan().skipped)
    "".join(path for path, _ in folder.scan().skipped).encode("utf-8")


def test_loops_of_links_end_and_a_linked_folder_counts_once_under_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, "a/1.jpg", "z/2.jpg")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "again").symlink_to(tmp_path / "z", target_is_directory=True)
    (tmp_path / "self").symlink_to("self")
    assert paths(Folder(tmp_path)) == ["a/1.jpg", "z/2.jpg"]


def test_folders_elsewhere_are_followed_once_after_the_real_ones(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    write(root, "m/1.jpg")
    write(elsewhere, "2.jpg", "deep/3.jpg")
    (root / "b").symlink_to(elsewhere, target_is_directory=True)
    (root / "a").symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "back").symlink_to(root, target_is_directory=True)
    folder = Folder(root)
    assert paths(folder) == ["m/1.jpg", "a/2.jpg", "a/deep/3.jpg"]
    assert folder.read("a/deep/3.jpg").width == 128


def test_linked_files_are_items_and_broken_links_are_skipped(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    (tmp_path / "c.jpg").symlink_to("nowhere.jpg")
    folder = Folder(tmp_path)
    assert paths(folder) == ["a.jpg", "b.jpg"]
    assert folder.scan().skipped == [("c.jpg", "broken link")]


def test_a_subfolder_that_cannot_be_read_is_skipped_and_the_rest_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a/1.jpg", "b/2.jpg")
    scandir = os.scandir

    def denied(path: Path) -> object:  # as root, as tests often run, no folder is closed
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    folder = Folder(tmp_path)
    assert paths(folder) == ["b/2.jpg"]
    assert folder.scan().skipped == [("a", "folder cannot be read: Permission denied")]


def test_what_is_no_folder_of_images_is_refused_with_a_remedy(tmp_path: Path) -> None:
    write(tmp_path, "notes/a.txt", "notes/b.txt", "notes/c.pdf", "one/a.jpg")
    (tmp_path / "empty").mkdir()
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "gone.jpg").symlink_to("nowhere.jpg")
    for root, said in {
        tmp_path / "nowhere": "no such folder; give the folder that holds the images",
        tmp_path / "one" / "a.jpg": "is a file; give the folder that holds the images",
        tmp_path / "empty": "has no images: it is empty; give a folder with",
        tmp_path / "notes": r"has no images: it holds 3 other files \(2 .txt, 1 .pdf\)",
        tmp_path / "closed": "has no images: 1 entries were skipped, e.g. gone.jpg: broken link",
    }.items():
        with pytest.raises(InputError, match=said):
            Folder(root).scan()
    with pytest.raises(InputError, match="limit of 0 images"):
        Folder(tmp_path, limit=0).scan()


def test_a_limit_takes_the_first_images(tmp_path: Path) -> None:
    write_photos(tmp_path, 12)
    assert paths(Folder(tmp_path, limit=5)) == paths(Folder(tmp_path))[:5]
    assert len(paths(Folder(tmp_path, limit=100))) == 12


def test_the_stamp_changes_with_the_content(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    (before,) = Folder(tmp_path).scan().items
    os.utime(tmp_path / "a.jpg", ns=(1, 1_234_567_890))
    (touched,) = Folder(tmp_path).scan().items
    write(tmp_path, "a.jpg", data=JPEG + b"\0")
    os.utime(tmp_path / "a.jpg", ns=(1, 1_234_567_890))
    (longer,) = Folder(tmp_path).scan().items
    assert touched.stamp == f"{len(JPEG)}-1234567890"
    assert len({before.stamp, touched.stamp, longer.stamp}) == 3


def test_exif_wins_over_the_name_and_the_name_over_nothing(tmp_path: Path) -> None:
    dated = encoded(photo("red", "circle", 0), exif=dated_exif(DateTimeOriginal="2001:02:03 04:05:06"))
    write(tmp_path, "IMG_20230415_143012.jpg", data=dated)
    write(tmp_path, "2019-01-01/PXL_20230415_143012.jpg", "2019-01-01/plain.jpg")
    folder = Folder(tmp_path)
    assert folder.read("IMG_20230415_143012.jpg").taken_at == datetime(2001, 2, 3, 4, 5, 6)
    assert folder.read("2019-01-01/PXL_20230415_143012.jpg").taken_at == datetime(2023, 4, 15, 14, 30, 12)
    assert folder.read("2019-01-01/plain.jpg").taken_at is None


def test_reading_and_preview_are_upright_and_as_large_as_asked(tmp_path: Path) -> None:
    image, exif = turned(8, 1200, 800)
    write(tmp_path, "a.jpg", data=encoded(image, exif=exif))
    folder = Folder(tmp_path, Decode(min_side=100))
    picture = folder.read("a.jpg")
    assert (picture.width, picture.height, picture.pixels.shape) == (1200, 800, (100, 150, 3))
    preview = folder.preview("a.jpg", 600)
    assert preview.shape == (400, 600, 3)
    assert preview.dtype == np.uint8
    assert preview[10, 10].argmax() == 0


@pytest.mark.parametrize(
    "key", ["../secret.jpg", "a/../../secret.jpg", "/etc/passwd", "", ".", "..", "a//b.jpg", "a/./b.jpg", "a\0.jpg"]
)
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    write(tmp_path, "secret.jpg", "root/a/b.jpg")
    folder = Folder(tmp_path / "root")
    for read in (folder.read, lambda key: folder.preview(key, 10)):
        with pytest.raises(UnreadableImageError, match="not a path below the image folder"):
            read(key)


def test_the_absolute_path_of_an_image_is_no_key(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg")
    with pytest.raises(UnreadableImageError, match="not a path below"):
        Folder(tmp_path).read(str(tmp_path / "a.jpg"))

"""An archive among loose photos is a folder of photos; what cannot be read of it is said, and the rest goes on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.errors import UnreadableImageError
from imagespace_core.sources.archives import among_files
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.registry import recognized
from tests.makers.archives import jpeg, jpegs, write_tar, write_zip


def encrypted(path: Path, n: int) -> Path:
    """A zip whose members all are marked as encrypted, in its list of contents."""
    data = bytearray(write_zip(path, jpegs(n)).read_bytes())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    path.write_bytes(data)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Loose photos, with archives before, between and below them."""
    root = tmp_path / "photos"
    for name, seed in (("a.jpg", 1), ("z.jpg", 2), ("trip/b.jpg", 3)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(jpeg(seed))
    write_zip(root / "old pictures.zip", {**jpegs(2, "2009/"), "2009/000.txt": b"A market", "notes.pdf": b"%PDF"})
    write_tar(root / "trip/more.tar.gz", jpegs(2), "gz")
    return root


def test_images_of_an_archive_come_where_its_name_stands_and_it_is_a_folder_on_their_path(root: Path) -> None:
    assert recognized(root) == "folder"
    scan = Folder(root).scan()
    assert [item.key for item in scan.items] == [item.path for item in scan.items] == [
        "a.jpg", "old pictures.zip/2009/000.jpg", "old pictures.zip/2009/001.jpg", "z.jpg",
        "trip/b.jpg", "trip/more.tar.gz/000.jpg", "trip/more.tar.gz/001.jpg",
    ]  # fmt: skip
    assert [dict(item.columns) for item in scan.items[:3]] == [{}, *[
        {"folder_1": "old pictures.zip", "folder_2": "2009", "folder": "2009"}] * 2
    ]  # fmt: skip
    assert scan.items[5].columns == {"folder_1": "trip", "folder_2": "more.tar.gz", "folder": "more.tar.gz"}
    assert scan.left_out == {".pdf": 1}
    assert not scan.skipped
    assert scan.described
    assert scan.notes == ["files beside images say more of them: 1 .txt"]
    assert [item.key for item in Folder(root, limit=2).scan().items] == [item.key for item in scan.items[:2]]


def test_a_source_that_never_scanned_reads_and_previews_a_member_by_its_key(root: Path) -> None:
    source = Folder(root)
    key = "old pictures.zip/2009/000.jpg"
    assert source.has(key)
    assert source.read(key).columns["caption"] == "A market"
    np.testing.assert_array_equal(source.read(key, 0).pixels, source.decode(jpeg(0)).pixels)
    assert max(source.preview("trip/more.tar.gz/001.jpg", 64).shape) == 64
    assert not source.has("old pictures.zip/2009/999.jpg")
    with pytest.raises(UnreadableImageError, match="no image in"):
        source.read("old pictures.zip/2009/999.jpg")
    (root / "b.zip").mkdir()
    (root / "b.zip/1.jpg").write_bytes(jpeg(1))
    assert source.has("b.zip/1.jpg"), "a folder may be called like an archive"
    assert source.read("b.zip/1.jpg").pixels.size


def test_a_key_that_leads_out_is_refused_also_through_an_archive(root: Path) -> None:
    write_zip(root.parent / "outside.zip", jpegs(1))
    write_zip(root / "evil.zip", {"../../z.jpg": jpeg(1), "fine.jpg": jpeg(2)})
    source = Folder(root)
    for key in ("../outside.zip/000.jpg", "evil.zip/../../outside.zip/000.jpg", "evil.zip/../../z.jpg", "/x.zip/a.jpg"):
        with pytest.raises(UnreadableImageError, match="is not a path below the image folder"):
            source.read(key)
        with pytest.raises(UnreadableImageError, match="is not a path below the image folder"):
            source.has(key)
    scan = source.scan()
    assert dict(scan.skipped) == {"evil.zip/../../z.jpg": "its name leads out of the archive; it is not read"}
    assert "evil.zip/fine.jpg" in [item.key for item in scan.items]


def test_an_archive_of_which_nothing_can_be_read_is_one_reason_and_the_rest_goes_on(root: Path) -> None:
    encrypted(root / "secret.zip", 3)
    whole = write_zip(root / "cut.zip", jpegs(3)).read_bytes()
    (root / "cut.zip").write_bytes(whole[: len(whole) // 2])
    write_zip(root / "boxes.zip", {"inner.zip": whole})
    (root / "holiday.rar").write_bytes(b"Rar!\x1a\x07\x00" + bytes(100))
    (root / "page.zip").write_bytes(b"<!DOCTYPE html>")
    write_zip(root / "program.zip", {f"{number}.py": b"" for number in range(50)})
    scan = Folder(root).scan()
    assert len(scan.items) == 7
    reasons = dict(scan.skipped)
    assert len(reasons) == len(scan.skipped) == 5
    assert reasons["secret.zip"] == (
        "nothing in it can be read, e.g. of 3 entries the first: encrypted; unpack the archive with its password and "
        "give the folder"
    )
    assert "cut short or broken" in reasons["cut.zip"]
    assert reasons["boxes.zip"].startswith("an archive inside the archive")
    assert reasons["holiday.rar"] == "a RAR archive, which is not read; unpack it, or pack it as .zip or .tar"
    assert reasons["page.zip"].startswith("it is no archive")
    assert scan.left_out == {".pdf": 1, ".zip": 1}, "one without images counts as one file, not as those in it"


def test_an_archive_that_changed_changes_its_images(root: Path) -> None:
    before = {item.key: item.stamp for item in Folder(root).scan().items}
    write_zip(root / "old pictures.zip", {**jpegs(2, "2009/"), "2009/000.txt": b"A harbor"})
    after = {item.key: item.stamp for item in Folder(root).scan().items}
    assert [key for key in after if after[key] != before[key]] == ["old pictures.zip/2009/000.jpg"]


def test_only_files_that_are_called_archives_are_opened_for_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    original = among_files.archive_at
    monkeypatch.setattr(among_files, "archive_at", lambda path: opened.append(path.name) or original(path))
    os.mkfifo(root / "pipe.zip")  # opening it would wait for ever
    Folder(root).scan()
    assert opened == ["old pictures.zip", "more.tar.gz"]

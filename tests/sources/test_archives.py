"""Archives are read where they are: every image once, with its columns, from many threads."""

from __future__ import annotations

import os
import random
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.archives import positions
from imagespace_core.sources.archives.archive import Member
from imagespace_core.sources.archives.source import Archives
from imagespace_core.sources.archives.tars import Tar
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.registry import recognized
from tests.makers.archives import jpeg, jpegs, sample, write_shards, write_tar, write_zip

KINDS = ["a.zip", "a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"]


def write(path: Path, members: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        return write_zip(path, members)
    return write_tar(path, members, "" if path.suffix == ".tar" else path.suffix[1:])


def paths(source: Archives) -> list[str]:
    return [item.path for item in source.scan().items]


@pytest.mark.parametrize("name", KINDS)
def test_an_archive_shows_what_the_folder_shows_that_it_was_packed_from(tmp_path: Path, name: str) -> None:
    members = {**jpegs(5, "cat/"), **jpegs(4, "dog/")}
    for path, content in members.items():
        (tmp_path / "folder" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / path).write_bytes(content)
    archive, folder = Archives(write(tmp_path / name, members)), Folder(tmp_path / "folder")
    assert recognized(archive.root) == "archive"
    packed, plain = archive.scan().items, folder.scan().items
    assert [(item.key, item.path, item.columns) for item in packed] == [(i.key, i.path, i.columns) for i in plain]
    assert packed[0].columns == {"folder": "cat"}
    again = Archives(archive.root)
    for item in packed:
        assert again.has(item.key)
        np.testing.assert_array_equal(again.read(item.key, 0).pixels, folder.read(item.key, 0).pixels)
        np.testing.assert_array_equal(again.preview(item.key, 50), folder.preview(item.key, 50))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "folder"]), "nothing is unpacked"


@pytest.mark.parametrize("name", KINDS)
def test_members_are_read_at_random_from_many_threads(tmp_path: Path, name: str) -> None:
    members = {f"{number}.jpg": jpeg(number) for number in range(30)}
    source = Archives(write(tmp_path / name, members))
    keys = [f"{number}.jpg" for number in range(30)] * 4
    random.Random(0).shuffle(keys)
    expected = {key: source.decode(content).pixels for key, content in members.items()}
    with ThreadPoolExecutor(8) as executor:
        for key, picture in zip(keys, executor.map(source.read, keys), strict=True):
            np.testing.assert_array_equal(picture.pixels, expected[key])


def test_what_a_file_is_its_first_bytes_say_and_not_its_suffix(tmp_path: Path) -> None:
    for name, path in {
        "tar.zip": write_tar(tmp_path / "1", jpegs(2)),
        "zip.tar": write_zip(tmp_path / "2", jpegs(2)),
        "bare": write_tar(tmp_path / "3", jpegs(2), "gz"),
        "comic.cbz": write_zip(tmp_path / "4", jpegs(2)),
    }.items():
        path.rename(tmp_path / name)
        assert recognized(tmp_path / name) == "archive"
        assert paths(Archives(tmp_path / name)) == ["000.jpg", "001.jpg"]


def test_a_tar_from_before_ustar_is_one(tmp_path: Path) -> None:
    data = bytearray(write_tar(tmp_path / "a.tar", jpegs(1)).read_bytes())
    data[257:512] = bytes(255)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    (tmp_path / "a.tar").write_bytes(data)
    assert recognized(tmp_path / "a.tar") == "archive"
    assert paths(Archives(tmp_path / "a.tar")) == ["000.jpg"]


def test_documents_that_are_zips_are_no_archives_of_images(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.docx", {"[Content_Types].xml": b"<x/>", "word/media/1.jpg": jpeg(1)})
    with pytest.raises(InputError, match="a file of no known kind"):
        recognized(tmp_path / "a.docx")


def test_members_beside_an_image_say_more_of_it(tmp_path: Path) -> None:
    members = {
        **sample(1, 2, "a red circle"),
        "00002.jpg": jpeg(2), "00002.cls": b"bird",
        "00003.left.jpg": jpeg(3), "00003.right.jpg": jpeg(4), "00003.json": b'{"pair": 7}', "00003.cls": b"5",
        "alone.json": b"{}", "big.txt": b"x",
    }  # fmt: skip
    source = Archives(write_tar(tmp_path / "a.tar", members))
    scan = source.scan()
    assert [item.key for item in scan.items] == ["00001.jpg", "00002.jpg", "00003.left.jpg", "00003.right.jpg"]
    columns = [dict(source.read(item.key).columns) for item in scan.items]
    assert columns[0] == {"cls": 2, "weight": 0.5, "maker": "m1", "caption": "a red circle"}
    assert columns[1:] == [{"cls": "bird"}, {"cls": 5, "pair": 7}, {"cls": 5, "pair": 7}]
    assert scan.described
    assert scan.notes == ["files beside images say more of them: 3 .cls, 2 .json, 1 .txt"]
    assert scan.left_out == {".json": 1, ".txt": 1}


def test_a_changed_sidecar_changes_its_image(tmp_path: Path) -> None:
    first = Archives(write_zip(tmp_path / "a.zip", {**jpegs(2), "000.txt": b"a cat"})).scan()
    second = Archives(write_zip(tmp_path / "a.zip", {**jpegs(2), "000.txt": b"a dog"})).scan()
    changed = [one.stamp != other.stamp for one, other in zip(first.items, second.items, strict=True)]
    assert changed == [True, False], "a zip has sums of its members"


def test_a_folder_of_shards_is_one_collection(tmp_path: Path) -> None:
    root = write_shards(tmp_path / "data", 3, 4)
    (root / "sizes.json").write_text("{}")
    assert recognized(root) == "archive"
    source = Archives(root)
    items = source.scan().items
    assert len(items) == 12
    assert items[4].path == items[4].key == "shard-0001.tar/00004.jpg"
    assert items[4].columns == {"shard": "shard-0001.tar"}
    assert source.read(items[11].key).columns["caption"] == "photo 11"
    assert Archives(root).has(items[11].key)
    assert not Archives(root).has("shard-0001.tar/00000.jpg")
    assert not Archives(root).has("shard-0009.tar/00000.jpg")


def test_splits_of_shards_are_folders_and_the_shards_are_none(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write_tar(tmp_path / f"data/{split}/0.tar", {**jpegs(2, "cat/"), **jpegs(2, "dog/")})
    items = Archives(tmp_path / "data").scan().items
    assert [dict(item.columns) for item in items[::2]] == [
        {"folder_1": split, "folder": animal, "shard": f"{split}/0.tar"}
        for split in ("test", "train")
        for animal in ("cat", "dog")
    ]


def test_a_folder_of_images_with_an_archive_beside_them_stays_a_folder(tmp_path: Path) -> None:
    write_zip(tmp_path / "photos/a.zip", jpegs(2))
    (tmp_path / "photos/z.jpg").write_bytes(jpeg(1))
    assert recognized(tmp_path / "photos") == "folder"


def test_a_limit_takes_the_first_with_what_stands_beside_them(tmp_path: Path) -> None:
    root = write_shards(tmp_path / "data", 2, 4)
    scan = Archives(root, limit=5).scan()
    assert [item.key for item in scan.items][3:] == ["shard-0000.tar/00003.jpg", "shard-0001.tar/00004.jpg"]
    stamps = [len(item.stamp.split()) for item in scan.items]
    assert stamps == [5] * 5, "the image, three beside it, and the archive"


def test_names_are_read_in_the_encoding_that_they_are_in(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number, name in enumerate(("AAAA.jpg", "BBBBB.jpg", "été.jpg")):
            file.writestr(name, jpeg(number))
    data = (
        path.read_bytes().replace(b"AAAA.jpg", b"\x82t\x82!.jpg").replace(b"BBBBB.jpg", "éa東"[:2].encode() + b"bc.jpg")
    )
    path.write_bytes(data)
    scan = Archives(path).scan()
    assert [item.path for item in scan.items] == ["été!.jpg", "éabc.jpg", "été.jpg"]
    assert scan.notes == ["names that do not say their encoding were read as CP437, the standard: 1, e.g. 'été!.jpg'"]
    for item in scan.items:
        assert Archives(path).read(item.key).width == 128


def test_names_in_a_tar_that_are_not_utf8_are_written_as_bytes(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar", {"caf\udce9.jpg": jpeg(1), "./b/été.jpg": jpeg(2)})
    assert paths(Archives(path)) == ["caf\\xe9.jpg", "b/été.jpg"]
    assert Archives(path).read("caf\\xe9.jpg").width == 128


def test_a_large_gzip_is_read_at_random_from_few_kept_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "_PIECE", 1 << 12)
    monkeypatch.setattr(positions, "_APART", 1 << 13)
    monkeypatch.setattr(positions, "_POINTS", 8)
    noise = random.Random(0)
    members = {f"{number:03}.bin": noise.randbytes(5000) for number in range(200)}
    first = write_tar(tmp_path / "a.tgz", members, "gz").read_bytes()
    tar = Tar(tmp_path / "a.tgz", "gzip")
    listed = {member.name: member for member in tar.members()}
    assert len(tar._bytes._points) <= 8  # pyright: ignore[reportAttributeAccessIssue]
    order = list(members)
    noise.shuffle(order)
    assert all(tar.read(listed[name]) == members[name] for name in order)
    assert first == (tmp_path / "a.tgz").read_bytes()


def test_gzip_files_one_behind_the_other_are_one(tmp_path: Path) -> None:
    import gzip

    data = write_tar(tmp_path / "a.tar", jpegs(6)).read_bytes()
    half = len(data) // 2
    (tmp_path / "a.tgz").write_bytes(gzip.compress(data[:half]) + gzip.compress(data[half:]) + bytes(512))
    source = Archives(tmp_path / "a.tgz")
    assert len(source.scan().items) == 6
    assert source.read("005.jpg").width == 128


def test_a_replaced_archive_is_looked_at_anew(tmp_path: Path) -> None:
    source = Archives(write_tar(tmp_path / "a.tar", jpegs(2)))
    assert source.has("001.jpg")
    write_tar(tmp_path / "a.tar", jpegs(1))
    os.utime(tmp_path / "a.tar", ns=(1, 1))
    assert source.has("000.jpg")
    assert not source.has("001.jpg")


def test_a_sparse_member_is_whole(tmp_path: Path) -> None:
    """A picture of which the zeros are not stored, as `tar --sparse` does it (GNU format 0.1)."""
    import io
    import tarfile

    from PIL import Image

    stream = io.BytesIO()
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[30:34] = 200
    Image.fromarray(pixels).save(stream, "BMP")
    whole = stream.getvalue()
    runs = [(0, 1024), (5000, len(whole) - 5000)]
    assert not any(whole[1024:5000])
    stored = b"".join(whole[start : start + length] for start, length in runs)
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as file:
        info = tarfile.TarInfo("GNUSparseFile.1/a.bmp")
        info.size = len(stored)
        info.pax_headers = {
            "GNU.sparse.size": str(len(whole)), "GNU.sparse.numblocks": "2", "GNU.sparse.name": "a.bmp",
            "GNU.sparse.map": ",".join(f"{start},{length}" for start, length in runs),
        }  # fmt: skip
        file.addfile(info, io.BytesIO(stored))
    tar = Tar(tmp_path / "a.tar", "tar")
    (member,) = tar.members()
    assert isinstance(member, Member)
    assert tar.read(member) == whole
    np.testing.assert_array_equal(Archives(tmp_path / "a.tar").read("a.bmp", 0).pixels, pixels)

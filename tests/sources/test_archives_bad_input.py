"""Broken and hostile archives: one sentence each, counted, and the good images go on."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.sources.archives import archive, positions
from imagespace_core.sources.archives.opened import OpenArchive
from imagespace_core.sources.archives.source import Archives
from tests.makers.archives import jpeg, jpegs, write_tar, write_zip
from tests.makers.photos import png_of_size


def reasons_of(source: Archives) -> dict[str, str]:
    return dict(source.scan().skipped)


@pytest.mark.parametrize("name", ["a.zip", "a.tar"])
@pytest.mark.parametrize("member", ["../out.jpg", "a/../../out.jpg", "/etc/out.jpg", "C:/out.jpg"])
def test_a_name_that_leads_out_of_the_archive_is_never_read(tmp_path: Path, name: str, member: str) -> None:
    write = write_zip if name == "a.zip" else write_tar
    source = Archives(write(tmp_path / "in" / name, {member: jpeg(0), **jpegs(2)}))
    assert reasons_of(source) == {member: "its name leads out of the archive; it is not read"}
    assert len(source.scan().items) == 2
    assert not source.has(member)
    with pytest.raises(UnreadableImageError):
        source.read(member)
    assert [path.name for path in tmp_path.rglob("*")] == ["in", name]


def test_a_name_with_backslashes_leads_out_as_well(tmp_path: Path) -> None:
    source = Archives(write_zip(tmp_path / "a.zip", {"..\\out.jpg": jpeg(0), "b\\c.jpg": jpeg(1)}))
    assert [item.path for item in source.scan().items] == ["b/c.jpg"]
    assert list(reasons_of(source)) == ["../out.jpg"]


@pytest.mark.parametrize("compression", ["", "gz"])
def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header(tmp_path: Path, compression: str) -> None:
    source = Archives(write_tar(tmp_path / "a.tar", {"bomb.png": png_of_size(40_000, 40_000), **jpegs(1)}, compression))
    assert len(source.scan().items) == 2
    with pytest.raises(UnreadableImageError, match="too large: 40000 x 40000 pixels"):
        source.read("bomb.png")
    assert source.read("000.jpg").width == 128


def test_a_member_that_declares_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 1 << 20)
    for source in (
        Archives(write_zip(tmp_path / "a.zip", {"zeros.bmp": bytes(5 << 20), **jpegs(1)})),
        Archives(write_tar(tmp_path / "a.tgz", {"zeros.bmp": bytes(5 << 20), **jpegs(1)}, "gz")),
    ):
        assert "too large: 5,242,880 bytes unpacked" in reasons_of(source)["zeros.bmp"]
        assert [item.key for item in source.scan().items] == ["000.jpg"]
        with pytest.raises(UnreadableImageError, match="too large"):
            source.read("zeros.bmp")


def test_a_sparse_member_of_terabytes_is_not_made(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as file:
        info = tarfile.TarInfo("a.bmp")
        info.size = 4
        info.pax_headers = {"GNU.sparse.size": str(1 << 44), "GNU.sparse.map": "0,4", "GNU.sparse.name": "a.bmp"}
        file.addfile(info, io.BytesIO(b"BM12"))
        small = tarfile.TarInfo("b.jpg")
        small.size = len(jpeg(1))
        file.addfile(small, io.BytesIO(jpeg(1)))
    assert "too large: 17,592,186,044,416 bytes" in reasons_of(Archives(tmp_path / "a.tar"))["a.bmp"]


def test_a_gzip_that_unpacks_to_far_more_than_it_is_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "_RATIO_FROM", 1 << 20)
    members = {**jpegs(3), "zeros.bin": bytes(50 << 20), "late.jpg": jpeg(9)}
    scan = Archives(write_tar(tmp_path / "a.tgz", members, "gz")).scan()
    assert [item.key for item in scan.items] == ["000.jpg", "001.jpg", "002.jpg"]
    assert "like a bomb" in scan.notes[0]


@pytest.mark.parametrize("kind", ["bz2", "xz"])
def test_what_must_be_held_unpacked_has_a_limit(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "MAX_UNPACKED", 1 << 20)
    path = write_tar(tmp_path / f"a.tar.{kind}", {**jpegs(1), "zeros.bin": bytes(50 << 20)}, kind)
    with pytest.raises(InputError, match="allows no jumps, and it holds more than 1 MB unpacked; unpack it once"):
        Archives(path).scan()


def test_a_header_that_would_fill_the_memory_ends_the_archive(tmp_path: Path) -> None:
    """A "long name" of 200 MB, which `tarfile` reads whole."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 200 << 20
    with tarfile.open(tmp_path / "b.tar", "w") as file:
        for number in range(2):
            member = tarfile.TarInfo(f"{number}.jpg")
            member.size = len(jpeg(number))
            file.addfile(member, io.BytesIO(jpeg(number)))
        file.addfile(info)
    scan = Archives(tmp_path / "b.tar").scan()
    assert len(scan.items) == 2
    assert "a header of 209,715,200 bytes" in scan.notes[0]


def _encrypted(path: Path) -> Path:
    """The first member of a zip marked as encrypted, here and in the list of contents."""
    data = bytearray(write_zip(path, jpegs(3)).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path


def test_encrypted_members_are_named_and_counted(tmp_path: Path) -> None:
    source = Archives(_encrypted(tmp_path / "a.zip"))
    assert reasons_of(source) == {"000.jpg": "encrypted; unpack the archive with its password and give the folder"}
    assert [item.key for item in source.scan().items] == ["001.jpg", "002.jpg"]


def test_an_archive_with_nothing_but_encrypted_images_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = bytearray(write_zip(path, jpegs(1)).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="has no images: 1 entries were skipped, e.g. 000.jpg: encrypted; unpack"):
        Archives(path).scan()


def test_archives_in_an_archive_are_not_opened_whatever_their_name(tmp_path: Path) -> None:
    inner = write_zip(tmp_path / "inner", jpegs(1)).read_bytes()
    source = Archives(write_tar(tmp_path / "a.tar", {"b.zip": inner, "c": inner, "d.rar": b"Rar!\x1a\x07", **jpegs(1)}))
    assert set(reasons_of(source)) == {"b.zip", "c", "d.rar"}
    assert "an archive inside the archive" in reasons_of(source)["c"]
    assert len(source.scan().items) == 1


@pytest.mark.parametrize("kind", ["", "gz"])
def test_a_tar_that_was_cut_short_shows_what_is_there(tmp_path: Path, kind: str) -> None:
    path = write_tar(tmp_path / "a.tar", jpegs(8), kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    source = Archives(path)
    scan = source.scan()
    assert 4 <= len(scan.items) < 8
    assert "cut short or broken" in scan.notes[0]
    assert source.read("000.jpg").width == 128
    with pytest.raises(UnreadableImageError, match=r"truncated: its archive ends|broken in its archive"):
        source.read(scan.items[-1].key)


def test_a_tar_with_a_broken_header_says_where(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar", jpegs(4))
    with tarfile.open(path) as file:
        third = file.getmembers()[2].offset
    data = bytearray(path.read_bytes())
    data[third : third + 100] = b"?" * 100
    path.write_bytes(data)
    scan = Archives(path).scan()
    assert [item.key for item in scan.items] == ["000.jpg", "001.jpg"]
    assert scan.notes == [f"it is broken after {third:,} bytes; what follows is missing"]


def test_a_zip_that_was_cut_short_is_refused_and_in_a_folder_the_others_go_on(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "data/a.zip", jpegs(4))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"a.zip: it is cut short or broken .*stands at its end. Copy it again"):
        Archives(path).scan()
    write_zip(tmp_path / "data/b.zip", jpegs(2))
    scan = Archives(tmp_path / "data").scan()
    assert [item.key for item in scan.items] == ["b.zip/000.jpg", "b.zip/001.jpg"]
    assert [name for name, _ in scan.skipped] == ["a.zip"]


def test_a_member_whose_bytes_changed_is_broken_and_the_others_go_on(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", jpegs(2), zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[500] ^= 0xFF
    path.write_bytes(data)
    source = Archives(path)
    with pytest.raises(UnreadableImageError, match="broken in its archive: Bad CRC-32"):
        source.read("000.jpg")
    assert source.read("001.jpg").width == 128


def test_of_members_with_one_name_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as file:
        for name, content in (("a.jpg", jpeg(1)), ("b.jpg", jpeg(3)), ("a.jpg", jpeg(2))):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    source = Archives(path)
    scan = source.scan()
    assert [item.key for item in scan.items] == ["b.jpg", "a.jpg"], "in the order of what is read"
    assert scan.notes == ["1 members have the name of a later one, which counts, as in unpacking"]
    assert (source.read("a.jpg").pixels == source.decode(jpeg(2)).pixels).all()


def test_links_in_a_tar_lead_to_its_members_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg(5))
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as file:
        info = tarfile.TarInfo("a/x.jpg")
        info.size = len(jpeg(1))
        file.addfile(info, io.BytesIO(jpeg(1)))
        for name, kind, target in (
            ("a/soft.jpg", tarfile.SYMTYPE, "x.jpg"),
            ("hard.jpg", tarfile.LNKTYPE, "a/x.jpg"),
            ("out.jpg", tarfile.SYMTYPE, str(tmp_path / "secret.jpg")),
            ("up.jpg", tarfile.SYMTYPE, "../secret.jpg"),
            ("self.jpg", tarfile.SYMTYPE, "self.jpg"),
            ("pipe.jpg", tarfile.FIFOTYPE, ""),
        ):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, target
            file.addfile(link)
    source = Archives(path)
    scan = source.scan()
    assert [item.key for item in scan.items] == ["a/x.jpg", "a/soft.jpg", "hard.jpg"]
    for item in scan.items:
        assert (source.read(item.key).pixels == source.decode(jpeg(1)).pixels).all()
    reasons = dict(scan.skipped)
    assert reasons["up.jpg"] == "a link to ../secret.jpg, which is not in the archive"
    assert reasons["pipe.jpg"] == "no file: it is a device or a pipe"
    assert set(reasons) == {"out.jpg", "up.jpg", "self.jpg", "pipe.jpg"}


def test_what_lies_hidden_or_is_no_image_is_no_item(tmp_path: Path) -> None:
    members = {"__MACOSX/._a.jpg": b"x", ".hidden/a.jpg": jpeg(1), "readme.md": b"x", "picture": jpeg(2), **jpegs(1)}
    scan = Archives(write_zip(tmp_path / "a.zip", members)).scan()
    assert [item.key for item in scan.items] == ["picture", "000.jpg"]
    assert scan.left_out == {
        ".md": 1, "(hidden files)": 1, "(thumbnails and leftovers of operating systems)": 1,
    }  # fmt: skip
    assert scan.notes == ["images by their content and not by name: 1, e.g. 'picture'"]


def test_a_table_of_metadata_in_an_archive_is_named(tmp_path: Path) -> None:
    scan = Archives(write_zip(tmp_path / "a.zip", {"x/metadata.csv": b"filename,a\n", **jpegs(1)})).scan()
    assert scan.notes == ["tables in archives are not read (x/metadata.csv); take it out, and name it by --metadata"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "a 7z archive, which is not read; unpack it, or pack it as .zip or .tar"),
        (b"\x1f\x8b\x08\x00" + bytes(100), "it is no tar archive|compressed data"),
        (b"PK\x03\x04" + bytes(100), "cut short or broken"),
        (b"hello", "it is no archive"),
        (b"", "it is no archive"),
    ],
)
def test_what_is_no_archive_is_refused_in_one_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(InputError, match=message):
        Archives(tmp_path / "a.zip").scan()


def test_an_archive_that_is_gone_is_no_failure_of_its_images(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar", jpegs(2))
    source = Archives(path)
    source.scan()
    path.unlink()
    with pytest.raises(VanishedError):
        source.read("000.jpg")
    with pytest.raises(InputError, match="no such file"):
        Archives(tmp_path / "b.tar").scan()


def test_parts_of_a_sparse_member_beyond_its_end_are_not_made_room_for(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("GNUSparseFile.0/a.bmp")
        info.pax_headers = {"GNU.sparse.size": "99", "GNU.sparse.map": f"0,{1 << 44}", "GNU.sparse.name": "a.bmp"}
        info.size = 4
        tar.addfile(info, io.BytesIO(b"abcd"))
    source = Archives(write_zip(tmp_path / "b.zip", jpegs(1)).with_name("a.tar"))
    with pytest.raises(UnreadableImageError, match="beyond its end"):
        source.read("a.bmp")


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_a_large_member_is_in_memory_once(tmp_path: Path, name: str) -> None:
    size = 48 << 20
    members = {"a.bmp": b"BM" + bytes(size - 2)}
    if name == "a.zip":
        write_zip(tmp_path / name, members)
    else:
        write_tar(tmp_path / name, members, "gz" if name.endswith("gz") else "")
    opened = OpenArchive.of(tmp_path / name)
    tracemalloc.start()
    try:
        data = opened.archive.read(opened.members["a.bmp"])
        assert len(data) == size
        assert tracemalloc.get_traced_memory()[1] < 1.9 * size  # 32 MB of a .tar.gz stay
    finally:
        tracemalloc.stop()

"""Files that are no pictures: always UnreadableImageError, always with a reason."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pillow_jxl  # noqa: F401
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from imagespace_core.errors import UnreadableImageError, VanishedError
from imagespace_core.images import reasons
from imagespace_core.images.decode import Decode, preview
from imagespace_core.images.formats import formats
from tests.makers.photos import encoded, photo, png_of_size, write_rubbish
from tests.makers.raw import dng

# What decode.py silences for users, pytest shows again.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SMALL = photo("blue", "triangle", 4, (40, 30))
formats()  # HEIF is Pillow's with them, JXL with its plugin
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "QOI", "JPEG2000", "AVIF", "HEIF", "JXL")
ENCODED = {name: encoded(SMALL, name) for name in FORMATS}
ENCODED["TIFF packed"] = encoded(SMALL, "TIFF", compression="tiff_lzw")
ENCODED["progressive"] = encoded(SMALL, "JPEG", progressive=True)
ENCODED["RAW"] = dng(SMALL, SMALL)


def test_each_kind_of_rubbish_is_told_apart(tmp_path: Path) -> None:
    for name, reason in write_rubbish(tmp_path).items():
        for read in (Decode(), lambda path: preview(path, 100)):
            with pytest.raises(UnreadableImageError) as caught:
                read(tmp_path / name)
            assert reason in str(caught.value), name
            assert str(tmp_path) not in str(caught.value), "the reason repeats the path"
            assert len(str(caught.value)) < 200


def test_missing_files_folders_and_pipes_have_their_reasons(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for path, reason in {
        tmp_path: "not a file",
        tmp_path / "pipe.jpg": "not a file",
    }.items():
        with pytest.raises(UnreadableImageError, match=reason):
            Decode()(path)
    with pytest.raises(VanishedError, match=r"gone\.jpg could be listed, and now cannot be read"):
        Decode()(tmp_path / "gone.jpg")


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOTCONN, errno.ESTALE, errno.ENODEV, errno.EMFILE])
def test_what_a_disk_that_is_gone_answers_is_no_failure_of_a_file(number: int) -> None:
    assert reasons.gone(OSError(number, os.strerror(number)))
    assert not reasons.gone(PermissionError(errno.EACCES, "denied"))
    assert not reasons.gone(OSError("image file is truncated"))


def test_errors_of_the_machine_have_their_reasons() -> None:
    # As root, as tests often run, no file is without permission; so the errors are handed over as they are.
    assert reasons.of_error(PermissionError(13, "denied"), b"", 9) == "no permission to read it"
    assert "memory" in reasons.of_error(MemoryError(), b"", 9)
    assert reasons.of_error(OSError(5, "Input/output error"), b"", 9) == "broken: [Errno 5] Input/output error"
    assert reasons.of_error(ValueError(), b"", 9) == "broken: ValueError"


def test_bombs_are_refused_by_their_header_and_the_limit_is_the_callers() -> None:
    with pytest.raises(UnreadableImageError, match=r"too large: 16000 x 16000 pixels \(limit 250 million\)"):
        Decode()(png_of_size(16_000, 16_000))
    with pytest.raises(UnreadableImageError, match=r"too large: 40 x 30 pixels \(limit 0.001 million\)"):
        Decode(max_pixels=1000)(ENCODED["PNG"])
    assert Decode(max_pixels=1200)(ENCODED["PNG"]).width == 40


def test_half_a_picture_is_no_picture() -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    for name, data in ENCODED.items():
        with pytest.raises(UnreadableImageError):
            Decode()(data[: len(data) // 2])
        assert Decode()(data).width == 40, name


@given(st.floats(0, 0.95), st.sampled_from(["JPEG", "progressive", "PNG", "WEBP", "BMP", "AVIF", "HEIF", "JXL"]))
@settings(max_examples=150, deadline=None)
def test_a_picture_cut_anywhere_is_refused_by_who_is_strict(share: float, name: str) -> None:
    data = ENCODED[name]
    with pytest.raises(UnreadableImageError):
        Decode(strict=True)(data[: int(len(data) * share)])


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", *(data[:n] for data in ENCODED.values() for n in (4, 12, 40))]),
)
@settings(max_examples=300, deadline=None)
def test_random_bytes_raise_nothing_else(garbage: bytes, start: bytes) -> None:
    decodes_or_says_why(start + garbage)


@given(
    st.sampled_from(sorted(ENCODED)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=6),
)
@settings(max_examples=400, deadline=None)
def test_flipped_bits_raise_nothing_else(name: str, flips: list[tuple[float, int]]) -> None:
    data = bytearray(ENCODED[name])
    for place, bit in flips:
        data[int(place * len(data))] ^= 1 << bit
    decodes_or_says_why(bytes(data))


def decodes_or_says_why(data: bytes) -> None:
    try:
        picture = Decode(min_side=16, max_pixels=1_000_000)(data)
    except UnreadableImageError:
        return
    assert picture.pixels.ndim == 3
    assert picture.pixels.shape[2] == 3


def test_pillows_own_bomb_check_is_off_because_ours_comes_first() -> None:
    assert Image.MAX_IMAGE_PIXELS is None

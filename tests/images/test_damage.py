"""Files whose last bytes are missing: kept and marked where most of the picture is there, refused where not."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageFile, TiffImagePlugin

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import damage
from imagespace_core.images.decode import Decode, preview
from tests.makers.photos import encoded, photo, turned

# What decode.py silences for users, pytest shows again.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

FULL = Decode(min_side=None)
LARGE = photo("red", "circle", 1, (640, 480))


def directory_first(data: bytes) -> bytes:
    """A TIFF as scanners write it: its directory stands before its strips, so that a cut file still has it."""
    tags = TiffImagePlugin.TiffImageFile(io.BytesIO(data)).tag_v2
    offsets, lengths = tags[273], tags[279]
    strips = b"".join(data[at : at + length] for at, length in zip(offsets, lengths, strict=True))
    tags[278] = int(tags[278])
    tags[273] = tuple(np.cumsum([0, *lengths[:-1]]).tolist())  # from the end of the directory
    return data[:4] + (8).to_bytes(4, "little") + tags.tobytes(8) + strips


CASES = {
    "JPEG": encoded(LARGE),
    "gray JPEG": encoded(LARGE.convert("L")),
    "CMYK JPEG": encoded(LARGE.convert("CMYK")),
    "PNG": encoded(LARGE, "PNG"),
    "RGBA PNG": encoded(LARGE.convert("RGBA"), "PNG"),
    "palette PNG": encoded(LARGE.quantize(64), "PNG"),
    "TIFF": encoded(LARGE, "TIFF"),
    "packed TIFF": directory_first(encoded(LARGE, "TIFF", compression="tiff_lzw", strip_size=30720)),
    "BMP": encoded(LARGE, "BMP"),
    "PPM": encoded(LARGE, "PPM"),
}


@pytest.mark.parametrize("name", CASES)
def test_where_a_tenth_is_missing_the_rest_is_kept_and_marked(name: str) -> None:
    data = CASES[name]
    whole, cut = FULL(data), FULL(data[: len(data) * 9 // 10])
    assert (whole.columns, cut.columns) == ({}, {"damaged": True})
    assert (cut.width, cut.height) == (640, 480)
    there = slice(100, None) if name == "BMP" else slice(None, 380)  # which begins below
    np.testing.assert_array_equal(cut.pixels[there], whole.pixels[there])
    assert (cut.pixels != whole.pixels).any()
    small = Decode(100)(data[: len(data) * 9 // 10])
    assert small.columns == {"damaged": True}
    assert small.pixels.shape == (120, 160, 3)
    assert preview(data[: len(data) * 9 // 10], 160).shape == (120, 160, 3)


@pytest.mark.parametrize("name", CASES)
def test_where_half_is_missing_there_is_no_picture(name: str) -> None:
    data = CASES[name]
    for read in (FULL, lambda data: preview(data, 100)):
        with pytest.raises(UnreadableImageError, match="truncated|broken"):
            read(data[: len(data) // 2])


@pytest.mark.parametrize("name", ["JPEG", "gray JPEG", "PNG", "RGBA PNG", "TIFF"])
def test_what_is_missing_is_gray(name: str) -> None:
    data = CASES[name]
    rows = FULL(data[: len(data) * 8 // 10]).pixels[-40:].astype(int)
    assert np.abs(rows - 128).max() <= 1


@pytest.mark.parametrize("name", CASES)
def test_who_is_strict_refuses_what_is_damaged(name: str) -> None:
    data = CASES[name]
    assert Decode(strict=True)(data).columns == {}
    with pytest.raises(UnreadableImageError, match="a part of the picture is missing"):
        Decode(strict=True)(data[: len(data) * 9 // 10])


def test_a_jpeg_without_its_last_two_bytes_is_all_there_and_damaged() -> None:
    whole, cut = FULL(CASES["JPEG"]), FULL(CASES["JPEG"][:-2])
    assert cut.columns == {"damaged": True}
    assert (cut.pixels != whole.pixels).any(axis=(1, 2)).sum() <= 16, "in the last row of blocks"


def test_a_copy_that_was_broken_off_and_filled_up_is_a_cut_file() -> None:
    data = CASES["JPEG"]
    filled = FULL(data[: len(data) * 8 // 10] + bytes(len(data) // 5))
    np.testing.assert_array_equal(filled.pixels, FULL(data[: len(data) * 8 // 10]).pixels)
    with pytest.raises(UnreadableImageError, match="truncated"):
        FULL(data[: len(data) // 2] + bytes(len(data) // 2))


def test_a_white_ground_is_not_taken_for_what_is_missing() -> None:
    image = LARGE.copy()
    image.paste((255, 255, 255), (0, 160, 640, 480))
    data = encoded(image)
    assert FULL(data[:-2]).columns == {"damaged": True}
    gray = Image.new("RGB", (640, 480), (128, 128, 128))
    with pytest.raises(UnreadableImageError):  # a wholly gray one cannot be told from nothing
        FULL(encoded(gray)[:-2])


def test_of_a_progressive_jpeg_the_brightness_must_have_come_in_all_its_frequencies() -> None:
    data = encoded(LARGE, progressive=True, quality=90)
    whole = FULL(data).pixels.astype(int)
    for share in (0.95, 0.5, 0.3):
        cut = FULL(data[: int(len(data) * share)])
        assert cut.columns == {"damaged": True}
        assert np.abs(cut.pixels - whole).mean() < 5
    scans = [match.start() for match in re.finditer(b"\xff\xda", data)]
    assert FULL(data[: scans[5] + 20]).columns == {"damaged": True}, "the fifth brings the last of them"
    for length in ((scans[4] + scans[5]) // 2, scans[4], scans[1]):
        with pytest.raises(UnreadableImageError, match="truncated"):
            FULL(data[:length])


def test_a_cut_jpeg_is_decoded_no_larger_than_a_whole_one() -> None:
    with Image.open(io.BytesIO(CASES["JPEG"][:-900])) as image:
        image.draft(None, (160, 120))
        left, damaged = damage.load(image)
    assert (left.size, damaged) == ((160, 120), True)


def test_a_picture_on_its_side_is_turned_though_it_is_damaged() -> None:
    _, exif = turned(6)
    data = encoded(LARGE, exif=exif)
    cut, whole = FULL(data[: len(data) * 9 // 10]), FULL(data)
    assert (cut.width, cut.height, cut.columns) == (480, 640, {"damaged": True})
    np.testing.assert_array_equal(cut.pixels[:, -300:], whole.pixels[:, -300:])


def test_threads_that_read_cut_and_whole_files_do_not_disturb_each_other() -> None:
    """There is one switch for cut files in Pillow, for all threads: it stays off."""
    files = [data[: len(data) * share // 10] for data in CASES.values() for share in (5, 9, 10)] * 3

    def outcome(data: bytes) -> object:
        try:
            return dict(Decode(100)(data).columns)
        except UnreadableImageError:
            return None

    with ThreadPoolExecutor(8) as executor:
        found = list(executor.map(outcome, files))
    assert found == [None, {"damaged": True}, {}] * len(CASES) * 3
    assert not ImageFile.LOAD_TRUNCATED_IMAGES

"""What comes out of `Decode` and `preview` for every kind of image file."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from imagespace_core.images.decode import Decode, preview, suffixes
from tests.makers.photos import dated_exif, encoded, photo, quadrants, turned

# What decode.py silences for users, pytest shows again.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

FULL = Decode(min_side=None)


def pixel(data: bytes, x: int = 0, y: int = 0) -> tuple[int, ...]:
    return tuple(int(v) for v in FULL(data).pixels[y, x])


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright_with_the_size_people_see(format: str, orientation: int) -> None:
    image, exif = turned(orientation)
    picture = Decode(min_side=100)(encoded(image, format, exif=exif))
    assert (picture.width, picture.height) == (320, 240)
    height, width = picture.pixels.shape[:2]
    assert (width, height) == (160, 120)
    corners = picture.pixels[[10, 10, -10, -10], [10, -10, 10, -10]].astype(int)
    wanted = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    assert np.abs(corners - wanted).max() < 30


@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 300), st.sampled_from(["JPEG", "PNG", "BMP"]))
@settings(max_examples=60, deadline=None)
def test_the_shorter_side_stays_at_or_above_what_was_asked(width: int, height: int, side: int, format: str) -> None:
    picture = Decode(side)(encoded(Image.new("RGB", (width, height), "teal"), format))
    assert (picture.width, picture.height) == (width, height)
    got = min(picture.pixels.shape[:2])
    assert got >= min(side or 10**6, width, height)
    if side:
        assert got < 2 * side or got == min(width, height)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.shape[2] == 3


def test_huge_pictures_come_out_small_in_any_format() -> None:
    for format in ("JPEG", "PNG"):
        picture = Decode(64)(encoded(Image.new("L", (4000, 3000), 90), format))
        assert (picture.width, picture.height) == (4000, 3000)
        assert 64 <= min(picture.pixels.shape[:2]) < 128


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_transparent_parts_are_white_and_half_transparent_parts_pale(format: str) -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((1, 0), (255, 0, 0, 255))
    image.putpixel((2, 0), (0, 0, 0, 128))
    data = encoded(image, format, **({"lossless": True, "exact": True} if format == "WEBP" else {}))
    assert pixel(data, 0) == (255, 255, 255)
    assert pixel(data, 1) == (255, 0, 0)
    assert pixel(data, 2) == (127, 127, 127)


def test_gray_with_alpha_palette_with_transparency_and_transparent_color_go_over_white() -> None:
    gray = Image.new("LA", (4, 4), (0, 0))
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([9, 9, 9, 0, 0, 0])
    assert pixel(encoded(gray, "PNG")) == (255, 255, 255)
    assert pixel(encoded(palette, "PNG", transparency=1)) == (255, 255, 255)
    assert pixel(encoded(palette, "PNG")) == (0, 0, 0)
    assert pixel(encoded(palette, "GIF", transparency=1)) == (255, 255, 255)
    assert pixel(encoded(Image.new("RGB", (4, 4), (1, 2, 3)), "PNG", transparency=(1, 2, 3))) == (255, 255, 255)


def test_transparency_does_not_bleed_its_hidden_color_when_reduced() -> None:
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 199, 400))
    row = Decode(50)(encoded(image, "PNG")).pixels[20].astype(int)
    assert (row[:, 0] <= row[:, 2]).all(), "red, which is invisible, shows at the border"


def test_inks_of_a_press_become_the_colors_of_a_screen() -> None:
    cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    for format in ("JPEG", "TIFF"):
        assert np.abs(np.subtract(pixel(encoded(cmyk, format)), (255, 0, 0))).max() <= 3


def test_other_color_spaces_become_rgb() -> None:
    red = Image.new("RGB", (16, 16), (200, 30, 30))
    lab_profile = ImageCms.createProfile("LAB")
    lab = ImageCms.applyTransform(
        red, ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab_profile, "RGB", "LAB")
    )
    assert lab is not None
    for image in (lab, red.convert("YCbCr")):
        assert np.abs(np.subtract(pixel(encoded(image, "TIFF")), (200, 30, 30))).max() <= 3


def test_one_bit_and_gray_pictures_become_rgb() -> None:
    for format in ("PNG", "TIFF", "BMP"):
        assert pixel(encoded(Image.new("1", (9, 9), 1), format)) == (255, 255, 255)
    assert pixel(encoded(Image.new("L", (9, 9), 77), "PNG")) == (77, 77, 77)


def test_sixteen_bit_png_keeps_its_brightness() -> None:
    values = np.array([[0, 257 * 5, 257 * 5 + 128, 257 * 5 + 129, 65535]], np.uint16)
    row = FULL(encoded(Image.fromarray(values), "PNG")).pixels[0, :, 0]
    assert row.tolist() == [0, 5, 5, 6, 255]


def test_twelve_bit_tiff_uses_the_range_it_has() -> None:
    values = np.array([[0, 2048, 4095]], np.uint16)
    assert FULL(encoded(Image.fromarray(values), "TIFF")).pixels[0, :, 0].tolist() == [0, 128, 255]


def test_float_tiff_goes_from_least_to_greatest_and_survives_nan() -> None:
    values = np.array([[-1.0, 0.0, 1.0, np.nan, np.inf]], np.float32)
    assert FULL(encoded(Image.fromarray(values), "TIFF")).pixels[0, :, 0].tolist() == [0, 127, 255, 0, 0]
    flat = np.full((3, 3), 7, np.float32)
    assert not FULL(encoded(Image.fromarray(flat), "TIFF")).pixels.any()


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_frames_the_first_counts(format: str) -> None:
    frames = [Image.new("RGB", (20, 10), color) for color in ("red", "lime", "blue")]
    options = {"lossless": True} if format == "WEBP" else {}
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:], **options)
    assert pixel(data, 3, 3) == (255, 0, 0)


def test_the_time_comes_from_exif_in_every_format_that_has_it() -> None:
    exif = dated_exif(DateTimeOriginal="2019:07:06 05:04:03").tobytes()
    for format in ("JPEG", "PNG", "TIFF", "WEBP"):
        picture = FULL(encoded(Image.new("RGB", (8, 8)), format, exif=exif))
        assert picture.taken_at == datetime(2019, 7, 6, 5, 4, 3), format


def test_rubbish_for_exif_does_not_cost_the_picture() -> None:
    for rubbish in (b"Exif\0\0" + b"\xff" * 40, b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\0\x63"):
        picture = FULL(encoded(Image.fromarray(quadrants()), exif=rubbish))
        assert (picture.width, picture.height, picture.taken_at) == (320, 240, None)


def test_a_file_and_its_bytes_give_the_same_picture(tmp_path: Path) -> None:
    data = encoded(photo("green", "circle", 5))
    (tmp_path / "wrong.png").write_bytes(data)  # the content counts, not the suffix
    np.testing.assert_array_equal(Decode()(tmp_path / "wrong.png").pixels, Decode()(data).pixels)


def test_many_threads_get_the_same_pictures() -> None:
    files = [encoded(photo("blue", "square", i, (400, 300)), f) for i in range(6) for f in ("JPEG", "PNG", "WEBP")]
    decode = Decode(100)
    with ThreadPoolExecutor(8) as executor:
        for alone, together in zip(map(decode, files), executor.map(decode, files), strict=True):
            np.testing.assert_array_equal(alone.pixels, together.pixels)


def test_a_jpeg_at_a_fraction_of_its_size_looks_like_the_whole_one_reduced() -> None:
    data = encoded(photo("purple", "triangle", 9, (1600, 1200)), quality=95)
    size = (224, 224)
    whole = Image.fromarray(FULL(data).pixels).resize(size, Image.Resampling.BICUBIC)
    quick = Image.fromarray(Decode(224)(data).pixels).resize(size, Image.Resampling.BICUBIC)
    assert np.abs(np.asarray(whole, int) - np.asarray(quick, int)).mean() < 2


@given(st.integers(1, 900), st.integers(1, 900), st.integers(1, 400), st.sampled_from(["JPEG", "PNG"]))
@settings(max_examples=40, deadline=None)
def test_previews_fit_keep_their_proportions_and_are_never_enlarged(
    width: int, height: int, side: int, format: str
) -> None:
    pixels = preview(encoded(Image.new("RGB", (width, height)), format), side)
    got_height, got_width = pixels.shape[:2]
    assert max(got_width, got_height) == min(side, max(width, height))
    assert abs(got_width - width * max(got_width, got_height) / max(width, height)) <= 1.01


def test_previews_are_upright_and_over_white() -> None:
    image, exif = turned(6)
    pixels = preview(encoded(image, exif=exif), 80)
    assert pixels.shape == (60, 80, 3)
    assert np.abs(pixels[5, 5].astype(int) - (255, 0, 0)).max() < 30
    assert preview(encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"), 5).min() == 255


def test_common_suffixes_are_images_and_documents_are_not() -> None:
    assert {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif", ".heic"} <= suffixes()
    assert not {".pdf", ".eps", ".mpg", ".h5", ".txt", ".svg", ""} & suffixes()


def test_the_picture_owns_no_open_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(photo("red", "circle", 0), "PNG"))
    pixels = FULL(path).pixels
    before = pixels.copy()
    path.write_bytes(b"")
    np.testing.assert_array_equal(pixels, before)
    assert io.BytesIO(path.read_bytes()).read() == b""

"""Pictures of phones, cameras and archives: HEIC, AVIF, JPEG XL, camera RAW."""

from __future__ import annotations

import io
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pillow_jxl
import pytest
from PIL import Image

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import content, formats, jpeg_xl, raw
from imagespace_core.images.decode import Decode, preview, suffixes
from tests.makers.photos import dated_exif, encoded, photo, quadrants, turned
from tests.makers.raw import dng

formats.formats()  # HEIF is Pillow's with them, JXL with its plugin

CORNERS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
"""Of `quadrants`, when it is upright."""


def corners(pixels: np.ndarray) -> np.ndarray:
    return pixels[[10, 10, -10, -10], [10, -10, 10, -10]].astype(int)


@pytest.mark.parametrize("format", ["HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phones_photo_is_turned_once(format: str, orientation: int) -> None:
    """Its orientation stands in the container; EXIF repeats it, and is not to be followed a second time."""
    image, exif = turned(orientation)
    data = encoded(image, format, exif=exif.tobytes())
    picture = Decode(100)(data)
    assert (picture.width, picture.height) == (320, 240)
    assert np.abs(corners(picture.pixels) - CORNERS).max() < 30
    assert np.abs(corners(preview(data, 160)) - CORNERS).max() < 30


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("small", [True, False], ids=["embedded", "developed"])
def test_camera_raw_is_upright_whether_embedded_or_developed(orientation: int, small: bool) -> None:
    image, _ = turned(orientation, 1280, 960)
    embedded = image.resize((image.width * 3 // 4, image.height * 3 // 4)) if small else None
    data = dng(image, embedded, orientation, "2019:07:06 05:04:03")
    picture = Decode(100)(data)
    assert (picture.width, picture.height) == (1280, 960), "the size is the photo's, not the embedded picture's"
    assert picture.taken_at == datetime(2019, 7, 6, 5, 4, 3)
    assert np.abs(corners(picture.pixels) - CORNERS).max() < 30
    assert np.abs(corners(preview(data, 300)) - CORNERS).max() < 30


def test_an_embedded_picture_that_the_camera_has_turned_already_stays_as_it_is() -> None:
    image, _ = turned(6, 1280, 960)
    upright = Image.fromarray(quadrants(960, 720))
    picture = Decode(100)(dng(image, upright, 6))
    assert (picture.width, picture.height) == (1280, 960)
    assert np.abs(corners(picture.pixels) - CORNERS).max() < 30


def test_an_embedded_picture_that_says_itself_how_to_turn_it_is_believed() -> None:
    image, exif = turned(8, 1280, 960)
    data = dng(image, image, 1, exif=exif)
    assert np.abs(corners(Decode(100)(data).pixels) - CORNERS).max() < 30


def test_a_tiny_embedded_picture_gives_way_to_a_development() -> None:
    image = photo("red", "circle", 1, (1280, 960))
    tiny = Image.new("RGB", (160, 120), "blue")
    pixels = Decode(100)(dng(image, tiny)).pixels.astype(int)
    assert pixels[..., 0].mean() > pixels[..., 2].mean()
    large = Image.new("RGB", (640, 480), "blue")
    assert Decode(100)(dng(image, large)).pixels[50, 50].argmax() == 2


def test_a_file_of_camera_raw_reads_like_its_bytes_and_a_tiff_under_its_name_like_a_tiff(tmp_path: Path) -> None:
    image = photo("red", "circle", 1, (640, 480))
    (tmp_path / "a.nef").write_bytes(dng(image, image))
    np.testing.assert_array_equal(Decode(100)(tmp_path / "a.nef").pixels, Decode(100)(dng(image, image)).pixels)
    (tmp_path / "b.nef").write_bytes(encoded(image, "TIFF"))
    assert Decode(None)(tmp_path / "b.nef").width == 640


def test_a_tiff_that_calls_itself_a_dng_is_one_whatever_its_first_picture_is() -> None:
    image = photo("red", "circle", 1)
    assert raw.is_raw(io.BytesIO(encoded(image, "TIFF", tiffinfo={50706: b"\1\4\0\0"})))
    assert not raw.is_raw(io.BytesIO(encoded(image, "TIFF")))


def test_the_limit_of_pixels_holds_for_the_photo_and_not_for_what_is_embedded() -> None:
    image = photo("red", "circle", 1, (1280, 960))
    with pytest.raises(UnreadableImageError, match="too large: 1280 x 960 pixels"):
        Decode(max_pixels=1_000_000)(dng(image, image.resize((640, 480))))


@pytest.mark.parametrize("container", [False, True])
@pytest.mark.parametrize("size", [(320, 240), (256, 256), (1, 1), (40, 8), (1000, 700), (3, 5000), (1920, 1080)])
def test_the_size_of_a_jpeg_xl_is_known_before_it_is_decoded(size: tuple[int, int], container: bool) -> None:
    data = encoded(Image.new("RGB", size, "teal"), "JXL", use_container=container, effort=1)
    assert jpeg_xl.size_of(data) == size


def test_a_bomb_of_jpeg_xl_or_heic_is_refused_by_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = Image.new("L", (3000, 2000), 9)
    jxl, heic = encoded(flat, "JXL", effort=1), encoded(flat, "HEIF")

    def decoder(num_threads: int) -> object:
        raise AssertionError("decoded")

    monkeypatch.setattr(pillow_jxl, "Decoder", decoder)
    for data in (jxl, heic):
        with pytest.raises(UnreadableImageError, match="too large: 3000 x 2000 pixels"):
            Decode(max_pixels=1_000_000)(data)


def test_jpeg_xl_is_turned_once_and_knows_its_date() -> None:
    """The decoder follows the orientation of the picture itself; what EXIF says of it is history."""
    exif = dated_exif(DateTimeOriginal="2019:07:06 05:04:03")
    exif[0x0112] = 6
    picture = Decode(100)(encoded(Image.fromarray(quadrants()), "JXL", exif=exif.tobytes()))
    assert (picture.width, picture.height, picture.taken_at) == (320, 240, datetime(2019, 7, 6, 5, 4, 3))
    assert np.abs(corners(picture.pixels) - CORNERS).max() < 30


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_packed_as_jpeg_xl_comes_out_as_that_jpeg(orientation: int, tmp_path: Path) -> None:
    image, exif = turned(orientation)
    (tmp_path / "a.jpg").write_bytes(encoded(image, exif=exif))
    with Image.open(tmp_path / "a.jpg") as jpeg, pytest.warns(UserWarning, match="JPEG reconstruction"):
        packed = encoded(jpeg, "JXL")
    picture = Decode(100)(packed)
    np.testing.assert_array_equal(picture.pixels, Decode(100)(tmp_path / "a.jpg").pixels)
    assert (picture.width, picture.height) == (320, 240)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_every_mode_of_jpeg_xl_is_read(mode: str) -> None:
    gray = Image.new("L", (40, 30), 77)
    image = Image.fromarray(np.full((30, 40), 77 * 257, np.uint16)) if mode == "I;16" else gray.convert(mode)
    wanted = 149 if mode == "I;16" else 77  # the encoder marks 16 bits as linear
    assert np.abs(Decode(None)(encoded(image, "JXL", lossless=True)).pixels.astype(int) - wanted).max() <= 1


def test_of_a_heic_with_several_pictures_the_first_counts_and_of_its_thumbnail_nothing() -> None:
    first, second = Image.new("RGB", (640, 480), "red"), Image.new("RGB", (640, 480), "blue")
    data = encoded(first, "HEIF", save_all=True, append_images=[second], thumbnails=[320])
    assert Decode(100)(data).pixels[50, 50].argmax() == 0
    image = Image.open(io.BytesIO(data), formats=("HEIF",))
    image.draft(None, (160, 120))
    assert image.size == (640, 480)


def test_of_a_stereo_photo_the_first_counts_and_the_second_may_be_cut() -> None:
    first, second = photo("red", "circle", 1, (640, 480)), photo("blue", "circle", 2, (640, 480))
    data = encoded(first, "MPO", save_all=True, append_images=[second])
    for length in (len(data), len(data) - 500):
        picture = Decode(None)(data[:length])
        np.testing.assert_array_equal(picture.pixels, Decode(None)(encoded(first)).pixels)
        assert picture.columns == {}


def test_ten_bits_of_a_heic_are_read_as_eight() -> None:
    import pillow_heif

    ramp = np.repeat(np.linspace(0, 65535, 64).astype(np.uint16)[None, :, None], 48, 0).repeat(3, 2)
    heic = pillow_heif.from_bytes(mode="RGB;16", size=(64, 48), data=ramp.tobytes())
    stream = io.BytesIO()
    heic.save(stream, quality=-1)
    row = Decode(None)(stream.getvalue()).pixels[20].astype(int)
    assert row[0].max() < 8
    assert row[-1].min() > 247


@pytest.mark.parametrize(
    ("module", "format", "remedy"),
    [("rawpy", "RAW", r'pip install "imagespace\[raw\]"'), ("pillow_jxl", "JXL", r'pip install "imagespace\[jxl\]"')],
)
def test_without_the_library_of_an_extra_the_reason_names_the_extra(
    module: str, format: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = photo("red", "circle", 1)
    data = dng(image, image) if format == "RAW" else encoded(image, format)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UnreadableImageError, match=remedy):
        Decode()(data)


def test_without_pillow_heif_the_reason_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(photo("red", "circle", 1), "HEIF")
    without = tuple(name for name in formats.formats() if name != "HEIF")
    monkeypatch.setattr(formats, "formats", lambda: without)
    monkeypatch.setattr("imagespace_core.images.decode.formats", lambda: without)
    with pytest.raises(UnreadableImageError, match="HEIC picture: pip install pillow-heif to read it"):
        Decode()(data)


def test_suffixes_of_phones_and_cameras_are_images() -> None:
    assert {".heic", ".heif", ".hif", ".avif", ".jxl", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".jp2"} <= suffixes()
    assert not formats.OTHER_SUFFIXES & suffixes()


def test_formats_are_told_by_their_first_bytes() -> None:
    image = photo("red", "circle", 1)
    for format in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "QOI", "JPEG2000", "AVIF", "HEIF", "JXL"):
        assert content.format_of(encoded(image, format)[:64]) == format
    avif = encoded(image, "AVIF")
    assert content.format_of(avif[:8] + b"mif1" + avif[12:64]) == "AVIF"
    assert content.format_of(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic") == "HEIF"
    for text in (b"BMW and others", b"P6: a plan", b"RIFF\0\0\0\0WAVEfmt ", b"", b"GIF"):
        assert content.format_of(text) is None

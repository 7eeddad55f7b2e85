"""Color profiles: what people see is what the picture meant, in pixels and previews alike."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from imagespace_core.images import color, profiles
from imagespace_core.images.decode import Decode, preview
from imagespace_core.images.formats import formats
from tests.makers.color_profiles import ADOBE_RGB, DISPLAY_P3, SRGB, gray_profile, press_profile, rgb_profile
from tests.makers.photos import encoded

# What decode.py silences for users, pytest shows again.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

formats()  # HEIF is Pillow's with them
P3, ADOBE = rgb_profile(DISPLAY_P3), rgb_profile(ADOBE_RGB, 563 / 256)
RED = Image.new("RGB", (320, 240), (200, 80, 40))


def shown(data: bytes) -> tuple[int, ...]:
    """The color of the picture, the same in all that is made of it."""
    full, small, seen = Decode(None)(data), Decode(50)(data), preview(data, 80)
    color = full.pixels[5, 5].astype(int)
    assert np.abs(small.pixels[5, 5] - color).max() <= 1
    assert np.abs(seen[5, 5] - color).max() <= 1
    assert full.remarks == small.remarks
    return tuple(int(v) for v in color)


def remarks(data: bytes) -> tuple[str, ...]:
    return Decode(50)(data).remarks


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF"])
def test_wide_colors_are_shown_as_meant_in_every_format(format: str) -> None:
    for profile, wanted in ((P3, (216, 69, 17)), (ADOBE, (230, 79, 32))):
        data = encoded(RED, format, icc_profile=profile)
        assert np.abs(np.subtract(shown(data), wanted)).max() <= 5
        assert remarks(data) == ()


def test_colors_of_srgb_stay_as_they_are_whoever_wrote_the_profile() -> None:
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (own, rgb_profile(SRGB)):
        data = encoded(RED, "PNG", icc_profile=profile)
        assert shown(data) == (200, 80, 40)
        assert remarks(data) == ()
        with Image.open(io.BytesIO(data)) as image:
            assert profiles.profile_for(image.info["icc_profile"], "RGB").transform is None, "it costs nothing"


def test_a_profile_is_read_once_for_all_pictures_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    unseen = rgb_profile(DISPLAY_P3, 1.7)
    read = []
    real = profiles._read
    monkeypatch.setattr(profiles, "_read", lambda data: read.append(len(data)) or real(data))
    for name in ("red", "lime", "blue"):
        Decode(50)(encoded(Image.new("RGB", (60, 60), name), icc_profile=unseen))
    assert len(read) == 1


def test_inks_are_shown_as_the_press_prints_them() -> None:
    cyan = Image.new("CMYK", (320, 240), (255, 0, 0, 0))
    for format in ("JPEG", "TIFF"):
        assert (
            np.abs(np.subtract(shown(encoded(cyan, format, icc_profile=press_profile())), (119, 235, 255))).max() <= 4
        )
        assert np.abs(np.subtract(shown(encoded(cyan, format)), (0, 255, 255))).max() <= 3


def test_gray_values_have_profiles_too() -> None:
    linear = gray_profile(1.0)
    for mode, fill in (("L", 100), ("LA", (100, 255))):
        assert shown(encoded(Image.new(mode, (320, 240), fill), "PNG", icc_profile=linear)) == (168, 168, 168)
    sixteen = Image.fromarray(np.full((240, 320), 100 * 257, np.uint16))
    assert shown(encoded(sixteen, "PNG", icc_profile=linear)) == (168, 168, 168)
    assert shown(encoded(Image.new("L", (320, 240), 100), "PNG", icc_profile=P3)) == (100, 100, 100)


def test_a_palette_and_what_is_transparent_have_profiles_too() -> None:
    palette = Image.new("P", (320, 240), 1)
    palette.putpalette([0, 0, 0, 200, 80, 40])
    assert np.abs(np.subtract(shown(encoded(palette, "PNG", icc_profile=P3)), (216, 69, 17))).max() <= 1
    assert shown(encoded(palette, "PNG", icc_profile=P3, transparency=1)) == (255, 255, 255)
    clear = Image.new("RGBA", (320, 240), (200, 80, 40, 255))
    assert np.abs(np.subtract(shown(encoded(clear, "PNG", icc_profile=P3)), (216, 69, 17))).max() <= 1


@pytest.mark.parametrize("driver", ["GTiff", "PNG"])
def test_sixteen_bits_a_color_have_profiles_too(driver: str) -> None:
    """Pillow would misread them, so another library reads them; a scan is often in a wide color space."""
    import base64

    from rasterio.io import MemoryFile

    values = np.broadcast_to(np.array([200, 80, 40], np.uint16)[:, None, None] * 257, (3, 240, 320)).copy()
    values[:, :, :20], values[:, :, 300:] = 0, 65535  # so that the range is known
    profile = base64.b64encode(P3).decode()
    with MemoryFile() as memory:
        shape = {"width": 320, "height": 240, "count": 3, "dtype": "uint16"}
        with memory.open(driver=driver, **shape, SOURCE_ICC_PROFILE=profile) as dataset:
            dataset.write(values)
        data = bytes(memory.getbuffer())
    assert np.abs(Decode(None)(data).pixels[100, 100].astype(int) - (216, 69, 17)).max() <= 2
    assert np.abs(preview(data, 80)[40, 40].astype(int) - (216, 69, 17)).max() <= 2


@pytest.mark.parametrize(
    "profile",
    [b"x", bytes(1_500_000), P3[:200], P3[:128] + bytes(len(P3) - 128), press_profile(), gray_profile(1.0)],
    ids=["one byte", "zeros", "cut", "no tags", "of a press", "of grays"],
)
def test_a_profile_that_cannot_be_used_is_ignored_and_said(profile: bytes) -> None:
    data = encoded(RED, "PNG", icc_profile=profile)
    assert shown(data) == (200, 80, 40)
    assert remarks(data) == ("its color profile cannot be used and was ignored",)


def test_a_profile_of_fifty_megabytes_is_ignored_and_said() -> None:
    data = encoded(RED, "TIFF", icc_profile=P3 + bytes(50 << 20))
    assert shown(data) == (200, 80, 40)
    assert remarks(data) == ("its color profile has more than 8 MB and was ignored",)


def test_what_is_no_color_needs_no_profile() -> None:
    lab = Image.new("LAB", (32, 24), (128, 128, 128))
    assert remarks(encoded(lab, "TIFF", icc_profile=bytes(500))) == ()
    assert remarks(encoded(RED, "PNG")) == ()


def test_columns_are_made_of_the_colors_that_are_meant() -> None:
    pixels = Decode(96)(encoded(RED, "PNG", icc_profile=P3)).pixels
    assert color.columns(pixels)["dominant_color"] == "#d84511"

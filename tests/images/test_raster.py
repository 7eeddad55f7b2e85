"""Pictures of many bands, and of wide or signed numbers: read as they are, or refused with a true reason."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import tifffile
from PIL import Image

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images import raster
from imagespace_core.images.decode import Decode, preview
from imagespace_core.images.value_range import SAMPLE_VALUES, ValueRange

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

RAMP = np.add.outer(np.arange(64), np.arange(64)) / 126
FULL = Decode(min_side=None)


def _written(file: Path, *bands: np.ndarray, driver: str = "GTiff", **more: Any) -> Path:
    height, width = bands[0].shape
    with rasterio.open(
        file, "w", driver=driver, width=width, height=height, count=len(bands), dtype=bands[0].dtype, **more
    ) as out:
        for number, band in enumerate(bands, start=1):
            out.write(band, number)
    return file


def _looks_like_the_ramp(pixels: np.ndarray) -> bool:
    return pixels.shape == (64, 64, 3) and np.abs(pixels / 255 - RAMP[..., None]).max() < 0.03


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        ("int8", -128, 127), ("int16", -1000, 1000), ("uint16", 0, 65535), ("int32", -7, 10**9), ("uint32", 0, 2**32-9),
        ("int64", 0, 2**40), ("uint64", 0, 2**50), ("float32", 0, 1), ("float64", -1e-9, 1e-9),
    ],
)  # fmt: skip
def test_numbers_of_every_width_make_a_picture_with_contrast(
    tmp_path: Path, dtype: str, low: float, high: float
) -> None:
    values = (low + (high - low) * RAMP).astype(dtype)
    picture = FULL(_written(tmp_path / "a.tif", values, photometric="MINISBLACK"))
    assert _looks_like_the_ramp(picture.pixels)
    assert _looks_like_the_ramp(preview(tmp_path / "a.tif", 64))
    assert (picture.width, picture.height) == (64, 64)


@pytest.mark.parametrize("count", [2, 4, 5, 12])
def test_of_more_bands_than_colors_the_first_are_shown_which_is_said(tmp_path: Path, count: int) -> None:
    bands = [(RAMP * 255).astype(np.uint8)] * min(3, count - 1)
    bands += [np.zeros((64, 64), np.uint8)] * (count - len(bands))
    picture = FULL(_written(tmp_path / "a.tif", *bands, photometric="MINISBLACK", alpha="NO"))
    assert _looks_like_the_ramp(picture.pixels)
    assert picture.remarks == (raster.FIRST if count == 2 else raster.FIRST_THREE,)


@pytest.mark.parametrize(("name", "driver"), [("a.png", "PNG"), ("a.tif", "GTiff")])
def test_colors_of_twelve_bits_in_sixteen_are_not_black(tmp_path: Path, name: str, driver: str) -> None:
    band = (RAMP * 4095).astype(np.uint16)
    more = {"photometric": "RGB"} if driver == "GTiff" else {}
    picture = FULL(_written(tmp_path / name, band, band, band, driver=driver, **more))
    assert _looks_like_the_ramp(picture.pixels)


def test_a_picture_goes_by_the_range_of_its_kind_and_else_says_that_its_scale_is_its_own(tmp_path: Path) -> None:
    file = _written(tmp_path / "a.tif", (RAMP * 1000).astype(np.int32))
    ranges = (ValueRange("uint16", 0, 9), ValueRange("integer", 0, 2000))
    scaled = Decode(min_side=None, ranges=ranges)(file)
    assert scaled.pixels.max() == 128
    assert scaled.remarks == ()
    assert FULL(file).remarks == (raster.BY_ITSELF,)


def test_what_the_file_calls_no_data_is_black_and_stretches_nothing(tmp_path: Path) -> None:
    values = (200 + 800 * RAMP).astype(np.float32)
    values[0, :8] = -9999
    pixels = FULL(_written(tmp_path / "dem.tif", values, nodata=-9999)).pixels
    assert pixels[0, :8].max() == 0
    assert np.abs(pixels[1:, 8:, 0] / 255 - RAMP[1:, 8:]).max() < 0.03


def test_infrared_is_no_transparency_and_alpha_is(tmp_path: Path) -> None:
    band = np.full((64, 64), 100, np.uint8)
    clear = np.zeros((64, 64), np.uint8)
    infrared = _written(tmp_path / "i.tif", band, band, band, clear, photometric="RGB", alpha="UNSPECIFIED")
    assert FULL(infrared).pixels.max() == 100
    alpha = _written(tmp_path / "a.tif", band, band, band, clear, photometric="RGB", alpha="YES")
    assert FULL(alpha).pixels.min() == 255


def test_white_may_be_nought(tmp_path: Path) -> None:
    file = _written(tmp_path / "w.tif", ((1 - RAMP) * 65535).astype(np.uint16), photometric="MINISWHITE")
    assert _looks_like_the_ramp(FULL(file).pixels)


def test_a_reduced_one_is_an_average_upright_and_of_the_size_people_see(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    values = np.concatenate([np.full((100, 60), 1000, np.uint16), np.full((20, 60), 50_000, np.uint16)])
    Image.fromarray(values).save(buffer, "TIFF", tiffinfo={274: 6})
    picture = Decode(min_side=30, ranges=(ValueRange("uint16", 0, 50_000),))(buffer.getvalue())
    assert (picture.width, picture.height) == (120, 60)
    assert picture.pixels.shape == (30, 60, 3)
    assert picture.pixels[0, 0, 0] == 255
    assert picture.pixels[0, -1, 0] == 5


def test_complex_numbers_and_files_cut_short_are_refused_with_the_true_reason(tmp_path: Path) -> None:
    complex_ = _written(tmp_path / "c.tif", RAMP.astype(np.complex64))
    with pytest.raises(UnreadableImageError, match="complex64, which are no picture"):
        FULL(complex_)
    whole = _written(tmp_path / "d.tif", RAMP.astype(np.float64)).read_bytes()
    with pytest.raises(UnreadableImageError, match="broken"):
        FULL(whole[: len(whole) // 2])


def test_giants_are_refused_by_their_header(tmp_path: Path) -> None:
    file = _written(tmp_path / "a.tif", RAMP.astype(np.float64))
    with pytest.raises(UnreadableImageError, match="too large: 64 x 64"):
        Decode(max_pixels=1000)(file)


def test_no_file_beside_the_picture_changes_it(tmp_path: Path) -> None:
    file = _written(tmp_path / "a.tif", (RAMP * 4095).astype(np.uint16))
    before = FULL(file).pixels
    (tmp_path / "a.tif.aux.xml").write_text("<PAMDataset><PAMRasterBand band='1'><NoDataValue>100</NoDataValue>"
                                            "</PAMRasterBand></PAMDataset>")  # fmt: skip
    assert np.array_equal(FULL(file).pixels, before)


def test_of_a_large_picture_some_values_are_taken_and_spread_over_it(tmp_path: Path) -> None:
    values = np.arange(1200 * 1600, dtype=np.uint32).reshape(1200, 1600)
    tifffile.imwrite(tmp_path / "a.tif", np.stack([values] * 3), photometric="rgb", planarconfig="separate")
    found = raster.sample(tmp_path / "a.tif", 10**8)
    assert found is not None
    assert found.size < 8 * SAMPLE_VALUES
    assert found.min() < 20_000
    assert found.max() > values.max() - 20_000


def test_a_side_that_no_decoder_gets_to_the_end_of_is_refused_by_the_header(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "wide.tif", np.zeros((1, (1 << 20) + 1), np.uint8))
    tifffile.imwrite(tmp_path / "tall.tif", np.zeros(((1 << 20) + 1, 1), np.int32))
    for name in ("wide.tif", "tall.tif"):
        with pytest.raises(UnreadableImageError, match="limit 1,048,576 a side"):
            Decode()(tmp_path / name)

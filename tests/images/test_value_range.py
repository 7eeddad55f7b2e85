"""Which values of more than eight bits become black and white."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.images.range_sample import sampled_ranges
from imagespace_core.images.value_range import ValueRange, measured

# What decode.py silences for users, pytest shows again.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

RAMP = np.add.outer(np.arange(64), np.arange(64)) / 126  # 0 to 1, the mean is 0.5


def _range(kind: str, *samples: np.ndarray) -> tuple[float, float]:
    found = measured(kind, samples)
    return found.low, found.high


@pytest.mark.parametrize(("bits", "top"), [(10, 1023), (12, 4095), (14, 16383), (16, 65535)])
def test_values_that_fill_a_cameras_bits_go_over_all_of_them(bits: int, top: int) -> None:
    found = measured("uint16", [(RAMP * top).astype(np.uint16), (RAMP[:20] * top).astype(np.uint16)])
    assert (found.low, found.high, found.depth, found.pictures) == (0, top, bits, 2)


def test_floats_from_0_to_1_or_to_255_are_taken_as_such() -> None:
    assert _range("float", RAMP * 0.9) == (0, 1)
    assert _range("float", RAMP * 250) == (0, 255)


def test_values_in_a_narrow_band_fill_the_scale_and_so_do_heights_and_signed_ones() -> None:
    low, high = _range("uint16", (20_000 + 100 * RAMP).astype(np.uint16))
    assert 19_999 < low < 20_015 < 20_090 < high <= 20_100
    low, high = _range("integer", (-500 + 900 * RAMP).astype(np.int32))
    assert -500 <= low < -440 < 340 < high <= 400


def test_specks_of_any_brightness_and_what_is_not_finite_do_not_count() -> None:
    hot = (1020 * RAMP).astype(np.uint16)
    hot[3, 3:6] = 65535
    assert _range("uint16", hot) == (0, 1023)
    floats = RAMP.copy()
    floats[0, :4] = np.nan, np.inf, -np.inf, 1e30
    assert _range("float", floats) == (0, 1)


@pytest.mark.parametrize("nothing", [-32768, -9999, 32767])
def test_a_value_far_from_all_others_that_fills_much_is_no_data_although_no_file_says_so(nothing: int) -> None:
    heights = (200 + 100 * RAMP).astype(np.int16)
    heights[:32] = nothing
    found = measured("integer", [heights])
    assert found.nodata == nothing
    assert 200 <= found.low < found.high <= 300
    assert found(heights)[:32].max() == 0


def test_masks_and_labels_have_no_such_value() -> None:
    mask = np.where(RAMP > 0.5, 65535, 0).astype(np.uint16)
    labels = np.where(RAMP > 0.7, RAMP * 40, 0).astype(np.uint16)
    assert measured("uint16", [mask]).nodata is None
    assert measured("uint16", [labels]).nodata is None
    assert _range("uint16", mask) == (0, 65535)


def test_one_value_throughout_and_nothing_at_all_are_black() -> None:
    flat = np.full((4, 4), 7.0)
    assert measured("float", [flat])(flat).max() == 0
    assert measured("float", [np.full((4, 4), np.nan)])(flat).max() == 0


def test_a_note_says_the_values_where_they_are_from_and_how_to_choose_others() -> None:
    note = measured("uint16", [(RAMP * 4095).astype(np.uint16)]).note()
    assert all(part in note for part in ("0 becomes black", "4095 white", "12 bits", "1 picture", "--range LOW,HIGH"))
    assert "measured" not in ValueRange("float", 2.0, 3.0).note()


def test_of_a_collection_one_range_a_kind_and_none_for_eight_bits(tmp_path: Path) -> None:
    Image.fromarray((RAMP * 255).astype(np.uint8)).save(tmp_path / "eight.png")
    Image.fromarray((RAMP * 4095).astype(np.uint16)).save(tmp_path / "twelve.png")
    Image.fromarray((200 + 800 * RAMP).astype(np.float32)).save(tmp_path / "dem.tif")
    (tmp_path / "broken.tif").write_bytes(b"II*\0broken")
    files = sorted(tmp_path.iterdir())
    sixteen, float_ = sampled_ranges(files, 10**6, Path)
    assert (sixteen.kind, sixteen.high, float_.kind) == ("uint16", 4095, "float")
    assert 980 < float_.high <= 1000
    assert sampled_ranges([tmp_path / "eight.png"], 10**6, Path) == ()
    assert sampled_ranges([], 10**6, Path) == ()

"""Computed columns against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from imagespace_core.images.color import COLUMNS, columns
from tests.makers.photos import photo


def flat(*color: int, height: int = 30, width: int = 40) -> np.ndarray:
    return np.full((height, width, 3), color, np.uint8)


@pytest.mark.parametrize(
    ("color", "hue", "saturation", "lightness", "brightness"),
    [
        ((255, 0, 0), 0, 1, 0.5, 0.299),
        ((0, 255, 0), 120, 1, 0.5, 0.587),
        ((0, 0, 255), 240, 1, 0.5, 0.114),
        ((255, 255, 0), 60, 1, 0.5, 0.886),
        ((51, 102, 153), 210, 0.5, 0.4, 0.363),
    ],
)
def test_one_color_has_the_values_of_that_color(
    color: tuple[int, int, int], hue: float, saturation: float, lightness: float, brightness: float
) -> None:
    got = columns(flat(*color))
    assert got["dominant_color"] == "#{:02x}{:02x}{:02x}".format(*color)
    assert got["hue"] == pytest.approx(hue)
    assert got["saturation"] == pytest.approx(saturation)
    assert got["lightness"] == pytest.approx(lightness)
    assert got["brightness"] == pytest.approx(brightness, abs=0.001)
    assert got["edge_density"] == 0


def test_gray_has_no_hue() -> None:
    got = columns(flat(128, 128, 129))
    assert math.isnan(float(got["hue"]))
    assert got["saturation"] == pytest.approx(0, abs=0.01)


def test_the_dominant_color_is_the_most_frequent_one_not_the_mean() -> None:
    pixels = flat(10, 20, 200, width=100)
    pixels[:, :35] = (250, 250, 250)
    assert columns(pixels)["dominant_color"] == "#0a14c8"


def test_a_color_on_the_border_of_two_bins_is_one_color() -> None:
    rng = np.random.default_rng(0)
    pixels = flat(0, 0, 0, height=64, width=64)
    pixels[:] = rng.integers(124, 133, (64, 64, 1))  # 45 % of the picture, half below 128 and half above
    pixels[:36] = rng.integers(0, 256, (36, 64, 3))
    red, green, blue = bytes.fromhex(str(columns(pixels)["dominant_color"])[1:])
    assert 122 <= red <= 134
    assert 122 <= green <= 134
    assert 122 <= blue <= 134


def test_stripes_have_edges_and_their_size_does_not_matter() -> None:
    # Wide enough stripes look the same in the copy that edges are counted in, whatever the resolution.
    def stripes(scale: int) -> np.ndarray:
        row = (np.arange(64 * scale) // (16 * scale) % 2 * 255).astype(np.uint8)
        return np.repeat(np.tile(row, (64 * scale, 1))[:, :, None], 3, axis=2)

    small, large = columns(stripes(1))["edge_density"], columns(stripes(8))["edge_density"]
    assert small == pytest.approx(6 / 62)  # 3 borders, 2 pixels wide, of 62 columns
    assert large == pytest.approx(small, abs=0.07)


def test_resolution_hardly_changes_any_column() -> None:
    image = photo("orange", "square", 3, (640, 480))
    whole, half = columns(np.asarray(image)), columns(np.asarray(image.reduce(2)))
    for name in ("hue", "saturation", "lightness", "brightness", "edge_density"):
        assert half[name] == pytest.approx(whole[name], rel=0.05, abs=0.02), name


@given(arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3))))
@settings(max_examples=60, deadline=None)
def test_every_picture_has_every_column_in_range(pixels: np.ndarray) -> None:
    got = columns(pixels)
    assert list(got) == list(COLUMNS)
    for name in ("saturation", "lightness", "brightness", "edge_density"):
        assert 0 <= float(got[name]) <= 1, name
    assert math.isnan(float(got["hue"])) or 0 <= float(got["hue"]) <= 360
    assert len(str(got["dominant_color"])) == 7
    assert repr(columns(pixels)) == repr(got)


def test_a_panorama_one_pixel_high_has_columns_too() -> None:
    assert columns(np.asarray(Image.new("RGB", (5000, 1), "red")))["dominant_color"] == "#ff0000"

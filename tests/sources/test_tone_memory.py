"""Deep slices and scenes become 8 bits without standing in memory as floats."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from imagespace_core.sources.geotiff.tone import Tone
from imagespace_core.sources.microscopy.slices import Stretch

VALUES = (np.add.outer(np.arange(1500), np.arange(1000)) * 20 % 65536).astype(np.uint16)
EDGE = np.array([100.0]), np.array([4100.0])


def of_slice(values: np.ndarray) -> np.ndarray:
    return Stretch(100, 4100)(values)


def of_scene(values: np.ndarray) -> np.ndarray:
    return Tone((1,), *EDGE)(values[..., None], np.ones(values.shape, bool))[..., 0]


@pytest.mark.parametrize("shown", [of_slice, of_scene])
def test_eight_bits_are_made_some_rows_at_a_time(shown: Callable[[np.ndarray], np.ndarray]) -> None:
    tracemalloc.start()
    try:
        pixels = shown(VALUES)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * VALUES.size + 4_000_000, "a float32 copy takes 4 bytes a pixel, and its steps as much again"
    expected = np.rint((VALUES.astype(float) - 100).clip(0, 4000) / 4000 * 255)
    assert np.abs(pixels.astype(float) - expected).max() <= 1

"""A least value that fills much of a scene: when it is taken for no data, when only proposed, and how it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images.decode import Decode
from imagespace_core.sources.geotiff.source import GeoTiff
from tests.makers.scenes import write_scene

WHOLE = Decode(min_side=None)


def heights(fill: float, kind: str = "int16", low: float = 0, high: float = 3000) -> np.ndarray:
    """(1, 100, 200): the left half is the fill, the right one rises from west to east."""
    scene = np.full((1, 100, 200), fill, kind)
    scene[0, :, 100:] = np.linspace(low, high, 100).astype(kind)
    return scene


def scanned(path: Path, **options: Any) -> tuple[GeoTiff, list[str]]:
    source = GeoTiff(path, WHOLE, annotations="none", chip_size=100, **options)
    return source, list(source.scan().notes)


def contrast(source: GeoTiff) -> tuple[int, int]:
    """The darkest and the lightest value of the right half."""
    pixels = source.read("scene.tif#100,0").pixels
    return int(pixels.min()), int(pixels.max())


@pytest.mark.parametrize(
    ("fill", "kind", "low", "high"),
    [(-32768, "int16", 0, 3000), (-9999, "int16", -50, 20_000), (-9999, "float32", 200, 3000),
     (float(np.finfo("float32").min), "float32", 0, 1), (-500, "int32", 0, 100)],
)  # fmt: skip
def test_a_value_that_can_be_nothing_else_is_taken_and_said(
    tmp_path: Path, fill: float, kind: str, low: float, high: float
) -> None:
    source, notes = scanned(write_scene(tmp_path / "scene.tif", heights(fill, kind, low, high)))
    assert notes == [
        f"50% of scene.tif is {fill:g}, the least value, and is taken for no data; --nodata none takes it for a value"
    ]
    assert contrast(source) == (0, 255)
    with pytest.raises(UnreadableImageError, match="no data there"):
        source.read("scene.tif#0,0")
    assert (source.region("scene.tif", (0, 0, 50, 50), 50) == 255).all()


@pytest.mark.parametrize(("fill", "kind", "low"), [(0, "uint16", 300), (0, "uint8", 20), (-10, "int16", 0)])
def test_any_other_least_value_that_fills_much_is_proposed(tmp_path: Path, fill: float, kind: str, low: float) -> None:
    scene = write_scene(tmp_path / "scene.tif", heights(fill, kind, low, 250))
    source, notes = scanned(scene)
    assert notes == [
        f"50% of scene.tif is {fill:g}, the least value; if that stands for no data, say --nodata {fill:g}"
    ]
    source.read("scene.tif#0,0")
    source, notes = scanned(scene, nodata=f"{fill:g}")
    assert notes == []
    with pytest.raises(UnreadableImageError, match="no data there"):
        source.read("scene.tif#0,0")


def test_masks_palettes_and_scenes_without_such_a_value_are_left_alone(tmp_path: Path) -> None:
    classes = np.zeros((1, 100, 200), np.int16)
    classes[0, :, 100:] = np.arange(100) % 5 + 1
    assert scanned(write_scene(tmp_path / "scene.tif", classes))[1] == []
    assert scanned(write_scene(tmp_path / "scene.tif", heights(0, "int16", 0, 3000)[:, :, 100:]))[1] == []
    assert scanned(write_scene(tmp_path / "scene.tif", heights(-32768), nodata=-32768))[1] == [], "the file says so"


def test_a_wrong_tag_does_not_hide_the_value(tmp_path: Path) -> None:
    source, notes = scanned(write_scene(tmp_path / "scene.tif", heights(-32768), nodata=-1))
    assert len(notes) == 1
    assert contrast(source) == (0, 255)


def test_none_takes_every_value_for_data(tmp_path: Path) -> None:
    source, notes = scanned(write_scene(tmp_path / "scene.tif", heights(-32768)), nodata="none")
    assert notes == []
    assert (source.read("scene.tif#0,0").pixels == 0).all()
    assert contrast(source)[0] > 200, "all that is land is nearly white"


@pytest.mark.parametrize(
    ("wanted", "said"), [("much", "expected a number"), ("-1", "no scene can have it, scene.tif is uint8")]
)
def test_a_value_that_cannot_be_meant_is_refused(tmp_path: Path, wanted: str, said: str) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    with pytest.raises(InputError, match=said):
        scanned(scene, nodata=wanted)


def test_reduced_pixels_are_means_of_those_with_data(tmp_path: Path) -> None:
    pixels = np.full((1, 80, 80), 1000, np.int16)
    pixels[0, :, ::2] = -32768
    pixels[0, :40, 1::2] = np.linspace(0, 2000, 40).astype(np.int16)
    source = GeoTiff(write_scene(tmp_path / "scene.tif", pixels), Decode(min_side=10), annotations="none", chip_size=80)
    source.scan()
    small = source.read("scene.tif#0,0").pixels
    assert small.shape == (10, 10, 3)
    assert small[9, 0, 0] == pytest.approx(255 * 1000 / 2000, abs=8), "half of it is no data and does not darken it"


def test_many_scenes_of_one_kind_are_one_note_and_stamps_change_with_the_value(tmp_path: Path) -> None:
    for name in "abc":
        write_scene(tmp_path / f"scenes/{name}.tif", heights(-32768))
    source, notes = scanned(tmp_path / "scenes")
    assert [note[:50] for note in notes] == ["50% of a.tif (and much of 2 more scenes) is -32768"]
    stamps = [
        scanned(tmp_path / "scenes", nodata=value)[0].scan().items[0].stamp for value in (None, "none", "-32768", "5")
    ]
    assert len(set(stamps)) == 3
    assert stamps[0] == stamps[2]
    assert source.scan().items[0].stamp == stamps[0]

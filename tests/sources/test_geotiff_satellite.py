"""The real scenes: every label becomes a chip whose outline, drawn back on the scene, is where the GeoJSON says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.images.decode import Decode
from imagespace_core.sources.geotiff.source import GeoTiff, recognizes

WHOLE = Decode(min_side=None)


@pytest.fixture
def buildings(real_data: Path) -> Path:
    return real_data / "satellite/buildings"


@pytest.fixture
def ships(real_data: Path) -> Path:
    return real_data / "satellite/ships"


def drawn(rings: Any, width: int, height: int) -> np.ndarray:
    """bool (height, width): the pixels inside, by Pillow, which knows nothing of geography."""
    from PIL import Image, ImageDraw

    canvas = Image.new("1", (width, height))
    for ring in rings:
        ImageDraw.Draw(canvas).polygon([tuple(place) for place in ring], fill=1)
    return np.asarray(canvas)


def test_every_building_becomes_a_chip_whose_outline_matches_the_geojson_to_a_pixel(buildings: Path) -> None:
    assert recognizes(buildings)
    source = GeoTiff(buildings, WHOLE)
    items = source.scan().items
    features = json.loads((buildings / "geotiff_labels.geojson").read_text())["features"]
    assert len(items) == len(features) == 43
    assert source.scan().skipped == []
    # From the file's own header: upper left corner and size of a pixel.
    left, top, size = 733_601.0, 3_725_139.0, 0.5
    region = source.region("sample_geotiff.tif", None, 900)
    assert region.shape == (900, 900, 3)
    for item, feature in zip(items, features, strict=True):
        assert item.columns["osm_id"] == feature["properties"]["osm_id"]
        assert item.columns["area_m2"] == pytest.approx(feature["properties"]["origarea"], rel=1e-3) or (
            feature["properties"]["truncated"] == 1
        )
        rings = [
            [((x - left) / size, (top - y) / size) for x, y, *_ in ring] for ring in feature["geometry"]["coordinates"]
        ]
        context = source.context(item.key)
        assert (context.parent, context.width, context.height) == ("sample_geotiff.tif", 900, 900)
        for ours, theirs in zip(context.outline, rings, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=0.01)
        label = drawn(rings, 900, 900)
        np.testing.assert_array_equal(drawn(context.outline, 900, 900), label)
        picture = source.read(item.key)
        corner = np.min([place for ring in rings for place in ring], axis=0)
        x, y = (int(np.floor(value + 0.01)) for value in corner)
        np.testing.assert_array_equal(picture.pixels, region[y : y + picture.height, x : x + picture.width])
        inside = label[y : y + picture.height, x : x + picture.width]
        assert inside.sum() > 0.97 * label.sum(), "the chip holds what the label covers"


def test_ships_in_both_crs_are_the_same_pixels(ships: Path) -> None:
    scene = ships / "1056417_2017-03-08_RE3_3A_Visual_clip.tif"
    sources = [
        GeoTiff(scene, WHOLE, annotations=str(ships / f"ships_boxes_{crs}.geojson")) for crs in ("epsg32610", "wgs84")
    ]
    utm, degrees = (source.scan().items for source in sources)
    assert len(utm) == len(degrees) == 4
    features = json.loads((ships / "ships_boxes_epsg32610.geojson").read_text())["features"]
    for one, other, feature in zip(utm, degrees, features, strict=True):
        first, second = sources[0].read(one.key), sources[1].read(other.key)
        np.testing.assert_array_equal(first.pixels, second.pixels)
        outlines = [source.context(item.key).outline[0] for source, item in zip(sources, (one, other), strict=True)]
        np.testing.assert_allclose(outlines[0], outlines[1], atol=0.01)
        wanted = [((x - 557_050) / 5, (4_176_460 - y) / 5) for x, y in feature["geometry"]["coordinates"][0]]
        np.testing.assert_allclose(outlines[0], wanted, atol=1e-3)
        (x0, y0), (x1, y1) = np.min(wanted, 0), np.max(wanted, 0)
        assert (first.width, first.height) == (round(x1 - x0), round(y1 - y0))
        region = sources[0].region(scene.name, (x0, y0, x1, y1), 4000)
        np.testing.assert_array_equal(first.pixels, region)
        for name in ("longitude", "latitude", "area_m2", "class"):
            assert one.columns[name] == other.columns[name]

"""Where scenes and annotations lie when it is not plain: control points, 180 degrees, groups of points, overlaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.errors import InputError
from imagespace_core.images.decode import Decode
from imagespace_core.sources.geotiff.source import GeoTiff
from tests.makers.scenes import LEFT, TOP, UTM, box, feature, ramp, world, write_geojson, write_scene

WHOLE = Decode(min_side=None)


def bent(x: float, y: float) -> tuple[float, float]:
    """px -> UTM, turned and bent, as no affine transform is."""
    return LEFT + 0.5 * x + 0.2 * y + 0.001 * x * y, TOP - 0.5 * y + 0.1 * x


def write_controlled(path: Path, across: int = 5) -> Path:
    import rasterio
    from rasterio.control import GroundControlPoint

    points = [
        GroundControlPoint(y, x, *bent(x, y))
        for y in np.linspace(0, 120, 4).tolist()
        for x in np.linspace(0, 200, across).tolist()
    ]
    write_scene(path, crs=None)
    with rasterio.open(path, "r+") as scene:
        scene.gcps = (points, rasterio.CRS.from_string(UTM))
    return path


def test_a_scene_with_control_points_is_warped_by_all_of_them(tmp_path: Path) -> None:
    corners = [(60, 40), (100, 40), (100, 70), (60, 70), (60, 40)]
    polygon = {"type": "Polygon", "coordinates": [[bent(*corner) for corner in corners]]}
    write_geojson(tmp_path / "scene.geojson", [feature(polygon)])
    source = GeoTiff(write_controlled(tmp_path / "scene.tif"), WHOLE)
    scan = source.scan()
    assert scan.notes == [
        "scene.tif is placed by 20 ground control points, and seen warped by them, in WGS 84 / UTM zone 32N"
    ]
    [item] = scan.items
    pixels = source.read(item.key).pixels.astype(int)
    outline = np.array(source.context(item.key).outline[0])[:4]
    corner = np.floor(outline.min(axis=0))
    for (x, y), at in zip(corners, outline, strict=False):
        inward = np.clip(at - corner, 1, np.array(pixels.shape[1::-1]) - 2).astype(int)
        red, green = pixels[inward[1], inward[0], :2]
        assert abs(red - x) <= 3
        assert abs(green - y) <= 3
    assert (source.region("scene.tif", None, 500)[0, 0] == 255).all(), "beyond the picture there is nothing"


def test_control_points_that_place_nothing_are_said(tmp_path: Path) -> None:
    write_geojson(tmp_path / "labels.geojson", [feature(box(30, 40, 80, 60))])
    write_controlled(tmp_path / "flat.tif", across=1)
    write_scene(tmp_path / "there.tif")
    scan = GeoTiff(tmp_path).scan()
    assert [item.key for item in scan.items] == ["there.tif#labels/0"]
    [(path, reason)] = scan.skipped
    assert path == "flat.tif"
    assert "4 ground control points, by which it cannot be placed" in reason


def strip(left: float, right: float, bottom: float = -17.0, top: float = -16.9) -> list[list[tuple[float, float]]]:
    return [[(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]]


def across_180(way: str) -> dict[str, Any]:
    """From 179.95 to 180.05 degrees east, written in one of the ways in use."""
    if way == "cut":
        parts = [strip(179.95, 180), strip(-180, -179.95)]
        return {"type": "MultiPolygon", "coordinates": parts}
    right = {"beyond": 180.05, "torn": -179.95}[way]
    return {"type": "Polygon", "coordinates": strip(179.95, right)}


def dateline_scene(path: Path, crs: str) -> Path:
    """200 x 120 px around longitude 180, latitude 17 south; 0.001 degrees a px in EPSG:4326."""
    from rasterio.transform import from_bounds
    from rasterio.warp import transform_bounds

    if crs == "EPSG:4326":
        left, bottom, right, top = 179.9, -17.01, 180.1, -16.89
    elif crs == "EPSG:3857":
        turn = 2 * 20037508.342789244
        one, other = transform_bounds("EPSG:4326", crs, 179.9, -17.01, 179.99, -16.89), 0.1 / 360 * turn
        left, bottom, _, top = one
        right = left + 2 * other
    else:
        left, bottom, right, top = transform_bounds("EPSG:4326", crs, 179.9, -17.01, 180.1, -16.89)
    return write_scene(path, crs=crs, transform=from_bounds(left, bottom, right, top, 200, 120))


@pytest.mark.parametrize("way", ["cut", "beyond", "torn"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32760", "EPSG:3832"])
def test_annotations_across_180_degrees_are_one_chip_where_they_are(tmp_path: Path, crs: str, way: str) -> None:
    write_geojson(tmp_path / "scene.geojson", [feature(across_180(way))], crs=None)
    source = GeoTiff(dateline_scene(tmp_path / "scene.tif", crs), WHOLE)
    scan = source.scan()
    [item] = scan.items
    picture = source.read(item.key)
    assert (picture.width, picture.height) == (pytest.approx(100, abs=4), pytest.approx(100, abs=4))
    (x, y) = np.array(source.context(item.key).outline[0]).mean(axis=0)
    assert (x, y) == (pytest.approx(100, abs=12), pytest.approx(60, abs=12))
    longitude, latitude = item.columns["longitude"], item.columns["latitude"]
    assert abs(longitude) == pytest.approx(180, abs=0.01)  # pyright: ignore[reportArgumentType]
    assert abs(longitude) <= 180  # pyright: ignore[reportArgumentType]
    assert latitude == pytest.approx(-16.95, abs=0.01)
    assert item.columns["area_m2"] == pytest.approx(10_640 * 11_070, rel=0.01)
    assert len(source.context(item.key).outline) == 1, "the seam is no outline"
    said = ["scene.geojson: outlines across 180 degrees of longitude that were put together: 1"]
    assert scan.notes == ([] if way == "beyond" else said)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_a_scene_that_goes_on_beyond_180_degrees_has_what_lies_there(tmp_path: Path, crs: str) -> None:
    east_of_180 = {"type": "Polygon", "coordinates": strip(-179.98, -179.95)}
    write_geojson(tmp_path / "scene.geojson", [feature(east_of_180)], crs=None)
    source = GeoTiff(dateline_scene(tmp_path / "scene.tif", crs), WHOLE)
    [item] = source.scan().items
    outline = np.array(source.context(item.key).outline[0])
    assert (outline[:, 0].min(), outline[:, 0].max()) == (pytest.approx(120, abs=0.5), pytest.approx(150, abs=0.5))
    assert item.columns["longitude"] == pytest.approx(-179.965, abs=1e-4)


def test_what_is_wide_and_meant_so_stays(tmp_path: Path) -> None:
    """A scene of the world, a frame around all of it, and one around half of it with corners between."""
    from rasterio.transform import from_bounds

    scene = write_scene(tmp_path / "scene.tif", crs="EPSG:4326", transform=from_bounds(-180, -90, 180, 90, 200, 120))
    half = [[(-120, 0), (0, 0), (120, 0), (120, 50), (0, 50), (-120, 50), (-120, 0)]]
    shapes = [{"type": "Polygon", "coordinates": rings} for rings in (strip(-180, 180), half)]
    write_geojson(tmp_path / "scene.geojson", [feature(shape) for shape in shapes], crs=None)
    source = GeoTiff(scene, WHOLE)
    scan = source.scan()
    assert [source.read(item.key).width for item in scan.items] == [200, pytest.approx(134, abs=1)]
    assert scan.notes == []


def test_of_two_scenes_on_either_side_of_180_degrees_each_gets_its_own(tmp_path: Path) -> None:
    for name, left in (("east", 179.8), ("west", -180.0)):
        write_scene(tmp_path / f"{name}.tif", crs="EPSG:4326", origin=(left, -16.89), resolution=0.001)
    shapes = [strip(179.85, 179.9), strip(-179.95, -179.9), strip(179.95, -179.99)]
    features = [feature({"type": "Polygon", "coordinates": rings}) for rings in shapes]
    write_geojson(tmp_path / "labels.geojson", features, crs=None)
    keys = [item.key for item in GeoTiff(tmp_path).scan().items]
    assert keys == ["east.tif#labels/0", "east.tif#labels/2", "west.tif#labels/1"]


def test_each_point_of_a_group_is_a_chip_of_its_own(tmp_path: Path) -> None:
    group = {"type": "MultiPoint", "coordinates": [world(50.5, 60.5), world(100.5, 60.5), world(5000, 60)]}
    single = {"type": "Point", "coordinates": world(150.5, 60.5)}
    write_geojson(tmp_path / "scene.geojson", [feature(group, kind="herd"), feature(single, kind="deer")])
    source = GeoTiff(write_scene(tmp_path / "scene.tif"), WHOLE, chip_size=21)
    scan = source.scan()
    assert [item.key for item in scan.items] == [f"scene.tif#scene/{number}" for number in ("0-1", "0-2", "1")]
    assert [item.columns["kind"] for item in scan.items] == ["herd", "herd", "deer"]
    assert scan.skipped == [("scene.geojson#0-3", "it lies outside scene.tif")]
    np.testing.assert_array_equal(source.read(scan.items[1].key).pixels, np.moveaxis(ramp(), 0, 2)[50:71, 90:111])


def test_a_label_in_scenes_that_overlap_is_cut_from_each_that_shows_its_middle(tmp_path: Path) -> None:
    write_scene(tmp_path / "a.tif")
    write_scene(tmp_path / "b.tif", ramp() // 2, origin=(LEFT + 50, TOP))  # 100 px farther east
    boxes = [box(10, 10, 30, 30), box(120, 10, 140, 30), box(250, 10, 270, 30)]
    write_geojson(tmp_path / "labels.geojson", [feature(shape) for shape in boxes])
    source = GeoTiff(tmp_path, WHOLE)
    keys = [item.key for item in source.scan().items]
    assert keys == ["a.tif#labels/0", "a.tif#labels/1", "b.tif#labels/1", "b.tif#labels/2"]
    np.testing.assert_array_equal(source.read("b.tif#labels/1").pixels, np.moveaxis(ramp() // 2, 0, 2)[10:30, 20:40])
    places = [(item.columns["longitude"], item.columns["latitude"]) for item in source.scan().items]
    assert places[1] == places[2]


def test_scenes_of_other_places_are_named_where_nothing_fits(tmp_path: Path) -> None:
    write_scene(tmp_path / "scene.tif")
    write_geojson(tmp_path / "scene.geojson", [feature(across_180("torn"))], crs=None)
    with pytest.raises(InputError, match="they lie around longitude -?1(79|80)"):
        GeoTiff(tmp_path / "scene.tif").scan()

"""What becomes a chip, where it is cut, and what is known of it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images.decode import Decode
from imagespace_core.sources import Contextual, Item
from imagespace_core.sources.geotiff.source import GeoTiff, recognizes
from tests.makers.scenes import RESOLUTION, UTM, box, feature, in_degrees, ramp, world, write_geojson, write_scene

WHOLE = Decode(min_side=None)


def items(source: GeoTiff) -> list[Item]:
    return list(source.scan().items)


def column(source: GeoTiff, name: str) -> list[Any]:
    return [item.columns[name] for item in source.scan().items]


def test_importing_the_source_loads_no_geographic_library() -> None:
    heavy = "rasterio pyogrio shapely pyproj pandas"
    code = f"import imagespace_core.sources.geotiff, sys; print(set('{heavy}'.split()) & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


@pytest.mark.parametrize("degrees", [False, True])
def test_a_box_becomes_exactly_its_pixels_in_either_crs(tmp_path: Path, degrees: bool) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    geometry = box(30, 40, 80, 60)
    labels = [feature(in_degrees(geometry) if degrees else geometry, kind="hall")]
    write_geojson(tmp_path / "labels.geojson", labels, None if degrees else UTM)
    source = GeoTiff(scene, WHOLE, annotations=str(tmp_path / "labels.geojson"))
    (item,) = items(source)
    assert item.key == item.path == "scene.tif#labels/0"
    picture = source.read(item.key)
    np.testing.assert_array_equal(picture.pixels, np.moveaxis(ramp(), 0, 2)[40:60, 30:80])
    assert (picture.width, picture.height) == (50, 20)
    context = source.context(item.key)
    assert (context.parent, context.width, context.height) == ("scene.tif", 200, 120)
    corners = [(30, 40), (80, 40), (80, 60), (30, 60), (30, 40)]
    np.testing.assert_allclose(context.outline[0], corners, atol=0.02)
    assert source.outlines("scene.tif") == {item.key: context.outline}
    assert isinstance(source, Contextual)


def test_a_slanted_outline_takes_every_pixel_it_touches(tmp_path: Path) -> None:
    triangle = {
        "type": "Polygon",
        "coordinates": [[world(x, y) for x, y in ((10.4, 5), (20, 30.2), (4.9, 22), (10.4, 5))]],
    }
    write_geojson(tmp_path / "scene.geojson", [feature(triangle)])
    source = GeoTiff(write_scene(tmp_path / "scene.tif"), WHOLE)
    pixels = source.read(items(source)[0].key).pixels
    np.testing.assert_array_equal(pixels, np.moveaxis(ramp(), 0, 2)[5:31, 4:20])


def test_what_is_known_of_a_chip(tmp_path: Path) -> None:
    properties = {
        "kind": "hall",
        "floors": 3,
        "height_m": 9.5,
        "open": True,
        "width": 7,
        "longitude": "west",
        "none": None,
    }
    write_geojson(
        tmp_path / "labels.geojson",
        [feature(box(0, 0, 100, 80), built="2021-03-04T05:06:07", **properties), feature(box(100, 80, 200, 120))],
    )
    source = GeoTiff(write_scene(tmp_path / "scene.tif"), annotations=str(tmp_path / "labels.geojson"))
    first, second = items(source)
    assert first.columns["scene"] == "scene.tif"
    assert first.columns["annotations"] == "labels.geojson"
    assert first.columns["area_m2"] == pytest.approx(100 * 80 * RESOLUTION**2 / 0.9996**2, rel=1e-4)
    assert first.columns["longitude"] == pytest.approx(9.0003, abs=1e-4)
    assert first.columns["latitude"] == pytest.approx(46.9528, abs=1e-3)
    assert {name: first.columns[name] for name in ("kind", "floors", "height_m", "open")} == {
        "kind": "hall", "floors": 3, "height_m": 9.5, "open": True,
    }  # fmt: skip
    assert first.columns["built"] == datetime(2021, 3, 4, 5, 6, 7)
    assert (first.columns["width_annotation"], first.columns["longitude_annotation"]) == (7, "west")
    assert second.columns["floors"] is None
    assert "none" not in first.columns
    assert source.scan().notes == ["labels.geojson: attributes that are empty throughout and were left out: 1"]


def test_a_hole_is_no_area_and_is_drawn(tmp_path: Path) -> None:
    outer, inner = box(10, 10, 50, 50), box(20, 20, 30, 30)
    ring = {"type": "Polygon", "coordinates": [*outer["coordinates"], *inner["coordinates"]]}
    two = {"type": "MultiPolygon", "coordinates": [outer["coordinates"], box(60, 10, 70, 20)["coordinates"]]}
    write_geojson(tmp_path / "scene.geojson", [feature(outer), feature(ring), feature(two)])
    source = GeoTiff(write_scene(tmp_path / "scene.tif"))
    whole, holed, parted = column(source, "area_m2")
    assert holed == pytest.approx(whole * 15 / 16, rel=1e-3)
    assert parted == pytest.approx(whole * 17 / 16, rel=1e-3)
    assert [len(source.context(item.key).outline) for item in items(source)] == [1, 2, 2]


def test_margins_are_in_pixels_and_in_meters_on_the_ground(tmp_path: Path) -> None:
    write_geojson(tmp_path / "scene.geojson", [feature(box(60, 50, 80, 60))])
    scene = write_scene(tmp_path / "scene.tif")

    def cut(**margin: Any) -> tuple[int, int]:
        source = GeoTiff(scene, WHOLE, **margin)
        picture = source.read(items(source)[0].key)
        return picture.width, picture.height

    assert cut() == (20, 10)
    assert cut(margin_px=3) == (26, 16)
    assert cut(margin_m=5) == (40, 30)
    assert cut(margin_px=1, margin_m=5) == (42, 32)


def test_a_margin_in_meters_is_as_wide_in_a_scene_in_degrees(tmp_path: Path) -> None:
    degree = 1 / 36_000  # 3.09 m up, and at latitude 60 half of that across
    scene = write_scene(tmp_path / "scene.tif", crs="EPSG:4326", origin=(10, 60), resolution=degree)
    square = [(10 + x * degree, 60 - y * degree) for x, y in ((50, 40), (60, 40), (60, 50), (50, 50), (50, 40))]
    write_geojson(tmp_path / "scene.geojson", [feature({"type": "Polygon", "coordinates": [square]})], None)
    source = GeoTiff(scene, WHOLE, margin_m=31)
    picture = source.read(items(source)[0].key)
    assert (picture.width, picture.height) == (10 + 2 * 20, 10 + 2 * 10)


def test_points_become_squares_of_the_chip_size_centered_on_them(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": world(100.5, 60.5)}
    write_geojson(tmp_path / "scene.geojson", [feature(point), feature(box(0, 0, 9, 9))])
    scene = write_scene(tmp_path / "scene.tif")
    source = GeoTiff(scene, WHOLE, chip_size=21)
    first, second = items(source)
    np.testing.assert_array_equal(source.read(first.key).pixels, np.moveaxis(ramp(), 0, 2)[50:71, 90:111])
    assert set(source.context(first.key).outline[0]) == {(90, 50), (111, 50), (111, 71), (90, 71)}
    assert first.columns["area_m2"] is None
    assert source.read(second.key).pixels.shape == (9, 9, 3)
    without = GeoTiff(scene)
    assert len(items(without)) == 1
    assert without.scan().skipped == [("scene.geojson#0", "it is a point; give --chip-size to cut a square around it")]


def test_a_grid_covers_the_scene_in_chips_of_one_size(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    source = GeoTiff(scene, WHOLE, chip_size=64)
    found = items(source)
    assert [item.key for item in found][:5] == [f"scene.tif#{at}" for at in ("0,0", "64,0", "128,0", "136,0", "0,56")]
    seen = np.zeros((120, 200), bool)
    for item in found:
        pixels = source.read(item.key).pixels
        assert pixels.shape == (64, 64, 3)
        seen[pixels[..., 1], pixels[..., 0]] = True
        assert item.columns["area_m2"] == pytest.approx(32 * 32, rel=2e-3)
    assert seen.all()
    (one,) = items(GeoTiff(scene, WHOLE, chip_size=500))
    assert GeoTiff(scene, WHOLE, chip_size=500).read(one.key).pixels.shape == (120, 200, 3)


def test_beyond_the_edge_and_without_data_a_chip_has_its_own_mean_color(tmp_path: Path) -> None:
    pixels = np.full((1, 60, 60), 100, np.uint8)
    pixels[:, :, 30:] = 200
    pixels[:, :10, :10] = 0
    scene = write_scene(tmp_path / "scene.tif", pixels, nodata=0)
    write_geojson(
        tmp_path / "scene.geojson",
        [feature(box(0, 0, 20, 20)), feature(box(-30, 50, 10, 70)), feature(box(1, 1, 9, 9))],
    )
    source = GeoTiff(scene, WHOLE, margin_px=4)
    covered, edge, empty = (item.key for item in items(source))
    assert source.read(covered).pixels.shape == (28, 28, 3)
    assert (source.read(covered).pixels == 100).all()
    assert source.read(edge).pixels.shape == (10 + 8, 10 + 8, 3)
    assert (source.read(edge).pixels == 100).all()
    assert (source.read(empty).pixels == 100).all()
    bare = GeoTiff(scene, WHOLE)
    with pytest.raises(UnreadableImageError, match="no data there"):
        bare.read(items(bare)[2].key)
    assert (bare.region("scene.tif", (0, 0, 20, 20), 20)[:10, :10] == 255).all()


def test_an_alpha_band_hides_and_is_not_shown(tmp_path: Path) -> None:
    pixels = np.concatenate([ramp(), np.full((1, 120, 200), 255, np.uint8)])
    pixels[3, :, :50] = 0
    scene = write_scene(tmp_path / "scene.tif", pixels, photometric="RGB", ALPHA="YES")
    source = GeoTiff(scene, WHOLE, chip_size=100)
    chip = source.read(items(source)[0].key).pixels
    assert chip.shape == (100, 100, 3)
    assert (chip[:, :50, 0] == round(np.mean(range(50, 100)))).all()


def test_large_chips_are_reduced_as_the_decoder_asks(tmp_path: Path) -> None:
    write_geojson(tmp_path / "scene.geojson", [feature(box(0, 0, 200, 120))])
    source = GeoTiff(write_scene(tmp_path / "scene.tif"), Decode(min_side=30))
    (item,) = items(source)
    picture = source.read(item.key)
    assert picture.pixels.shape == (30, 50, 3)
    assert (picture.width, picture.height) == (200, 120)
    np.testing.assert_allclose(picture.pixels[:, 0, 1], np.arange(30) * 4 + 1.5, atol=1)
    assert source.preview(item.key, 64).shape == (38, 64, 3)
    with pytest.raises(UnreadableImageError, match="200 x 120"):
        GeoTiff(source.root, Decode(max_pixels=1000)).read(item.key)


def test_sixteen_bits_are_stretched_between_percentiles_band_by_band(tmp_path: Path) -> None:
    x = np.tile(np.arange(101), (100, 1))
    pixels = np.stack([1000 + 10 * x, 5000 + 2 * x, np.full_like(x, 7)]).astype(np.uint16)
    scene = write_scene(tmp_path / "scene.tif", pixels)
    source = GeoTiff(scene, WHOLE, chip_size=101, stretch=(10, 90))
    row = source.read(items(source)[0].key).pixels[0]
    wanted = np.rint(((np.arange(101) - 10) / 80).clip(0, 1) * 255)
    np.testing.assert_array_equal(row[:, 0], wanted)
    np.testing.assert_array_equal(row[:, 1], wanted)
    assert (row[:, 2] == 0).all()
    usual = GeoTiff(scene, WHOLE, chip_size=101)
    assert usual.read(items(usual)[0].key).pixels[0, 2, 0] == 0
    assert usual.read(items(usual)[0].key).pixels[0, 3, 0] == round(255 / 96)


def test_eight_bits_stay_as_they_are_unless_a_stretch_is_asked_for(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif", 40 + ramp(dtype="uint8") // 8)
    plain, stretched = (GeoTiff(scene, WHOLE, chip_size=100, stretch=s) for s in ((), (0, 100)))
    assert plain.read(items(plain)[0].key).pixels.max() < 70
    assert stretched.read(items(stretched)[1].key).pixels.max() == 255


def test_floats_without_a_number_have_no_data(tmp_path: Path) -> None:
    pixels = np.tile(np.linspace(-5, 5, 100, dtype=np.float32), (1, 50, 1))
    pixels[0, :, :20] = np.nan
    pixels[0, 0, 50] = np.inf
    scene = write_scene(tmp_path / "scene.tif", pixels)
    source = GeoTiff(scene, WHOLE, chip_size=50, stretch=(0, 100))
    chip = source.read(items(source)[0].key).pixels
    assert (chip[:, :20] == chip[0, 0]).all()
    assert 0 < chip[0, 0, 0] < 255


def test_bands_are_chosen_by_number_by_name_or_by_color(tmp_path: Path) -> None:
    import rasterio
    from rasterio.enums import ColorInterp

    pixels = np.stack([np.full((20, 20), value, np.uint8) for value in (10, 20, 30, 40)])

    def color(path: Path, **chosen: Any) -> list[int]:
        source = GeoTiff(path, WHOLE, chip_size=20, **chosen)
        return source.read(items(source)[0].key).pixels[0, 0].tolist()

    plain = write_scene(tmp_path / "plain.tif", pixels, photometric="MINISBLACK")
    assert color(plain) == [10, 20, 30]
    assert color(plain, bands=(4, 2, 1)) == [40, 20, 10]
    assert color(plain, bands=(3,)) == [30, 30, 30]
    assert color(plain, bands=(1, 2, 3, 4)) == [10, 20, 30, 40]
    described = write_scene(tmp_path / "described.tif", pixels, photometric="MINISBLACK")
    with rasterio.open(described, "r+") as dataset:
        dataset.descriptions = ("Blue", "Green", "Red", "NIR")
    assert color(described) == [30, 20, 10]
    colored = write_scene(tmp_path / "colored.tif", pixels)
    with rasterio.open(colored, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.undefined, ColorInterp.blue, ColorInterp.green, ColorInterp.red]
    assert color(colored) == [40, 30, 20]
    four = GeoTiff(plain, WHOLE, chip_size=20, bands=(1, 2, 3, 4))
    assert four.preview(items(four)[0].key, 20)[0, 0].tolist() == [10, 20, 30]
    with pytest.raises(InputError, match="plain.tif has bands 1 to 4; there is no band 7"):
        items(GeoTiff(plain, chip_size=20, bands=(1, 2, 7)))


def test_values_with_a_palette_become_its_colors(tmp_path: Path) -> None:
    import rasterio

    scene = write_scene(
        tmp_path / "scene.tif", np.tile(np.array([[[0, 1]]], np.uint8), (1, 40, 20)), photometric="PALETTE"
    )
    with rasterio.open(scene, "r+") as dataset:
        dataset.write_colormap(1, {0: (255, 0, 0, 255), 1: (0, 0, 255, 255)})
    source = GeoTiff(scene, Decode(min_side=10), chip_size=40)
    colors = np.unique(source.read(items(source)[0].key).pixels.reshape(-1, 3), axis=0).tolist()
    assert colors in ([[255, 0, 0]], [[0, 0, 255]], [[0, 0, 255], [255, 0, 0]])
    assert source.region("scene.tif", None, 40)[0, :2].tolist() == [[255, 0, 0], [0, 0, 255]]


def test_a_turned_scene_is_cut_where_its_pixels_are(tmp_path: Path) -> None:
    from rasterio.transform import Affine

    place = Affine.translation(500_000, 5_200_000) @ Affine.rotation(30) @ Affine.scale(0.5, -0.5)
    scene = write_scene(tmp_path / "scene.tif", transform=place)
    ring = [tuple(place @ corner) for corner in ((30, 40), (80, 40), (80, 60), (30, 60), (30, 40))]
    write_geojson(tmp_path / "scene.geojson", [feature({"type": "Polygon", "coordinates": [ring]})])
    source = GeoTiff(scene, WHOLE)
    pixels = source.read(items(source)[0].key).pixels
    np.testing.assert_array_equal(pixels, np.moveaxis(ramp(), 0, 2)[40:60, 30:80])


def test_geopackage_and_shapefile_say_the_same_as_geojson(tmp_path: Path) -> None:
    import shapely
    from pyogrio import raw

    scene = write_scene(tmp_path / "scene.tif")
    corners = np.array([shapely.box(*world(10 * i, 20), *world(10 * i + 8, 5)) for i in range(4)])
    for suffix in ("gpkg", "shp", "geojson"):
        raw.write(
            tmp_path / f"labels.{suffix}", shapely.to_wkb(corners), [np.array([*"abac"], object), np.arange(4)],
            ["kind", "number"], geometry_type="Polygon", crs=UTM,
        )  # fmt: skip
    cut = {}
    for suffix in ("gpkg", "shp", "geojson"):
        source = GeoTiff(scene, WHOLE, annotations=str(tmp_path / f"labels.{suffix}"))
        cut[suffix] = [
            (source.read(i.key).pixels.tolist(), i.columns["kind"], i.columns["number"]) for i in items(source)
        ]
    assert cut["gpkg"] == cut["shp"] == cut["geojson"]
    assert [kind for _, kind, _ in cut["shp"]] == ["a", "b", "a", "c"]
    both = GeoTiff(tmp_path)
    assert len({item.key for item in items(both)}) == 12


def test_every_layer_of_a_geopackage_counts_and_keys_name_it(tmp_path: Path) -> None:
    import shapely
    from pyogrio import raw

    scene = write_scene(tmp_path / "scene.tif")
    shape = shapely.to_wkb(np.array([shapely.box(*world(10, 20), *world(20, 10))]))
    for layer in ("houses", "barns"):
        raw.write(tmp_path / "labels.gpkg", shape, [], [], geometry_type="Polygon", crs=UTM, layer=layer,
                          append=layer == "barns")  # fmt: skip
    source = GeoTiff(scene, annotations=str(tmp_path / "labels.gpkg"))
    assert [item.key for item in items(source)] == ["scene.tif#labels/houses/1", "scene.tif#labels/barns/1"]


def test_files_belong_together_by_name_and_else_by_where_they_lie(tmp_path: Path) -> None:
    write_scene(tmp_path / "west.tif")
    east = write_scene(tmp_path / "more/east.tif", origin=world(150, 0))
    write_geojson(tmp_path / "labels/west_ships.geojson", [feature(box(160, 10, 190, 30))])
    write_geojson(tmp_path / "labels/all.geojson", [feature(box(x, 40, x + 10, 50)) for x in (5, 160, 300)])
    source = GeoTiff(tmp_path, annotations=str(tmp_path / "labels"))
    assert [item.key for item in items(source)] == [
        "more/east.tif#all/1", "more/east.tif#all/2", "west.tif#all/0", "west.tif#all/1", "west.tif#west_ships/0",
    ]  # fmt: skip
    assert source.scan().skipped == []
    by_place = GeoTiff(east, annotations=str(tmp_path / "labels/all.geojson"))
    assert len(items(by_place)) == 2
    assert by_place.scan().skipped == [("all.geojson#0", "it lies outside east.tif")]


def test_a_label_on_the_seam_of_two_scenes_becomes_one_chip(tmp_path: Path) -> None:
    write_scene(tmp_path / "a.tif")
    write_scene(tmp_path / "b.tif", origin=world(200, 0))
    write_geojson(tmp_path / "labels.geojson", [feature(box(190, 10, 230, 30)), feature(box(-30, 10, 10, 30))])
    assert [item.key for item in items(GeoTiff(tmp_path))] == ["a.tif#labels/1", "b.tif#labels/0"]


def test_a_source_made_again_from_its_parameters_reads_the_same_without_listing(tmp_path: Path) -> None:
    write_geojson(tmp_path / "scene.geojson", [feature(box(30, 40, 80, 60))])
    scene = write_scene(tmp_path / "scene.tif", ramp(dtype="uint16", bands=4))
    one = GeoTiff(scene, bands=(3, 2, 1), stretch=(1, 99), margin_px=2)
    (item,) = items(one)
    parameters: dict[str, Any] = {"root": str(scene), "bands": [3, 2, 1], "stretch": [1, 99], "margin_px": 2}
    again = GeoTiff(**parameters)
    assert again == one
    np.testing.assert_array_equal(again.read(item.key).pixels, one.read(item.key).pixels)


def test_stamps_change_with_the_scene_the_labels_and_the_way_of_cutting(tmp_path: Path) -> None:
    write_geojson(tmp_path / "scene.geojson", [feature(box(30, 40, 80, 60))])
    scene = write_scene(tmp_path / "scene.tif")
    ways: list[dict[str, Any]] = [{}, {"margin_px": 1}, {"bands": (1,)}, {"stretch": (1, 99)}]
    stamps = [items(GeoTiff(scene, **way))[0].stamp for way in ways]
    write_geojson(tmp_path / "scene.geojson", [feature(box(30, 40, 80, 60), kind="new")])
    stamps.append(items(GeoTiff(scene))[0].stamp)
    write_scene(tmp_path / "scene.tif", ramp() // 2)
    stamps.append(items(GeoTiff(scene))[0].stamp)
    assert len(set(stamps)) == 6


def test_the_limit_takes_the_first_chips(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    assert [item.key for item in items(GeoTiff(scene, chip_size=50, limit=2))] == ["scene.tif#0,0", "scene.tif#50,0"]
    with pytest.raises(InputError, match="a limit of 0"):
        items(GeoTiff(scene, chip_size=50, limit=0))


def test_scenes_are_recognized_and_photographs_are_not(tmp_path: Path) -> None:
    from PIL import Image

    scene = write_scene(tmp_path / "scenes/scene.tif")
    big = write_scene(tmp_path / "big/scene.tif", BIGTIFF="YES")
    photo = tmp_path / "photos/photo.tif"
    photo.parent.mkdir()
    Image.new("RGB", (9, 9)).save(photo)
    assert all(recognizes(path) for path in (scene, scene.parent, big.parent))
    assert not any(recognizes(path) for path in (photo.parent, tmp_path / "nowhere", Path(__file__)))
    write_geojson(tmp_path / "photos/labels.geojson", [])
    assert recognizes(photo.parent)

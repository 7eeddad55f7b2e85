"""Scenes and annotations that do not fit: one clear sentence with the remedy, and good rows go on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.images.decode import Decode
from imagespace_core.sources.geotiff.source import GeoTiff
from imagespace_core.sources.registry import recognized
from tests.makers.scenes import LEFT, TOP, UTM, box, feature, in_degrees, ramp, world, write_geojson, write_scene

GOOD = feature(box(30, 40, 80, 60), kind="good")


def survey(source: GeoTiff) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    scan = source.scan()
    return [item.key for item in scan.items], list(scan.skipped), list(scan.notes)


def refused(source: GeoTiff) -> str:
    with pytest.raises(InputError) as caught:
        source.scan()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def unreadable(source: GeoTiff, key: str) -> str:
    """Why a chip cannot be read, or "" if it can."""
    try:
        source.read(key)
    except UnreadableImageError as error:
        return str(error)
    return ""


def test_a_scene_without_georeference_is_refused_with_the_command_that_gives_one(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif", crs=None)
    write_geojson(tmp_path / "scene.geojson", [GOOD])
    assert refused(GeoTiff(scene)) == (
        "scene.tif has no georeference, so nothing can be placed on it; give it one with: gdal_translate -a_srs "
        "EPSG:<code> -a_ullr <left> <top> <right> <bottom> FILE NEW"
    )
    grid = GeoTiff(scene, annotations="none", chip_size=60)
    keys, _, notes = survey(grid)
    assert len(keys) == 2 * 4
    assert "Its chips have no longitude and latitude" in notes[0]
    assert set(grid.scan().items[0].columns) == {"scene"}
    # one good scene among others: the rest goes on
    write_scene(tmp_path / "there.tif")
    keys, skipped, _ = survey(
        GeoTiff(tmp_path, annotations=str(write_geojson(tmp_path / "all/labels.geojson", [GOOD])))
    )
    assert keys == ["there.tif#labels/0"]
    assert [path for path, _ in skipped] == ["scene.tif"]


def test_a_scene_that_is_placed_in_no_crs_is_told_to_name_it(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif", crs=None)
    scene.with_suffix(".tfw").write_text("0.5\n0\n0\n-0.5\n500000\n5200000\n")
    write_geojson(tmp_path / "scene.geojson", [GOOD])
    assert "has no coordinate reference system; name it with: gdal_edit.py -a_srs" in refused(GeoTiff(scene))


def test_without_annotations_and_chip_size_both_are_offered(tmp_path: Path) -> None:
    assert refused(GeoTiff(write_scene(tmp_path / "scene.tif"))) == (
        "scene.tif came without annotations; give them by --annotations FILE, or cut a grid by --chip-size 256"
    )


def test_annotations_outside_the_scene_are_skipped_and_all_outside_is_refused(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    far = feature(box(5000, 40, 5080, 60))
    touching = feature(box(200, 40, 250, 60))
    write_geojson(tmp_path / "scene.geojson", [far, GOOD, touching])
    keys, skipped, _ = survey(GeoTiff(scene))
    assert keys == ["scene.tif#scene/1"]
    assert skipped == [
        ("scene.geojson#0", "it lies outside scene.tif"),
        ("scene.geojson#2", "it lies outside scene.tif"),
    ]
    write_geojson(tmp_path / "scene.geojson", [far, far])
    said = refused(GeoTiff(scene))
    assert said.startswith("none of the 2 annotations of scene.geojson lies in a scene: they lie around longitude 9.03")
    assert said.endswith("name their CRS by --annotations-crs EPSG:<code>")


def test_exchanged_coordinates_and_pixels_are_seen_through(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    swapped = in_degrees(box(30, 40, 80, 60))
    swapped["coordinates"] = [[(y, x) for x, y in ring] for ring in swapped["coordinates"]]
    write_geojson(tmp_path / "scene.geojson", [feature(swapped)], None)
    assert refused(GeoTiff(scene)).endswith("with x and y exchanged they would fit: write longitude first")
    pixels = {"type": "Polygon", "coordinates": [[(30, 40), (80, 40), (80, 60), (30, 40)]]}
    write_geojson(tmp_path / "scene.geojson", [feature(pixels)], UTM)
    assert refused(GeoTiff(scene)).endswith(
        "they look like pixels of the image: write them in its coordinate reference system"
    )


def test_numbers_that_can_be_no_degrees_are_read_in_the_scenes_own_crs_and_that_is_said(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    write_geojson(tmp_path / "scene.geojson", [GOOD], crs=None)
    source = GeoTiff(scene, Decode(min_side=None))
    keys, skipped, notes = survey(source)
    assert (keys, skipped) == (["scene.tif#scene/0"], [])
    assert notes == [
        "scene.geojson says WGS 84, but its numbers (x from 500,015 to 500,040, y from 5,199,970 to 5,199,980) are no "
        "degrees; they are read in the CRS of scene.tif, WGS 84 / UTM zone 32N, where they lie"
    ]
    np.testing.assert_array_equal(source.read(keys[0]).pixels, np.moveaxis(ramp(), 0, 2)[40:60, 30:80])
    elsewhere = write_scene(tmp_path / "elsewhere/scene.tif", origin=(300_000, 4_000_000))
    said = refused(GeoTiff(elsewhere, annotations=str(tmp_path / "scene.geojson")))
    assert said.endswith("name theirs by --annotations-crs EPSG:<code>")


def test_the_user_has_the_last_word_on_the_crs(tmp_path: Path) -> None:
    west = write_scene(tmp_path / "west.tif", crs="EPSG:32631")
    labels = str(write_geojson(tmp_path / "labels.geojson", [GOOD], UTM))
    assert "lies in a scene" in refused(GeoTiff(west, annotations=labels))
    assert len(GeoTiff(west, annotations=labels, annotations_crs="EPSG:32631").scan().items) == 1
    assert "'utm?' is no coordinate reference system" in refused(
        GeoTiff(west, annotations=labels, annotations_crs="utm?")
    )


def test_a_shapefile_that_does_not_state_its_crs_is_read_where_it_fits(tmp_path: Path) -> None:
    import shapely
    from pyogrio import raw

    scene = write_scene(tmp_path / "scene.tif")
    for name, geometry in (("scene_utm", box(30, 40, 80, 60)), ("scene_deg", in_degrees(box(30, 40, 80, 60)))):
        shape = shapely.polygons(np.array(geometry["coordinates"][0]))
        with pytest.warns(UserWarning, match="crs"):
            raw.write(
                tmp_path / f"{name}.shp", shapely.to_wkb(np.array([shape])), [], [], geometry_type="Polygon", crs=None
            )
    source = GeoTiff(scene, Decode(min_side=None))
    keys, _, notes = survey(source)
    assert keys == ["scene.tif#scene_deg/0", "scene.tif#scene_utm/0"]
    assert notes == [
        "scene_deg.shp does not state its CRS; it is read as WGS 84",
        "scene_utm.shp does not state its CRS; "
        "they are read in the CRS of scene.tif, WGS 84 / UTM zone 32N, where they lie",
    ]
    for key in keys:
        np.testing.assert_array_equal(source.read(key).pixels, np.moveaxis(ramp(), 0, 2)[40:60, 30:80])


def test_what_gives_no_chip_is_skipped_with_its_reason(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [world(0, 0), world(9, 9)]}
    flat = {"type": "Polygon", "coordinates": [[world(10, 10), world(20, 10), world(30, 10), world(10, 10)]]}
    same = {"type": "Polygon", "coordinates": [[world(10, 10)] * 4]}
    point = {"type": "Point", "coordinates": world(5, 5)}
    shapes = [None, {"type": "Polygon", "coordinates": []}, line, flat, same, point]
    features = [*map(feature, shapes), GOOD]
    write_geojson(tmp_path / "scene.geojson", features)
    keys, skipped, _ = survey(GeoTiff(write_scene(tmp_path / "scene.tif")))
    assert keys == ["scene.tif#scene/6"]
    assert skipped == [
        ("scene.geojson#0", "it has no geometry that can be read"),
        ("scene.geojson#1", "its geometry is empty"),
        ("scene.geojson#2", "it is a line, which has no area; expected a polygon, a box or a point"),
        ("scene.geojson#3", "its outline covers no area"),
        ("scene.geojson#4", "its outline covers no area"),
        ("scene.geojson#5", "it is a point; give --chip-size to cut a square around it"),
    ]
    write_geojson(tmp_path / "scene.geojson", [feature(flat), feature(point)])
    said = refused(GeoTiff(tmp_path / "scene.tif"))
    assert said.startswith(
        "none of the annotations in scene.geojson gives a chip: scene.geojson#0: its outline covers no"
    )


def test_outlines_that_cross_themselves_are_mended_and_counted(tmp_path: Path) -> None:
    bow = [world(x, y) for x, y in ((10, 10), (50, 40), (50, 10), (10, 40), (10, 10))]
    write_geojson(tmp_path / "scene.geojson", [feature({"type": "Polygon", "coordinates": [bow]}), GOOD])
    source = GeoTiff(write_scene(tmp_path / "scene.tif"), Decode(min_side=None))
    keys, skipped, notes = survey(source)
    assert (len(keys), skipped) == (2, [])
    assert notes == ["scene.geojson: outlines that crossed themselves and were made valid: 1"]
    assert source.read(keys[0]).pixels.shape == (30, 40, 3)
    assert len(source.context(keys[0]).outline) == 2


def test_a_box_smaller_than_a_pixel_is_that_pixel(tmp_path: Path) -> None:
    write_geojson(tmp_path / "scene.geojson", [feature(box(30.4, 40.4, 30.6, 40.6)), feature(box(199.995, 0, 203, 4))])
    source = GeoTiff(write_scene(tmp_path / "scene.tif"), Decode(min_side=None))
    keys, _, _ = survey(source)
    assert source.read(keys[0]).pixels.tolist() == [[[30, 40, 35]]]
    assert source.read(keys[1]).pixels[:, 0, 0].tolist() == [199] * 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ('{"type": "FeatureCollection", "features": []}', "are empty; give a file with polygons, boxes or points"),
    ],
)
def test_annotations_that_cannot_be_read_or_are_empty_are_refused(tmp_path: Path, text: str, said: str) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    (tmp_path / "scene.geojson").write_text(text)
    assert said in refused(GeoTiff(scene))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene.tif")
    assert "no such file or folder" in refused(GeoTiff(tmp_path / "nowhere.tif"))
    assert "do not exist" in refused(GeoTiff(scene, annotations=str(tmp_path / "nowhere.geojson")))
    (tmp_path / "empty").mkdir()
    assert "holds no GeoTIFF" in refused(GeoTiff(tmp_path / "empty"))
    assert "holds no annotations" in refused(GeoTiff(scene, annotations=str(tmp_path / "empty")))


def test_a_broken_scene_is_skipped_and_one_that_is_cut_short_says_so(tmp_path: Path) -> None:
    whole = write_scene(tmp_path / "whole.tif")
    data = write_scene(tmp_path / "short.tif", ramp(600, 600), tiled=True, blockxsize=64, blockysize=64).read_bytes()
    (tmp_path / "short.tif").write_bytes(data[: len(data) // 2])
    (tmp_path / "broken.tif").write_bytes(b"II*\0rubbish")
    source = GeoTiff(tmp_path, chip_size=60)
    keys, skipped, _ = survey(source)
    assert [path for path, _ in skipped] == ["broken.tif"]
    assert "cannot be read as GeoTIFF" in skipped[0][1]
    assert source.read(f"{whole.name}#0,0").pixels.shape == (60, 60, 3)
    reasons = [reason for key in keys if key.startswith("short.tif") and (reason := unreadable(source, key))]
    assert len(reasons) > 20
    assert all("cut short" in reason for reason in reasons)
    assert "cannot be read as GeoTIFF" in refused(GeoTiff(tmp_path / "broken.tif", chip_size=60))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"chip_size": 1}, "--chip-size 1"),
        ({"margin_px": -1}, "margin of -1 px"),
        ({"margin_m": float("inf")}, "margin of 0 px and inf m"),
        ({"bands": (1, 2)}, "--bands 1,2"),
        ({"stretch": (98.0, 2.0)}, "expected two percentiles"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(tmp_path: Path, wrong: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        GeoTiff(tmp_path, **wrong)


def test_keys_that_are_no_chips_and_places_beside_the_scene_are_refused(tmp_path: Path) -> None:
    source = GeoTiff(write_scene(tmp_path / "scene.tif"), chip_size=60)
    for key in ("../outside.tif#0,0", "scene.tif#1,1", "scene.tif"):
        with pytest.raises(UnreadableImageError):
            source.read(key)
    with pytest.raises(UnreadableImageError, match="is no scene"):
        source.region("other.tif", None, 100)
    with pytest.raises(UnreadableImageError, match="beside the scene"):
        source.region("scene.tif", (500, 0, 600, 50), 100)
    assert world(0, 0) == (LEFT, TOP)


def test_a_scene_whose_pixels_have_no_area_or_are_no_real_numbers_is_refused_in_one_sentence(tmp_path: Path) -> None:
    write_geojson(tmp_path / "a.geojson", [GOOD])
    flat = write_scene(tmp_path / "a.tif", transform=Affine(0, 0, 500_000, 0, 0, 5_200_000))
    assert "a.tif has pixels without any area" in refused(GeoTiff(flat))
    waves = write_scene(tmp_path / "a.tif", np.ones((1, 20, 20), "complex64"))
    assert "a.tif has 1 bands of type complex64, which cannot be shown" in refused(GeoTiff(waves))


def test_a_directory_said_to_lie_beyond_every_file_is_no_scene(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II+\0\x08\0\0\0" + b"\xff" * 300)
    assert recognized(tmp_path) == "folder"

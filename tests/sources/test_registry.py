"""What a path looks like, what a source may be told, and how a manifest makes it again."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.geotiff.source import GeoTiff
from imagespace_core.sources.parameters import flags, parameters, recorded
from imagespace_core.sources.registry import SOURCES, opened, recognized
from tests.makers.archives import jpegs, write_shards, write_zip
from tests.makers.image_cells import labeled, write
from tests.makers.photos import write_photos
from tests.makers.scenes import write_geojson, write_scene
from tests.makers.slices import write_slices
from tests.makers.tiles import write_tiles


def test_every_kind_is_recognized_and_anything_else_is_a_folder(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 3)
    (tmp_path / "places.csv").write_text("x,y\n1,2\n")
    found = {
        "photos": "folder",
        write_scene(tmp_path / "scenes/harbor.tif").relative_to(tmp_path).as_posix(): "geotiff",
        "scenes": "geotiff",
        write_slices(tmp_path / "slices").name: "microscopy",
        write_tiles(tmp_path / "map").name: "tiles",
        write_zip(tmp_path / "photos.zip", jpegs(1)).name: "archive",
        write_shards(tmp_path / "shards", 1, 2).name: "archive",
        write(tmp_path / "table.parquet", labeled(1)).name: "table",
        write(tmp_path / "tables/0.arrow", labeled(1)).parent.name: "table",
        "places.csv": "vectors",
        "gone": "folder",
    }
    assert {name: recognized(tmp_path / name) for name in found} == found


def test_a_path_that_looks_like_two_kinds_is_refused_with_both_names(tmp_path: Path) -> None:
    write_slices(tmp_path / "both")
    write_scene(tmp_path / "both/scene.tif")
    write_geojson(tmp_path / "both/scene.geojson", [])
    with pytest.raises(
        InputError, match="GeoTIFF scenes and microscopy slices; .* --source geotiff or --source microsc"
    ):
        recognized(tmp_path / "both")


def test_a_file_of_no_known_kind_is_refused_with_what_could_be_given(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match="a.txt is a file of no known kind; give the path of a folder of images, GeoT"):
        recognized(tmp_path / "a.txt")


@pytest.mark.parametrize("kind", SOURCES)
def test_every_field_after_the_first_three_is_an_option_with_words_for_people(kind: str) -> None:
    own = [f for f in fields(SOURCES[kind].make) if f.init]  # pyright: ignore[reportArgumentType]
    assert [f.name for f in own[:3]] == ["root", "decode", "limit"]
    assert all("settled" in f.metadata or f.metadata["help"] for f in own[3:])


def test_flags_name_their_sources_types_and_defaults() -> None:
    found = {flag.name: flag for flag in flags()}
    assert len(found) == len(flags())
    assert (found["margin_px"].kind, found["margin_m"].kind, found["bands"].kind) == (int, float, str)
    assert found["chip_size"].kind is int
    assert found["patch_size"].help.startswith("microscopy: ")
    assert found["patch_size"].help.endswith("[default: 80]")
    assert found["percentiles"].help.endswith("[default: 0.1,99.9]")
    assert found["layers"].sources == ("tiles",)


def test_a_flag_says_of_each_of_its_sources_what_it_means_there() -> None:
    found = {flag.name: flag for flag in flags()}
    assert found["annotations"].sources == ("geotiff", "objects")
    help = found["annotations"].help
    assert "geotiff: GeoJSON, GeoPackage" in help
    assert "objects: COCO, Pascal VOC, YOLO" in help
    assert help.endswith("file or a folder.  [default: what lies beside]")
    assert help.count("[default") == 1, "it is the same for both"
    assert found["range"].help.startswith("folder, archive, table: Values"), "what all of them say stands once"


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("microscopy", {"patch_size": "80,120", "stride": 20}, {"patch_size": (80, 120), "stride": 20}),
        ("microscopy", {"percentiles": "1, 99.5"}, {"percentiles": (1.0, 99.5)}),
        ("geotiff", {"bands": "4,3,2", "margin_m": 1.5}, {"bands": (4, 3, 2), "margin_m": 1.5}),
        ("geotiff", {"annotations": "none"}, {"annotations": "none"}),
        ("tiles", {"layers": "roads,water"}, {"layers": ("roads", "water")}),
        ("tiles", {"layers": ("roads",)}, {"layers": ("roads",)}),
        ("folder", {}, {}),
    ],
)
def test_texts_become_what_the_source_wants(kind: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert parameters(kind, given) == expected


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("folder", {"margin_px": 3}, "--margin-px says nothing to --source folder; it goes with --source geotiff"),
        ("tiles", {"patch_size": "80"}, "--patch-size says nothing to --source tiles; .* --source microscopy"),
        ("tiles", {"nonsense": 1}, "there is no such option"),
        (
            "microscopy",
            {"patch_size": "80,large"},
            "--patch-size '80,large': expected whole numbers, separated by commas",
        ),
        ("geotiff", {"stretch": "low,high"}, "expected numbers, separated by commas"),
    ],
)
def test_what_a_source_does_not_take_is_refused(kind: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parameters(kind, given)


def test_paths_are_recorded_absolute_because_the_app_runs_elsewhere(tmp_path: Path) -> None:
    write_geojson(tmp_path / "boats.geojson", [])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        told = parameters("geotiff", {"annotations": "boats.geojson"})
    assert told == {"annotations": str(tmp_path / "boats.geojson")}
    source = GeoTiff(tmp_path, **told, bands=(1, 2, 3))
    assert recorded(source) == {
        "annotations": str(tmp_path / "boats.geojson"), "annotations_crs": None, "chip_size": None, "margin_px": 0,
        "margin_m": 0.0, "bands": [1, 2, 3], "stretch": [], "nodata": None,
    }  # fmt: skip


def test_a_manifest_of_a_newer_program_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="the source 'video' is unknown"):
        opened({"kind": "video", "root": "/x"})
    assert opened({"kind": "folder", "root": "/x"}).has("gone.jpg") is False, "manifests of before say no more"

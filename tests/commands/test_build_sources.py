"""The other sources at the command line: what is bad in them is one clear sentence, and good rows go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner, Result

from imagespace_core.commands.build import PROGRAM, build_command
from imagespace_core.commands.flags import as_command
from imagespace_core.sources.vectors.given import ids_file
from imagespace_core.workspace import Workspace
from tests.makers import slices, tiles
from tests.makers.scenes import box, feature, in_degrees, write_geojson, write_scene
from tests.pipeline.building import write_model, write_solid

QUICK = (
    "--projections", "pca", "--dims", "2", "--metrics", "angular", "--trees", "2", "--min-cluster-size", "500",
    "--thumb-size", "32", "--atlas-size", "128", "--layouts", "none",
)  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Path:
    write_model(tmp_path)
    return tmp_path


def built(here: Path, *arguments: str, model: str | None = "tiny.onnx") -> Result:
    command = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    command.command()(as_command(build_command, PROGRAM))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        named = ["--model", model] if model else []
        return CliRunner().invoke(command, [*arguments, "-o", "w", *named, *QUICK])


def refused(result: Result, *words: str) -> None:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stderr.startswith("precompute: ")
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def failures(here: Path) -> dict[str, str]:
    workspace = Workspace.open(here / "w")
    workspace.check()
    return {row["path"]: row["reason"] for row in workspace.failures()}


def boats(count: int = 6) -> list[dict]:
    return [feature(box(15 * i, 10, 15 * i + 12, 30), number=i) for i in range(count)]


def _no_georeference(here: Path) -> None:
    write_scene(here / "in/a.tif", crs=None)
    write_geojson(here / "in/a.geojson", boats())


def _outside(here: Path) -> None:
    write_scene(here / "in/a.tif")
    write_geojson(here / "in/a.geojson", [feature(box(5000, 5000, 5010, 5010))])


def _empty(here: Path) -> None:
    write_scene(here / "in/a.tif")
    write_geojson(here / "in/a.geojson", [])


def _invalid(here: Path) -> None:
    write_scene(here / "in/a.tif")
    (here / "in/a.geojson").write_text('{"type": "FeatureCollection", "features": [')


def _no_annotations(here: Path) -> None:
    write_scene(here / "in/a.tif")


def _labels_of_another_size(here: Path) -> None:
    slices.save(here / "in/raw/a.png", slices.textures(1)[0])
    slices.save(here / "in/labels/a.png", slices.left_third(32, 32))


def _label_in_colors(here: Path) -> None:
    slices.save(here / "in/raw/a.png", slices.textures(1)[0])
    colors = np.zeros((64, 96, 3), np.uint8)
    colors[:, :20, 0] = 255
    slices.save(here / "in/labels/a.png", colors)


def _small_slices(here: Path) -> None:
    slices.save(here / "in/raw/a.png", slices.textures(1)[0])
    slices.save(here / "in/labels/a.png", slices.left_third())


def _nothing_shared(here: Path) -> None:
    for number, name in enumerate(("roads", "water")):
        tiles.save(here / f"in/{name}/17/{tiles.X + number}/{tiles.Y}.png", tiles.tile((0, 0, 0), 3))


def _thirteen_layers(here: Path) -> None:
    for number in range(13):
        tiles.save(here / f"in/layer{number}/17/{tiles.X}/{tiles.Y}.png", tiles.tile((0, 0, 0), 3))


def _two_kinds(here: Path) -> None:
    _small_slices(here)
    _outside(here)


@pytest.mark.parametrize(
    ("write", "flags", "words"),
    [
        (_no_georeference, [], ["a.tif has no georeference", "gdal_translate -a_srs"]),
        (_outside, [], ["none of the 1 annotations of a.geojson lies in a scene", "--annotations-crs"]),
        (_empty, [], ["are empty; give a file with polygons, boxes or points"]),
        (_invalid, [], ["cannot be read", "expected GeoJSON, GeoPackage or Shapefile"]),
        (_no_annotations, ["--source", "geotiff"], ["--annotations FILE", "--chip-size 256"]),
        (_no_annotations, ["--source", "geotiff", "--annotations", "gone.geojson"], ["gone.geojson do not exist"]),
        (_no_annotations, ["--source", "geotiff", "--chip-size", "32", "--bands", "4"], ["bands 1 to 3", "--bands"]),
        (_outside, ["--margin-px", "-1"], ["expected 0 or more"]),
        (_labels_of_another_size, ["--patch-size", "32"], ["none of the 1 labels can be used", "32 x 32", "96 x 64"]),
        (
            _label_in_colors,
            ["--patch-size", "32", "--structures", "0000ff=cell"],
            ["names the color 0000ff; the labels hold 000000, ff0000"],
        ),
        (_small_slices, [], ["96 x 64 px, smaller than patches of 80 px", "--patch-size"]),
        (
            _small_slices,
            ["--patch-size", "32", "--structures", "7=cell"],
            ["the value 7; the labels hold 0, 255"],
        ),
        (_small_slices, ["--patch-size", "big"], ["--patch-size 'big': expected whole numbers"]),
        (_small_slices, ["--chip-size", "9"], ["--chip-size says nothing to --source microscopy", "--source geotiff"]),
        (_nothing_shared, [], ["no coordinate has a tile in all 2 layers"]),
        (_thirteen_layers, [], ["has 13 layers; expected 1 to 12"]),
        (_thirteen_layers, ["--layers", "layer1,rivers"], ["has no layer rivers"]),
        (
            _two_kinds,
            [],
            ["looks like GeoTIFF scenes and microscopy slices", "--source geotiff or"],
        ),
    ],
)
def test_what_cannot_be_built_is_one_line_with_a_remedy_and_leaves_nothing(
    write: Callable[[Path], None], flags: list[str], words: list[str], here: Path
) -> None:
    write(here)
    refused(built(here, "in", *flags), *words)
    assert not (here / "w").exists()


def test_annotations_that_give_no_chip_are_counted_and_the_others_go_on(here: Path) -> None:
    """No geometry, no area, one vertex, beside the scene; and one that crosses itself, which is mended."""
    line = {"type": "Polygon", "coordinates": [[(0, 0), (1, 1), (0, 0), (0, 0)]]}
    bow = box(100, 50, 120, 70)
    ring = bow["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    bad = [feature(None), feature(line), feature(box(900, 0, 910, 9))]
    write_geojson(here / "in/a.geojson", [*boats(), *bad, feature(bow, number=6)])
    write_scene(here / "in/a.tif")
    result = built(here, "in")
    assert result.exit_code == 0, result.output
    assert sorted(failures(here)) == ["a.geojson#6", "a.geojson#7", "a.geojson#8"]
    assert Workspace.open(here / "w").rows == 7
    assert "outlines that crossed themselves and were made valid: 1" in result.stdout
    assert "3 files were left out" in result.stdout


def test_annotations_in_meters_that_claim_degrees_are_read_where_they_lie_and_that_is_said(here: Path) -> None:
    write_scene(here / "in/a.tif")
    write_geojson(here / "in/a.geojson", boats(), crs=None)
    result = built(here, "in")
    assert result.exit_code == 0, result.output
    assert "are no degrees; they are read in the CRS of a.tif" in result.stdout
    meters = Workspace.open(here / "w").items
    write_geojson(here / "in/a.geojson", [{**b, "geometry": in_degrees(b["geometry"])} for b in boats()], crs=None)
    assert built(here, "in").exit_code == 0
    degrees = Workspace.open(here / "w").items
    for column in ("width", "height", "number"):
        assert meters[column].tolist() == degrees[column].tolist()


def test_a_label_that_cannot_be_used_leaves_its_slice_in(here: Path) -> None:
    slices.write_slices(here / "in")
    slices.save(here / "in/labels/slice_1.png", slices.left_third(32, 32))
    result = built(here, "in", "--patch-size", "32")
    assert result.exit_code == 0, result.output
    assert "it is 32 x 32 pixels and its slice 96 x 64" in failures(here)["raw/slice_1.png"]
    items = Workspace.open(here / "w").items
    assert items.groupby("slice")["overlap"].count().to_dict() == {
        "slice_0.png": 15, "slice_1.png": 0, "slice_2.png": 15,
    }  # fmt: skip
    assert len(items) == 45


def test_a_layer_with_fewer_tiles_and_mixed_sizes_are_said_per_layer(here: Path) -> None:
    tiles.write_tiles(here / "in")
    (here / f"in/water/17/{tiles.X}/{tiles.Y}.png").unlink()
    (here / f"in/woods/17/{tiles.X + 1}/{tiles.Y}.png").write_bytes(b"broken")
    tiles.save(here / f"in/roads/17/{tiles.X + 2}/{tiles.Y}.png", tiles.tile((9, 9, 9), 3, 32))
    result = built(here, "in")
    assert result.exit_code == 0, result.output
    for line in (
        "layer water: 1 of 16 coordinates have no tile here",
        "layer woods: 1 of 15 tiles are broken",
        "layer roads: 1 tiles are not 16 x 16 pixels as most are, e.g. 32 x 32; they are scaled",
    ):
        assert line in result.stdout
    found = failures(here)
    assert found.keys() == {"water", f"17/{tiles.X + 1}/{tiles.Y}"}
    assert found[f"17/{tiles.X + 1}/{tiles.Y}"].startswith("layer woods: ")
    assert Workspace.open(here / "w").rows == 14


def test_a_model_of_two_inputs_is_refused(here: Path) -> None:
    write_model(here, "odd.onnx", inputs=2)
    slices.write_slices(here / "in", 1)
    refused(built(here, "in", "--patch-size", "32", model="odd.onnx"), "takes 2 inputs", "Export the image encoder")


def test_a_model_of_one_image_at_a_time_serves(here: Path) -> None:
    write_model(here, "one.onnx", shape=(1, 3, 8, 8))
    slices.write_slices(here / "in", 1)
    assert built(here, "in", "--patch-size", "32", model="one.onnx").exit_code == 0


def test_vectors_at_the_command_line(here: Path) -> None:
    names = write_solid(here / "photos", 8)
    vectors = np.random.default_rng(0).normal(size=(8, 4))
    vectors[2, 1] = np.nan
    np.save(here / "v.npy", vectors)
    ids_file(here / "v.npy").write_text("\n".join([*names[:7], names[0]]))
    result = built(here, "photos", "--vectors", "v.npy", model=None)
    assert result.exit_code == 0, result.output
    assert Workspace.open(here / "w").items["path"].tolist() == [names[i] for i in (0, 1, 3, 4, 5, 6)]
    found = failures(here)
    assert found.keys() == {names[2], names[7], f"v.npy: {names[0]}"}
    assert found[names[2]].startswith("v.npy: its vector holds values that are not finite")
    assert "rows left out: 1, e.g." in result.stdout
    refused(built(here, "photos", "--vectors", "v.npy"), "has nothing to do", "Leave it out")
    refused(built(here, "photos", "--vectors", "gone.npy", model=None), "gone.npy does not exist")
    ids_file(here / "v.npy").write_text("a\nb")
    refused(built(here, "photos", "--vectors", "v.npy", model=None), "has 8 rows; v.ids.txt has 2 ids")
    ids_file(here / "v.npy").unlink()
    np.save(here / "v.npy", vectors[:5])
    refused(built(here, "photos", "--vectors", "v.npy", model=None), "has 5 rows and no ids; there are 8 images")


def test_a_table_alone_at_the_command_line(here: Path) -> None:
    pd.DataFrame({"x": range(9), "y": [i % 3 for i in range(9)], "label": list("aabbccdde")}).to_csv(
        here / "places.csv", index=False
    )
    result = built(here, "places.csv", model=None)
    assert result.exit_code == 0, result.output
    assert "places.csv looks like a table of vectors or coordinates" in result.stdout
    workspace = Workspace.open(here / "w")
    assert workspace.manifest.projections() == {"given": [2]}
    assert workspace.items["label"].tolist() == list("aabbccdde")
    assert json.loads((here / "w/manifest.json").read_text())["source"]["kind"] == "vectors"


def test_clusters_by_mixture_at_the_command_line(here: Path) -> None:
    tiles.write_tiles(here / "in", 6, 6)
    flags = ["--clusterer", "gmm", "--cluster-columns", "longitude,latitude", "--components", "3"]
    result = built(here, "in", *flags)
    assert result.exit_code == 0, result.output
    assert "clusters; 0 images belong to none" in result.stdout
    refused(built(here, "in", "--clusterer", "gmm", "--cluster-columns", "height_m"), "there is no column 'height_m'")


def test_a_scene_whose_grid_is_cut_without_georeference_says_so(here: Path) -> None:
    write_scene(here / "in/a.tif", crs=None)
    result = built(here, "in", "--source", "geotiff", "--chip-size", "40")
    assert result.exit_code == 0, result.output
    assert "Its chips have no longitude and latitude" in result.stdout
    assert Workspace.open(here / "w").rows == 15


def test_a_picture_file_is_no_source(here: Path) -> None:
    Image.new("RGB", (9, 9)).save(here / "a.png")
    refused(built(here, "a.png"), "a.png is a file of no known kind", "--source")

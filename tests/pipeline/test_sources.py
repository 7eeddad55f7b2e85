"""Every kind of source becomes a workspace with its rows, its columns, its originals, and nothing built twice."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.app.session import pictures
from imagespace_core.errors import InputError, ModelError
from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.confirmed import confirm
from tests.makers import tiles as tile_maker
from tests.makers.scenes import box, feature, write_geojson, write_scene
from tests.makers.slices import write_slices
from tests.makers.tiles import write_tiles
from tests.pipeline.building import Listening, quick, run, write_model, write_solid


def options_of(images: Path, output: Path, model: str, **parameters: object) -> Options:
    return quick(images, output, model, layouts="map", parameters=parameters)


def opened(options: Options) -> Workspace:
    assert options.output is not None
    workspace = Workspace.open(options.output)
    workspace.check()
    return workspace


@pytest.fixture
def harbor(tmp_path: Path) -> Path:
    """A scene of 200 x 120 px and 12 boats in it; one more lies outside."""
    boats = [feature(box(15 * i, 10, 15 * i + 12, 30), name=f"boat {i}", tons=i * 1.5) for i in range(12)]
    write_geojson(tmp_path / "harbor/boats.geojson", [*boats, feature(box(900, 0, 910, 9), name="away", tons=1.0)])
    return write_scene(tmp_path / "harbor/harbor.tif").parent


@pytest.fixture
def slices(tmp_path: Path) -> Path:
    return write_slices(tmp_path / "slices")


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    return write_tiles(tmp_path / "map")


def test_chips_of_a_scene_with_their_attributes_places_and_map(harbor: Path, tmp_path: Path, model: str) -> None:
    report = Listening()
    options = options_of(harbor, tmp_path / "w", model, margin_px=1)
    run(options, report)
    workspace = opened(options)
    assert f"{harbor} looks like GeoTIFF scenes and is read so; anything else is named by --source" in report.notes
    items = workspace.items
    assert items["id"].tolist() == [f"harbor.tif#boats/{i}" for i in range(12)]
    assert items["name"].tolist() == [f"boat {i}" for i in range(12)]
    assert items["tons"].tolist() == [i * 1.5 for i in range(12)]
    assert items["width"].tolist() == [14] * 12, "the first reaches beyond the edge of its scene"
    assert items["scene"].unique().tolist() == ["harbor.tif"]
    np.testing.assert_allclose(items["area_m2"], 60, rtol=2e-3)
    assert (np.diff(items["longitude"]) > 0).all()
    assert workspace.manifest.layouts() == {"map": 2}
    assert not np.isnan(workspace.layout("map")[0]).any()
    assert workspace.failures() == [
        {"path": "boats.geojson#12", "stage": "scan", "reason": "it lies outside harbor.tif"}
    ]
    assert workspace.manifest.source["kind"] == "geotiff"
    assert workspace.manifest.source["parameters"]["margin_px"] == 1
    assert pictures.has_original(workspace, 3)
    assert pictures.picture(workspace, 3, 100).shape == (22, 14, 3)
    (harbor / "harbor.tif").unlink()
    pictures._source.cache_clear()
    assert not pictures.has_original(workspace, 3)
    assert max(pictures.picture(workspace, 3, 100).shape) == 32, "the sprite is what is left"


def test_patches_of_slices_with_what_their_labels_say(slices: Path, tmp_path: Path, model: str) -> None:
    options = options_of(slices, tmp_path / "w", model, patch_size="32", stride=32, structures="255=cell")
    run(options)
    workspace = opened(options)
    items = workspace.items
    assert len(items) == 3 * 3 * 2
    assert items["id"].tolist()[:2] == ["raw/slice_0.png@0,0,32", "raw/slice_0.png@32,0,32"]
    assert items["slice"].tolist()[::6] == ["slice_0.png", "slice_1.png", "slice_2.png"]
    assert items["overlap_cell"].tolist() == [1.0, 0.0, 0.0] * 6
    assert items["cell"].dtype == bool
    assert items["cell"].tolist() == [True, False, False] * 6
    assert items["z"].tolist() == [z for z in range(3) for _ in range(6)]
    head, codes = workspace.column("cell")
    assert codes is not None
    assert [head["values"][code] for code in codes[:3]] == ["True", "False", "False"]
    sprite, shown = workspace.sprite(4).astype(int), pictures.picture(workspace, 4, 32).astype(int)
    assert np.abs(sprite - shown).mean() < 40


def test_tiles_as_one_picture_for_a_model_of_three_channels_which_is_said(
    layers: Path, tmp_path: Path, model: str
) -> None:
    report = Listening()
    options = options_of(layers, tmp_path / "w", model, layers="woods,roads", preview_layers="roads")
    run(options, report)
    workspace = opened(options)
    assert any("takes 3 channels, so it saw 16 images as people do" in line for line in report.notes)
    assert workspace.items["id"].tolist() == [f"17/{68989 + x}/{45981 + y}" for x in range(4) for y in range(4)]
    assert workspace.items["content_woods"].tolist() == [y / 16 for _ in range(4) for y in range(4)]
    assert workspace.items["dominant_layer"].unique().tolist() == ["roads"]
    assert workspace.items["telling_layer"].tolist()[:4] == ["roads", "roads", "woods", "woods"]
    mean = (8 * np.array(tile_maker.COLORS["roads"]) + 8 * 255) / 16
    for row in range(16):
        np.testing.assert_array_equal(pictures.picture(workspace, row, 16)[0, 0], tile_maker.COLORS["roads"])
        np.testing.assert_allclose(workspace.vectors()[row], mean / np.linalg.norm(mean), atol=0.02)
    assert workspace.manifest.layouts() == {"map": 2}


def test_three_layers_are_three_channels_and_people_see_their_colors(layers: Path, tmp_path: Path, model: str) -> None:
    report = Listening()
    options = options_of(layers, tmp_path / "w", model, preview_layers="water")
    run(options, report)
    assert not any("as people do" in line for line in report.notes)
    sprite = opened(options).sprite(15)
    np.testing.assert_allclose(sprite[1, 5], tile_maker.COLORS["water"], atol=25)


def test_a_model_of_as_many_channels_sees_every_layer(layers: Path, tmp_path: Path) -> None:
    for column in range(2):
        for layer in range(12):
            pixels = tile_maker.tile((0, 0, 0), layer + column)
            tile_maker.save(tmp_path / f"twelve/layer{layer:02}/17/{70_000 + column}/46000.png", pixels)
    model = write_model(tmp_path, "twelve.onnx", shape=("n", 12, 16, 16))
    report = Listening()
    options = options_of(tmp_path / "twelve", tmp_path / "w", model)
    run(options, report)
    assert not any("as people do" in line for line in report.notes)
    for column in range(2):
        white = 16 - (np.arange(12) + column)
        np.testing.assert_allclose(opened(options).vectors()[column], white / np.linalg.norm(white), atol=1e-3)
    with pytest.raises(ModelError, match="has 3 channels; the model takes 12"):
        run(options_of(layers, tmp_path / "three", model))


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ({"margin_px": 3}, {"images", "embed", "atlas"}),
        ({"bands": "3,2,1"}, {"images", "embed", "atlas"}),
        ({"annotations_crs": "EPSG:32632"}, set()),
    ],
)
def test_other_cutting_reads_the_chips_again(
    changed: dict[str, object], again: set[str], harbor: Path, tmp_path: Path, model: str
) -> None:
    options = options_of(harbor, tmp_path / "w", model)
    run(options)
    assert run(options).ran == []
    ran = set(run(replace(options, parameters=changed)).ran)
    assert ran & {"images", "embed", "atlas"} == again
    assert opened(options).manifest.source["parameters"].keys() >= changed.keys()


def test_another_threshold_changes_columns_and_reads_no_pixel(slices: Path, tmp_path: Path, model: str) -> None:
    options = options_of(slices, tmp_path / "w", model, patch_size=32, stride=24)
    run(options)
    before = opened(options).items["structure"].to_numpy().sum()
    changed = replace(options, parameters={**options.parameters, "min_overlap": 0.2})
    assert set(run(changed).ran) <= {"source", "table", "columns", "layout-map"}
    assert opened(options).items["structure"].to_numpy().sum() > before
    assert "images" in run(replace(options, parameters={**options.parameters, "encoder_size": 16})).ran


def test_other_preview_layers_draw_the_sprites_again(layers: Path, tmp_path: Path, model: str) -> None:
    options = options_of(layers, tmp_path / "w", model, preview_layers="roads")
    run(options)
    assert "atlas" in run(options_of(layers, tmp_path / "w", model, preview_layers="water")).ran
    assert "atlas" not in run(options_of(layers, tmp_path / "w", model, preview_layers="water")).ran


def test_metadata_join_on_top_and_a_name_that_the_source_has_is_changed(
    harbor: Path, tmp_path: Path, model: str
) -> None:
    (tmp_path / "m.csv").write_text("filename,captain,name\nharbor.tif#boats/3,Ahab,Pequod\n")
    options = replace(options_of(harbor, tmp_path / "w", model), metadata=tmp_path / "m.csv")
    run(options)
    items = opened(options).items
    assert items["captain"].tolist()[3] == "Ahab"
    assert items["captain"].isna().tolist().count(True) == 11
    assert (items["name"][3], items["name_metadata"][3]) == ("boat 3", "Pequod")
    assert opened(options).manifest.measured("table", "metadata_columns")[-2:] == ["captain", "name_metadata"]


def test_relayout_and_single_steps_keep_what_the_source_said(harbor: Path, tmp_path: Path, model: str) -> None:
    options = options_of(harbor, tmp_path / "w", model, margin_px=2)
    run(options)
    before = opened(options).items
    run(replace(options, images=None, parameters={}, model=None, relayout=True, layouts="map,grid"))
    assert opened(options).items.equals(before)
    assert run(replace(options, parameters={}, only="atlas")).ran == ["atlas"]
    assert run(replace(options, images=None, parameters={}, only="table")).ran[0] == "table"
    assert opened(options).items.equals(before)
    assert opened(options).manifest.source["parameters"]["margin_px"] == 2


def test_relayout_refuses_options_that_it_would_leave_unread(harbor: Path, tmp_path: Path, model: str) -> None:
    options = options_of(harbor, tmp_path / "w", model, margin_px=2)
    run(options)
    again = replace(options, relayout=True, seed=3)
    run(again)
    changed = replace(again, parameters={"margin_px": 4, "chip_size": 9})
    with pytest.raises(InputError, match=r"--margin-px and --chip-size change what is read .* without --relayout"):
        run(changed)
    with pytest.raises(InputError, match=r"--margin-px .* without --only grid"):
        run(replace(changed, relayout=False, only="grid"))


def test_dates_of_annotations_are_dates_and_outrank_nothing_else(harbor: Path, tmp_path: Path, model: str) -> None:
    boats = [feature(box(15 * i, 10, 15 * i + 12, 30), seen=f"2024-05-{i + 1:02}T10:00:00") for i in range(12)]
    write_geojson(harbor / "boats.geojson", boats)
    options = options_of(harbor, tmp_path / "w", model)
    run(options)
    items = opened(options).items
    assert str(items["seen"].dtype) == "datetime64[us]"
    assert items["seen"].dt.day.tolist() == list(range(1, 13))


def test_a_source_named_outranks_what_the_path_looks_like(layers: Path, tmp_path: Path, model: str) -> None:
    report = Listening()
    options = replace(options_of(layers, tmp_path / "w", model), source="folder")
    run(options, report)
    assert opened(options).rows == 48
    assert opened(options).manifest.source["kind"] == "folder"
    assert not any("looks like" in line for line in report.notes)
    with pytest.raises(InputError, match="--margin-px says nothing to --source folder"):
        run(replace(options, parameters={"margin_px": 2}))


def test_a_moved_folder_is_known_by_its_new_place(photos: Path, tmp_path: Path, model: str) -> None:
    options = quick(photos, tmp_path / "w", model)
    run(options)
    photos.rename(tmp_path / "elsewhere")
    summary = run(replace(options, images=tmp_path / "elsewhere"))
    assert summary.ran == []
    assert opened(options).manifest.source["root"] == str(tmp_path / "elsewhere")
    assert pictures.has_original(opened(options), 0)


def test_a_workspace_of_before_sources_had_options_opens(built: Options) -> None:
    assert built.output is not None
    file = built.output / "manifest.json"
    record = json.loads(file.read_text())
    del record["source"]["parameters"]
    for step in record["steps"].values():
        step.pop("clusterer", None)
    file.write_text(json.dumps(record))
    workspace = Workspace.open(built.output)
    workspace.check()
    confirm(workspace.root, workspace.manifest)  # as it was when it was built
    assert pictures.has_original(workspace, 0)
    assert pictures.picture(workspace, 0, 10).shape[1] == 10
    assert len(workspace.clusters()[0]) == 23
    assert run(built).ran == []


@pytest.mark.parametrize("name", ["harbor", "slices", "layers"])
def test_an_interrupted_build_of_any_source_goes_on_where_it_stopped(
    name: str, tmp_path: Path, model: str, request: pytest.FixtureRequest
) -> None:
    root = request.getfixturevalue(name)
    options = options_of(root, tmp_path / "w", model, **({"patch_size": 32} if name == "slices" else {}))

    def interrupt(title: str, count: int) -> None:
        if title == "Neighbor graph":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(options, Listening(interrupt))
    ran = run(options).ran
    assert not {"images", "embed", "source"} & set(ran)
    assert "neighbors" in ran
    opened(options)


def test_solid_images_keep_their_rows(tmp_path: Path, model: str) -> None:
    """Chips of a scene of one color each: vector, sprite, column and original of a row are of the same chip."""
    colors = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (180, 180, 20), (20, 180, 180)]
    pixels = np.zeros((3, 40, 200), np.uint8)
    for i, color in enumerate(colors):
        pixels[:, :, 40 * i : 40 * i + 40] = np.array(color, np.uint8)[:, None, None]
    write_scene(tmp_path / "flags/flags.tif", pixels)
    order = [3, 0, 4, 2, 1]
    boxes = [feature(box(40 * i + 5, 5, 40 * i + 35, 35), number=i) for i in order]
    write_geojson(tmp_path / "flags/flags.geojson", boxes)
    options = options_of(tmp_path / "flags", tmp_path / "w", model)
    run(options)
    workspace = opened(options)
    assert workspace.items["number"].tolist() == order
    for row, number in enumerate(order):
        color = np.array(colors[number], float)
        np.testing.assert_allclose(workspace.vectors()[row], color / np.linalg.norm(color), atol=5e-3)
        np.testing.assert_allclose(np.median(workspace.sprite(row), axis=(0, 1)), color, atol=6)
        np.testing.assert_array_equal(pictures.picture(workspace, row, 30)[15, 15], colors[number])


def test_previews_of_layers_are_as_large_as_asked(tmp_path: Path, model: str) -> None:
    root = write_tiles(tmp_path / "map", 2, 2)
    for file in root.rglob("*.png"):
        Image.open(file).resize((600, 600)).save(file)
    options = replace(options_of(root, tmp_path / "w", model), previews=500)
    run(options)
    preview = opened(options).preview(0)
    assert preview is not None
    with Image.open(io.BytesIO(preview)) as image:
        assert image.size == (500, 500)


def test_a_plain_folder_says_nothing_of_what_it_was_taken_for(tmp_path: Path, model: str) -> None:
    write_solid(tmp_path / "photos", 6)
    report = Listening()
    run(quick(tmp_path / "photos", tmp_path / "w", model), report)
    assert report.notes == []

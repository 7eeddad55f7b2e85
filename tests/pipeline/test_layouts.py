"""The steps that arrange images: made from what they need, redone when it changes, and honest where they cannot be."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.errors import InputError, WorkspaceError
from imagespace_core.layout import LAYOUTS, Material
from imagespace_core.layout.grid import Grid
from imagespace_core.layout.timeline import Timeline
from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Manifest, Workspace
from tests.pipeline.building import quick, run

PLAIN = {"grid": 2, "clusters": 2, "color": 2, "carousel": 3}


def _root(options: Options) -> Path:
    assert options.output is not None
    return options.output


def _opened(options: Options) -> Workspace:
    workspace = Workspace.open(_root(options))
    workspace.check()
    return workspace


def _with_metadata(options: Options, header: str, *lines: str) -> Options:
    assert options.output is not None
    file = options.output.parent / "places.csv"
    file.write_text("\n".join([header, *lines]), "utf-8")
    return replace(options, metadata=file)


def _made(manifest: Manifest) -> set[str]:
    return {name for name in manifest.steps if name.startswith(("layout-", "apart-"))}


def test_a_full_build_has_every_layout_that_its_images_allow(full_options: Options) -> None:
    workspace = _opened(full_options)
    manifest = workspace.manifest
    assert manifest.layouts() == {**PLAIN, "timeline": 2}
    assert manifest.layouts_without() == {"map": "no longitude and latitude columns"}
    assert manifest.apart() == ["pca", "tsne", "umap"]
    for name, dims in manifest.layouts().items():
        positions, guides = workspace.layout(name)
        assert positions.shape == (48, dims)
        assert positions.dtype == np.float32
        assert (guides["name"], guides["dims"], guides["missing"]) == (name, dims, np.isnan(positions[:, 0]).sum())
        assert manifest.measured(f"layout-{name}", "notes") == guides["notes"]
    for name in manifest.apart():
        positions, guides = workspace.layout(f"{name}-apart")
        assert positions.shape == (48, 2)
        assert guides["apart"]["overlapping_after"] == 0
        assert guides["cell"] == guides["apart"]["cell"] == manifest.measured(f"apart-{name}", "cell")
    centrality = workspace.centrality()
    assert centrality.shape == (48,)
    np.testing.assert_allclose(centrality.sum(), 1, rtol=1e-5)


def test_the_grid_is_made_from_the_preferred_map_and_the_timeline_from_the_first_dates(full_options: Options) -> None:
    workspace = _opened(full_options)
    grid = Grid()(Material(map2d=np.array(workspace.positions("tsne", 2))))
    np.testing.assert_array_equal(workspace.layout("grid")[0], grid.positions)
    days = workspace.items["day"].astype("datetime64[s]").to_numpy()
    taken = np.where(np.isnat(days), np.nan, days.astype(np.int64))
    positions, guides = workspace.layout("timeline")
    np.testing.assert_array_equal(positions, Timeline()(Material(taken=taken)).positions)
    assert "The dates are those of the column day." in guides["notes"]


def test_clusters_have_the_names_and_rows_of_the_clusters(full_options: Options) -> None:
    workspace = _opened(full_options)
    head, labels = workspace.column("cluster")
    assert labels is not None
    expected = dict(zip(head["values"], head["counts"], strict=True))
    if noise := int((labels < 0).sum()):
        expected["noise"] = noise
    for name in ("clusters", "carousel"):
        headings = workspace.layout(name)[1]["headings"]
        assert {heading["text"]: heading["count"] for heading in headings} == expected


def test_coordinates_and_dates_in_new_metadata_make_a_map_and_a_timeline_and_nothing_else(built: Options) -> None:
    assert _opened(built).manifest.layouts_without().keys() == {"timeline", "map"}
    lines = [f"{i:03d}.png,{i - 10},{40 + i / 10},2021-{i % 12 + 1:02d}-03" for i in range(20)]
    options = _with_metadata(built, "filename,lon_deg,Lat,taken_at", *lines)
    assert run(options).ran == ["table", "columns", "layout-timeline", "layout-map"]
    workspace = _opened(options)
    assert workspace.manifest.layouts() == {**PLAIN, "timeline": 2, "map": 2}
    positions, guides = workspace.layout("map")
    assert (positions[:20, 0].argsort() == np.arange(20)).all()
    assert np.isnan(positions[20:]).all()
    assert guides["notes"] == ["3 images have no coordinates."]
    assert "3 images without a date are set apart at the right." in workspace.layout("timeline")[1]["notes"]
    assert run(options).ran == []
    # Without them the layouts and their files go.
    run(replace(options, metadata=None))
    assert _opened(built).manifest.layouts() == PLAIN
    assert not (_root(built) / "layouts/map.npy").exists()
    assert not (_root(built) / "layouts/timeline.json").exists()


@pytest.mark.parametrize(
    ("layouts", "steps"),
    [
        ("none", set()),
        ("grid", {"layout-grid"}),
        ("color, apart", {"layout-color", "apart-pca"}),
    ],
)
def test_only_the_layouts_asked_for_are_made_and_others_removed(built: Options, layouts: str, steps: set[str]) -> None:
    assert _made(_opened(built).manifest) == {*(f"layout-{name}" for name in LAYOUTS), "apart-pca"}
    run(replace(built, layouts=layouts))
    workspace = _opened(built)
    assert _made(workspace.manifest) == steps
    left = {path.stem for path in (_root(built) / "layouts").iterdir()} if steps else set()
    assert left == {name.split("-", 1)[1] if name != "apart-pca" else "pca-apart" for name in steps}


@pytest.mark.parametrize("layouts", ["gird", "", "grid,none"])
def test_a_layout_that_is_none_is_refused_by_name(tmp_path: Path, layouts: str) -> None:
    with pytest.raises(InputError, match=r"--layouts .*grid, clusters, color, carousel, timeline, map, apart"):
        quick(tmp_path, tmp_path / "w", None, layouts=layouts)


def test_maps_in_3d_alone_are_no_maps_to_arrange_by(photos: Path, tmp_path: Path, model: str) -> None:
    options = quick(photos, tmp_path / "w", model, dims="3")
    run(options)
    manifest = _opened(options).manifest
    assert manifest.layouts() == {"clusters": 2, "color": 2, "carousel": 3}
    assert manifest.layouts_without()["grid"] == "no map in 2D"
    assert manifest.apart() == []


@pytest.mark.parametrize(
    ("only", "ran"),
    [
        ("layout-grid", {"layout-grid"}),
        ("layout", {f"layout-{name}" for name in LAYOUTS}),
        ("apart", {"apart-pca", "apart-tsne", "apart-umap"}),
        ("centrality", {"centrality"}),
    ],
)
def test_only_redoes_the_layouts_it_names(full: Options, only: str, ran: set[str]) -> None:
    assert set(run(replace(full, only=only)).ran) == ran
    _opened(full)


def test_more_room_to_move_makes_larger_images(built: Options) -> None:
    before = _opened(built).layout("pca-apart")[1]["cell"]
    assert run(replace(built, furthest=0.2)).ran == ["apart-pca"]
    assert _opened(built).layout("pca-apart")[1]["cell"] > 1.5 * before


def test_a_workspace_from_before_layouts_opens_and_gets_them_by_relayout(built: Options) -> None:
    path = _root(built) / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    old = {name: step for name, step in manifest["steps"].items() if not name.startswith(("layout-", "apart-"))}
    old.pop("centrality")
    path.write_text(json.dumps({**manifest, "steps": old}), "utf-8")
    workspace = _opened(built)
    assert (workspace.manifest.layouts(), workspace.manifest.layouts_without(), workspace.manifest.apart()) == (
        {},
        {},
        [],
    )
    assert "layout-grid" not in run(replace(built, only="pca-2d")).manifest.steps
    ran = run(replace(built, images=None, model=None, relayout=True)).ran
    assert {"centrality", "layout-grid", "layout-color", "apart-pca"} <= set(ran)
    assert _opened(built).manifest.layouts() == PLAIN


def test_a_layout_that_is_missing_or_spoiled_is_named_with_the_command_that_mends_it(built: Options) -> None:
    (_root(built) / "layouts/grid.json").write_text("{")
    with pytest.raises(WorkspaceError, match=r"grid\.json cannot be read.*--only layout-grid"):
        Workspace.open(_root(built)).layout("grid")
    np.save(_root(built) / "layouts/pca-apart.npy", np.zeros((3, 2), np.float32))
    with pytest.raises(WorkspaceError, match=r"pca-apart\.npy has 3 rows.*--only apart-pca"):
        Workspace.open(_root(built)).layout("pca-apart")
    run(replace(built, only="layout-grid"))
    run(replace(built, only="apart-pca"))
    _opened(built)

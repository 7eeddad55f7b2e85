"""Layouts on demand: of all rows they are what the build wrote, whatever the table is like."""

from __future__ import annotations

import json

import numpy as np
import pytest

from imagespace_core.collection.arrange import GROUPED, NotArrangedError, arrange, with_names
from imagespace_core.collection.material import COLORS, material_of
from imagespace_core.errors import InputError
from imagespace_core.layout import LAYOUTS
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.cluster_names import ClusterNames
from tests.collection.conftest import ROWS, Build

METADATA: dict[str, list[str]] = {
    "dates in another column": ["filename,day", *(f"{i:03d}.png,2021-{i % 12 + 1:02d}-03" for i in range(ROWS))],
    "dates for some": ["filename,taken_at,day", *(f"{i:03d}.png,2021-01-{i + 1:02d},2001-01-01" for i in range(20))],
    "coordinates under other names": [
        "filename,GPS Latitude,lon_deg", *(f"{i:03d}.png,{i / 10},{i - 10}" for i in range(30))
    ],
    "coordinates also as text": [
        "filename,latitude,longitude,lat,lng", *(f"{i:03d}.png,{i} N,{i} E,{i / 10},{i}" for i in range(ROWS))
    ],
    "coordinates of few whole numbers": [
        "filename,latitude,longitude", *(f"{i:03d}.png,{i % 3},{i % 4}" for i in range(ROWS))
    ],
    "a column called cluster": ["filename,cluster", *(f"{i:03d}.png,{'xyz'[i % 3]}" for i in range(ROWS))],
    "an empty date and impossible coordinates": [
        "filename,day,lat,lon", "000.png,,95,200", *(f"{i:03d}.png,,,{i}" for i in range(1, ROWS))
    ],
    "nothing": [],
}  # fmt: skip


@pytest.fixture(scope="module", params=METADATA)
def workspace(request: pytest.FixtureRequest, build: Build) -> Workspace:
    return build(request.param.replace(" ", "-"), *METADATA[request.param])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_rows_arranged_on_demand_are_the_built_layout(workspace: Workspace, layout: str) -> None:
    if reason := workspace.manifest.layouts_without().get(layout):
        with pytest.raises(NotArrangedError) as raised:
            arrange(workspace, layout)
        assert str(raised.value) == reason
        return
    positions, guides = workspace.layout(layout)
    made = arrange(workspace, layout)
    np.testing.assert_array_equal(made.positions, positions)
    assert made.positions.dtype == np.float32
    assert json.loads(json.dumps(made.guides)) == guides


def test_the_workspaces_of_this_test_have_each_layout_and_lack_some(build: Build) -> None:
    made, lacking = set(), set()
    for name, lines in METADATA.items():
        manifest = build(name.replace(" ", "-"), *lines).manifest
        made |= set(manifest.layouts())
        lacking |= set(manifest.layouts_without().items())
    assert made == set(LAYOUTS)
    assert {("timeline", "no image has a date"), ("map", "no longitude and latitude columns")} <= lacking
    assert ("map", "no image has coordinates") in lacking


@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_a_map_in_2d_too_they_are_the_same(build: Build, layout: str) -> None:
    test_all_rows_arranged_on_demand_are_the_built_layout(build("flat", dims="3"), layout)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_the_chosen_rows_have_a_place(places: Workspace, layout: str) -> None:
    mask = np.arange(ROWS) % 3 == 0
    made = arrange(places, layout, mask)
    assert made.positions.shape == (ROWS, LAYOUTS[layout].dims)
    assert np.array_equal(np.isfinite(made.positions).all(axis=1), mask)
    np.testing.assert_array_equal(made.positions, arrange(places, layout, np.flatnonzero(mask)).positions)


@pytest.mark.parametrize("layout", GROUPED)
def test_any_column_of_categories_can_make_the_groups(places: Workspace, layout: str) -> None:
    headings = arrange(places, layout, by="kind").guides["headings"]
    assert {heading["text"]: heading["count"] for heading in headings} == {"a": 20, "b": 20}
    assert arrange(places, layout, by="cluster").guides == arrange(places, layout).guides


def test_headings_bear_the_names_that_people_gave(places: Workspace) -> None:
    guides = arrange(places, "clusters").guides
    named = with_names(guides, ClusterNames({0: "Apples"}))["headings"]
    assert [heading["text"] for heading in named] == [
        "Apples" if heading["text"] == "Cluster 0" else heading["text"] for heading in guides["headings"]
    ]
    assert "Apples" in {heading["text"] for heading in named}


@pytest.mark.parametrize(
    ("layout", "by", "message"),
    [
        ("gird", None, "no layout 'gird'; choose one of grid, clusters"),
        ("grid", "kind", "grid cannot be grouped by kind"),
        ("clusters", "hue", "clusters cannot be grouped by hue"),
        ("clusters", "nothing", "no column 'nothing'"),
    ],
)
def test_what_cannot_be_arranged_is_refused(places: Workspace, layout: str, by: str | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        arrange(places, layout, by=by)


def test_colors_are_those_of_the_table_to_the_last_digit(places: Workspace) -> None:
    """The viewer's columns have them in half the precision, which is enough to swap two images."""
    found = material_of(places)
    for name in COLORS:
        np.testing.assert_array_equal(getattr(found, name), places.items[name].to_numpy(np.float64))

"""Pictures of chosen layers, over the app's own route, and which layer an image's card shows."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from imagespace_core.app.components import layers
from imagespace_core.app.server.routes import base_url, routes
from imagespace_core.app.session import pictures
from imagespace_core.workspace import Workspace
from tests.makers.tiles import COLORS, write_tiles
from tests.pipeline.building import quick, run, write_model

ROW = 11
"""Tile x = 2, y = 3 of the maker: 8 inked rows of roads, 2 of water, 3 of woods, of 16."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    base = tmp_path_factory.mktemp("tiles")
    run(quick(write_tiles(base / "map"), base / "w", write_model(base), parameters={"preview_layers": "roads,water"}))
    return Workspace.open(base / "w")


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=routes()))


def inked(client: TestClient, opened: Workspace, query: str, row: int = ROW) -> list[int]:
    """How many rows of the picture are dark in red, green and blue: roads take green and blue, water red and green,
    woods all three."""
    answer = client.get(f"/{base_url(opened)}image/{row}?side=160{query}")
    assert answer.status_code == 200, answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    pixels = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert pixels.shape == (16, 16, 3)
    return np.count_nonzero(pixels[:, 8] < 150, axis=0).tolist()


def test_without_a_choice_the_picture_is_of_the_layers_that_people_see(client: TestClient, opened: Workspace) -> None:
    # Water takes the red, roads the rest, the woods are not asked for. JPEG blurs an edge by a row.
    np.testing.assert_allclose(inked(client, opened, ""), (2, 8, 8), atol=1)


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [(["water"], (2, 2, 0)), (["woods"], (3, 3, 3)), (["woods", "water"], (3, 3, 3)), (["roads", "roads"], (0, 8, 8))],
)
def test_a_picture_of_chosen_layers_shows_no_other(
    client: TestClient, opened: Workspace, chosen: list[str], rows: tuple[int, int, int]
) -> None:
    np.testing.assert_allclose(inked(client, opened, layers.params(chosen)), rows, atol=1)


def test_one_layer_has_its_own_ink(client: TestClient, opened: Workspace) -> None:
    answer = client.get(f"/{base_url(opened)}image/{ROW}?side=160&layer=roads")
    pixels = np.asarray(Image.open(io.BytesIO(answer.content)))
    np.testing.assert_allclose(pixels[2, 8], COLORS["roads"], atol=12)
    np.testing.assert_allclose(pixels[14, 8], [255, 255, 255], atol=12)


def test_a_layer_that_is_none_is_refused_with_those_there_are(client: TestClient, opened: Workspace) -> None:
    for wrong in ("rivers", "../roads", ""):
        answer = client.get(f"/{base_url(opened)}image/{ROW}", params={"layer": wrong})
        assert answer.status_code == 404
        assert answer.text == f"there is no layer {wrong}; there are roads, water, woods"


def test_images_without_layers_are_refused_where_some_are_asked_for(client: TestClient, one_image: Path) -> None:
    photo = Workspace.open(one_image / "one")
    assert client.get(f"/{base_url(photo)}image/0").status_code == 200
    answer = client.get(f"/{base_url(photo)}image/0?layer=roads")
    assert (answer.status_code, answer.text[:34]) == (404, "the images of this workspace have ")
    assert layers.telling(photo) is None


def test_the_card_shows_the_telling_layer_as_long_as_its_tiles_are_there(opened: Workspace, tmp_path: Path) -> None:
    slug = layers.telling(opened)
    assert slug == "telling-layer"
    head, codes = opened.column(slug)
    assert codes is not None
    assert head["values"][codes[ROW]] == "woods"
    run(quick(write_tiles(tmp_path / "map"), tmp_path / "w", write_model(tmp_path)))
    shutil.rmtree(tmp_path / "map")
    pictures._source.cache_clear()
    assert layers.telling(Workspace.open(tmp_path / "w")) is None


def test_names_with_signs_in_them_survive_an_address() -> None:
    assert layers.params([]) == ""
    assert layers.params(["a&b", "c d"]) == "&layer=a%26b&layer=c+d"

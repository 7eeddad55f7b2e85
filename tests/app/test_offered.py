"""What pages make for their viewers: kept while there is room, and served to those who know its address."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from imagespace_core.app.components.mount import mask_path, selection_path
from imagespace_core.app.server.routes import base_url, routes
from imagespace_core.app.session import blobs
from imagespace_core.drawing.colors import NEUTRAL
from imagespace_core.selection import Selection, unpacked
from imagespace_core.workspace import Workspace
from tests.app.made_workspace import MAP, ROWS, write_made_workspace


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_made_workspace(tmp_path_factory.mktemp("made") / "made")


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    blobs._kept.clear()
    yield
    blobs._kept.clear()


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=routes()))


def test_the_same_bytes_have_the_same_address(opened: Workspace) -> None:
    path = blobs.offer(opened.root, b"some", "bits")
    assert blobs.offer(opened.root, b"some", "bits") == path
    assert blobs.offer(opened.root, b"other", "bits") != path
    assert blobs.taken(opened.root, path.removeprefix("offered/")) == b"some"
    assert blobs.taken(opened.root / "elsewhere", path.removeprefix("offered/")) is None


def test_the_longest_unused_goes_first(opened: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs._kept, "limit_each", 25)
    names = [blobs.offer(opened.root, bytes([i]) * 10, "bits").removeprefix("offered/") for i in range(2)]
    blobs.offer(opened.root, bytes([0]) * 10, "bits")  # a rerun offers the first again
    blobs.offer(opened.root, bytes([2]) * 10, "bits")
    assert blobs.taken(opened.root, names[0]) is not None
    assert blobs.taken(opened.root, names[1]) is None


def test_workspaces_share_one_bound_and_the_newest_stays_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs._kept, "limit", 25)
    for i in range(5):
        blobs.offer(Path(f"/{i}"), bytes([i]) * 10, "bits")
    assert [root for root, _ in blobs._kept.by_age()] == [Path("/3"), Path("/4")]
    blobs.offer(Path("/large"), bytes(100), "npy")
    assert [root for root, _ in blobs._kept.by_age()] == [Path("/large")]


def test_a_filter_and_a_selection_are_fetched_as_bits(opened: Workspace, client: TestClient) -> None:
    mask = np.arange(ROWS) % 7 == 0
    for path in (mask_path(opened, mask), selection_path(opened, Selection.of(mask))):
        answer = client.get(f"/{base_url(opened)}{path}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert np.array_equal(unpacked(answer.content, ROWS), mask)


def test_no_filter_and_no_selection_need_no_file(opened: Workspace) -> None:
    assert mask_path(opened, None) is None
    assert mask_path(opened, np.ones(ROWS, bool)) is None
    assert selection_path(opened, None) is None
    assert selection_path(opened, Selection.none(ROWS)) is None


def test_what_is_offered_needs_the_right_token_and_build(opened: Workspace, client: TestClient) -> None:
    path = blobs.offer(opened.root, b"some", "bits")
    token = base_url(opened).split("/")[1]
    assert client.get(f"/{base_url(opened).replace(token, '0' * 32)}{path}").status_code == 403
    rebuilt = client.get(f"/imagespace/{token}/other-build/{path}")
    assert (rebuilt.status_code, rebuilt.headers["imagespace-rebuilt"]) == (410, "1")
    assert client.get(f"/{base_url(opened)}offered/{'0' * 32}.bits").status_code == 404
    assert client.get(f"/{base_url(opened)}offered/..%2fmanifest.json").status_code == 404


def picture(client: TestClient, opened: Workspace, query: str) -> np.ndarray:
    answer = client.get(f"/{base_url(opened)}still-map/pca.png?{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def test_a_still_map_shows_every_row_in_its_color(opened: Workspace, client: TestClient) -> None:
    image = picture(
        client, opened, "positions=projections/pca-2d.npy&color=cluster&palette=%23ff0000,%2300ff00,%230000ff"
    )
    assert image.shape == (800, 1280, 4)
    solid = image[image[..., 3] > 0][:, :3]
    found = {tuple(color) for color in np.unique(solid, axis=0).tolist()}
    assert found == {(255, 0, 0), (0, 255, 0), (0, 0, 255), NEUTRAL}
    # Row 0 is at the lower left, in the first cluster; row 59 at the upper right, in none.
    ys, xs = np.nonzero(image[..., 3])
    scale = (xs.max() - xs.min() - 6) / np.ptp(MAP[:, 0])
    assert scale == pytest.approx((ys.max() - ys.min() - 6) / np.ptp(MAP[:, 1]), rel=0.02)
    assert image[ys.max() - 3, xs.min() + 3, :3].tolist() == [255, 0, 0]
    assert image[ys.min() + 3, xs.max() - 3, :3].tolist() == list(NEUTRAL)


def test_a_still_map_keeps_to_the_filters(opened: Workspace, client: TestClient) -> None:
    path = mask_path(opened, np.arange(ROWS) == 33)
    image = picture(client, opened, f"positions=projections/pca-3d.npy&mask={path}&color=value")
    assert np.count_nonzero(image[..., 3]) == 37  # one disc of radius 3
    path = mask_path(opened, np.zeros(ROWS, bool))
    assert not picture(client, opened, f"positions=layouts/grid.npy&mask={path}").any()


@pytest.mark.parametrize("color", ["value", "taken-at", "size", "tint", "mixed", "nothing"])
def test_a_still_map_can_be_colored_by_any_column(opened: Workspace, client: TestClient, color: str) -> None:
    assert picture(client, opened, f"positions=projections/pca-2d.npy&color={color}").any()


@pytest.mark.parametrize("positions", ["", "vectors/tiny.npy", "projections/../x.npy", "offered/x.npy"])
def test_a_still_map_of_other_files_is_refused(opened: Workspace, client: TestClient, positions: str) -> None:
    answer = client.get(f"/{base_url(opened)}still-map/pca.png", params={"positions": positions})
    assert answer.status_code == 404


def test_json_is_served_as_json(opened: Workspace, client: TestClient) -> None:
    path = blobs.offer(opened.root, json.dumps({"headings": []}).encode(), "json")
    answer = client.get(f"/{base_url(opened)}{path}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"headings": []}

"""What the server answers about an image's place in what it was cut from, to the pixel."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from imagespace_core.app.server import parents
from imagespace_core.app.server.routes import base_url, routes
from imagespace_core.sources import Ring
from imagespace_core.sources.registry import opened
from imagespace_core.viewer.contract.files import ParentFile
from imagespace_core.workspace import Draft, Workspace, names
from imagespace_core.workspace.confirmed import confirm
from tests.makers import slices
from tests.makers.scenes import box, feature, ramp, write_geojson, write_scene
from tests.makers.workspaces import manifest, record, write_workspace

LEFT_OUT = 2
"""The item that the workspaces here have no row for."""
BOXES = [(20 + 30 * i, 40, 20 + 30 * i + 12, 40 + 8) for i in range(5)]
HOLED = {
    "type": "Polygon",
    "coordinates": [
        *box(60, 80, 100, 110)["coordinates"],
        box(70, 90, 80, 100)["coordinates"][0][::-1],
    ],
}


def workspace_of(root: Path, source: dict) -> Workspace:
    """Of a source's items, all but LEFT_OUT, in turned order: a row is no number of an item."""
    keys = [item.key for item in opened(source).scan().items][::-1]
    del keys[LEFT_OUT]
    with Draft.open(root) as draft:
        pd.DataFrame({"id": keys, "path": keys}).to_parquet(draft.stage(names.ITEMS))
        made = manifest(len(keys), {"table": record([names.ITEMS])}, build=root.name, source=source)
        draft.publish(made)
    confirm(root, made)
    return Workspace.open(root)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("geotiff")
    pixels = ramp()
    for left, top, right, bottom in BOXES:
        pixels[:, top:bottom, left:right] = 255
    write_scene(root / "in/scene.tif", pixels)
    write_geojson(root / "in/scene.geojson", [*(feature(box(*edges)) for edges in BOXES), feature(HOLED)])
    return workspace_of(root / "w1", {"kind": "geotiff", "root": str(root / "in"), "parameters": {}})


@pytest.fixture(scope="module")
def slice_(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("microscopy")
    slices.write_slices(root / "in", 2)
    (root / "in/labels/slice_1.png").unlink()
    return workspace_of(
        root / "w2", {"kind": "microscopy", "root": str(root / "in"), "parameters": {"patch_size": [32]}}
    )


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=routes()))


def image(client: TestClient, opened: Workspace, path: str) -> np.ndarray:
    answer = client.get(f"/{base_url(opened)}parent/{path}")
    assert answer.status_code == 200, answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    return np.asarray(Image.open(io.BytesIO(answer.content))).astype(int)


def outlines(client: TestClient, opened: Workspace, row: int) -> dict[int, list[list[list[float]]]]:
    """By row, as the browser reads the answer."""
    return decoded(client.get(f"/{base_url(opened)}parent/{row}/outlines").content)


def decoded(data: bytes) -> dict[int, list[list[list[float]]]]:
    """By row, as the contract describes outlines."""
    count, rings, points = np.frombuffer(data, "<u4", 3).tolist()
    head = np.frombuffer(data, "<u4", 3 + count + count + 1 + rings + 1)[3:].tolist()
    rows, first_ring, first_point = head[:count], head[count : 2 * count + 1], head[2 * count + 1 :]
    places = np.frombuffer(data, "<f4", offset=4 * (3 + len(head))).reshape(points, 2).tolist()
    return {
        row: [places[first_point[r] : first_point[r + 1]] for r in range(first_ring[i], first_ring[i + 1])]
        for i, row in enumerate(rows)
    }


def test_an_outline_lies_on_exactly_the_pixels_that_were_annotated(client: TestClient, scene: Workspace) -> None:
    whole = image(client, scene, "0/picture?side=200")
    assert whole.shape == (120, 200, 3)
    seen = set()
    for row, key in enumerate(scene.ids):
        place = client.get(f"/{base_url(scene)}parent/{row}").json()
        assert (place["parent"], place["width"], place["height"], place["marked"]) == ("scene.tif", 200, 120, [])
        corners = np.array(place["outline"][0])
        left, top, right, bottom = np.rint([*corners.min(0), *corners.max(0)]).astype(int).tolist()
        assert np.abs([*corners.min(0) - (left, top), *corners.max(0) - (right, bottom)]).max() < 0.01
        seen.add((left, top, right, bottom))
        if len(place["outline"]) == 1:
            assert (whole[top:bottom, left:right] > 245).all(), key
            assert (whole[top:bottom, left - 2] < 245).all()
            assert (whole[top:bottom, right + 1] < 245).all()
    assert len(seen) == scene.rows == len(BOXES)
    assert seen < {*BOXES, (60, 80, 100, 110)}


def test_the_answer_is_as_declared(client: TestClient, scene: Workspace, slice_: Workspace) -> None:
    for opened_, marked in ((scene, False), (slice_, True)):
        files = [
            ParentFile.model_validate_json(client.get(f"/{base_url(opened_)}parent/{row}").content, strict=True)
            for row in range(opened_.rows)
        ]
        assert any(file.marked for file in files) == marked
        assert all(ring[0] == ring[-1] for file in files for ring in file.outline)


def test_outlines_are_read_as_they_were_encoded() -> None:
    square: Ring = ((0, 0), (9, 0), (9, 9), (0, 9), (0, 0))
    hole: Ring = ((2.5, 2), (4, 2), (4, 4), (2.5, 2))
    first, second = ([list(point) for point in ring[:-1]] for ring in (square, hole))
    read = decoded(parents.encoded({7: (square, hole, hole), 3: (), 2**20: (hole,)}))
    assert read == {7: [first, second, second], 3: [], 2**20: [second]}
    assert decoded(parents.encoded({})) == {}


def test_a_window_is_cut_to_the_pixel_and_clipped_to_the_scene(client: TestClient, scene: Workspace) -> None:
    whole = image(client, scene, "1/picture")
    part = image(client, scene, "1/picture?left=16&top=32&right=48&bottom=64&side=2048")
    np.testing.assert_allclose(part, whole[32:64, 16:48], atol=6)
    assert image(client, scene, "1/picture?left=150&top=100&right=999999&bottom=4000").shape == (20, 50, 3)
    assert image(client, scene, "1/picture?left=0&top=0&right=200&bottom=100&side=50").shape == (25, 50, 3)


def test_the_neighbors_are_all_rows_of_the_same_parent_with_their_own_outlines(
    client: TestClient, scene: Workspace, slice_: Workspace
) -> None:
    for opened_ in (scene, slice_):
        outlined = {}
        for row in range(opened_.rows):
            place = client.get(f"/{base_url(opened_)}parent/{row}").json()
            outlined.setdefault(place["parent"], {})[row] = [ring[:-1] for ring in place["outline"]]
        for expected in outlined.values():
            found = outlines(client, opened_, next(iter(expected)))
            assert found.keys() == expected.keys()
            for row, rings in expected.items():
                assert [len(ring) for ring in found[row]] == [len(ring) for ring in rings]
                np.testing.assert_allclose(np.concatenate(found[row]), np.concatenate(rings), atol=1e-3)
    assert len(outlined) == 2
    assert sum(map(len, outlined.values())) == slice_.rows


def test_a_hole_is_a_ring_of_its_own(client: TestClient, scene: Workspace) -> None:
    holed = {scene.ids[row]: len(rings) for row, rings in outlines(client, scene, 0).items() if len(rings) > 1}
    assert holed == {f"scene.tif#scene/{len(BOXES)}": 2}


def test_the_mask_covers_what_the_label_marks_and_is_clear_elsewhere(client: TestClient, slice_: Workspace) -> None:
    labeled = next(row for row, key in enumerate(slice_.ids) if "slice_0" in key)
    bare = next(row for row, key in enumerate(slice_.ids) if "slice_1" in key)
    assert client.get(f"/{base_url(slice_)}parent/{labeled}").json()["marked"] == [
        {"name": "structure", "color": [230, 159, 0]}
    ]
    assert client.get(f"/{base_url(slice_)}parent/{bare}").json()["marked"] == []
    mask = image(client, slice_, f"{labeled}/mask?side=96")
    assert mask.shape == (64, 96, 4)
    assert (mask[:, :32] == (230, 159, 0, 255)).all()
    assert not mask[:, 32:, 3].any()
    part = image(client, slice_, f"{labeled}/mask?left=30&top=0&right=40&bottom=5&side=96")
    assert (part[..., 3] > 0).sum(1).tolist() == [2] * 5


@pytest.mark.parametrize(
    "path",
    ["99/picture", "-1", "1e1", "0/original", "0/picture/x", "x", "", "0/picture?side=0", "0/picture?side=2049",
     "0/picture?side=nan", "0/picture?side=1.5", "0/picture?left=0&top=0&right=9",
     "0/picture?left=9&top=0&right=9&bottom=9",
     "0/picture?left=inf&top=0&right=9&bottom=9", "0/picture?left=-5&top=0&right=9&bottom=9",
     "0/picture?left=200&top=0&right=300&bottom=9", "0/picture?left=0&top=9&right=9&bottom=3",
     "0/picture?left=%D9%A3&top=0&right=9&bottom=9", "0/mask"],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(client: TestClient, scene: Workspace, path: str) -> None:
    answer = client.get(f"/{base_url(scene)}parent/{path}")
    assert answer.status_code == 404
    assert "expected" in answer.text or path == "0/mask"
    assert "Cache-Control" not in answer.headers


def test_images_that_were_not_cut_from_larger_ones_have_no_scene(client: TestClient, tmp_path: Path) -> None:
    write_workspace(tmp_path / "w3")
    plain = Workspace.open(tmp_path / "w3")
    assert parents.word(plain) is None
    assert client.get(f"/{base_url(plain)}parent/0").status_code == 404


@pytest.mark.parametrize("lost", ["file", "all"])
@pytest.mark.parametrize("which", ["scene", "slice_"])
def test_a_lost_original_is_one_sentence(
    client: TestClient, which: str, lost: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    before: Workspace = request.getfixturevalue(which)
    root = tmp_path / "in"
    shutil.copytree(before.manifest.source["root"], root)
    opened_ = workspace_of(tmp_path / f"{which}-{lost}", {**before.manifest.source, "root": str(root)})
    if lost == "file":
        assert client.get(f"/{base_url(opened_)}parent/0").status_code == 200
        for file in [*root.glob("*.tif"), *root.glob("raw/*")]:
            file.unlink()
    else:
        shutil.rmtree(root)
    for path in ("0", "0/picture", "0/outlines"):
        answer = client.get(f"/{base_url(opened_)}parent/{path}")
        assert answer.status_code == 410
        assert answer.text.startswith(f"The {which.strip('_')} that this was cut from cannot be shown: ")
        assert answer.text.count("\n") == 0


def test_a_hundred_thousand_outlines_are_a_few_megabytes() -> None:
    def square(at: int) -> tuple[Ring, ...]:
        return (((at, 0.0), (at + 1, 0.0), (at + 1, 1.0), (at, 1.0), (at, 0.0)),)

    data = parents.encoded({row: square(row) for row in range(100_000)})
    assert len(data) == 12 + 4 * (100_000 + 100_001 + 100_001) + 8 * 400_000
    assert json.dumps(np.frombuffer(data, "<f4")[-8:].tolist()) == json.dumps(
        [99999.0, 0.0, 100000.0, 0.0, 100000.0, 1.0, 99999.0, 1.0]
    )

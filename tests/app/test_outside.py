"""What a manifest names outside of its workspace is read only where a build on this machine has named the same."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from imagespace_core.app.components import layers, retrieval_map
from imagespace_core.app.server.routes import base_url, routes
from imagespace_core.app.session import pictures, resources, trust
from imagespace_core.app.session.trust import UnconfirmedError
from imagespace_core.workspace import Workspace, confirmed, names
from tests.app.test_pages import run as visit
from tests.app.test_parents import workspace_of
from tests.makers import slices
from tests.makers.tiles import write_tiles
from tests.pipeline.building import Listening, quick, run, write_model

ROW = 3
ORIGINAL = (48 + ROW, 40)
"""Of the image ROW; what is kept of it is smaller."""


@pytest.fixture(autouse=True)
def _notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMAGESPACE_STATE", str(tmp_path / "state"))
    monkeypatch.delenv(trust.TRUST, raising=False)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=routes()))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return build(tmp_path)


def build(base: Path, report: Listening | None = None, **changed: Any) -> Path:
    if not (base / "photos").exists():
        (base / "photos").mkdir()
        for i in range(6):
            Image.new("RGB", (48 + i, 40), (40 * i, 90, 200)).save(base / f"photos/{i}.png")
    run(quick(base / "photos", base / "w/photos", write_model(base), **changed), report)
    return base / "w/photos"


def size(client: TestClient, root: Path) -> tuple[int, int]:
    answer = client.get(f"/{base_url(resources.workspace(root))}image/{ROW}")
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.content)).size


def tamper(place: Path, **source: Any) -> Workspace:
    manifest = json.loads((place / names.MANIFEST).read_text())
    manifest["source"] |= source
    (place / names.MANIFEST).write_text(json.dumps(manifest))
    return Workspace.open(place)


def test_what_was_built_here_shows_its_originals(client: TestClient, built: Path) -> None:
    assert size(client, built) == ORIGINAL
    assert trust.unconfirmed(Workspace.open(built)) is None


@pytest.mark.parametrize("how", ["another root", "another place", "another parameter", "another model"])
def test_what_a_manifest_from_elsewhere_names_is_not_read(
    client: TestClient, built: Path, tmp_path: Path, how: str
) -> None:
    match how:
        case "another root":
            shutil.copytree(tmp_path / "photos", tmp_path / "private")
            foreign = tamper(built, root=str(tmp_path / "private"))
        case "another place":
            foreign = Workspace.open(shutil.copytree(built, tmp_path / "w/copy"))
        case "another parameter":
            foreign = tamper(built, parameters={"image_root": "/"})
        case _:
            record = built / names.MANIFEST
            record.write_text(record.read_text().replace("tiny.onnx", "other.onnx"))
            foreign = Workspace.open(built)
    with pytest.raises(UnconfirmedError, match=f"precompute.py IMAGES -o {foreign.name}"):
        pictures.source(foreign)
    with pytest.raises(UnconfirmedError):
        resources.embedder(foreign)
    assert max(size(client, foreign.root)) <= 32


def test_the_operators_word_confirms(client: TestClient, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed.notes_file().unlink()
    assert size(client, built) != ORIGINAL
    monkeypatch.setenv(trust.TRUST, "1")
    assert size(client, built) == ORIGINAL


def test_the_same_command_confirms_even_where_nothing_has_changed(built: Path, tmp_path: Path) -> None:
    confirmed.notes_file().unlink()
    before = (built / names.MANIFEST).read_bytes()
    build(tmp_path)
    assert (built / names.MANIFEST).read_bytes() == before
    assert trust.unconfirmed(Workspace.open(built)) is None
    build(tmp_path)
    assert len(confirmed.notes_file().read_text().splitlines()) == 1


def test_what_is_carried_over_from_elsewhere_is_not_confirmed(built: Path, tmp_path: Path) -> None:
    build(tmp_path, relayout=True, seed=1)
    assert trust.unconfirmed(Workspace.open(built)) is None, "it was built here before"
    tamper(built, root="/")
    build(tmp_path, relayout=True, seed=2)
    assert Workspace.open(built).manifest.source["root"] == "/"
    assert trust.unconfirmed(Workspace.open(built)) is not None


def test_a_build_that_cannot_note_itself_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("IMAGESPACE_STATE", str(tmp_path / "file/state"))
    report = Listening()
    root = build(tmp_path, report)
    assert Workspace.open(root).rows == 6
    assert any("IMAGESPACE_TRUST_ROOTS=1" in note for note in report.notes)


def test_links_out_of_a_workspace_from_elsewhere_are_not_followed(
    client: TestClient, built: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("secret")
    Image.new("RGB", (300, 200), "red").save(tmp_path / "secret.webp")
    (built / names.preview(ROW)).parent.mkdir(parents=True)
    (built / names.preview(ROW)).symlink_to(tmp_path / "secret.webp")
    (built / "columns/width.json").unlink()
    (built / "columns/width.json").symlink_to(secret)
    tamper(built, root="/")
    address = f"/{base_url(resources.workspace(built))}"
    assert client.get(f"{address}columns/width.json").status_code == 404
    assert client.get(f"{address}{names.preview(ROW)}").status_code == 404
    assert max(size(client, built)) <= 32
    assert client.get(f"{address}columns/height.json").status_code == 200


def test_parents_and_layers_go_through_the_same_gate(client: TestClient, tmp_path: Path) -> None:
    slices.write_slices(tmp_path / "in", 2)
    source = {"kind": "microscopy", "root": str(tmp_path / "in"), "parameters": {"patch_size": [32]}}
    cut = workspace_of(tmp_path / "slices", source)
    run(quick(write_tiles(tmp_path / "map"), tmp_path / "tiles", write_model(tmp_path)))
    layered = Workspace.open(tmp_path / "tiles")
    assert client.get(f"/{base_url(cut)}parent/0/picture").status_code == 200
    assert retrieval_map.has_slices(cut)
    assert layers.source(layered) is not None
    confirmed.notes_file().unlink()
    for part in ("", "/picture", "/mask", "/outlines"):
        answer = client.get(f"/{base_url(cut)}parent/0{part}")
        assert (answer.status_code, "was not built by this server" in answer.text) == (410, True)
        assert str(tmp_path) not in answer.text
    assert not retrieval_map.has_slices(cut)
    assert layers.source(layered) is None
    assert client.get(f"/{base_url(layered)}image/0?layer=roads").status_code == 404


@pytest.mark.parametrize("page", [None, "search.py", "evaluate.py", "overview.py"])
def test_every_page_says_why_and_how(monkeypatch: pytest.MonkeyPatch, built: Path, page: str | None) -> None:
    sentence = "This workspace was not built by this server"
    test = visit(monkeypatch, built.parent, page)
    assert not [info for info in test.sidebar.info if sentence in info.value]
    confirmed.notes_file().unlink()
    test = visit(monkeypatch, built.parent, page)
    assert not test.exception
    (message,) = [info.value for info in test.sidebar.info if sentence in info.value]
    assert "precompute.py IMAGES -o photos" in message
    assert r"IMAGESPACE\_TRUST\_ROOTS=1" in message

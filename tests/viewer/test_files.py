"""The files that a host serves: listed, hashed, answered and packed, in whatever folder they lie."""

from __future__ import annotations

import posixpath
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from imagespace_core import viewer
from imagespace_core.app.server.routes import module_url, routes
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "imagespace_core"
MODULES = [name for name in viewer.FILES if name.endswith(".js")]
ROOMS = ["core", "data", "space", "draw", "overlay", "select", "snapshot", "map", "parent", "panels"]
"""Folders, each of which imports from those before it only."""
IMPORT = re.compile(r'^import \{([^}]+)\} from "([^"]+)";', re.MULTILINE)


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=routes()))


def target_of(name: str, target: str) -> str:
    """The module that another one imports as `target`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def test_files_are_all_modules_and_style_sheets_of_all_folders() -> None:
    assert {"index.js", "map/map_view.js", "map/map_view.css", "draw/points.js"} <= set(viewer.FILES)
    assert {name.split("/")[0] for name in viewer.FILES if "/" in name} == set(ROOMS)
    assert all(viewer.path(name).is_file() for name in viewer.FILES)


@pytest.mark.parametrize(
    "name", ["../__init__.py", "__init__.py", "", "/etc/passwd", "index.JS", "draw/../index.js", "draw", "points.js"]
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        viewer.path(name)


@pytest.mark.parametrize("name", viewer.FILES)
def test_every_file_is_answered_below_the_version(client: TestClient, name: str) -> None:
    answer = client.get(f"/{module_url(name)}")
    assert answer.status_code == 200
    assert answer.content == viewer.path(name).read_bytes()
    assert answer.headers["content-type"].split(";")[0] == ("text/css" if name.endswith(".css") else "text/javascript")


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e/__init__.py",
        "..%2f__init__.py",
        "draw/%2e%2e/%2e%2e/app/routes.py",
        "%2fetc%2fpasswd",
        "draw/%2e%2e/index.js",
    ],
)
def test_no_address_leads_out_of_the_folder(client: TestClient, name: str) -> None:
    assert client.get(f"/{module_url(name)}").status_code == 404


@pytest.mark.parametrize("name", ["index.js", "draw/points.js", "panels/panel.css"])
def test_the_version_changes_with_a_file_of_any_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    copy = shutil.copytree(PACKAGE / "viewer", tmp_path / "viewer")
    monkeypatch.setattr(viewer, "_FOLDER", copy)
    before = viewer.version.__wrapped__()
    with (copy / name).open("a") as file:
        file.write("\n")
    assert viewer.version.__wrapped__() != before


def test_the_wheel_packs_every_file() -> None:
    patterns = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    packed = {path for pattern in patterns["imagespace_core"] for path in PACKAGE.glob(pattern)}
    assert {PACKAGE / "viewer" / name for name in viewer.FILES} <= packed


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_modules_that_are_served_and_uses_all_it_imports(name: str) -> None:
    code = viewer.path(name).read_text(encoding="utf-8")
    for names, target in IMPORT.findall(code):
        assert target.startswith("."), "a browser takes other names for packages"
        assert target_of(name, target) in MODULES
        body = re.sub(r"^import .*$", "", code, flags=re.MULTILINE)
        used = [part.split(" as ")[-1].strip() for part in names.split(",")]
        assert [word for word in used if not re.search(rf"\b{word}\b", body)] == []
    assert code.count("import {") == len(IMPORT.findall(code))


@pytest.mark.parametrize("name", [name for name in MODULES if "/" in name])
def test_a_room_imports_from_those_before_it_only(name: str) -> None:
    own = ROOMS.index(name.split("/")[0])
    targets = [target_of(name, target) for _, target in IMPORT.findall(viewer.path(name).read_text("utf-8"))]
    assert [target for target in targets if ROOMS.index(target.split("/")[0]) > own] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_style_sheet_that_a_module_names_is_served(name: str) -> None:
    for target in re.findall(r'new URL\("([^"]+)", import\.meta\.url\)', viewer.path(name).read_text("utf-8")):
        assert target_of(name, target) in viewer.FILES


@pytest.mark.parametrize("name", MODULES)
def test_a_module_stays_one_idea_long(name: str) -> None:
    assert len(viewer.path(name).read_text(encoding="utf-8").splitlines()) < 300


def test_a_page_can_ask_for_all_that_a_module_needs_at_once() -> None:
    assert set(viewer.needs("panels/tile.js")) == {
        "core/both_ends.js",
        "core/constants.js",
        "core/dom.js",
        "core/rebuilt.js",
        "panels/remote_image.js",
    }
    needed = set(viewer.needs("index.js"))
    assert {"map/map_view.js", "draw/points.js", "core/dom.js"} <= needed <= set(MODULES)
    for name in needed:
        imported = {target_of(name, target) for _, target in IMPORT.findall(viewer.path(name).read_text("utf-8"))}
        assert imported <= {"index.js", *needed}

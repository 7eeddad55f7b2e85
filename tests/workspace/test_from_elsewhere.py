"""A workspace from elsewhere may hold anything: nothing outside of it is written, removed or read for it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.errors import WorkspaceError
from imagespace_core.workspace import Draft, Workspace, find, names
from tests.makers.workspaces import write_workspace

OUTSIDE = [
    "../victim.txt",
    "a/../../victim.txt",
    "/tmp/victim.txt",
    "",
    ".",
    "manifest.json",
    ".lock",
    "x\0",
    5,
    "x" * 9999,
]


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    return victim


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_workspace(tmp_path / "w")
    return tmp_path / "w"


def changed(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((root / names.MANIFEST).read_text())
    change(manifest)
    (root / names.MANIFEST).write_text(json.dumps(manifest))


def in_build(root: Path, name: str, content: object) -> None:
    (root / names.BUILD).mkdir(exist_ok=True)
    (root / names.BUILD / name).write_text(json.dumps(content))


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_manifest_that_names_files_outside_is_broken_and_a_build_removes_none(
    root: Path, victim: Path, name: object
) -> None:
    changed(root, lambda manifest: manifest["steps"]["table"]["files"].append(name))
    with pytest.raises(WorkspaceError, match="incomplete"):
        Workspace.open(root)
    write_workspace(root, build="two")
    assert victim.read_text() == "precious"
    assert Workspace.open(root).manifest.build == "two"


@pytest.mark.parametrize("listed", ["move", "remove"])
@pytest.mark.parametrize("name", ["../victim.txt", "/etc/passwd", ".lock"])
def test_a_journal_that_names_files_outside_is_refused(root: Path, victim: Path, listed: str, name: str) -> None:
    journal = {"manifest": (root / names.MANIFEST).read_text(), "move": [], "remove": [], listed: [name]}
    in_build(root, "publish.json", journal)
    with pytest.raises(WorkspaceError, match="outside of the workspace"), Draft.open(root):
        pass
    assert victim.read_text() == "precious"


def test_what_an_interrupted_build_noted_outside_is_not_taken_up(root: Path, victim: Path) -> None:
    in_build(root, "steps.json", {"pca-2d": {"key": "x", "files": ["../../../victim.txt"]}})
    with Draft.open(root) as draft:
        assert draft.record("pca-2d") == Workspace.open(root).manifest.steps["pca-2d"]
        draft.forget("pca-2d")
    assert victim.read_text() == "precious"


def test_nothing_is_moved_or_written_through_a_link_that_leads_out(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (root / "link").symlink_to(home)
    staged = root / names.BUILD / "files/link"
    staged.mkdir(parents=True)
    (staged / "profile").write_text("evil")
    in_build(
        root, "publish.json", {"manifest": (root / names.MANIFEST).read_text(), "move": ["link/profile"], "remove": []}
    )
    with pytest.raises(WorkspaceError, match="link out of"), Draft.open(root):
        pass
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("staged", [False, True])
def test_a_reader_that_follows_no_links_reads_nothing_outside(root: Path, tmp_path: Path, staged: bool) -> None:
    """Also where the link lies among staged files, to which a journal leads."""
    np.save(tmp_path / "other.npy", np.zeros((6, 2), np.float32))
    name = names.projection("pca", 2)
    (root / name).unlink()
    link = root / names.BUILD / "files" / name if staged else root / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(tmp_path / "other.npy")
    if staged:
        in_build(root, "publish.json", {"manifest": (root / names.MANIFEST).read_text(), "move": [name], "remove": []})
    opened = Workspace.open(root)
    assert opened.positions("pca", 2).shape == (6, 2)
    careful = replace(opened, follow_links=False)
    with pytest.raises(WorkspaceError, match="link out of the workspace"):
        careful.positions("pca", 2)
    with pytest.raises(WorkspaceError, match="link out of the workspace"):
        careful.public_file(name)
    assert careful.vectors().shape == (6, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["steps"].update(x="text"),
        lambda m: m["steps"].update(x={"key": "k", "files": 5}),
        lambda m: m["steps"].update(x={"key": "k", "files": [], "projection": [1]}),
        lambda m: m.update(source="text"),
        lambda m: m.update(notes=7),
        lambda m: m.update(build="../../x"),
        lambda m: m.update(format="1"),
        lambda m: m.update(steps=[]),
    ],
)
def test_a_manifest_of_other_types_is_broken_and_hides_no_other_workspace(
    root: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    write_workspace(root.parent / "good")
    changed(root, change)
    states = {found.name: found.state for found in find(root.parent)}
    assert states == {"good": "ready", "w": "broken"}

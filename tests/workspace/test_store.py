"""What a damaged workspace says, and that rows cannot shift unnoticed."""

import json
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.errors import ChangedError, NewerFormatError, WorkspaceError
from imagespace_core.workspace import FORMAT, Draft, Workspace, find, names
from imagespace_core.workspace.public_files import is_public
from tests.makers.workspaces import write_workspace


def test_an_array_with_other_rows_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    write_workspace(tmp_path, rows=6)
    np.save(tmp_path / names.projection("pca", 2), np.zeros((5, 2), np.float32))
    with pytest.raises(WorkspaceError, match=r"pca-2d.npy has 5 rows; items.parquet has 6. Run: .* --only pca-2d"):
        Workspace.open(tmp_path).positions("pca", 2)


def test_an_array_of_objects_is_never_unpickled(tmp_path: Path) -> None:
    write_workspace(tmp_path, rows=6)
    np.save(tmp_path / names.vectors("tiny"), np.array([{}] * 6, dtype=object), allow_pickle=True)
    with pytest.raises(WorkspaceError, match="--only embed"):
        Workspace.open(tmp_path).vectors()


@pytest.mark.parametrize("damage", [b"", b"PAR1 rubbish", None])
def test_a_damaged_table_is_named(tmp_path: Path, damage: bytes | None) -> None:
    write_workspace(tmp_path)
    if damage is None:
        (tmp_path / names.ITEMS).unlink()
    else:
        (tmp_path / names.ITEMS).write_bytes(damage)
    with pytest.raises(WorkspaceError, match=r"items.parquet .* --only table"):
        Workspace.open(tmp_path).check()


def test_a_reader_notices_a_rebuild(tmp_path: Path) -> None:
    write_workspace(tmp_path, rows=6, build="one")
    reader = Workspace.open(tmp_path)
    assert not reader.stale()
    write_workspace(tmp_path, rows=6, build="two")
    assert reader.stale()
    with pytest.raises(ChangedError):
        reader.vectors()


def _spoil(root: Path, **changes: object) -> None:
    manifest = json.loads((root / names.MANIFEST).read_text())
    (root / names.MANIFEST).write_text(json.dumps({**manifest, **changes}))


def test_workspaces_are_told_apart_in_plain_words(tmp_path: Path) -> None:
    for name in ("good", "newer", "broken", "incomplete"):
        write_workspace(tmp_path / name)
    _spoil(tmp_path / "newer", format=FORMAT + 1)
    (tmp_path / "broken" / names.MANIFEST).write_text("{")
    _spoil(tmp_path / "incomplete", counts={})
    (tmp_path / "started" / names.BUILD).mkdir(parents=True)
    (tmp_path / "not one").mkdir()
    (tmp_path / ".hidden" / names.BUILD).mkdir(parents=True)
    found = {place.name: place for place in find(tmp_path)}
    assert {name: place.state for name, place in found.items()} == {
        "broken": "broken",
        "good": "ready",
        "incomplete": "broken",
        "newer": "newer",
        "started": "unfinished",
    }
    assert found["good"].rows == 6
    assert f"has format {FORMAT + 1}" in found["newer"].reason
    assert "Update ImageSpace" in found["newer"].reason
    assert all(place.reason for name, place in found.items() if name != "good")
    assert find(tmp_path / "good")[0].name == "good"
    assert find(tmp_path / "nowhere") == []
    assert "Run the same command again" in found["started"].reason
    with Draft.open(tmp_path / "started"):
        assert "it is being built now" in find(tmp_path / "started")[0].reason


def test_newer_formats_are_refused(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    _spoil(tmp_path, format=99)
    with pytest.raises(NewerFormatError):
        Workspace.open(tmp_path)


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("projections/tsne-2d.npy", True),
        ("columns/a-b.json", True),
        ("names/0.json", True),
        ("atlas.json", True),
        ("atlas/0001.webp", True),
        ("atlas/cells.npy", True),
        ("previews/0000/12.webp", True),
        ("vectors/tiny.npy", False),
        ("manifest.json", False),
        ("items.parquet", False),
        ("indices/a-angular.ann", False),
        ("../secret", False),
        ("projections/../vectors/tiny.npy", False),
        ("/etc/passwd", False),
        ("columns/..json", False),
    ],
)
def test_only_what_the_viewer_needs_is_public(name: str, public: bool) -> None:
    assert is_public(name) is public

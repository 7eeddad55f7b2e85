"""Names that people give to clusters."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imagespace_core.errors import WorkspaceError
from imagespace_core.workspace import names
from imagespace_core.workspace.cluster_names import LONGEST, ClusterNames, clean, read, rename
from tests.makers.workspaces import write_workspace


def test_a_name_is_kept_and_an_empty_one_gives_the_number_back(tmp_path: Path) -> None:
    assert rename(tmp_path, "k", 3, "  Apples,\n red ").names == {3: "Apples, red"}
    assert read(tmp_path, "k").title(3) == "Apples, red"
    rename(tmp_path, "k", 3, " \t")
    assert read(tmp_path, "k") == ClusterNames()
    assert read(tmp_path, "k").title(3) == "Cluster 3"
    assert read(tmp_path, "k").title(-1) == "noise"


def test_names_of_other_clusters_are_kept_aside_and_come_back_with_them(tmp_path: Path) -> None:
    rename(tmp_path, "old", 0, "Cats")
    rename(tmp_path, "old", 1, "Dogs")
    rename(tmp_path, "new", 0, "Birds")
    assert read(tmp_path, "new") == ClusterNames({0: "Birds"}, aside=2)
    assert read(tmp_path, "old") == ClusterNames({0: "Cats", 1: "Dogs"}, aside=1)


def test_clusters_of_one_name_are_told_apart(tmp_path: Path) -> None:
    given = ClusterNames({0: "Cats", 2: "Cats"})
    assert given.titles(3) == ["Cats (0)", "Cluster 1", "Cats (2)"]


def test_people_who_name_at_the_same_time_do_not_undo_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda label: rename(tmp_path, "k", label, f"name {label}"), range(40)))
    assert read(tmp_path, "k").names == {label: f"name {label}" for label in range(40)}
    assert not list(tmp_path.glob("*.tmp"))


def test_signs_that_do_not_print_and_long_names_are_cut() -> None:
    assert clean("a\x00b\u202ec\u200bd") == "a b c d"
    assert len(clean("x" * 500)) == LONGEST


def test_a_rebuild_keeps_the_names(tmp_path: Path) -> None:
    write_workspace(tmp_path / "w", build="b1")
    rename(tmp_path / "w", "k", 1, "Kept")
    write_workspace(tmp_path / "w", build="b2", scale=2.0)
    assert read(tmp_path / "w", "k").names == {1: "Kept"}


@pytest.mark.parametrize("text", ["{", "[]", '{"k": {"one": "x"}}', '{"k": {"1": 2}}', '{"k": []}'])
def test_a_broken_file_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / names.CLUSTER_NAMES).write_text(text)
    with pytest.raises(WorkspaceError, match=names.CLUSTER_NAMES):
        read(tmp_path, "k")
    with pytest.raises(WorkspaceError, match=names.CLUSTER_NAMES):
        rename(tmp_path, "k", 1, "x")
    assert (tmp_path / names.CLUSTER_NAMES).read_text() == text


def test_a_workspace_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "w"
    root.mkdir()
    rename(root, "k", 0, "Before")
    if os.geteuid() == 0:
        # root may write anywhere: the file system's refusal is put in the place of the write.
        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("imagespace_core.workspace.cluster_names.write_text", refuse)
    else:
        root.chmod(0o500)
    with pytest.raises(WorkspaceError, match="not saved.*Permission denied"):
        rename(root, "k", 0, "After")
    root.chmod(0o700)
    assert json.loads((root / names.CLUSTER_NAMES).read_text()) == {"k": {"0": "Before"}}

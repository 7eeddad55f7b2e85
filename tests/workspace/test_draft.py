"""Publication is all or nothing, whatever interrupts it; one build at a time."""

import json
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagespace_core.errors import InputError, LockedError
from imagespace_core.workspace import Draft, Workspace, names
from imagespace_core.workspace.durable import write_text
from tests.makers.workspaces import manifest, record, write_workspace


def test_a_published_workspace_reads_back_row_by_row(tmp_path: Path) -> None:
    write_workspace(tmp_path / "w", rows=7, scale=3.0)
    workspace = Workspace.open(tmp_path / "w")
    workspace.check()
    assert workspace.items["value"].tolist() == [0, 3, 6, 9, 12, 15, 18]
    assert workspace.vectors()[:, 0].tolist() == workspace.items["value"].tolist()
    assert workspace.positions("pca", 2).dtype == np.float32
    assert not (tmp_path / "w" / names.BUILD).exists()


def test_an_unfinished_build_leaves_the_published_one_as_it_was(tmp_path: Path) -> None:
    write_workspace(tmp_path, rows=4)
    with pytest.raises(RuntimeError), Draft.open(tmp_path) as second:
        np.save(second.stage(names.vectors("tiny")), np.zeros((9, 2), np.float32))
        second.note("embed", record([names.vectors("tiny")], "other"))
        raise RuntimeError("killed")
    workspace = Workspace.open(tmp_path)
    workspace.check()
    assert len(workspace.vectors()) == 4


def test_a_finished_step_of_an_interrupted_build_is_taken_up(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Draft.open(tmp_path) as first:
        first.stage("vectors/a.npy").write_bytes(b"a")
        first.note("embed", record(["vectors/a.npy"], "k1"))
        first.stage("projections/half.npy").write_bytes(b"not noted")
        raise KeyboardInterrupt
    with Draft.open(tmp_path) as second:
        assert second.has("embed", "k1")
        assert not second.has("embed", "k2")
        assert second.record("pca-2d") is None


class _KilledError(Exception):
    pass


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 12))
def test_publication_survives_being_killed_at_any_move(tmp_path_factory: pytest.TempPathFactory, survived: int) -> None:
    """Whatever number of file operations was done before the kill, the next reader sees one whole build."""
    root = tmp_path_factory.mktemp("w")
    write_workspace(root, rows=5, build="old")
    calls = 0
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls > survived:
            raise _KilledError
        return real(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with suppress(_KilledError):
            write_workspace(root, rows=8, build="new")
    workspace = Workspace.open(root)
    workspace.check()
    assert (workspace.manifest.build, workspace.rows) in {("old", 5), ("new", 8)}
    assert len(workspace.items) == workspace.rows == len(workspace.vectors())


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    for build, pages in (("one", 3), ("two", 1)):
        with Draft.open(tmp_path) as made:
            for page in range(pages):
                made.stage(f"atlas/{page}.webp").write_text(build)
            steps = {"atlas": record(["atlas"], build)}
            made.note("atlas", steps["atlas"])
            made.publish(manifest(0, steps, build))
    assert [p.name for p in (tmp_path / "atlas").iterdir()] == ["0.webp"]
    assert (tmp_path / "atlas/0.webp").read_text() == "two"


def test_files_that_no_step_makes_any_more_are_removed(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    with Draft.open(tmp_path) as made:
        assert made.published is not None
        steps = {name: step for name, step in made.published.steps.items() if name != "pca-2d"}
        made.publish(manifest(6, steps, "b2"))
    assert not (tmp_path / names.projection("pca", 2)).exists()
    Workspace.open(tmp_path).check()


def test_a_second_build_is_refused_and_told_who_is_at_work(tmp_path: Path) -> None:
    program = f"""
        import sys
        from pathlib import Path
        from imagespace_core.workspace import Draft
        with Draft.open(Path({str(tmp_path)!r})):
            print("locked", flush=True)
            sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(LockedError, match=f"process {other.pid}"), Draft.open(tmp_path):
            pass
        other.kill()
        other.wait()
    with Draft.open(tmp_path):
        pass  # a killed build holds no lock


def test_a_folder_that_cannot_be_made_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="Choose a writable folder with -o"), Draft.open(tmp_path / "file" / "w"):
        pass


def test_text_is_written_atomically(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b.json", json.dumps({"ä": 1}, ensure_ascii=False))
    assert json.loads((tmp_path / "a" / "b.json").read_text("utf-8")) == {"ä": 1}
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.json"]

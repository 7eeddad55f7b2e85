"""Readers see one build or the next, whole, and change nothing, whatever publishes, dies or looks at the same time."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imagespace_core.errors import ChangedError
from imagespace_core.workspace import Draft, Manifest, Workspace, durable, find, names
from imagespace_core.workspace.durable import write_text
from tests.makers.workspaces import manifest, record

PAGES = 3


def stage(draft: Draft, number: int) -> dict[str, dict[str, Any]]:
    """Every file of a build says its number, and how many rows it has follows from it."""
    rows = 5 + number % 4
    key = f"k{number}"
    texts = [str(row) for row in range(rows)]
    pd.DataFrame({"id": texts, "path": texts, "value": [number] * rows}).to_parquet(draft.stage(names.ITEMS))
    steps = {
        "table": record([names.ITEMS], key),
        "embed": record([names.vectors("tiny")], key, model="tiny", size=2),
        "pca-2d": record([names.projection("pca", 2)], key, projection="pca", dims=2),
        "columns": record([names.COLUMNS], key, columns=[{"name": "value", "slug": "value", "kind": "number"}]),
        "atlas": record([names.ATLAS, names.ATLAS_PAGES], key),
    }
    full = np.full((rows, 2), number, np.float32)
    np.save(draft.stage(names.vectors("tiny")), full)
    np.save(draft.stage(names.projection("pca", 2)), full)
    np.save(draft.stage(f"{names.COLUMNS}/value.npy"), full[:, 0])
    write_text(draft.stage(f"{names.COLUMNS}/value.json"), json.dumps({"kind": "number", "number": number}))
    write_text(draft.stage(names.ATLAS), json.dumps(number))
    for page in range(PAGES):
        write_text(draft.stage(f"{names.ATLAS_PAGES}/{page:04d}.webp"), str(number))
    if number % 2:  # a step that the next build does not have
        steps["centrality"] = record([names.CENTRALITY], key)
        np.save(draft.stage(names.CENTRALITY), full[:, 0])
    for name, step in steps.items():
        draft.note(name, step)
    return steps


def write(root: Path, number: int) -> None:
    with Draft.open(root) as draft:
        draft.publish(manifest(5 + number % 4, stage(draft, number), str(number)))


def numbers(root: Path) -> set[int]:
    """The numbers of the builds that the files of a workspace come from, as a reader gets them."""
    workspace = Workspace.open(root)
    workspace.check()
    found = {int(workspace.manifest.build)}
    found |= set(workspace.items["value"])
    found |= set(workspace.vectors().ravel().astype(int).tolist())
    found |= set(workspace.positions("pca", 2).ravel().astype(int).tolist())
    head, values = workspace.column("value")
    assert values is not None
    found |= {head["number"], *values.astype(int).tolist()}
    for name in (names.ATLAS, *(f"{names.ATLAS_PAGES}/{page:04d}.webp" for page in range(PAGES))):
        data = workspace.public_file(name)
        assert data is not None, f"{name} is missing in build {workspace.manifest.build}"
        found.add(int(data))
    if "centrality" in workspace.manifest.steps:
        found |= set(workspace.centrality().astype(int).tolist())
    assert len(workspace.items) == workspace.rows == 5 + int(workspace.manifest.build) % 4
    return found


_together: list[Any] = []
"""In a process that reads: what it waits at until all others do."""


def wait_at(barrier: Any) -> None:
    _together.append(barrier)


def read_until(root: Path, last: int) -> int:
    """Open and read everything again and again, until the build `last` is there; returns how often."""
    numbers(root)
    _together[0].wait(120)
    reads = 0
    while True:
        reads += 1
        with suppress(ChangedError):
            found = numbers(root)
            assert len(found) == 1, f"a mixture of the builds {sorted(found)}"
            if found == {last}:
                return reads


def tree(root: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(root).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns) for path in root.rglob("*")
    }


def test_six_readers_see_whole_builds_while_forty_are_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A spawned process runs the main module again, and a test of the app leaves its own script there.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    write(tmp_path, 0)
    processes = get_context("spawn")
    together = processes.Barrier(7)
    with ProcessPoolExecutor(6, processes, wait_at, (together,)) as readers:
        reading = [readers.submit(read_until, tmp_path, 40) for _ in range(6)]
        together.wait(120)
        try:
            for number in range(1, 41):
                write(tmp_path, number)
        finally:
            with suppress(Exception):
                write(tmp_path, 40)  # lets the readers end where a publication failed
        for one in reading:
            assert one.result() > 1
    assert numbers(tmp_path) == {40}


KILLED = """
import os, signal, sys
from pathlib import Path
from imagespace_core.workspace import Draft, Manifest

root, survived = Path(sys.argv[1]), int(sys.argv[2])
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}
seen = -1

def watch(event, arguments):
    global seen
    if seen >= 0 and event in CHANGES:
        if seen == survived:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

sys.addaudithook(watch)
with Draft.open(root) as draft:
    new = Manifest.loads((root / "new.json").read_text(), root)
    seen = 0
    draft.publish(new)
    seen = -1
"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build 1 is published, build 2 staged whole and not published; its manifest is in `new.json`."""
    root = tmp_path_factory.mktemp("ready") / "w"
    write(root, 1)
    with suppress(KeyboardInterrupt), Draft.open(root) as draft:
        new = manifest(5 + 2 % 4, stage(draft, 2), "2")
        (root / "new.json").write_text(new.dumps())
        raise KeyboardInterrupt
    return root


def test_a_publication_killed_at_any_change_on_disk_is_read_whole_and_finished_by_the_next_builder(
    ready: Path, tmp_path: Path
) -> None:
    """`kill -9` before every single renaming and removing, one after the other."""
    seen = []
    for survived in range(200):
        root = tmp_path / str(survived)
        shutil.copytree(ready, root)
        done = subprocess.run([sys.executable, "-c", KILLED, str(root), str(survived)], check=False)
        before = tree(root)
        found = numbers(root)
        assert found in ({1}, {2}), survived
        assert tree(root) == before, f"a reader changed something after {survived} changes"
        with Draft.open(root) as draft:
            assert draft.published is not None
            assert {int(draft.published.build)} == found
        assert not (root / names.JOURNAL).exists()
        assert numbers(root) == found
        write(root, 3)
        assert numbers(root) == {3}
        assert (root / names.CENTRALITY).exists()
        seen.append(found)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert len(seen) > 15
    assert seen[0] == {1}
    assert {2} in seen[:-1]
    assert seen == sorted(seen, key=max), "a later kill shows an older build"


@pytest.fixture
def halfway(ready: Path, tmp_path: Path) -> Path:
    """As a builder of an earlier version leaves it that dies in the middle: `columns` is taken away and not yet
    replaced, half of the rest is moved."""
    root = tmp_path / "halfway"
    shutil.copytree(ready, root)
    text = (root / "new.json").read_text()
    new = Manifest.loads(text, root)
    moves = sorted(name for step in new.steps.values() for name in step["files"])
    plan = {"manifest": text, "move": moves, "remove": [names.CENTRALITY]}
    (root / names.JOURNAL).write_text(json.dumps(plan))
    files, old = root / names.BUILD / "files", root / names.BUILD / "old"
    old.mkdir()
    for name in (names.ATLAS, names.ATLAS_PAGES):
        if (root / name).is_dir():
            (root / name).rename(old / name)
        (files / name).rename(root / name)
    (root / names.COLUMNS).rename(old / names.COLUMNS)
    return root


def test_a_publication_that_an_earlier_version_left_in_the_middle_is_read_where_it_lies(halfway: Path) -> None:
    before = tree(halfway)
    assert numbers(halfway) == {2}
    assert [found.state for found in find(halfway)] == ["ready"]
    assert tree(halfway) == before


def test_a_reader_of_an_unfinished_publication_reads_on_when_it_is_finished(halfway: Path) -> None:
    reader = Workspace.open(halfway)
    mapped = reader.vectors()
    with Draft.open(halfway):
        pass
    assert not (halfway / names.BUILD).exists()
    assert not reader.stale()
    assert reader.column("value")[0]["number"] == 2
    assert set(mapped.ravel().tolist()) == {2.0}


def test_what_another_build_stages_is_never_read_for_what_was_published(halfway: Path) -> None:
    reader = Workspace.open(halfway)
    with suppress(KeyboardInterrupt), Draft.open(halfway) as draft:
        np.save(draft.stage(names.vectors("tiny")), np.full((7, 2), 9, np.float32))
        assert set(reader.vectors().ravel().tolist()) == {2.0}
        raise KeyboardInterrupt


def test_a_file_of_the_next_build_is_never_given_for_one_of_this(ready: Path, tmp_path: Path) -> None:
    """The build is published between the look at the journal and the opening of the file."""
    shutil.copytree(ready, tmp_path / "w")
    reader = Workspace.open(tmp_path / "w")

    def late(path: Path) -> np.ndarray:
        if reader.manifest.build == "1" and not reader.stale():
            write(tmp_path / "w", 5)  # as many rows as build 1
        return np.load(path)

    with pytest.raises(ChangedError):
        reader.read(names.vectors("tiny"), late)


@pytest.fixture
def polled(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose first build is not done, in a folder that three threads list again and again."""
    (tmp_path / "w" / names.BUILD).mkdir(parents=True)
    stop = threading.Event()

    def poll() -> None:
        while not stop.is_set():
            find(tmp_path)

    threads = [threading.Thread(target=poll) for _ in range(3)]
    for thread in threads:
        thread.start()
    yield tmp_path / "w"
    stop.set()
    for thread in threads:
        thread.join()


def test_a_build_starts_however_often_the_list_of_workspaces_is_looked_at(polled: Path) -> None:
    for _ in range(300):
        with Draft.open(polled):
            pass


def test_several_threads_write_the_same_file_at_once(tmp_path: Path) -> None:
    failed: list[OSError] = []

    def write_often(number: int) -> None:
        try:
            for _ in range(200):
                write_text(tmp_path / "a.json", json.dumps([number] * 500))
        except OSError as error:
            failed.append(error)

    threads = [threading.Thread(target=write_often, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(json.loads((tmp_path / "a.json").read_text()))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("most", [durable.MOST_ONE_BY_ONE, 1])
def test_files_and_their_folders_are_on_the_disk_before_a_step_is_noted(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system was asked to bring to the disk, by inode, up to the moment when the note names it."""
    synced: set[int] = set()
    real, noted = os.fsync, durable.write_text
    monkeypatch.setattr(durable, "MOST_ONE_BY_ONE", most)
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.add(os.fstat(descriptor).st_ino), real(descriptor))[1])
    monkeypatch.setattr(os, "sync", lambda: synced.update(path.stat().st_ino for path in tmp_path.rglob("*")))

    def checked(path: Path, text: str) -> None:
        staged = tmp_path / names.BUILD / "files"
        assert {found.stat().st_ino for found in [staged, *staged.rglob("*")]} <= synced
        noted(path, text)

    with Draft.open(tmp_path) as draft:
        for name in ("columns/a/b.npy", "columns/c.json", "items.parquet"):
            draft.stage(name).write_bytes(b"data")
        monkeypatch.setattr("imagespace_core.workspace.draft.write_text", checked)
        draft.note("columns", record(["columns", "items.parquet"]))

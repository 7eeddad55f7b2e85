"""Whatever stops a build, the workspace of before still opens, and the next run ends where an undisturbed one does."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.commands.build import REMEDIES
from imagespace_core.commands.mishaps import _one_line
from imagespace_core.errors import LockedError
from imagespace_core.images import Picture
from imagespace_core.pipeline import image_parts
from imagespace_core.pipeline.options import Options
from imagespace_core.sources.folder import Folder
from imagespace_core.workspace import Draft, Workspace, names
from tests.pipeline.building import Listening, arrays, check_rows, color_of, quick, run, write_solid
from tests.waiting import wait_until

REPOSITORY = Path(__file__).parents[2]
STEPS = (
    "images", "embed", "table", "neighbors", "centrality", "pca-2d", "tsne-2d", "umap-2d", "clusters", "hotspots",
    "index-angular", "atlas", "previews", "columns", "layout-grid",
)  # fmt: skip


def _options(images: Path, output: Path, model: str) -> Options:
    return quick(
        images, output, model, projections="pca,tsne,umap", min_cluster_size=4, perplexity=3, n_neighbors=4,
        previews=40, metadata=images / "m.csv", layouts="grid",
    )  # fmt: skip


def _photos(folder: Path, n: int) -> None:
    write_solid(folder, n)
    (folder / "m.csv").write_text("\n".join(["filename,number", *(f"{i:03d}.png,{i}" for i in range(n))]))


@pytest.fixture(scope="module")
def before_and_after(tmp_path_factory: pytest.TempPathFactory, model: str) -> tuple[Path, dict[str, bytes]]:
    """`photos` with 30 images, `old` a build of the first 20 of them; and the files of an undisturbed build of all."""
    base = tmp_path_factory.mktemp("interrupted")
    _photos(base / "photos", 20)
    run(_options(base / "photos", base / "old", model))
    _photos(base / "photos", 30)
    run(_options(base / "photos", base / "new", model))
    return base, arrays(base / "new")


@contextmanager
def _counting_reads() -> Iterator[list[str]]:
    read: list[str] = []
    real = Folder.read

    def counted(self: Folder, key: str, min_side: int | None = None) -> Picture:
        read.append(key)
        return real(self, key, min_side)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Folder, "read", counted)
        yield read


def test_the_steps_below_are_all_there_are(before_and_after: tuple[Path, dict[str, bytes]]) -> None:
    assert tuple(Workspace.open(before_and_after[0] / "new").manifest.steps) == STEPS


@pytest.mark.parametrize("moment", ["begun", "done"])
@pytest.mark.parametrize("step", STEPS)
def test_ctrl_c_in_any_step_loses_nothing(
    step: str, moment: str, before_and_after: tuple[Path, dict[str, bytes]], tmp_path: Path, model: str
) -> None:
    """`begun`: the step has written nothing; `done`: all its files, and is just not noted as finished."""
    base, expected = before_and_after
    shutil.copytree(base / "old", tmp_path / "w")
    old = arrays(tmp_path / "w")
    options = _options(base / "photos", tmp_path / "w", model)
    method = "forget" if moment == "begun" else "note"
    real = getattr(Draft, method)

    def interrupted(self: Draft, name: str, *rest: object) -> None:
        if name == step:
            raise KeyboardInterrupt
        real(self, name, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Draft, method, interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(options)
    Workspace.open(tmp_path / "w").check()
    assert arrays(tmp_path / "w") == old

    with _counting_reads() as read:
        summary = run(options)
    assert len(read) == (30 if (step, moment) == ("images", "begun") else 0)
    assert summary.ran[0] == step
    assert arrays(tmp_path / "w") == expected
    check_rows(tmp_path / "w", base / "photos")
    assert run(options).ran == []


@pytest.mark.parametrize(("count", "finished"), [(7, 0), (14, 7), (21, 14), (23, 21)])
def test_ctrl_c_while_reading_keeps_the_parts_that_were_finished(
    count: int, finished: int, photos: Path, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_parts, "PART", 7)
    options = quick(photos, tmp_path / "w", model)

    def interrupt(title: str, done: int) -> None:
        if title == "Reading and embedding images" and done >= count:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(options, Listening(interrupt))
    with _counting_reads() as read:
        run(options)
    assert sorted(read) == [f"{i:03d}.png" for i in range(finished, 23)]
    run(replace(options, output=tmp_path / "undisturbed"))
    assert arrays(tmp_path / "w") == arrays(tmp_path / "undisturbed")
    check_rows(tmp_path / "w", photos)


def test_what_an_interrupted_step_half_wrote_is_never_published(built: Options) -> None:
    """The half file is at the place of a step that the next run finds up to date."""
    assert built.output is not None
    assert built.images is not None
    with Draft.open(built.output) as draft:
        np.save(draft.stage(names.projection("pca", 2)), np.full((23, 2), 9, np.float32))
        draft.stage(names.vectors("tiny")).write_bytes(b"half")
    assert "table" in run(replace(built, metadata=_metadata(built.images))).ran
    check_rows(built.output, built.images)


def _metadata(folder: Path) -> Path:
    path = folder / "m.csv"
    path.write_text("filename,number\n003.png,3\n")
    return path


def _command(options: Options) -> list[str]:
    return [
        sys.executable, str(REPOSITORY / "precompute.py"), str(options.images), "-o", str(options.output), "--model",
        str(options.model), "--projections", "pca,umap,tsne", "--dims", "2", "--metrics", "angular", "--trees", "2",
        "--min-cluster-size", "500", "--perplexity", "5",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_real_process_stopped_midway_leaves_the_old_workspace_and_can_go_on(
    kind: signal.Signals, built: Options
) -> None:
    assert built.output is not None
    assert built.images is not None
    write_solid(built.images / "more", 12)
    noted = built.output / ".build/steps.json"
    command = _command(built)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(noted.exists, process)
        process.send_signal(kind)
        _, error = process.communicate(timeout=60)
    if kind != signal.SIGKILL:
        assert process.returncode == 1
        assert error == "precompute: stopped; what was finished is kept. Run the same command to go on\n"
    assert "images" in json.loads(noted.read_text())
    workspace = Workspace.open(built.output)
    workspace.check()
    assert workspace.rows == 23
    with _counting_reads() as read:
        run(replace(built, thumb_size=96))  # the command's default, so the finished parts fit
    assert read == []
    assert check_rows(built.output, built.images).rows == 35


def test_a_second_build_of_the_same_workspace_refuses(built: Options) -> None:
    assert built.output is not None
    with Draft.open(built.output), pytest.raises(LockedError, match=f"process {os.getpid()}"):
        run(built)
    assert run(built).ran == []


LIMITS = (0, 150, 400, 700, 1_500, 4_000, 9_000, 20_000)


@pytest.mark.parametrize("limit", LIMITS)
def test_a_full_disk_is_told_in_one_line_and_keeps_the_old_workspace(
    limit: int, before_and_after: tuple[Path, dict[str, bytes]], tmp_path: Path, model: str
) -> None:
    """No file can grow beyond `limit` bytes, so that each kind of file is the one that fails at some limit."""
    base, expected = before_and_after
    shutil.copytree(base / "old", tmp_path / "w")
    old = arrays(tmp_path / "w")
    options = _options(base / "photos", tmp_path / "w", model)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OSError) as caught:  # noqa: PT011 (NumPy's has no number and its own words)
            run(options)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    line = _one_line(caught.value, REMEDIES)
    assert line is not None
    assert "ree some" in line
    assert "\n" not in line
    Workspace.open(tmp_path / "w").check()
    assert arrays(tmp_path / "w") == old
    run(options)
    assert arrays(tmp_path / "w") == expected


def test_a_color_is_not_used_twice() -> None:
    colors = np.array([color_of(i) for i in range(64)])
    units = colors / np.linalg.norm(colors, axis=1, keepdims=True)
    far = np.linalg.norm(units[:, None] - units[None], axis=2) + np.eye(64)
    assert far.min() > 0.01

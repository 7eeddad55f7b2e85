"""A workspace made in 2026-11, before the packages were moved: format 1 opens, answers, and is rebuilt by its keys.

`format_1/make.py` says how it was made. Nothing in it is ever made anew.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.pipeline import steps
from imagespace_core.pipeline.options import Options
from imagespace_core.search import Exact
from imagespace_core.workspace import Manifest, Workspace
from tests.pipeline.building import run
from tests.workspaces.format_1.make import MODIFIED

KEPT = Path(__file__).parent / "format_1"


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Its command, on a copy; the libraries count as those that made it, whatever is installed by now."""
    shutil.copytree(KEPT, tmp_path / "digits")
    for path in (tmp_path / "digits/images").rglob("*.png"):
        os.utime(path, (MODIFIED, MODIFIED))
    recorded = Manifest.read(KEPT / "workspace").steps.values()
    versions = {package: version for record in recorded for package, version in record["versions"].items()}
    monkeypatch.setattr(steps, "_version", versions.__getitem__)
    return Options(
        images=tmp_path / "digits/images", metadata=tmp_path / "digits/digits.csv", model="efficientnet-lite0", trees=2,
        previews=64, output=tmp_path / "digits/workspace",
    )  # fmt: skip


def test_it_opens_whole() -> None:
    opened = Workspace.open(KEPT / "workspace")
    opened.check()
    assert opened.rows == len(opened.items) == 48
    assert [failure["path"] for failure in opened.failures()] == ["broken.png"]
    assert opened.manifest.projections() == {"pca": [2, 3], "tsne": [2, 3], "umap": [2, 3]}
    assert set(opened.manifest.layouts()) == {"grid", "clusters", "color", "carousel", "timeline", "map"}
    assert opened.manifest.apart() == ["pca", "tsne", "umap"]
    assert opened.sprite(7).ndim == 3
    assert opened.preview(7) is not None


def test_it_is_searched() -> None:
    opened = Workspace.open(KEPT / "workspace")
    index = Exact("angular")
    index.build(opened.vectors())
    found = index.query(np.asarray(opened.vectors()[:5]), 5)
    assert found.rows[:, 0].tolist() == list(range(5))
    digits = opened.items["digit"].to_numpy()
    assert np.mean(digits[found.rows[:, 1]] == digits[:5]) >= 0.8


def test_its_command_reads_the_images_anew_because_more_is_read_of_them_now(options: Options) -> None:
    assert options.output is not None
    before = Workspace.open(options.output)
    ids, vectors, columns = before.ids, before.vectors().copy(), {c["name"] for c in before.columns()}
    assert {"images", "embed", "table", "columns"} <= set(run(options).ran)
    after = Workspace.open(options.output)
    after.check()
    assert after.ids == ids
    assert np.array_equal(after.vectors(), vectors)
    assert {c["name"] for c in after.columns()} == {*columns, "folder"}
    assert run(options).ran == []


def test_one_image_more_leaves_the_others_as_they_were(options: Options) -> None:
    assert options.images is not None
    assert options.output is not None
    run(options)
    before = Workspace.open(options.output).vectors().copy()
    shutil.copyfile(options.images / "0/0000.png", options.images / "9/later.png")
    assert "embed" in run(options).ran
    opened = Workspace.open(options.output)
    opened.check()
    same = [opened.ids.index(key) for key in Workspace.open(KEPT / "workspace").ids]
    np.testing.assert_allclose(opened.vectors()[same], before, atol=1e-6)

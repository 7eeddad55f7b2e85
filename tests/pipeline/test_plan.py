"""A plan says what the build then does, and making it changes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from imagespace_core.errors import InputError
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.pipeline import plan
from imagespace_core.workspace import Draft, names
from imagespace_core.workspace.publication import STAGED
from tests.pipeline.building import Listening, quick, run, write_solid


def _everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below, when it was written and what it holds."""
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"seed": 5}, {"dims": "2"}, {"projections": "pca", "layouts": "grid"}, {"metadata": None}, {"previews": 40},
        {"metrics": "dot"}, {"force": True}, {"only": "umap"}, {"only": "index"}, {"only": "layout-grid"},
        {"only": "previews", "previews": 40}, {"relayout": True, "images": None, "model": None, "perplexity": 6},
    ],
)  # fmt: skip
def test_a_build_does_what_the_plan_said_and_the_plan_did_nothing(full: Options, changed: dict) -> None:
    assert full.output is not None
    options = replace(full, **changed)
    before = _everything(full.output)
    planned = plan(options, Listening())
    assert _everything(full.output) == before
    summary = run(options)
    assert planned.names("redo") == summary.ran
    kept_and_made = {*planned.names("redo"), *planned.names("keep")}
    assert kept_and_made == set(summary.manifest.steps)
    assert not kept_and_made & set(planned.names("skip"))


def test_a_plan_of_a_workspace_that_is_not_there_redoes_all_and_makes_no_folder(
    photos: Path, tmp_path: Path, model: str
) -> None:
    options = quick(photos, tmp_path / "w", model)
    planned = plan(options, Listening())
    assert not (tmp_path / "w").exists()
    assert {row.why for row in planned.rows} == {"not made yet"}
    assert planned.names("redo") == run(options).ran


def test_a_plan_counts_what_an_interrupted_build_has_finished(photos: Path, tmp_path: Path, model: str) -> None:
    options = quick(photos, tmp_path / "w", model)

    def interrupt(title: str, done: int) -> None:
        if title == "Packing the sprite atlas":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(options, Listening(interrupt))
    (tmp_path / "w" / STAGED / "half made").write_text("a build would remove this")
    before = _everything(tmp_path / "w")
    planned = plan(options, Listening())
    assert {"images", "embed", "neighbors", "pca-2d"} <= set(planned.names("keep"))
    assert "atlas" in planned.names("redo")
    assert _everything(tmp_path / "w") == before
    assert planned.names("redo") == run(options).ran


def test_each_row_of_a_plan_says_why(full: Options) -> None:
    assert full.output is not None
    (full.output / names.projection("pca", 2)).unlink()
    options = replace(full, min_dist=0.4, dims="2", previews=20)
    why = {row.step.name: (row.decision, row.why) for row in plan(options, Listening()).rows}
    assert why["previews"] == ("redo", "not made yet")
    assert why["umap-2d"] == ("redo", "its options or what it is made from have changed")
    assert why["pca-2d"] == ("redo", "files of it are missing")
    assert why["tsne-2d"] == ("keep", "nothing of it has changed")
    assert why["umap-3d"] == ("skip", "not asked for any more: it is taken out of the workspace")
    only = {row.step.name: (row.decision, row.why) for row in plan(replace(full, only="umap-2d"), Listening()).rows}
    assert only["umap-2d"] == ("redo", "asked for")
    assert only["tsne-2d"] == ("keep", "taken over as it is")


def test_a_plan_can_be_made_while_a_build_is_at_work(built: Options) -> None:
    assert built.output is not None
    with Draft.open(built.output):
        assert plan(built, Listening()).names("redo") == []


def test_a_plan_refuses_what_the_build_would_refuse(photos: Path, tmp_path: Path, model: str) -> None:
    with pytest.raises(InputError, match="Build it first"):
        plan(quick(photos, tmp_path / "w", model, relayout=True), Listening())
    write_solid(tmp_path / "w", 3)
    with pytest.raises(InputError, match="itself"):
        plan(quick(tmp_path / "w", tmp_path / "w", model), Listening())

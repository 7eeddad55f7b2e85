"""`imagespace evaluate` on patches whose vectors are their labels, so that every number is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from imagespace_core.__main__ import app
from imagespace_core.collection.evaluate import least_overlap
from imagespace_core.evaluate.least_overlap import LeastOverlap
from imagespace_core.workspace import Workspace, cluster_names
from tests.app.made_workspace import CLUSTERS_KEY, write_made_workspace
from tests.makers.patches import write_patches


@pytest.fixture(scope="module")
def patches(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    base = tmp_path_factory.mktemp("patches")
    return write_patches(base / "patches", base / "data")


def evaluate(opened: Workspace, folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["evaluate", str(opened.root), "-o", str(folder), *arguments])


def test_vectors_that_are_the_label_find_it_and_nothing_else(patches: Workspace, tmp_path: Path) -> None:
    done = evaluate(patches, tmp_path, "--label", "structure", "--batches", "10,20", "--maps", "2")
    assert done.exit_code == 0, done.output
    assert "48 of 144 rows are structure; 20 searches" in done.output
    assert "all that share their slice" in done.output
    assert "mean average precision 1.000" in done.output
    batches = pd.read_csv(tmp_path / "batches.csv")
    assert batches["k"].tolist() == [10, 20]
    assert batches["precision"].tolist() == [1, 1]
    assert batches["overlap"].tolist() == [1, 1]
    for name in ("precision-recall", "by-batch-size"):
        assert (tmp_path / f"{name}.svg").read_text().startswith("<svg")
        assert Image.open(tmp_path / f"{name}.png").size == (1280, 840)


def test_a_least_overlap_is_proposed_where_too_few_have_the_default(tmp_path: Path) -> None:
    thin = write_patches(tmp_path / "thin", tmp_path / "data", covered=0.3)
    for label in ("structure", "overlap"):
        done = evaluate(thin, tmp_path / label, "--label", label, "--maps", "0")
        assert done.exit_code == 0, done.output
        assert "note: only 0 of 144 reach a least overlap of 0.5" in done.output
        assert "0.3 is proposed, which 48 reach. --min-overlap sets another" in done.output
        assert "48 of 144 rows are" in done.output
    given = evaluate(thin, tmp_path / "given", "--label", "structure", "--min-overlap", "0.2", "--maps", "0")
    assert "structure, overlap at least 0.2" in given.output
    assert "proposed" not in given.output


def test_what_people_chose_when_they_built_the_workspace_is_kept(tmp_path: Path) -> None:
    thin = write_patches(tmp_path / "thin", tmp_path / "data", covered=0.3)
    thin.manifest.source["parameters"]["min_overlap"] = 0.25
    chosen = least_overlap(thin, "structure")
    assert chosen == LeastOverlap(0.25)
    assert least_overlap(thin, "slice") is None


def test_no_result_shares_the_slice_of_an_example(patches: Workspace, tmp_path: Path) -> None:
    evaluate(patches, tmp_path, "--label", "structure", "--maps", "0")
    slices = patches.items["slice"].to_numpy(object)
    trials = pd.read_csv(tmp_path / "trials.csv")
    found = pd.read_csv(tmp_path / "found.csv")
    row_of = {key: row for row, key in enumerate(patches.ids)}
    for number, trial in trials.iterrows():
        examples = {slices[row_of[key]] for key in f"{trial['positive']} {trial['negative']}".split()}
        assert not examples & set(slices[found["row"][found["trial"] == number]])
    evaluate(patches, tmp_path, "--label", "structure", "--maps", "0", "--apart", "none")
    assert set(pd.read_csv(tmp_path / "trials.csv")["candidates"]) == {144 - 10}


def test_the_map_is_bright_where_the_label_is(patches: Workspace, tmp_path: Path) -> None:
    evaluate(patches, tmp_path, "--label", "structure", "--maps", "1")
    (file,) = tmp_path.glob("map-*.npy")
    painted = np.load(file)
    assert painted.shape == (64, 96)
    assert painted[:, :32].min() > painted[:, 32:].max()


def test_clusters_can_be_found_by_the_names_people_gave_them(tmp_path: Path) -> None:
    made = write_made_workspace(tmp_path / "made")
    cluster_names.rename(made.root, CLUSTERS_KEY, 1, "Apples")
    done = evaluate(made, tmp_path / "out", "--label", "cluster", "--value", "Apples")
    assert "15 of 60 rows are cluster = Apples" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--label", "nothing"], "there is no column 'nothing'; choose one of id, path, slice"),
        (["--label", "slice"], "say which one should be found"),
        (["--label", "slice", "--value", "no"], "no row has 'no' in the column slice"),
        (["--label", "structure", "--min-overlap", "2"], "choose another value"),
        (["--label", "structure", "--examples", "48"], "48 were asked for. Ask for at most 47, so that one"),
        (["--label", "structure", "--negatives", "0"], "--negatives needs --positives"),
        (["--label", "structure", "--positives", ""], "--positives names no image"),
        (["--label", "structure", "--positives", "9999"], "neither an id nor a row below 144"),
        (["--label", "structure", "--positives", "1 2", "--negatives", "3 2"], "row 2 is among the positive and"),
        (["--label", "structure", "--apart", "nothing"], "there is no column 'nothing'"),
        (["--label", "structure", "--counterexamples", "96", "--examples", "1"], "one must be left"),
        (["--label", "structure", "--batches", "ten"], "expected whole numbers"),
        (["--label", "structure", "--metric", "miles"], "expected one of angular"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_remedy(
    patches: Workspace, tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = evaluate(patches, tmp_path, *arguments)
    if "--counterexamples" in arguments:
        message = "leave out less (--apart)"  # nothing else than wanted rows would be left
    assert done.exit_code == 1
    assert message in done.output
    assert "Traceback" not in done.output


def test_a_label_that_a_single_row_has_asks_for_more_rows_and_not_for_fewer_examples(
    patches: Workspace, tmp_path: Path
) -> None:
    done = evaluate(patches, tmp_path, "--label", "id", "--value", patches.ids[0], "--examples", "1")
    assert done.exit_code == 1
    assert "1 were asked for. Label more rows, so that one is left to find\n" in done.output

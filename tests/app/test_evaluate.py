"""The Evaluate page and the search by examples, run by Streamlit's own harness."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from imagespace_core.app.evaluate.settings_form import labels
from imagespace_core.app.session.examples import Examples
from imagespace_core.workspace import Workspace
from tests.app.made_workspace import write_made_workspace
from tests.app.test_pages import APP, ROOT, text
from tests.makers.patches import write_patches
from tests.makers.workspaces import write_workspace


@pytest.fixture(scope="module")
def patches(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    base = tmp_path_factory.mktemp("patches")
    return write_patches(base / "w/patches", base / "data")


def visit(folder: Path, page: str = "evaluate.py", **state: object) -> AppTest:
    os.environ["IMAGESPACE_WORKSPACE"] = str(folder)
    test = AppTest.from_file(APP, default_timeout=60)
    test.run()
    for name, value in state.items():
        test.session_state[name.replace("_", "-") if not name.startswith("_") else name] = value
    test.switch_page(str(ROOT / "pages" / page)).run()
    assert not test.exception
    return test


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGESPACE_WORKSPACE", "")


def test_labels_that_say_yes_or_no_come_first(patches: Workspace) -> None:
    assert labels(patches) == ["structure", "overlap", "slice"]


def test_the_page_measures_what_the_command_does_and_says_what_was_left_out(patches: Workspace) -> None:
    test = visit(patches.root.parent)
    assert {metric.label: metric.value for metric in test.metric} == {
        "Mean average precision": "1.000", "By chance": test.metric[1].value, "Precision of the first 10": "100%",
        "Labeled so": "48 of 144",
    }  # fmt: skip
    assert float(test.metric[1].value) == pytest.approx(1 / 3, abs=0.03)
    assert "everything that shares their slice" in text(test)
    assert test.dataframe[0].value["results looked at"].tolist() == list(range(10, 90, 10))
    assert test.selectbox(key="slice").options[0].startswith("raw/slice_")
    assert test.selectbox(key="outlined").value == "structure"


def test_a_least_overlap_is_proposed_where_too_few_have_the_default(tmp_path: Path) -> None:
    write_patches(tmp_path / "w/thin", tmp_path / "data", covered=0.3)
    test = visit(tmp_path / "w", label="overlap")
    assert test.slider(key="overlap").value == 0.3
    assert any("0.3 is proposed, which 48 reach." in caption.value for caption in test.caption)
    assert {metric.label: metric.value for metric in test.metric}["Labeled so"] == "48 of 144"
    test.slider(key="overlap").set_value(0.25).run()
    assert test.slider(key="overlap").value == 0.25
    assert "overlap at least 0.25" in text(test)


def test_nothing_is_proposed_where_enough_have_the_default(patches: Workspace) -> None:
    test = visit(patches.root.parent)
    assert test.slider(key="overlap").value == 0.5
    assert not any("proposed" in caption.value for caption in test.caption)


def test_what_was_set_for_one_label_is_not_kept_for_another(patches: Workspace) -> None:
    test = visit(patches.root.parent)
    test.slider(key="overlap").set_value(0.7).run()
    test.selectbox(key="label").set_value("overlap").run()
    assert test.slider(key="overlap").value == 0.5


def test_counting_overlapping_neighbors_is_warned_of(patches: Workspace) -> None:
    test = visit(patches.root.parent)
    test.selectbox(key="left-out").set_value("the examples alone").run()
    assert "expect numbers that are too good" in text(test)


def test_what_cannot_be_measured_is_a_sentence(patches: Workspace) -> None:
    test = visit(patches.root.parent)
    test.number_input(key="wanted").set_value(48).run()
    assert not test.exception
    assert "48 of the rows can be positive examples" in test.error[0].value


def test_a_workspace_with_nothing_to_judge_by_says_how_to_get_it(tmp_path: Path) -> None:
    write_workspace(tmp_path / "plain")
    for part in ("Search by examples", "Subgroups"):
        test = visit(tmp_path, part=part)
        assert "--metadata FILE" in test.info[0].value
        assert not test.error


def test_clusters_can_be_measured_and_it_is_said_that_this_is_circular(tmp_path: Path) -> None:
    write_made_workspace(tmp_path / "made")
    test = visit(tmp_path, label="cluster")
    assert not test.error
    assert "made from the same vectors" in text(test)


def test_subgroups_are_mapped_by_structure_and_by_mean(patches: Workspace) -> None:
    test = visit(patches.root.parent, part="Subgroups")
    assert not test.error
    assert any("36 images of 6 values of slice" in caption.value for caption in test.caption)
    test.button_group(key="subgroup-point").set_value("the mean of a group").run()
    assert any("12 groups of 6 values of slice" in caption.value for caption in test.caption)


def test_an_example_is_in_one_of_the_lists_only() -> None:
    chosen = Examples(("w", "b")).adding([1, 2, 2], "positive").adding([2, 3], "negative")
    assert (chosen.positive, chosen.negative) == ((1,), (2, 3))
    assert chosen.without(3).negative == (2,)


def test_examples_search_away_from_what_is_not_wanted(patches: Workspace) -> None:
    given = Examples((str(patches.root), patches.manifest.build)).adding([0], "positive").adding([1], "negative")
    test = visit(patches.root.parent, "search.py", **{"from": "Examples", "_examples": given})
    assert any("Nearest to 1 image wanted, away from 1 not wanted" in head.value for head in test.subheader)
    assert test.selectbox(key="metric").value == "euclidean"  # the preset of microscopy
    assert test.selectbox(key="slice").options[0].startswith("raw/slice_")
    empty = visit(patches.root.parent, "search.py", **{"from": "Examples"})
    assert not [head for head in empty.subheader if "wanted" in head.value]
    unwanted = Examples((str(patches.root), patches.manifest.build)).adding([1], "negative")
    only = visit(patches.root.parent, "search.py", **{"from": "Examples", "_examples": unwanted})
    assert "add at least one image that is" in text(only)

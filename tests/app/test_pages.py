"""The pages run by Streamlit's own test harness: no browser, so what is asserted is text and state."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.makers.workspaces import write_workspace

ROOT = Path(__file__).parents[2]
APP = str(ROOT / "imagespace_core/app/main.py")  # what the st.App of streamlit_app.py runs


def run(patch: pytest.MonkeyPatch, folder: Path, page: str | None = None) -> AppTest:
    patch.setenv("IMAGESPACE_WORKSPACE", str(folder))
    test = AppTest.from_file(APP, default_timeout=30)
    test.run()
    if page:
        test.switch_page(str(ROOT / "pages" / page)).run()
    return test


def text(test: AppTest) -> str:
    kinds = (test.title, test.warning, test.markdown, test.error, test.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_without_workspaces_the_command_that_makes_one_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    test = run(monkeypatch, tmp_path / "nothing")
    assert not test.exception
    assert test.title[0].value == "No workspace yet"
    assert any("precompute.py --demo" in code.value for code in test.code)


@pytest.mark.parametrize("page", [None, "search.py", "overview.py"])
def test_a_broken_workspace_is_named_on_every_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str | None
) -> None:
    write_workspace(tmp_path / "bad")
    (tmp_path / "bad/items.parquet").write_bytes(b"rubbish")
    test = run(monkeypatch, tmp_path, page)
    assert not test.exception
    assert "items.parquet cannot be read" in text(test)
    assert "--only table" in text(test)


@pytest.mark.parametrize("page", [None, "search.py", "overview.py"])
def test_every_page_runs_on_the_smallest_workspace_there_is(
    monkeypatch: pytest.MonkeyPatch, one_image: Path, page: str | None
) -> None:
    test = run(monkeypatch, one_image, page)
    assert not test.exception
    assert not test.error


def test_the_overview_tells_counts_and_the_model(monkeypatch: pytest.MonkeyPatch, one_image: Path) -> None:
    test = run(monkeypatch, one_image, "overview.py")
    assert {metric.label: metric.value for metric in test.metric}["Images"] == "1"


def test_an_image_that_the_link_names_and_the_workspace_lacks_is_said(
    monkeypatch: pytest.MonkeyPatch, one_image: Path
) -> None:
    monkeypatch.setenv("IMAGESPACE_WORKSPACE", str(one_image))
    test = AppTest.from_file(APP, default_timeout=30)
    test.query_params["image"] = "*gone*.jpg"
    test.run()
    assert not test.exception
    assert r"\*gone\*.jpg" in text(test)


def test_the_choice_of_workspace_is_in_the_address(monkeypatch: pytest.MonkeyPatch, one_image: Path) -> None:
    test = run(monkeypatch, one_image)
    assert test.query_params["workspace"] in (["one"], "one")
    assert test.sidebar.selectbox[0].value == "one"

"""The Explore page on a small workspace, run by Streamlit's own harness: what is offered, and what a link reopens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from imagespace_core.workspace import Workspace, cluster_names, names
from tests.app.made_workspace import CLUSTERS_KEY, ROWS, write_made_workspace
from tests.app.test_pages import APP, text


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("IMAGESPACE_WORKSPACE", str(tmp_path))
    return write_made_workspace(tmp_path / "made")


def visit(**query: str | list[str]) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=60)
    for name, value in query.items():
        test.query_params[name.replace("_", "-")] = value
    test.run()
    assert not test.exception
    return test


def control(test: AppTest, label: str) -> Any:
    """The one with that label, or None."""
    found = [group for group in (*test.button_group, *test.selectbox, *test.toggle) if group.label == label]
    return found[0] if found else None


def test_maps_and_layouts_are_one_choice_and_what_is_not_there_has_a_reason(made: Workspace) -> None:
    choice = control(visit(), "Arrangement")
    assert [option.content for option in choice.proto.options] == ["PCA", "Grid"]
    assert r"Timeline: no image has a \*date\*" in choice.proto.help


def test_dimensions_are_asked_only_where_there_is_a_choice(made: Workspace) -> None:
    assert control(visit(map="PCA"), "Dimensions") is not None
    assert control(visit(map="Grid"), "Dimensions") is None


def test_only_filtered_layouts_offer_to_arrange_what_is_left(made: Workspace) -> None:
    only = "Arrange only what the filters leave"
    assert control(visit(map="Grid"), only) is None
    assert control(visit(map="PCA", filters="size", f_size="large"), only) is None
    test = visit(map="Grid", filters="size", f_size="large", only="true")
    assert control(test, only).value


def test_own_colors_that_are_none_are_named(made: Workspace) -> None:
    assert "“blu”" in text(visit(palette="Custom", colors="#ff0000 blu"))


def test_no_row_left_is_said_and_the_page_stands(made: Workspace) -> None:
    test = visit(map="Grid", filters="file name", file="nothing like it", only="true")
    assert any("No image passes the filters" in caption.value for caption in test.caption)


def test_names_of_clusters_are_offered_in_filters_and_broken_names_are_said(made: Workspace) -> None:
    cluster_names.rename(made.root, CLUSTERS_KEY, 1, "*Apples*")
    test = visit(filters="cluster", f_cluster="*Apples*")
    assert test.multiselect(key="f-cluster").options == ["Cluster 0", "*Apples*", "Cluster 2", "noise"]
    assert any("15 of 60 images pass" in caption.value for caption in test.caption)
    (made.root / names.CLUSTER_NAMES).write_text("{")
    assert "cannot be read" in text(visit())


def test_names_given_to_other_clusters_are_said_to_be_kept(made: Workspace) -> None:
    cluster_names.rename(made.root, "earlier", 1, "Apples")
    assert any("1 name given to earlier clusters" in caption.value for caption in visit().caption)


def test_of_50000_values_a_part_is_asked_rather_than_a_choice_offered(made: Workspace) -> None:
    values = [f"value {i}" for i in range(50_000)]
    path = made.root / names.COLUMNS / "size.json"
    head = json.loads(path.read_text())
    path.write_text(json.dumps({**head, "values": values, "counts": [1] * len(values)}))
    codes = np.arange(ROWS, dtype=np.int32) * 800
    np.save(made.root / names.COLUMNS / "size.npy", codes)
    test = visit(filters="size", f_size="VALUE 8")
    expected = sum(str(code).startswith("8") for code in codes.tolist())
    assert any(f"{expected} of {ROWS} images pass" in caption.value for caption in test.caption)
    assert sum(len(element.proto.SerializeToString()) for element in (*test.multiselect, *test.selectbox)) < 20_000


def test_the_selection_is_kept_over_reruns_and_pages_and_an_event_counts_once(made: Workspace) -> None:
    test = AppTest.from_function(_sent_twice, default_timeout=60)
    test.session_state["path"] = str(made.root)
    test.run()
    assert not test.exception
    assert [json.loads(line.value) for line in test.text] == [[3], [3], [], [3, 4], [3, 4, 5], [3, 4]]
    assert "input tag 'nonsense'" in test.warning[0].value


def _sent_twice() -> None:
    import json
    from pathlib import Path

    import numpy as np
    import streamlit as st

    from imagespace_core.app.components import notices
    from imagespace_core.app.components.mount import deliver
    from imagespace_core.app.session import selection_history
    from imagespace_core.viewer.contract.events import Select
    from imagespace_core.workspace import Workspace

    opened = Workspace.open(Path(st.session_state["path"]))

    def send(**event: object) -> None:
        deliver(event, Select, lambda event: selection_history.apply_event(opened, event, None))
        st.text(json.dumps(np.flatnonzero(selection_history.selection(opened).mask()).tolist()))

    send(kind="rows", rows=[3], mode="toggle", at=10.5)
    send(kind="rows", rows=[3], mode="toggle", at=10.5)
    send(kind="rows", rows=[3], mode="toggle", at=11.5)
    send(kind="rows", rows=[3, 4], at=12.5)
    send(kind="rows", rows=[5], mode="toggle")  # as a button of the page does, twice
    send(kind="rows", rows=[5], mode="toggle")
    deliver({"kind": "nonsense", "at": 13}, Select, lambda event: selection_history.apply_event(opened, event, None))
    notices.show_refusal()

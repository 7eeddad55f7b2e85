"""Mounting: only events that a configuration declares are listened to; they reach Python as declared, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from imagespace_core.app.components import mount
from imagespace_core.app.session.events import RefusedError, read
from imagespace_core.app.text.messages import sentence
from imagespace_core.viewer.contract.configurations import GalleryConfig, MapConfig
from imagespace_core.viewer.contract.events import Click, MapClick, Rename, Select, SelectPolygon
from imagespace_core.workspace import Workspace
from tests.app.made_workspace import ROWS, write_made_workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_made_workspace(tmp_path_factory.mktemp("made") / "made")


def test_a_listener_that_the_configuration_does_not_declare_is_refused() -> None:
    config = GalleryConfig(base="", name="any", tiles=[], empty="", size=1, action="Open")
    with pytest.raises(TypeError, match="GalleryConfig declares no event select; it declares click"):
        mount.mount(config, "any", {"click": print, "select": print})


def test_an_event_reaches_its_taker_as_what_is_declared() -> None:
    taken: list[Any] = []
    polygon = {
        "kind": "polygon",
        "polygon": [[0, 0], [1, 0.5]],
        "matrix": [0.5] * 16,
        "near": 1,
        "positions": "a",
        "at": 3.5,
    }
    mount.deliver(polygon, MapConfig.EVENTS["select"], taken.append)
    mount.deliver({"row": None}, MapConfig.EVENTS["click"], taken.append)
    mount.deliver({"row": 7, "at": 1}, GalleryConfig.EVENTS["click"], taken.append)
    assert isinstance(taken[0], SelectPolygon)
    assert taken[0].polygon == [(0, 0), (1, 0.5)]
    assert taken[1:] == [MapClick(row=None), Click(row=7, at=1)]


@pytest.mark.parametrize(
    ("declared", "event"),
    [
        (Click, {"row": None}), (Click, {"row": "3"}), (Click, {"row": -1}), (Click, {}), (Click, 3),
        (Click, {"row": 2**31}), (MapClick, {"row": 1.5}), (Rename, {"label": 1, "name": None}),
        (Rename, {"label": "1", "name": ""}), (Rename, {"label": 1, "name": "a", "more": 1}),
        (Select, {"kind": "clear", "hiding": "all"}),
    ],
)  # fmt: skip
def test_an_event_that_does_not_fit_is_refused_in_a_sentence(declared: Any, event: Any) -> None:
    with pytest.raises(RefusedError, match=r"^What the page sent was not understood: .{5,220}\. Reload the page\.$"):
        read(declared, event)


def test_a_click_on_an_image_beyond_the_workspace_opens_nothing(made: Workspace) -> None:
    opened: list[int | None] = []
    click = mount.opens(made, opened.append)
    click(Click(row=ROWS - 1))
    click(MapClick(row=None))
    with pytest.raises(RefusedError, match=f"an image {ROWS} of {ROWS}"):
        click(Click(row=ROWS))
    assert opened == [ROWS - 1, None]


def _refused() -> None:
    from imagespace_core.app.components import notices
    from imagespace_core.app.components.mount import deliver
    from imagespace_core.app.session import url
    from imagespace_core.viewer.contract.events import Click

    deliver({"row": "*three*"}, Click, url.fly_to)
    notices.show_refusal()


def test_what_is_refused_is_said_at_the_next_drawing() -> None:
    test = AppTest.from_function(_refused, default_timeout=60).run()
    assert not test.exception
    reason = "What the page sent was not understood: row should be a valid integer. Reload the page."
    assert [warning.value for warning in test.warning] == [sentence(reason)]


def _renamed() -> None:
    from pathlib import Path

    import streamlit as st

    from imagespace_core.app.components import notices
    from imagespace_core.app.session import cluster_names
    from imagespace_core.viewer.contract.events import Rename
    from imagespace_core.workspace import Workspace

    opened = Workspace.open(Path(st.session_state["path"]))
    cluster_names.renamed(opened, Rename(label=1, name="Apples"))
    cluster_names.renamed(opened, Rename(label=7, name="Pears"))
    notices.show_refusal()


def test_a_cluster_that_is_not_there_gets_no_name(tmp_path: Path) -> None:
    root = write_made_workspace(tmp_path / "made").root
    test = AppTest.from_function(_renamed, default_timeout=60)
    test.session_state["path"] = str(root)
    test.run()
    assert not test.exception
    assert "there is no cluster 7" in test.warning[0].value
    assert [*Workspace.open(root).root.glob("cluster-names.json")] != []

"""Select events of the viewer, resolved to rows; and those that are refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagespace_core.app.session import blobs
from imagespace_core.app.session.events import RefusedError, read
from imagespace_core.app.session.select_events import apply
from imagespace_core.selection import History
from imagespace_core.viewer.contract import MOST_LISTED, MOST_VERTICES
from imagespace_core.viewer.contract.events import Select
from imagespace_core.workspace import Workspace
from tests.app.made_workspace import LABELS, MAP, ROWS, VALUE, write_made_workspace

# From columns 0..10 and lines 0..6 to clip space.
MATRIX = np.array([[0.2, 0, 0, 0], [0, 0.2, 0, 0], [0, 0, 0, 0], [-1, -1, 0, 1]]).ravel().tolist()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_made_workspace(tmp_path_factory.mktemp("made") / "made")


def box(left: float, bottom: float, right: float, top: float, **more: Any) -> dict[str, Any]:
    """An event around columns left to right and lines bottom to top."""
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    polygon = [[0.2 * x - 1, 0.2 * y - 1] for x, y in corners]
    path = "projections/pca-2d.npy"
    return {"kind": "polygon", "polygon": polygon, "matrix": MATRIX, "near": 0.01, "positions": path, **more}


def applied(opened: Workspace, history: History, event: Any, visible: np.ndarray | None = None) -> History:
    """The history after an event as a browser sends it."""
    return apply(opened, history, read(Select, event), visible)


def rows(opened: Workspace, *events: dict[str, Any], visible: np.ndarray | None = None) -> list[int]:
    """What is selected after the events."""
    history = History.start(opened.rows)
    for event in events:
        history = applied(opened, history, event, visible)
    return np.flatnonzero(history.now.mask()).tolist()


def matching(condition: np.ndarray) -> list[int]:
    return np.flatnonzero(condition).tolist()


def test_a_box_selects_the_rows_in_it(opened: Workspace) -> None:
    assert rows(opened, box(1.5, 0.5, 3.5, 2.5)) == [12, 13, 22, 23]


def test_modes_replace_add_remove_and_toggle(opened: Workspace) -> None:
    first, second = box(-0.5, -0.5, 1.5, 0.5), box(0.5, -0.5, 2.5, 0.5)
    assert rows(opened, first, {**second, "mode": "replace"}) == [1, 2]
    assert rows(opened, first, {**second, "mode": "add"}) == [0, 1, 2]
    assert rows(opened, first, {**second, "mode": "remove"}) == [0]
    assert rows(opened, first, {**second, "mode": "toggle"}) == [0, 2]


def test_what_the_filters_leave_out_is_not_selected(opened: Workspace) -> None:
    assert rows(opened, box(1.5, 0.5, 3.5, 2.5), visible=np.arange(ROWS) % 2 == 0) == [12, 22]


def test_what_the_viewer_hides_is_not_selected(opened: Workspace) -> None:
    everything = {"kind": "all"}
    slug = "cluster"
    hidden = {"color": slug, "codes": [1, -1], "range": None}
    assert rows(opened, {**everything, "hiding": hidden}) == matching((LABELS == 0) | (LABELS == 2))
    shown = {"color": slug, "codes": None, "shown": [1], "range": None}
    assert rows(opened, {**everything, "hiding": shown}) == matching(LABELS == 1)
    brushed = {"color": "value", "codes": [], "range": [2.0, 3.5]}
    assert rows(opened, {**everything, "hiding": brushed}) == matching((VALUE >= 2) & (VALUE <= 3.5))
    missing = {"color": "value", "codes": [-1], "range": None}
    assert rows(opened, {**everything, "hiding": missing}) == matching(~np.isnan(VALUE))
    only_present = {"color": "value", "codes": None, "shown": [], "range": None}
    assert rows(opened, {**everything, "hiding": only_present}) == matching(~np.isnan(VALUE))


def test_rows_without_a_place_in_the_layout_are_not_selected(opened: Workspace) -> None:
    placed = matching(np.arange(ROWS) % 4 != 0)
    assert rows(opened, box(-1, -1, 11, 7, positions="layouts/grid.npy")) == placed
    assert rows(opened, {"kind": "all", "positions": "layouts/grid.npy"}) == placed


def test_a_polygon_drawn_in_3d_is_seen_through_its_camera(opened: Workspace) -> None:
    # x of the screen is -z, which is the column: the same box as in 2D, from the side.
    matrix = np.array([[0, 0, 0, 0], [0, 0.2, 0, 0], [-0.2, 0, 0, 0], [-1, -1, 0, 1]]).ravel().tolist()
    event = box(1.5, 0.5, 3.5, 2.5, positions="projections/pca-3d.npy", matrix=matrix)
    assert rows(opened, event) == [12, 13, 22, 23]


def test_an_arrangement_that_was_offered_can_be_drawn_on(opened: Workspace) -> None:
    buffer = io.BytesIO()
    np.save(buffer, MAP[::-1].copy())
    path = blobs.offer(opened.root, buffer.getvalue(), "npy")
    assert rows(opened, box(1.5, 0.5, 3.5, 2.5, positions=path)) == [36, 37, 46, 47]


def test_rows_values_and_ranges(opened: Workspace) -> None:
    assert rows(opened, {"kind": "rows", "rows": [5, 3]}, {"kind": "rows", "rows": [5, 9], "mode": "toggle"}) == [3, 9]
    assert rows(opened, {"kind": "codes", "color": "cluster", "codes": [2, -1]}) == matching(
        (LABELS == 2) | (LABELS < 0)
    )
    assert rows(opened, {"kind": "range", "color": "value", "range": [1, 2]}) == matching((VALUE >= 1) & (VALUE <= 2))


def test_invert_turns_what_is_shown_and_leaves_the_rest(opened: Workspace) -> None:
    visible = np.arange(ROWS) < 6
    kept = {"kind": "rows", "rows": [2, 50]}
    history = applied(opened, applied(opened, History.start(ROWS), kept), {"kind": "invert"}, visible)
    assert matching(history.now.mask()) == [0, 1, 3, 4, 5, 50]


def test_verbs(opened: Workspace) -> None:
    one, two = {"kind": "rows", "rows": [1]}, {"kind": "rows", "rows": [2]}
    undo, redo, clear = ({"kind": kind} for kind in ("undo", "redo", "clear"))
    assert rows(opened, one, two, undo) == [1]
    assert rows(opened, one, two, undo, redo) == [2]
    assert rows(opened, one, clear) == []
    assert rows(opened, one, clear, undo) == [1]
    assert rows(opened, undo, redo) == []


NAN = float("nan")
MALFORMED: list[Any] = [
    None,
    "all",
    [],
    {},
    {"kind": None},
    {"kind": "everything"},
    {"kind": ["all"]},
    {"kind": "all", "mode": "twice"},
    {"kind": "all", "mode": ["add"]},
    {"kind": "all", "hiding": [1]},
    {"kind": "all", "hiding": {"color": "nothing", "codes": [1]}},
    {"kind": "all", "hiding": {"color": "tint", "codes": [1]}},
    {"kind": "all", "hiding": {"color": ["value"], "range": [1, 2]}},
    {"kind": "all", "hiding": {"color": "cluster", "codes": "1"}},
    {"kind": "all", "hiding": {"color": "cluster", "shown": {"0": 1}}},
    {"kind": "all", "hiding": {"color": "value", "range": [1]}},
    {"kind": "all", "hiding": {"color": "cluster", "range": [0, 1]}},
    {"kind": "rows"},
    {"kind": "rows", "rows": 3},
    {"kind": "rows", "rows": [ROWS]},
    {"kind": "rows", "rows": [-1]},
    {"kind": "rows", "rows": [1.5]},
    {"kind": "rows", "rows": [NAN]},
    {"kind": "rows", "rows": [[1, 2]]},
    {"kind": "rows", "rows": [{}]},
    {"kind": "rows", "rows": [10**400]},
    {"kind": "rows", "rows": [0] * (MOST_LISTED + 1)},
    {"kind": "codes", "color": "cluster", "codes": [0] * (MOST_LISTED + 1)},
    {"kind": "rows", "rows": ["3"]},
    {"kind": "rows", "rows": [True]},
    {"kind": "rows", "rows": [3], "more": 1},
    {"kind": "rows", "rows": [3], "at": "now"},
    {"kind": "\ud800"},
    {"kind": "x\n" * 1000},
    {"kind": "codes", "color": "value", "codes": [1]},
    {"kind": "codes", "color": "cluster"},
    {"kind": "codes", "color": "cluster", "codes": [-2]},
    {"kind": "codes", "color": "../cluster", "codes": [1]},
    {"kind": "range", "color": "value", "range": None},
    {"kind": "range", "color": "value", "range": [1, None]},
    {"kind": "range", "color": "value", "range": [NAN, 1]},
    {"kind": "polygon"},
    box(0, 0, 1, 1, polygon=None),
    box(0, 0, 1, 1, polygon=[[0, 0], [1]]),
    box(0, 0, 1, 1, polygon=[[0, 0, 0]] * 4),
    box(0, 0, 1, 1, polygon=[[0, NAN]] * 4),
    box(0, 0, 1, 1, polygon=[["a", "b"]] * 4),
    box(0, 0, 1, 1, polygon=[[0, 0]] * 10_000),
    box(0, 0, 1, 1, matrix=None),
    box(0, 0, 1, 1, matrix=MATRIX[:15]),
    box(0, 0, 1, 1, matrix=[NAN, *MATRIX[1:]]),
    box(0, 0, 1, 1, near=None),
    box(0, 0, 1, 1, near=[1, 2]),
    *(
        box(0, 0, 1, 1, positions=path)
        for path in (
            None,
            7,
            "",
            "projections/pca-4d.npy",
            "projections/tsne-2d.npy",
            "projections/../vectors/tiny.npy",
            "layouts/../../other/grid.npy",
            "layouts/timeline.npy",
            "/etc/passwd",
            "vectors/tiny.npy",
            "columns/value.npy",
            "offered/" + 32 * "0" + ".npy",
            "offered/../grid.npy",
        )
    ),
]


@pytest.mark.parametrize("event", MALFORMED, ids=lambda event: repr(event)[:60])
def test_what_is_malformed_is_refused_in_a_sentence(opened: Workspace, event: Any) -> None:
    with pytest.raises(RefusedError, match=r"^[A-Z].{20,300}\.$"):
        applied(opened, History.start(ROWS), event)


def test_an_offered_file_that_holds_no_places_is_refused(opened: Workspace, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(ROWS))
    with pytest.raises(RefusedError):
        rows(opened, box(0, 0, 1, 1, positions=blobs.offer(opened.root, buffer.getvalue(), "npy")))


def test_a_polygon_of_the_most_vertices_is_taken(opened: Workspace) -> None:
    angle = np.linspace(0, 2 * np.pi, MOST_VERTICES, endpoint=False)
    circle = np.stack([0.2 * (4 + 1.2 * np.cos(angle)) - 1, 0.2 * (3 + 1.2 * np.sin(angle)) - 1], axis=1)
    assert rows(opened, box(0, 0, 1, 1, polygon=circle.tolist())) == [24, 33, 34, 35, 44]

"""What the viewer's `select` events mean: which rows, resolved against the workspace's positions and columns.

What an event names and the workspace does not have is refused in a sentence and changes nothing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from imagespace_core.app.session import blobs
from imagespace_core.app.session.events import RefusedError
from imagespace_core.collection.positions import by_file, positions
from imagespace_core.collection.select import having
from imagespace_core.drawing.colors import CODED
from imagespace_core.selection import History, Selection, combine, inside, within
from imagespace_core.viewer.contract import MISSING
from imagespace_core.viewer.contract.events import (
    Select,
    SelectChange,
    SelectCodes,
    SelectPolygon,
    SelectRange,
    SelectRows,
    SelectShown,
)
from imagespace_core.workspace import Workspace

_OFFERED = re.compile(rf"{blobs.PREFIX}/([0-9a-f]{{32}}\.npy)")


def apply(opened: Workspace, history: History, event: Select, visible: np.ndarray | None) -> History:
    """The history after a `select` event. visible: bool (n,), what the filters leave; None leaves all.

    Raises RefusedError.
    """
    match event:
        case SelectChange(kind="undo"):
            return history.undo()
        case SelectChange(kind="redo"):
            return history.redo()
        case SelectChange():
            return history.push(Selection.none(opened.rows))
        case SelectShown(kind="invert"):
            return history.push(Selection.of(history.now.mask() ^ _shown(opened, event, visible)))
    hit = _hit(opened, event) & _shown(opened, event, visible)
    return history.push(Selection.of(combine(history.now.mask(), hit, event.mode)))


def positions_at(opened: Workspace, path: str | None) -> np.ndarray:
    """float32 (n, 2 | 3): the positions that a viewer of this workspace drew from `path`, below its base URL.

    Raises RefusedError for anything but a map, a layout or an arrangement that was offered.
    """
    if built := by_file(opened.manifest).get(path or ""):
        return positions(opened, *built)
    if found := _OFFERED.fullmatch(path or ""):
        data = blobs.taken(opened.root, found[1])
        if data is None:
            raise RefusedError(
                "The arrangement that was drawn on is not kept any more. Reload the page and draw again."
            )
        array = np.load(io.BytesIO(data), allow_pickle=False)
        if array.ndim == 2 and array.shape[0] == opened.rows and array.shape[1] in (2, 3):
            return array
    raise RefusedError(f"The selection was drawn on positions that this workspace does not have: {path!r:.80}.")


def _hit(opened: Workspace, event: Select) -> np.ndarray:
    """bool (n,): the rows that the event means, shown or not."""
    match event:
        case SelectPolygon():
            polygon = np.array(event.polygon, np.float64).reshape(-1, 2)
            return inside(positions_at(opened, event.positions), np.array(event.matrix), polygon, event.near)
        case SelectRows():
            if event.rows and max(event.rows) >= opened.rows:
                raise RefusedError(
                    f"The selection names the image {max(event.rows)} of {opened.rows}. Reload the page."
                )
            hit = np.zeros(opened.rows, bool)
            hit[event.rows] = True
            return hit
        case SelectCodes():
            return having(opened, _column(opened, event.color, CODED)[0], event.codes)
        case SelectRange():
            return within(_numbers(opened, event.color), *event.range)
        case _:
            return np.ones(opened.rows, bool)


def _shown(opened: Workspace, event: Select, visible: np.ndarray | None) -> np.ndarray:
    """bool (n,): what the filters leave, the viewer does not hide, and has a place on the map drawn on."""
    shown = np.ones(opened.rows, bool) if visible is None else visible.copy()
    if event.positions is not None:
        shown &= np.isfinite(positions_at(opened, event.positions)).all(axis=1)
    hiding = event.hiding
    if hiding is None:
        return shown
    # Of thousands of values a viewer that shows few says which those are, rather than all the hidden ones.
    if hiding.shown is not None:
        shown &= ~_hidden(opened, hiding.color, hiding.shown, but=True)
    elif hiding.codes:
        shown &= ~_hidden(opened, hiding.color, hiding.codes, but=False)
    if hiding.range is not None:
        shown &= within(_numbers(opened, hiding.color), *hiding.range)
    return shown


def _hidden(opened: Workspace, slug: str | None, codes: Sequence[int], but: bool) -> np.ndarray:
    """bool (n,): the rows whose code is listed, -1 for a missing value; `but`: all others. Numbers have no code. A row
    of several values is hidden where all of them are."""
    head, values = _column(opened, slug, (*CODED, "number", "date"))
    if values.dtype.kind == "f":
        return np.isnan(values) & ((MISSING in codes) != but)
    if head["kind"] == "list" and not but:
        return opened.value_lists(head["slug"]).none_but(codes)
    return having(opened, head, codes) != but


def _numbers(opened: Workspace, slug: str | None) -> np.ndarray:
    return _column(opened, slug, ("number", "date"))[1]


def _column(opened: Workspace, slug: str | None, kinds: Sequence[str]) -> tuple[dict[str, Any], np.ndarray]:
    column = next((column for column in opened.columns() if column["slug"] == slug), None)
    if column is None:
        raise RefusedError(f"The selection names a column that this workspace does not have: {slug!r:.80}.")
    if column["kind"] not in kinds:
        raise RefusedError(
            f"The column {column['name']} is of kind {column['kind']} and cannot be selected by this way."
        )
    head, values = opened.column(column["slug"])
    assert values is not None
    return head, values

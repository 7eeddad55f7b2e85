"""What the viewer's `select` events mean: which rows, resolved against the workspace's positions and columns.

A browser may send anything; what is not as agreed is refused in a sentence and changes nothing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, cast, get_args

import numpy as np

from imagespace_core.app.session import blobs
from imagespace_core.collection.positions import by_file, positions
from imagespace_core.errors import ImageSpaceError
from imagespace_core.selection import History, Mode, Selection, combine, inside, within
from imagespace_core.workspace import Workspace

MOST_VERTICES = 200
MOST_LISTED = 20_000
"""Rows or codes that one event may list; larger sets come as polygons, ranges or verbs."""

_OFFERED = re.compile(rf"{blobs.PREFIX}/([0-9a-f]{{32}}\.npy)")


class RefusedError(ImageSpaceError):
    """An event that cannot be carried out; the message says why, for people."""


def apply(opened: Workspace, history: History, event: Any, visible: np.ndarray | None) -> History:
    """The history after a `select` event. visible: bool (n,), what the filters leave; None leaves all.

    Raises RefusedError.
    """
    if not isinstance(event, Mapping):
        raise RefusedError("The selection was not understood: it is no record.")
    match event.get("kind"):
        case "undo":
            return history.undo()
        case "redo":
            return history.redo()
        case "clear":
            return history.push(Selection.none(opened.rows))
        case "invert":
            shown = _shown(opened, event, visible)
            return history.push(Selection.of(history.now.mask() ^ shown))
        case "polygon" | "rows" | "codes" | "range" | "all":
            hit = _hit(opened, event) & _shown(opened, event, visible)
            return history.push(Selection.of(combine(history.now.mask(), hit, _mode(event))))
        case other:
            raise RefusedError(f"The selection was not understood: its kind is {other!r:.40}.")


def positions_at(opened: Workspace, path: Any) -> np.ndarray:
    """float32 (n, 2 | 3): the positions that a viewer of this workspace drew from `path`, below its base URL.

    Raises RefusedError for anything but a map, a layout or an arrangement that was offered.
    """
    text = path if isinstance(path, str) else ""
    if built := by_file(opened.manifest).get(text):
        return positions(opened, *built)
    if found := _OFFERED.fullmatch(text):
        data = blobs.taken(opened.root, found[1])
        if data is None:
            raise RefusedError(
                "The arrangement that was drawn on is not kept any more. Reload the page and draw again."
            )
        array = np.load(io.BytesIO(data), allow_pickle=False)
        if array.ndim == 2 and array.shape[0] == opened.rows and array.shape[1] in (2, 3):
            return array
    raise RefusedError(f"The selection was drawn on positions that this workspace does not have: {path!r:.80}.")


def _hit(opened: Workspace, event: Mapping[str, Any]) -> np.ndarray:
    """bool (n,): the rows that the event means, shown or not."""
    match event["kind"]:
        case "polygon":
            polygon = _numbers(event.get("polygon"), "polygon", MOST_VERTICES, 2)
            matrix = _numbers(event.get("matrix"), "camera matrix", 16)
            if len(matrix) != 16:
                raise RefusedError(f"The camera matrix has {len(matrix)} numbers; 16 are expected.")
            near = _number(event.get("near"), "near plane")
            return inside(positions_at(opened, event.get("positions")), matrix, polygon, near)
        case "rows":
            rows = _integers(event.get("rows"), "rows", 0, opened.rows - 1)
            hit = np.zeros(opened.rows, bool)
            hit[rows] = True
            return hit
        case "codes":
            return np.isin(_codes(opened, event.get("color")), _integers(event.get("codes"), "values", -1))
        case "range":
            return _within(_values(opened, event.get("color")), event.get("range"))
        case _:
            return np.ones(opened.rows, bool)


def _shown(opened: Workspace, event: Mapping[str, Any], visible: np.ndarray | None) -> np.ndarray:
    """bool (n,): what the filters leave, the viewer does not hide, and has a place on the map drawn on."""
    shown = np.ones(opened.rows, bool) if visible is None else visible.copy()
    if event.get("positions") is not None:
        shown &= np.isfinite(positions_at(opened, event["positions"])).all(axis=1)
    hiding = event.get("hiding")
    if hiding is None:
        return shown
    if not isinstance(hiding, Mapping):
        raise RefusedError("The selection was not understood: what it hides is no record.")
    # Of thousands of values a viewer that shows few says which those are, rather than all the hidden ones.
    if hiding.get("shown") is not None:
        shown &= ~_hidden(opened, hiding.get("color"), hiding["shown"], but=True)
    elif hiding.get("codes"):
        shown &= ~_hidden(opened, hiding.get("color"), hiding["codes"], but=False)
    if hiding.get("range") is not None:
        shown &= _within(_values(opened, hiding.get("color")), hiding["range"])
    return shown


def _hidden(opened: Workspace, slug: Any, listed: Any, but: bool) -> np.ndarray:
    """bool (n,): the rows whose code is listed, -1 for a missing value; `but`: all others. Numbers have no code."""
    codes = _integers(listed, "values", -1)
    values = _column(opened, slug, ("category", "cluster", "number", "date"))
    if values.dtype.kind == "f":
        return np.isnan(values) & ((-1 in codes) != but)
    return np.isin(values, codes) != but


def _mode(event: Mapping[str, Any]) -> Mode:
    mode = event.get("mode", "replace")
    if mode not in get_args(Mode):
        raise RefusedError(f"The selection was not understood: its mode is {mode!r:.40}.")
    return cast(Mode, mode)


def _column(opened: Workspace, slug: Any, kinds: tuple[str, ...]) -> np.ndarray:
    column = next((column for column in opened.columns() if column["slug"] == slug), None)
    if column is None:
        raise RefusedError(f"The selection names a column that this workspace does not have: {slug!r:.80}.")
    if column["kind"] not in kinds:
        raise RefusedError(
            f"The column {column['name']} is of kind {column['kind']} and cannot be selected by this way."
        )
    values = opened.column(column["slug"])[1]
    assert values is not None
    return values


def _codes(opened: Workspace, slug: Any) -> np.ndarray:
    return _column(opened, slug, ("category", "cluster"))


def _values(opened: Workspace, slug: Any) -> np.ndarray:
    return _column(opened, slug, ("number", "date"))


def _within(values: np.ndarray, limits: Any) -> np.ndarray:
    """bool (n,): values from the lower to the upper limit, both included; missing ones are outside."""
    ends = _numbers(limits, "range", 2)
    if len(ends) != 2:
        raise RefusedError(f"The range has {len(ends)} ends; 2 are expected.")
    return within(values, *ends.tolist())


def _numbers(given: Any, what: str, most: int, width: int = 1) -> np.ndarray:
    """float64 (k,) or (k, width), all finite, k <= most."""
    if not isinstance(given, list) or len(given) > most:
        size = f"has {len(given):,} entries" if isinstance(given, list) else "is no list"
        raise RefusedError(f"The {what} {size}; a list of at most {most} is expected.")
    try:
        array = np.asarray(given, np.float64) if given else np.empty((0, width) if width > 1 else 0)
    except (TypeError, ValueError, OverflowError):
        raise RefusedError(f"The {what} holds something else than numbers.") from None
    if array.shape != ((len(given), width) if width > 1 else (len(given),)) or not np.isfinite(array).all():
        raise RefusedError(f"The {what} holds something else than finite numbers.")
    return array


def _number(given: Any, what: str) -> float:
    return float(_numbers([given], what, 1)[0])


def _integers(given: Any, what: str, least: int, greatest: int = 2**31 - 1) -> np.ndarray:
    """int64 (k,), all from `least` to `greatest`."""
    array = _numbers(given, f"list of {what}", MOST_LISTED)
    if (array != np.floor(array)).any() or (array < least).any() or (array > greatest).any():
        raise RefusedError(f"The list of {what} holds a number that is none of them.")
    return array.astype(np.int64)

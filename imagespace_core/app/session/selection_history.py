"""The selection of a session, with undo and redo: one history for each workspace build, kept over pages, maps and
filters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from imagespace_core.app.session import select_events
from imagespace_core.app.session.url import refuse
from imagespace_core.errors import ImageSpaceError
from imagespace_core.selection import History, Selection
from imagespace_core.viewer.contract.events import Select
from imagespace_core.workspace import Workspace

MOST_BUILDS = 4
"""Workspaces whose selections a session keeps, the longest unused dropped first."""


@dataclass(frozen=True)
class Selecting:
    """histories: by workspace and build, the latest used last. applied: when the latest event happened, by the
    browser's clock."""

    histories: dict[tuple[str, str], History] = field(default_factory=dict)
    applied: float | None = None


def _state() -> Selecting:
    return st.session_state.get("_selecting") or Selecting()


def _key(opened: Workspace) -> tuple[str, str]:
    return str(opened.root), opened.manifest.build


def history(opened: Workspace) -> History:
    return _state().histories.get(_key(opened)) or History.start(opened.rows)


def selection(opened: Workspace) -> Selection:
    """What is selected now."""
    return history(opened).now


def apply_event(opened: Workspace, event: Select, visible: np.ndarray | None) -> None:
    """Carry out a `select` event once, however often it arrives. visible: bool (n,), what the filters left."""
    state = _state()
    if event.at is not None and event.at == state.applied:
        return
    try:
        after = select_events.apply(opened, history(opened), event, visible)
    except ImageSpaceError as error:
        after = history(opened)
        refuse(str(error))
    kept = {key: other for key, other in state.histories.items() if key != _key(opened)}
    kept[_key(opened)] = after
    st.session_state["_selecting"] = Selecting(dict(list(kept.items())[-MOST_BUILDS:]), event.at)

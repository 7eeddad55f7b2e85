"""The viewer's modules as Streamlit components. Python sends a small JSON and gets small events; never points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from streamlit.components.v2 import component

from imagespace_core.app.server.routes import module_url
from imagespace_core.app.session import blobs
from imagespace_core.selection import Selection, packed
from imagespace_core.viewer import needs
from imagespace_core.workspace import Workspace

# Registered once per process: a second registration of a name logs a warning.
_component = component(
    "imagespace",
    html='<div class="imagespace-host"></div>',
    js=(Path(__file__).parent / "host.js").read_text("utf-8"),
)


def module(name: str, config: Mapping[str, Any], key: str, listeners: Mapping[str, Callable[[Any], None]]) -> None:
    """Mount `imagespace_core/viewer/<name>.js`.

    listeners: by event, each gets what the event tells, before the next run of the script; other events stay in the
    browser.
    """

    def told(event: str) -> None:
        value = getattr(st.session_state.get(key), event, None)
        if value is not None:
            listeners[event](value)

    modules = [module_url(file) for file in (f"{name}.js", *needs(f"{name}.js"))]
    data = {"modules": modules, "config": config, "events": list(listeners)}
    callbacks: dict[str, Any] = {f"on_{event}_change": partial(told, event) for event in listeners}
    _component(data=data, key=key, **callbacks)


def mask_path(opened: Workspace, visible: np.ndarray | None) -> str | None:
    """Where the viewer finds which rows the filters leave, bool (n,); None where they leave all."""
    if visible is None or bool(visible.all()):
        return None
    return blobs.offer(opened.root, packed(visible), "bits")


def selection_path(opened: Workspace, selection: Selection | None) -> str | None:
    """Where the viewer finds which rows are selected; None where none is."""
    if selection is None or not selection.count:
        return None
    return blobs.offer(opened.root, selection.stream, "bits")

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
from imagespace_core.app.session import blobs, events, url
from imagespace_core.selection import Selection, packed
from imagespace_core.viewer import needs
from imagespace_core.viewer.contract.configurations import Config
from imagespace_core.viewer.contract.events import Click, MapClick
from imagespace_core.workspace import Workspace

# Registered once per process: a second registration of a name logs a warning.
_component = component(
    "imagespace",
    html='<div class="imagespace-host"></div>',
    js=(Path(__file__).parent / "host.js").read_text("utf-8"),
)


def mount(config: Config, key: str, on: Mapping[str, Callable[[Any], None]]) -> None:
    """Mount the module of a configuration.

    on: by event, what takes it, as the type that the configuration declares, before the next run of the script. What a
    browser sends otherwise is refused in a sentence; events without a taker stay in the browser.
    """
    if unknown := sorted(set(on) - set(config.EVENTS)):
        sent = ", ".join(config.EVENTS)
        raise TypeError(f"{type(config).__name__} declares no event {', '.join(unknown)}; it declares {sent}")

    def received(event: str) -> None:
        value = getattr(st.session_state.get(key), event, None)
        if value is not None:
            deliver(value, config.EVENTS[event], on[event])

    modules = [module_url(file) for file in (config.MODULE, *needs(config.MODULE))]
    data = {"modules": modules, "config": config.model_dump(mode="json", by_alias=True), "events": list(on)}
    callbacks: dict[str, Any] = {f"on_{event}_change": partial(received, event) for event in on}
    _component(data=data, key=key, **callbacks)


def deliver(value: Any, declared: Any, taker: Callable[[Any], None]) -> None:
    """Hand an event to its taker as what was declared; what does not fit is refused at the next drawing."""
    try:
        taker(events.read(declared, value))
    except events.RefusedError as error:
        url.refuse(str(error))


def opens(opened: Workspace, on_click: Callable[[Any], None]) -> Callable[[Click | MapClick], None]:
    """What takes a click on an image: calls `on_click` with its row, and refuses one beyond the workspace's."""

    def clicked(event: Click | MapClick) -> None:
        if event.row is not None and event.row >= opened.rows:
            raise events.RefusedError(f"The page shows an image {event.row} of {opened.rows}. Reload the page.")
        on_click(event.row)

    return clicked


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

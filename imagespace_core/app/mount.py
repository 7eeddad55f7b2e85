"""The viewer's modules as Streamlit components. Python sends a small JSON and gets small events; never points."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from streamlit.components.v2 import component

from imagespace_core.app.routes import module_url

# Registered once per process: a second registration of a name logs a warning.
_component = component(
    "imagespace",
    html='<div class="imagespace-host"></div>',
    js=(Path(__file__).parent / "host.js").read_text("utf-8"),
)


def module(name: str, config: dict[str, Any], key: str, on_click: Callable[[Any], None]) -> None:
    """Mount `imagespace_core/viewer/<name>.js`; `on_click` gets what a click names, before the next script run."""

    def clicked() -> None:
        value = getattr(st.session_state.get(key), "click", None)
        if value is not None:
            on_click(value)

    _component(data={"module": module_url(f"{name}.js"), "config": config}, key=key, on_click_change=clicked)


def bitmask(visible: np.ndarray | None) -> str | None:
    """bool (n,) as the viewer reads it: base64 of the zlib-compressed bits, lowest bit first; None shows all.

    Compressed, the filter of a million rows is some kilobytes rather than the 125 of its bits.
    """
    if visible is None or bool(visible.all()):
        return None
    return base64.b64encode(zlib.compress(np.packbits(visible, bitorder="little").tobytes(), 9)).decode()

"""The choice of layers, where images are layers over each other, for the detail panel and the map's card."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from imagespace_core.app.session import pictures, url
from imagespace_core.app.session.events import RefusedError
from imagespace_core.app.text.markdown import literal
from imagespace_core.errors import ImageSpaceError, UnreadableImageError, VanishedError
from imagespace_core.sources import Layered
from imagespace_core.workspace import Workspace

PARAMETER = "layer"
"""In an image's address, once for each layer."""
TELLING = "telling_layer"
"""The column that names, for each image, the most telling layer."""


def source(opened: Workspace) -> Layered | None:
    """The workspace's source, where its images have layers and these are still there."""
    try:
        found = pictures.source(opened)
        return found if isinstance(found, Layered) and found.names() else None
    except ImageSpaceError:
        return None


def chosen(opened: Workspace) -> list[str]:
    """Draw the choice of layers, where there are some, and return those chosen; none stands for those always shown."""
    layered = source(opened)
    if layered is None or len(layered.names()) < 2:
        return []
    names, shown = list(layered.names()), layered.shown()
    usual = "all" if len(shown) == len(names) else ", ".join(shown)
    url.keep_offered("layers", names)
    seen = st.session_state.get("layers") or shown
    with st.popover(f"{len(seen)} of {len(names)} layers", icon=":material/layers:", key="choose-layers"):
        return st.pills(
            f"{literal(usual[:1].upper() + usual[1:])}, unless you choose", names, selection_mode="multi", key="layers",
            default=shown if len(shown) < len(names) else None,
            bind="query-params", format_func=literal,
        )  # fmt: skip


def params(layers: Sequence[str]) -> str:
    """The parameters that choose these layers, to go behind `image/<row>?side=<px>`."""
    return "".join(f"&{urlencode({PARAMETER: name})}" for name in layers)


def composed(opened: Workspace, row: int, side: int, layers: Sequence[str]) -> np.ndarray:
    """uint8 RGB (h, w, 3): these layers of an image. Raises RefusedError where there are no such layers to be had."""
    layered = source(opened)
    if layered is None:
        raise RefusedError("the images of this workspace have no layers, or these are not where they were read")
    wanted = list(dict.fromkeys(layers))
    if unknown := [name for name in wanted if name not in layered.names()]:
        raise RefusedError(f"there is no layer {', '.join(unknown)}; there are {', '.join(layered.names())}")
    try:
        return layered.composite(opened.ids[row], wanted, side)
    except (UnreadableImageError, VanishedError) as error:
        raise RefusedError(str(error)) from error


def telling(opened: Workspace) -> str | None:
    """The slug of the column that names the layer that an image's card shows; None where cards show the whole image."""
    column = next((column for column in opened.columns() if column["name"] == TELLING), None)
    if column is None or column["kind"] != "category" or source(opened) is None:
        return None
    return column["slug"]

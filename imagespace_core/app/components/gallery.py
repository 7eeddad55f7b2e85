"""A grid of tiles, and its pages where there are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from imagespace_core.app.components import mount
from imagespace_core.app.server.routes import base_url
from imagespace_core.viewer.contract.configurations import GalleryConfig, Tile
from imagespace_core.workspace import Workspace

PAGE_SIZES = (12, 24, 48, 96)
PAGE_SIZE = PAGE_SIZES[0]


def gallery(
    opened: Workspace, name: str, rows: Sequence[int], on_click: Callable[[int], None], *, titles: Sequence[str] = (),
    notes: Sequence[str] = (), current: int | None = None, action: str = "Open", empty: str = "Nothing to show.",
    size_px: int = 132,
) -> None:  # fmt: skip
    """Draw tiles for `rows`. `titles` and `notes` go with them, by default the ids and nothing."""
    tiles = [
        Tile(
            row=int(row),
            title=titles[i] if titles else opened.ids[row],
            note=notes[i] if notes else "",
            current=current == int(row),
        )
        for i, row in enumerate(rows)
    ]
    config = GalleryConfig(base=base_url(opened), name=name, tiles=tiles, action=action, empty=empty, size=size_px)
    mount.mount(config, f"gallery-{name}", {"click": mount.opens(opened, on_click)})


def paged(rows: Any, key: str, size: int = PAGE_SIZE, about: str = "") -> Any:
    """The rows, a sequence or array, of the page that the pager drawn here has reached; no pager where one is enough.

    about: what the rows depend on, as text; another one starts at the first page again.
    """
    pages = max(1, -(-len(rows) // size))
    if pages == 1:
        return rows
    # Another pager, as its key says: the page of one that stays is the browser's, and could not be set back.
    page = st.pagination(pages, key=f"{key}-{pages}-{about}")
    return rows[(page - 1) * size : page * size]

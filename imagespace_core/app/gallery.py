"""A grid of tiles, and its pages where there are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from imagespace_core.app import mount
from imagespace_core.app.routes import base_url
from imagespace_core.workspace import Workspace

PAGE_SIZE = 12


def gallery(
    opened: Workspace, name: str, rows: Sequence[int], on_click: Callable[[int], None], *, titles: Sequence[str] = (),
    notes: Sequence[str] = (), current: int | None = None, action: str = "Open", empty: str = "Nothing to show.",
    size_px: int = 132,
) -> None:  # fmt: skip
    """Draw tiles for `rows`. `titles` and `notes` go with them, by default the ids and nothing."""
    tiles = [
        {
            "row": int(row),
            "title": titles[i] if titles else opened.ids[row],
            "note": notes[i] if notes else "",
            "current": current == int(row),
        }
        for i, row in enumerate(rows)
    ]
    config = {
        "base": base_url(opened),
        "name": name,
        "tiles": tiles,
        "action": action,
        "empty": empty,
        "size": size_px,
    }
    mount.module("gallery", config, f"gallery-{name}", lambda event: on_click(int(event["row"])))


def paged(rows: Sequence[int], key: str, size: int = PAGE_SIZE) -> Sequence[int]:
    """The rows of the page that the pager drawn here has reached; no pager where one page is enough."""
    pages = max(1, -(-len(rows) // size))
    if pages == 1:
        return rows
    if st.session_state.get(key, 1) > pages:
        del st.session_state[key]
    page = st.pagination(pages, key=key)
    return rows[(page - 1) * size : page * size]


def hotspots(opened: Workspace, on_click: Callable[[int], None]) -> None:
    """A tile per cluster, largest first: its most central image, and how many it has."""
    spots = opened.manifest.measured("hotspots", "hotspots", [])
    noise = opened.manifest.measured("clusters", "noise", 0)
    st.subheader("Clusters", anchor=False)
    if not spots:
        st.caption(
            "No clusters were found: no group of images is denser than the rest. "
            "A smaller --min-cluster-size may find some."
        )
        return
    st.caption(
        f"{len(spots):,} groups, each by its most central image; {noise:,} images belong to none. Click to go there."
    )
    rows = paged([spot["central"] for spot in spots], "hotspot-page")
    by_row = {spot["central"]: spot for spot in spots}
    gallery(
        opened, "hotspots", rows, on_click, titles=[f"Cluster {by_row[row]['label']}" for row in rows],
        notes=[f"{by_row[row]['size']:,} images" for row in rows], action="Go to", size_px=104,
    )  # fmt: skip

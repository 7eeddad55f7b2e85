"""Explore: the map, the image that was clicked, the clusters, and what is selected."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app import choose, clusters, detail, filters, naming, selected, selecting, state, view


def page() -> None:
    """Draw the page."""
    opened = choose.chosen_workspace()

    def open_image(row: int | None) -> None:
        state.select(opened, row)

    def fly_to(row: int) -> None:
        state.select(opened, row)
        state.fly_to(row)

    def select(event: object) -> None:
        selecting.heard(opened, event, visible)

    with st.sidebar:
        visible = filters.filters(opened)
        look = view.appearance()

    shown = view.controls(opened, look, visible)
    row = state.selected_row(opened)
    state.say_unknown_image(opened)
    state.say_refused()
    naming.warn_of_broken(opened)
    filters.say_count(opened, visible, row)
    selection = selecting.selection(opened)

    # One column more or less: the first one, and the viewer in it, stays as it is.
    map_side, *panel_side = st.columns([7, 3] if row is not None else 1, gap="medium")
    with map_side:
        view.draw(
            opened, shown, open_image, chosen=row, visible=visible, selection=selection, on_select=select, camera=True
        )
    if row is not None:
        with panel_side[0], st.container(height=view.HEIGHT_PX, border=False, key="panel"):
            with st.container(horizontal=True):
                if st.button("Find similar", icon=":material/image_search:"):
                    state.search_with(opened, row)
                st.button("Close", icon=":material/close:", on_click=open_image, args=(None,))
            detail.detail(opened, row, fly_to)
    clusters.strip(opened, row, fly_to, select)
    selected.bar(opened, visible, select)
    selected.pictures(opened, selection, row, fly_to)

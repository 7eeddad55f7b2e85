"""The Explore page: the map, the image that was clicked, the clusters, and what is selected."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app.components import cluster_strip, detail, map, map_controls, notices, workspace_picker
from imagespace_core.app.explore import filters, selected_images
from imagespace_core.app.session import selection_history, url
from imagespace_core.viewer.contract.events import Select


def page() -> None:
    """Draw the page."""
    opened = workspace_picker.chosen_workspace()

    def open_image(row: int | None) -> None:
        url.select(opened, row)

    def fly_to(row: int) -> None:
        url.select(opened, row)
        url.fly_to(row)

    def select(event: Select) -> None:
        selection_history.apply_event(opened, event, visible)

    with st.sidebar:
        visible = filters.filters(opened)
        look = map_controls.appearance()

    shown = map_controls.controls(opened, look, visible)
    row = url.selected_row(opened)
    notices.warn_of_unknown_image(opened)
    notices.show_refusal()
    notices.warn_of_broken_names(opened)
    filters.show_count(opened, visible, row)
    selection = selection_history.selection(opened)

    # One column more or less: the first one, and the viewer in it, stays as it is.
    map_side, *panel_side = st.columns([7, 3] if row is not None else 1, gap="medium")
    with map_side:
        map.draw(
            opened, shown, open_image, chosen=row, visible=visible, selection=selection, on_select=select, camera=True
        )
    if row is not None:
        with panel_side[0], st.container(height=map.HEIGHT_PX, border=False, key="panel"):
            with st.container(horizontal=True):
                if st.button("Find similar", icon=":material/image_search:"):
                    url.search_with(opened, row)
                st.button("Close", icon=":material/close:", on_click=open_image, args=(None,))
            detail.detail(opened, row, fly_to)
    cluster_strip.strip(opened, row, fly_to, select)
    selected_images.bar(opened, visible, select)
    selected_images.selected_gallery(opened, selection, row, fly_to)

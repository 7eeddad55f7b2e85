"""Explore: the map, the image that was clicked, and the clusters."""

import dataclasses

import streamlit as st

from imagespace_core.app import choose, detail, filters, gallery, state, view

opened = choose.chosen_workspace()


def select(row: int | None) -> None:
    state.select(opened, row)


def select_and_fly(row: int) -> None:
    state.select(opened, row)
    state.fly_to(row)


with st.sidebar:
    visible = filters.filters(opened)
    point_size, opacity = view.appearance()

shown = dataclasses.replace(view.controls(opened), point_size=point_size, opacity=opacity)
row = state.selected_row(opened)
state.say_unknown_image(opened)
filters.say_count(opened, visible, row)

map_side, panel_side = st.columns([7, 3], gap="medium")
with map_side:
    view.draw(opened, shown, select, selected=row, visible=visible, camera=True)
with panel_side:
    if row is None:
        gallery.hotspots(opened, select_and_fly)
    else:
        with st.container(horizontal=True):
            if st.button("Find similar", icon=":material/image_search:", type="primary"):
                state.search_with(opened, row)
            st.button("Close", icon=":material/close:", on_click=select, args=(None,))
        detail.detail(opened, row, select_and_fly)

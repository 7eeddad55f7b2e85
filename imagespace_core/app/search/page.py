"""The Search page: images, an upload or a sentence in; the nearest images out, and where they lie on the map."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app.components import gallery, map, map_controls, workspace_picker
from imagespace_core.app.search import query_form, results


def page() -> None:
    """Draw the page."""
    opened = workspace_picker.chosen_workspace()

    def search_with(row: int | None) -> None:
        if row is not None:
            query_form.clicked(opened, row)

    with st.sidebar:
        look = map_controls.appearance()

    form_side, map_side = st.columns([3, 2], gap="medium")
    with form_side:
        form = query_form.search_form(opened)
        settings = results.settings(opened)
        found = results.answer(opened, form, settings) if form else None
        if form and found:
            query_form.show_form(form)
            gallery.gallery(opened, "results", found.rows, search_with, notes=found.notes, action="Search with")
            results.where(opened, form, settings)
        else:
            st.info(
                "Nothing to search with yet. Choose above what to search with, or click an image on the map.",
                icon=":material/image_search:",
            )
    with map_side:
        map.draw(
            opened,
            map_controls.controls(opened, look),
            search_with,
            chosen=form.row if form else None,
            query_rows=list(form.rows) if form else [],
            result_rows=found.rows if found else [],
            labels=False,
            height_px=560,
        )

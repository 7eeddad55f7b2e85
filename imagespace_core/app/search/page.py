"""Search: images, an upload or a sentence in; the nearest images out, and where they lie on the map."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app import answer, ask, choose, gallery, view


def page() -> None:
    """Draw the page."""
    opened = choose.chosen_workspace()

    def search_with(row: int | None) -> None:
        if row is not None:
            ask.clicked(opened, row)

    with st.sidebar:
        look = view.appearance()

    asking, looking = st.columns([3, 2], gap="medium")
    with asking:
        form = ask.search_form(opened)
        settings = answer.settings(opened)
        found = answer.answer(opened, form, settings) if form else None
        if form and found:
            ask.show_form(form)
            gallery.gallery(opened, "results", found.rows, search_with, notes=found.notes, action="Search with")
            answer.where(opened, form, settings)
        else:
            st.info(
                "Nothing is asked yet. Choose above what to search with, or click an image on the map.",
                icon=":material/image_search:",
            )
    with looking:
        view.draw(
            opened,
            view.controls(opened, look),
            search_with,
            chosen=form.row if form else None,
            query=list(form.rows) if form else [],
            results=found.rows if found else [],
            hotspots=False,
            height_px=560,
        )

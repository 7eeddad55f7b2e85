"""The Evaluate page: how well searching by examples finds what is labeled, and maps of subgroups."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app.components import workspace_picker
from imagespace_core.app.evaluate import measured, subgroups
from imagespace_core.app.session import url


def page() -> None:
    """Draw the page."""
    url.follow()
    opened = workspace_picker.chosen_workspace()
    st.title("Evaluate", anchor=False)
    sections = {"Search by examples": measured.page, "Subgroups": subgroups.page}
    section = st.segmented_control(
        "Section", list(sections), default="Search by examples", key="part", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    sections[section or "Search by examples"](opened)
